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

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@link SyscallStub} as a native method of this class. JNA is what registers it with the JVM; a
 * call is then plain JNI and has nothing to do with JNA.
 */
final class JnaStubSyscalls extends JnaSyscalls {

    static {
        byte[] name = "enter\0".getBytes(US_ASCII);
        byte[] signature = "(JJJJJJJ)J\0".getBytes(US_ASCII);
        // A JNINativeMethod: three pointers, here with its strings behind it.
        int size = 3 * Long.BYTES;
        ByteBuffer method = ByteBuffer.allocateDirect(size + name.length + signature.length);
        long strings = Pointer.nativeValue(Native.getDirectBufferPointer(method)) + size;
        method.order(ByteOrder.nativeOrder())
                .putLong(strings)
                .putLong(strings + name.length)
                .putLong(SyscallStub.address())
                .put(name)
                .put(signature);
        int result =
                new JniFunction(JniFunction.REGISTER_NATIVES)
                        .invoke(Integer.class, JnaStubSyscalls.class, method.rewind(), 1);
        if (result != 0) {
            throw new UnsupportedOperationException("RegisterNatives: " + result);
        }
    }

    private static native long enter(long number, long a, long b, long c, long d, long e, long f);

    @Override
    public String entry() {
        return STUB;
    }

    @Override
    long syscall(long number, long a, long b, long c, long d, long e, long f) {
        return enter(number, a, b, c, d, e, f);
    }
}
