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
 * The shortest way into the kernel: 40 bytes of machine code that make a system call and give back
 * the kernel's own result. The C library would turn that into -1 and errno, a thread-local, which
 * both bindings pay to read.
 *
 * <p>To the JVM it is the native method
 *
 * <pre>{@code
 * static native long syscall(long number, long a, long b, long c, long d, long e, long f);
 * }</pre>
 *
 * <p>so it is called with a JNIEnv* and a jclass first, and makes no use of them.
 */
final class SyscallStub {

    /** System V ABI: rdi, rsi, rdx, rcx, r8, r9, stack; the kernel wants rdi to r9 in its order. */
    private static final int[] X86_64 = {
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
        0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, // int3           up to 40 bytes
    };

    /** AAPCS64: x0 to x7, stack; the kernel wants the number in x8. */
    private static final int[] AARCH64 = {
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

    /** The kernel rounds it up where pages are larger. */
    private static final long PAGE_SIZE = 4096;

    private static final long PROT_READ_WRITE = 0x1 | 0x2;
    private static final long PROT_READ_EXEC = 0x1 | 0x4;
    private static final long MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;

    /** What {@link #write} has made, 0 before. */
    private static volatile long address;

    private SyscallStub() {}

    /** Where the code is, which {@link #write} has written. */
    static long address() {
        return address;
    }

    /**
     * Writes the code to memory, once for all bindings.
     *
     * @param libc makes the system calls that this takes
     * @throws UnsupportedOperationException if the machine forbids it
     */
    static synchronized void write(Syscalls libc) {
        if (address == 0) {
            address = map(libc);
        }
    }

    /**
     * The memory is first writable and then executable, never both, and is never given back. To
     * make it executable also has the kernel bring the caches of instructions up to date.
     */
    static long map(Syscalls libc) {
        long page = libc.syscall(MMAP, 0, PAGE_SIZE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
        check("mmap", page);
        ByteBuffer code = code(Bindings.arch(System.getProperty("os.arch")));
        for (int i = 0; i < code.capacity(); i += Long.BYTES) {
            libc.putLong(page + i, code.getLong(i));
        }
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

    private static ByteBuffer code(Arch arch) {
        int[] bytes = arch == Arch.X86_64 ? X86_64 : AARCH64;
        ByteBuffer code = ByteBuffer.allocate(bytes.length).order(ByteOrder.nativeOrder());
        for (int b : bytes) {
            code.put((byte) b);
        }
        return code;
    }
}
