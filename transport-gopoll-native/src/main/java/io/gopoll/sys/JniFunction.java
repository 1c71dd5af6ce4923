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

import com.sun.jna.Function;
import com.sun.jna.JNIEnv;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * A function of the JNI environment, called through JNA. Its index in the table finds it, as in C.
 */
final class JniFunction {

    static final int GET_FIELD_ID = 94;
    static final int GET_OBJECT_FIELD = 95;
    static final int GET_INT_FIELD = 100;
    private static final int REGISTER_NATIVES = 215;

    private static final Map<String, Object> OBJECTS =
            Map.of(Library.OPTION_ALLOW_OBJECTS, Boolean.TRUE);

    private static final Pointer TABLE = table();

    private final Function function;

    JniFunction(int index) {
        function = Function.getFunction(TABLE.getPointer((long) index * Native.POINTER_SIZE));
    }

    private static Pointer table() {
        // labs(3) returns its argument, and JNA passes the address of the environment.
        Function labs = Function.getFunction("c", "labs");
        long env = (Long) labs.invoke(Long.class, new Object[] {JNIEnv.CURRENT}, OBJECTS);
        return new Pointer(env).getPointer(0);
    }

    /**
     * Gives a native method of a class its code.
     *
     * @param signature as in a class file
     * @throws UnsupportedOperationException if the JVM refuses
     */
    static void register(Class<?> owner, String name, String signature, long code) {
        byte[] strings = (name + '\0' + signature + '\0').getBytes(US_ASCII);
        // A JNINativeMethod: three pointers, here with its strings behind it.
        int size = 3 * Long.BYTES;
        ByteBuffer method = ByteBuffer.allocateDirect(size + strings.length);
        long address = Pointer.nativeValue(Native.getDirectBufferPointer(method)) + size;
        method.order(ByteOrder.nativeOrder())
                .putLong(address)
                .putLong(address + name.length() + 1)
                .putLong(code)
                .put(strings);
        int result =
                new JniFunction(REGISTER_NATIVES).invoke(Integer.class, owner, method.rewind(), 1);
        if (result != 0) {
            throw new UnsupportedOperationException("RegisterNatives: " + result);
        }
    }

    /** Where its code is. */
    long address() {
        return Pointer.nativeValue(function);
    }

    /**
     * @param result what JNA makes of the result, a class of its own or a wrapper
     * @param arguments without the first one, the environment
     */
    <T> T invoke(Class<T> result, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = JNIEnv.CURRENT;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return result.cast(function.invoke(result, all, OBJECTS));
    }
}
