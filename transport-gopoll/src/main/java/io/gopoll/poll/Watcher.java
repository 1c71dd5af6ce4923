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
package io.gopoll.poll;

/** Has a descriptor watched, and is told before it is closed. */
public interface Watcher {

    /**
     * The descriptor is about to be closed: the kernel is to let go of it, so that close(2) ends
     * the connection. Any thread, once for each descriptor.
     *
     * @param fdseq what {@link PollDesc#fdseq} was when the descriptor was opened
     */
    void abandon(int fdseq);
}
