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
 * An array of {@code struct epoll_event}, for {@link Syscalls#epoll_wait} to fill and {@link
 * Syscalls#epoll_ctl} to read. Not safe for use by several threads at once.
 */
public final class EpollEvents {

    private final int stride;
    private final int dataOffset;
    private final int capacity;
    private final NativeMemory memory;
    private final ByteBuffer buffer;

    /**
     * @param capacity how many events it holds, at least 1
     * @throws UnsupportedOperationException as {@link Syscalls#get}
     */
    public EpollEvents(int capacity) {
        this(capacity, Bindings.arch(System.getProperty("os.arch")));
    }

    /** For tests of the other architecture's layout. */
    EpollEvents(int capacity, Arch arch) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: " + capacity + " (expected: >= 1)");
        }
        this.capacity = capacity;
        stride = arch.epollEventSize;
        dataOffset = arch.epollDataOffset;
        memory = NativeMemory.allocate(Math.multiplyExact(capacity, stride));
        buffer = memory.buffer();
    }

    /** The address of the first event. */
    public long address() {
        return memory.address();
    }

    /** The address of event {@code i}, which {@link Syscalls#epoll_ctl} takes. */
    public long address(int i) {
        return memory.address() + (long) i * stride;
    }

    public int capacity() {
        return capacity;
    }

    /** The events that are set: a union of {@code EPOLLIN}, {@code EPOLLOUT} and so on. */
    public int events(int i) {
        return buffer.getInt(i * stride);
    }

    /** What {@link #set} or {@code epoll_ctl} was given for the descriptor. */
    public long data(int i) {
        return buffer.getLong(i * stride + dataOffset);
    }

    public void set(int i, int events, long data) {
        buffer.putInt(i * stride, events);
        buffer.putLong(i * stride + dataOffset, data);
    }
}
