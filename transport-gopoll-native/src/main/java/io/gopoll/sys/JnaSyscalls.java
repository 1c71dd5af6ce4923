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

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * The binding for JDKs without a foreign-function API: syscall(2) of the C library by JNA's direct
 * mapping, whose stubs are made at class initialisation and take primitives as they are. JNA's
 * interface mapping and its LastErrorException cost several times the call.
 */
class JnaSyscalls extends Syscalls {

    /** All memory: an address is the offset from 0, so nothing is allocated to write to it. */
    private static final Pointer MEMORY = new Pointer(0);

    @Override
    public final String binding() {
        return Bindings.JNA;
    }

    @Override
    final long directAddress(ByteBuffer direct) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
    }

    @Override
    final void putLong(long address, long value) {
        MEMORY.setLong(address, value);
    }

    @Override
    long syscall(long number, long a, long b, long c, long d, long e, long f) {
        long result = Libc.syscall(number, a, b, c, d, e, f);
        return result == -1 ? -Native.getLastError() : result;
    }

    @Override
    Syscalls throughStub() {
        return new JnaStubSyscalls();
    }

    private static final class Libc {
        static {
            Native.register(Libc.class, NativeLibrary.getProcess());
        }

        private Libc() {}

        /** Variadic in C; integers go the same way on x86-64 and aarch64 Linux. */
        static native long syscall(long number, long a, long b, long c, long d, long e, long f);
    }
}
