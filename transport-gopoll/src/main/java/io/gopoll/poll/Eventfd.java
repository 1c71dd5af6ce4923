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

import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import java.lang.ref.Reference;

/** Adds to an eventfd, to interrupt a poller that watches it. Any thread. */
final class Eventfd {

    private final Syscalls sys = Syscalls.get();

    /** Eight bytes, the number 1: what is written. */
    private final NativeMemory one = NativeMemory.allocate(Long.BYTES);

    Eventfd() {
        one.buffer().putLong(0, 1);
    }

    /** Whether it was possible. */
    boolean write(int eventfd) {
        int result;
        do {
            result = sys.write(eventfd, one.address(), Long.BYTES);
        } while (result == -Errno.EINTR);
        Reference.reachabilityFence(one);
        return result >= 0;
    }
}
