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

import static io.gopoll.sys.SyscallNumbers.MMAP;
import static io.gopoll.sys.SyscallNumbers.MPROTECT;
import static io.gopoll.sys.SyscallNumbers.MUNMAP;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Functions of a few bytes of machine code, for what Java cannot express. The JVM takes them for
 * native methods, so their first two arguments are a JNIEnv* and a jclass.
 */
final class Stubs {

    /** System V ABI: rdi, rsi, rdx, rcx, r8, r9, stack; the kernel wants rdi to r9 in its order. */
    private static final int[] SYSCALL_X86_64 = {
        0xf3, 0x0f, 0x1e, 0xfa, //       endbr64              an indirect call may come in here
        0x48, 0x89, 0xd0, //             mov rax, rdx         number
        0x48, 0x89, 0xcf, //             mov rdi, rcx         a
        0x4c, 0x89, 0xc6, //             mov rsi, r8          b
        0x4c, 0x89, 0xca, //             mov rdx, r9          c
        0x4c, 0x8b, 0x54, 0x24, 0x08, // mov r10, [rsp + 8]   d
        0x4c, 0x8b, 0x44, 0x24, 0x10, // mov r8, [rsp + 16]   e
        0x4c, 0x8b, 0x4c, 0x24, 0x18, // mov r9, [rsp + 24]   f
        0x0f, 0x05, //                   syscall              overwrites rcx and r11 besides
        0xc3, //                         ret                  with the result in rax
    };

    /** AAPCS64: x0 to x7, stack; the kernel wants the number in x8. */
    private static final int[] SYSCALL_AARCH64 = {
        0x5f, 0x24, 0x03, 0xd5, // bti c           an indirect call may come in here
        0xe8, 0x03, 0x02, 0xaa, // mov x8, x2      number
        0xe0, 0x03, 0x03, 0xaa, // mov x0, x3      a
        0xe1, 0x03, 0x04, 0xaa, // mov x1, x4      b
        0xe2, 0x03, 0x05, 0xaa, // mov x2, x5      c
        0xe3, 0x03, 0x06, 0xaa, // mov x3, x6      d
        0xe4, 0x03, 0x07, 0xaa, // mov x4, x7      e
        0xe5, 0x03, 0x40, 0xf9, // ldr x5, [sp]    f
        0x01, 0x00, 0x00, 0xd4, // svc #0          overwrites x0 alone
        0xc0, 0x03, 0x5f, 0xd6, // ret             with the result in x0
    };

    private static final int[] JNI_X86_64 = {
        0xf3, 0x0f, 0x1e, 0xfa, // endbr64
        0x48, 0x89, 0xd6, //       mov rsi, rdx   object
        0x48, 0x89, 0xca, //       mov rdx, rcx   field
        0x41, 0xff, 0xe0, //       jmp r8         function
    };

    private static final int[] JNI_AARCH64 = {
        0x5f, 0x24, 0x03, 0xd5, // bti c
        0xe1, 0x03, 0x02, 0xaa, // mov x1, x2     object
        0xe2, 0x03, 0x03, 0xaa, // mov x2, x3     field
        0xf0, 0x03, 0x04, 0xaa, // mov x16, x4    function
        0x00, 0x02, 0x1f, 0xd6, // br x16         the register for a jump to a bti c
    };

    /** Where in the page the second one starts. */
    private static final int JNI_OFFSET = 64;

    /** The kernel rounds it up where pages are larger. */
    private static final long PAGE_SIZE = 4096;

    private static final long PROT_READ_WRITE = 0x1 | 0x2;
    private static final long PROT_READ_EXEC = 0x1 | 0x4;
    private static final long MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;

    /** The page that {@link #write} has made, 0 before. */
    private static volatile long page;

    private Stubs() {}

    /**
     * The address of a function that makes a system call and returns the kernel's own result. The C
     * library would turn that into -1 and errno, a thread-local that is expensive to read for both
     * bindings:
     *
     * <pre>{@code
     * static native long syscall(long number, long a, long b, long c, long d, long e, long f);
     * }</pre>
     */
    static long syscall() {
        return page;
    }

    /**
     * The address of a function that calls a function of the JNI environment to read a field; 0 if
     * there is none. JNA could make that call too, but allocates arrays and wrappers for it.
     *
     * <pre>{@code
     * static native T getField(Object object, long field, long function);
     * }</pre>
     */
    static long jni() {
        long p = page;
        return p == 0 ? 0 : p + JNI_OFFSET;
    }

    /**
     * Writes the code to memory, once for all bindings.
     *
     * @param libc makes the system calls that this takes
     * @throws UnsupportedOperationException if the machine forbids it
     */
    static synchronized void write(Syscalls libc) {
        if (page == 0) {
            page = map(libc);
        }
    }

    /**
     * The memory is writable first, then executable, never both. It is never unmapped. mprotect
     * also makes the kernel flush the instruction caches.
     */
    static long map(Syscalls libc) {
        long page = libc.syscall(MMAP, 0, PAGE_SIZE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
        check("mmap", page);
        boolean x86 = Bindings.arch(System.getProperty("os.arch")) == Arch.X86_64;
        put(libc, page, x86 ? SYSCALL_X86_64 : SYSCALL_AARCH64);
        put(libc, page + JNI_OFFSET, x86 ? JNI_X86_64 : JNI_AARCH64);
        long result = libc.syscall(MPROTECT, page, PAGE_SIZE, PROT_READ_EXEC, 0, 0, 0);
        if (result < 0) {
            libc.syscall(MUNMAP, page, PAGE_SIZE, 0, 0, 0, 0);
        }
        check("mprotect", result);
        return page;
    }

    private static void check(String call, long result) {
        if (result < 0) {
            throw new UnsupportedOperationException(
                    call + " of executable memory: " + Errno.message((int) -result));
        }
    }

    private static void put(Syscalls libc, long address, int[] code) {
        ByteBuffer bytes = ByteBuffer.allocate(JNI_OFFSET).order(ByteOrder.nativeOrder());
        for (int b : code) {
            bytes.put((byte) b);
        }
        for (int i = 0; i < code.length; i += Long.BYTES) {
            libc.putLong(address + i, bytes.getLong(i));
        }
    }
}
