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
 * The numbers of system calls (asm/unistd.h), sorted by name. The first number is for x86-64, the
 * second for aarch64, whose table is that of all newer architectures.
 */
final class SyscallNumbers {

    private static final boolean ARM = Arch.of(System.getProperty("os.arch")) == Arch.AARCH64;

    static final long ACCEPT4 = number(288, 242);
    static final long BIND = number(49, 200);
    static final long CLOSE = number(3, 57);
    static final long CONNECT = number(42, 203);
    static final long EPOLL_CREATE1 = number(291, 20);
    static final long EPOLL_CTL = number(233, 21);
    static final long EPOLL_PWAIT2 = number(441, 441);

    /** The newer table has epoll_pwait only. Its first arguments are those of epoll_wait. */
    static final long EPOLL_WAIT = number(232, 22);

    static final long EVENTFD2 = number(290, 19);
    static final long FCNTL = number(72, 25);
    static final long GETPEERNAME = number(52, 205);
    static final long GETSOCKNAME = number(51, 204);
    static final long GETSOCKOPT = number(55, 209);
    static final long IOCTL = number(16, 29);
    static final long LISTEN = number(50, 201);
    static final long MMAP = number(9, 222);
    static final long MPROTECT = number(10, 226);
    static final long MUNMAP = number(11, 215);
    static final long OPENAT = number(257, 56);
    static final long PIPE2 = number(293, 59);
    static final long PPOLL = number(271, 73);
    static final long READ = number(0, 63);
    static final long READV = number(19, 65);
    static final long RECVFROM = number(45, 207);
    static final long RECVMMSG = number(299, 243);
    static final long RECVMSG = number(47, 212);
    static final long SENDFILE = number(40, 71);
    static final long SENDMMSG = number(307, 269);
    static final long SENDMSG = number(46, 211);
    static final long SENDTO = number(44, 206);
    static final long SETSOCKOPT = number(54, 208);
    static final long SHUTDOWN = number(48, 210);
    static final long SOCKET = number(41, 198);
    static final long SOCKETPAIR = number(53, 199);
    static final long SPLICE = number(275, 76);
    static final long STATX = number(332, 291);
    static final long UNLINKAT = number(263, 35);
    static final long WRITE = number(1, 64);
    static final long WRITEV = number(20, 66);

    private SyscallNumbers() {}

    private static long number(long x86_64, long aarch64) {
        return ARM ? aarch64 : x86_64;
    }
}
