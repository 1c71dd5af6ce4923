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

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@link Stubs#syscall} by the JDK's foreign-function API: there is no errno to be captured. */
@SuppressWarnings("restricted")
final class FfmStubSyscalls extends FfmSyscalls {

    /** In place of the JNI environment and the class. */
    private static final long UNUSED = 0;

    private static final MethodHandle SYSCALL =
            LINKER.downcallHandle(
                    MemorySegment.ofAddress(Stubs.syscall()),
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    @Override
    public String entry() {
        return STUB;
    }

    @Override
    long syscall(long number, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) SYSCALL.invokeExact(UNUSED, UNUSED, number, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }
}
