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
import com.sun.jna.Pointer;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;

/**
 * A binding whose kernel is an object. It takes the place of the real one in a JVM, or in a class
 * loader, in which no class of GoPoll has asked for a binding yet.
 */
public final class SimulatedSyscalls extends Syscalls {

    /** What is behind the calls. */
    public interface Kernel {

        /** A system call, as {@link Syscalls#syscall}. */
        long call(Call call, long a, long b, long c, long d, long e, long f);
    }

    /** The system calls that GoPoll makes. */
    public enum Call {
        ACCEPT4(SyscallNumbers.ACCEPT4),
        BIND(SyscallNumbers.BIND),
        CLOSE(SyscallNumbers.CLOSE),
        CONNECT(SyscallNumbers.CONNECT),
        EPOLL_CREATE1(SyscallNumbers.EPOLL_CREATE1),
        EPOLL_CTL(SyscallNumbers.EPOLL_CTL),
        EPOLL_PWAIT2(SyscallNumbers.EPOLL_PWAIT2),
        EPOLL_WAIT(SyscallNumbers.EPOLL_WAIT),
        EVENTFD2(SyscallNumbers.EVENTFD2),
        FCNTL(SyscallNumbers.FCNTL),
        GETPEERNAME(SyscallNumbers.GETPEERNAME),
        GETSOCKNAME(SyscallNumbers.GETSOCKNAME),
        GETSOCKOPT(SyscallNumbers.GETSOCKOPT),
        IOCTL(SyscallNumbers.IOCTL),
        LISTEN(SyscallNumbers.LISTEN),
        PIPE2(SyscallNumbers.PIPE2),
        READ(SyscallNumbers.READ),
        READV(SyscallNumbers.READV),
        RECVFROM(SyscallNumbers.RECVFROM),
        RECVMMSG(SyscallNumbers.RECVMMSG),
        RECVMSG(SyscallNumbers.RECVMSG),
        SENDFILE(SyscallNumbers.SENDFILE),
        SENDMMSG(SyscallNumbers.SENDMMSG),
        SENDMSG(SyscallNumbers.SENDMSG),
        SENDTO(SyscallNumbers.SENDTO),
        SETSOCKOPT(SyscallNumbers.SETSOCKOPT),
        SHUTDOWN(SyscallNumbers.SHUTDOWN),
        SOCKET(SyscallNumbers.SOCKET),
        SOCKETPAIR(SyscallNumbers.SOCKETPAIR),
        SPLICE(SyscallNumbers.SPLICE),
        STATX(SyscallNumbers.STATX),
        UNLINKAT(SyscallNumbers.UNLINKAT),
        WRITE(SyscallNumbers.WRITE),
        WRITEV(SyscallNumbers.WRITEV);

        private static final Call[] SMALL = new Call[512];

        static {
            for (Call call : values()) {
                SMALL[(int) call.number] = call;
            }
        }

        private final long number;

        Call(long number) {
            this.number = number;
        }

        static Call of(long number) {
            return number >= 0 && number < SMALL.length ? SMALL[(int) number] : null;
        }
    }

    private static final SimulatedSyscalls INSTANCE = new SimulatedSyscalls();

    /** Null between two programs. */
    private Kernel kernel;

    private SimulatedSyscalls() {}

    /** The binding, whether or not it is in use. */
    public static SimulatedSyscalls instance() {
        return INSTANCE;
    }

    /** Takes the place of the real binding, for good. */
    public static void takeOver() {
        try {
            Field binding = Syscalls.class.getDeclaredField("binding");
            binding.setAccessible(true);
            binding.set(null, INSTANCE);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** From now on calls go to this one. */
    public void boot(Kernel kernel) {
        this.kernel = kernel;
    }

    /** The size of a struct epoll_event here. */
    public static int epollEventSize() {
        return Bindings.arch(System.getProperty("os.arch")).epollEventSize;
    }

    /** Where the data of a struct epoll_event begins. */
    public static int epollDataOffset() {
        return Bindings.arch(System.getProperty("os.arch")).epollDataOffset;
    }

    @Override
    public String binding() {
        return "simulated";
    }

    @Override
    long syscall(long number, long a, long b, long c, long d, long e, long f) {
        // The constructor of the superclass asks before there is a kernel.
        return kernel == null ? -Errno.EBADF : kernel.call(Call.of(number), a, b, c, d, e, f);
    }

    @Override
    Syscalls throughStub() {
        return this;
    }

    @Override
    long directAddress(ByteBuffer direct) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
    }

    @Override
    void putLong(long address, long value) {
        RawMemory.putLong(address, value);
    }
}
