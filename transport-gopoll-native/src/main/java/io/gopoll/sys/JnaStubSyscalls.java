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

/**
 * {@link Stubs#syscall} as a native method of this class. JNA is what registers it with the JVM; a
 * call is then plain JNI and has nothing to do with JNA.
 */
final class JnaStubSyscalls extends JnaSyscalls {

    static {
        JniFunction.register(JnaStubSyscalls.class, "enter", "(JJJJJJJ)J", Stubs.syscall());
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
