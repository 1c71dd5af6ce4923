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
 * An array of {@code struct iovec}: the pieces of memory that readv, writev and sendmsg go through
 * in turn. Not safe for use by several threads at once.
 */
public final class Iovecs {

    /** The size of struct iovec: an address, and a length of 64 bits. */
    static final int SIZE = 16;

    private static final int LENGTH = 8;

    private final int capacity;
    private final NativeMemory memory;
    private final ByteBuffer buffer;
    private int count;
    private long bytes;

    /** With room for as many pieces as a call takes: {@link Constants#IOV_MAX}. */
    public Iovecs() {
        this(Constants.IOV_MAX);
    }

    /**
     * @param capacity how many pieces it holds, 1 to {@link Constants#IOV_MAX}
     */
    public Iovecs(int capacity) {
        if (capacity < 1 || capacity > Constants.IOV_MAX) {
            throw new IllegalArgumentException(
                    "capacity: " + capacity + " (expected: 1 to " + Constants.IOV_MAX + ")");
        }
        this.capacity = capacity;
        memory = NativeMemory.allocate(capacity * SIZE);
        buffer = memory.buffer();
    }

    /**
     * @param length bytes, at least 0
     * @return false if it is full: nothing was added
     */
    public boolean add(long address, long length) {
        if (length < 0) {
            throw new IllegalArgumentException("length: " + length + " (expected: >= 0)");
        }
        if (count == capacity) {
            return false;
        }
        put(buffer, count * SIZE, address, length);
        count++;
        bytes += length;
        return true;
    }

    /** Writes one struct iovec. */
    static void put(ByteBuffer buffer, int offset, long address, long length) {
        buffer.putLong(offset, address);
        buffer.putLong(offset + LENGTH, length);
    }

    public void clear() {
        count = 0;
        bytes = 0;
    }

    /** How many pieces there are. */
    public int count() {
        return count;
    }

    public int capacity() {
        return capacity;
    }

    /** The sum of their lengths. */
    public long bytes() {
        return bytes;
    }

    /** The address of the first. */
    public long address() {
        return memory.address();
    }

    /** The address of piece {@code i}. */
    public long address(int i) {
        return memory.address() + (long) i * SIZE;
    }
}
