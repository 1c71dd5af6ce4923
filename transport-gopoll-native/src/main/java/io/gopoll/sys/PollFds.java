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
package io.gopoll.sys;

import java.nio.ByteBuffer;

/**
 * An array of {@code struct pollfd}, for {@link Syscalls#ppoll}. Not safe for use by several
 * threads at once.
 */
public final class PollFds {

    /** {@code int fd; short events; short revents}, on every Linux. */
    private static final int SIZE = 8;

    private static final int EVENTS = 4;
    private static final int REVENTS = 6;

    private final NativeMemory memory;
    private final ByteBuffer buffer;

    /**
     * @param capacity how many descriptors it holds, at least 1
     * @throws UnsupportedOperationException as {@link Syscalls#get}
     */
    public PollFds(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: " + capacity + " (expected: >= 1)");
        }
        memory = NativeMemory.allocate(Math.multiplyExact(capacity, SIZE));
        buffer = memory.buffer();
    }

    /** The address of the first element. */
    public long address() {
        return memory.address();
    }

    public int capacity() {
        return memory.size() / SIZE;
    }

    /** What is asked for: a union of {@code POLLIN}, {@code POLLOUT} and so on. */
    public void set(int i, int fd, int events) {
        buffer.putInt(i * SIZE, fd);
        buffer.putShort(i * SIZE + EVENTS, (short) events);
        buffer.putShort(i * SIZE + REVENTS, (short) 0);
    }

    /** What the kernel has found; {@code POLLERR}, {@code POLLHUP} and {@code POLLNVAL} unasked. */
    public int revents(int i) {
        return buffer.getShort(i * SIZE + REVENTS);
    }
}
