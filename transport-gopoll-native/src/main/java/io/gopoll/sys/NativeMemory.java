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
import java.nio.ByteOrder;

/**
 * A piece of memory outside the heap that system calls read and write: fixed size, zeroed, aligned
 * to 8 bytes, byte order of the machine, freed with the object by the garbage collector. Not safe
 * for use by several threads at once.
 */
public final class NativeMemory {

    private final ByteBuffer buffer;
    private final long address;

    private NativeMemory(int size) {
        buffer = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        address = Syscalls.get().addressOf(buffer);
    }

    /**
     * @param size bytes, at least 1
     */
    public static NativeMemory allocate(int size) {
        return new NativeMemory(size);
    }

    /**
     * The address of the first byte. Valid while this object is reachable: whoever hands it to a
     * system call puts a {@link java.lang.ref.Reference#reachabilityFence} behind the call.
     */
    public long address() {
        return address;
    }

    /**
     * The memory as a buffer, in the byte order of the machine; position and limit are the user's.
     */
    public ByteBuffer buffer() {
        return buffer;
    }

    public int size() {
        return buffer.capacity();
    }
}
