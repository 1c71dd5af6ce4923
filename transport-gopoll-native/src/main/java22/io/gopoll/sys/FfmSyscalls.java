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

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The binding for JDK 22 and later: syscall(2) of the C library by the JDK's foreign-function API.
 * Pointers go through as longs, so that no segment is made for a call.
 *
 * <p>No call here is a critical one: it would hold up the garbage collector for as long as it
 * blocks.
 */
@SuppressWarnings("restricted")
class FfmSyscalls extends Syscalls {

    static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURE_LAYOUT = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            CAPTURE_LAYOUT.varHandle(PathElement.groupElement("errno"));

    /**
     * Where the linker saves errno right after the call, before the JVM itself can overwrite it.
     * One for each thread, since another thread's call would overwrite it too.
     */
    private static final ThreadLocal<MemorySegment> CAPTURE =
            ThreadLocal.withInitial(CaptureSlots::take);

    /**
     * Slots for many threads in one piece of memory, which is freed when no thread uses it any
     * more. A piece of memory for each virtual thread would cost more than its system calls.
     */
    private static final class CaptureSlots {

        /** A cache line, because every call writes to its slot. */
        private static final int SIZE = 64;

        private static final int COUNT = 64;

        private static final AtomicReference<CaptureSlots> CURRENT =
                new AtomicReference<>(new CaptureSlots());

        private final MemorySegment memory = Arena.ofAuto().allocate(SIZE * COUNT, SIZE);
        private final AtomicInteger taken = new AtomicInteger();

        static MemorySegment take() {
            for (; ; ) {
                CaptureSlots slots = CURRENT.get();
                int i = slots.taken.getAndIncrement();
                if (i < COUNT) {
                    return slots.memory.asSlice((long) i * SIZE, CAPTURE_LAYOUT);
                }
                CURRENT.compareAndSet(slots, new CaptureSlots());
            }
        }
    }

    /** All memory: an address is the offset from 0, so nothing is allocated to write to it. */
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /**
     * Not final, on purpose: C2 inlines a call through a constant handle into its caller. Where the
     * inlining depth ends in the middle of such a call, the linker's slice of the memory for errno
     * is allocated, 48 bytes for each call. A handle that is not constant is compiled by itself,
     * and allocates no slice.
     */
    private static MethodHandle SYSCALL;

    FfmSyscalls() {
        this(linked());
    }

    /**
     * @param syscall there before the constructor of the superclass makes its first call
     */
    private FfmSyscalls(MethodHandle syscall) {
        SYSCALL = syscall;
    }

    /**
     * Not at class initialisation, which fails for ever: the JDK's own lookup opens a library at
     * its first use, and if there was no descriptor for that finds nothing any more.
     */
    private static MethodHandle linked() {
        if (SYSCALL == null) {
            SYSCALL =
                    LINKER.downcallHandle(
                            LINKER.defaultLookup()
                                    .find("syscall")
                                    .or(FfmSyscalls::inLibc)
                                    .orElseThrow(
                                            () ->
                                                    new UnsatisfiedLinkError(
                                                            "the C library lacks syscall")),
                            FunctionDescriptor.of(
                                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                                    JAVA_LONG, JAVA_LONG, JAVA_LONG),
                            Linker.Option.captureCallState("errno"),
                            Linker.Option.firstVariadicArg(1));
        }
        return SYSCALL;
    }

    private static Optional<MemorySegment> inLibc() {
        return SymbolLookup.libraryLookup("libc.so.6", Arena.global()).find("syscall");
    }

    @Override
    public final String binding() {
        return Bindings.FFM;
    }

    @Override
    final long directAddress(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct).address() - direct.position();
    }

    @Override
    final void putLong(long address, long value) {
        MEMORY.set(JAVA_LONG, address, value);
    }

    @Override
    long syscall(long number, long a, long b, long c, long d, long e, long f) {
        MemorySegment capture = CAPTURE.get();
        long result;
        try {
            result = (long) SYSCALL.invokeExact(capture, number, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw unexpected(t);
        }
        return result == -1 ? -(int) ERRNO.get(capture, 0L) : result;
    }

    @Override
    Syscalls throughStub() {
        return new FfmStubSyscalls();
    }

    /** A downcall declares Throwable, but what it throws can only come from the JVM itself. */
    static Error unexpected(Throwable t) {
        return t instanceof Error e ? e : new AssertionError(t);
    }
}
