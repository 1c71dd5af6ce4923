/*
 * Copyright 2026 The GoPoll Project
 *
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License at
 *
 *   https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations under
 * the License.
 */
package io.gopoll.micronaut;

/** The values of {@code gopoll.mode}. */
public enum Mode {
    /** A thread for each event loop, in which nothing may block. */
    LOOP,

    /** A loop for each connection, whose handlers may block: JDK 21 and later. */
    GOROUTINE
}
