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
package io.gopoll.faults;

/** What the server does by itself when it is told to. */
enum Action {
    /** Binds and closes a TCP server: socket(2), bind(2), listen(2). */
    BIND,
    /** Binds and closes a Unix server: statx(2), unlinkat(2). */
    BIND_UNIX,
    /** Opens and ends an event loop: epoll_create1(2), eventfd2(2). */
    OPEN_LOOP,
    /** Sends a descriptor over a Unix socket and takes it over: sendmsg(2), fcntl(2). */
    PASS
}
