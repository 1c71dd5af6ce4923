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
package io.gopoll.net.fd;

import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.SockAddr;
import io.netty.util.internal.PlatformDependent;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside the heap for one system call: an address, an option, the bytes of a heap array. It
 * is lent from a pool and not kept by threads, of which there may be a million.
 */
final class Scratch {

    /** How many bytes of a heap array one system call moves. */
    static final int SIZE = 32 * 1024;

    private static final int MAX_KEPT = 64 * 1024;

    private static final Queue<Scratch> POOL = PlatformDependent.newFixedMpmcQueue(64);

    final SockAddr address = new SockAddr();
    final NativeMemory option = NativeMemory.allocate(16);

    /** Null until the first bytes. */
    private @Nullable NativeMemory bytes;

    private Scratch() {}

    static Scratch take() {
        Scratch scratch = POOL.poll();
        return scratch == null ? new Scratch() : scratch;
    }

    void giveBack() {
        // What the pool has no room for, the garbage collector frees.
        POOL.offer(this);
    }

    NativeMemory bytes() {
        return bytes(SIZE);
    }

    /** Room for a datagram, too: what is larger than those of the internet is not kept. */
    NativeMemory bytes(int size) {
        NativeMemory b = bytes;
        if (b == null || b.size() < size) {
            b = NativeMemory.allocate(Math.max(SIZE, size));
            if (size <= MAX_KEPT) {
                bytes = b;
            }
        }
        return b;
    }
}
