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

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The binding for JDK 22 and later: the JDK's foreign-function API. Pointers go through as longs,
 * so that no segment is made for a call.
 *
 * <p>No call here is a critical one: it would hold up the garbage collector for as long as it
 * blocks.
 */
@SuppressWarnings("restricted")
final class FfmSyscalls extends Syscalls {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
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
     * Many threads' places in one piece of memory, which is freed when none of them is left: for
     * virtual threads, which come and go by the thousand, a piece each would cost more than the
     * calls.
     */
    private static final class CaptureSlots {

        /** A cache line each: every call writes to it. */
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

    /** recvmmsg without a time limit: a null pointer. */
    private static final long NO_TIMEOUT = 0;

    /*
     * The functions. None is final, on purpose: a call through a constant handle is inlined into
     * the pipeline that makes it, and where C2's inlining depth ends in the midst of such a call,
     * the slice that the linker cuts of the memory for errno is really allocated, 48 bytes each
     * time. What is no constant is compiled by itself, where the slice never is.
     */

    private static MethodHandle SYSCALL =
            variadic(
                    "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                    JAVA_LONG, JAVA_LONG);
    private static MethodHandle EPOLL_CREATE1 = function("epoll_create1", JAVA_INT, JAVA_INT);
    private static MethodHandle EPOLL_CTL =
            function("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static MethodHandle EPOLL_WAIT =
            function("epoll_wait", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static MethodHandle EVENTFD = function("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static MethodHandle SOCKETPAIR =
            function("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static MethodHandle BIND = function("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static MethodHandle LISTEN = function("listen", JAVA_INT, JAVA_INT, JAVA_INT);
    private static MethodHandle ACCEPT4 =
            function("accept4", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static MethodHandle CONNECT =
            function("connect", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static MethodHandle SHUTDOWN = function("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    private static MethodHandle CLOSE = function("close", JAVA_INT, JAVA_INT);
    private static MethodHandle READ = function("read", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static MethodHandle WRITE =
            function("write", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static MethodHandle READV = function("readv", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static MethodHandle WRITEV =
            function("writev", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static MethodHandle RECV =
            function("recv", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static MethodHandle SEND =
            function("send", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static MethodHandle SENDTO =
            function(
                    "sendto", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG,
                    JAVA_INT);
    private static MethodHandle RECVFROM =
            function(
                    "recvfrom",
                    JAVA_LONG,
                    JAVA_INT,
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_INT,
                    JAVA_LONG,
                    JAVA_LONG);
    private static MethodHandle RECVMSG =
            function("recvmsg", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static MethodHandle SENDMSG =
            function("sendmsg", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static MethodHandle RECVMMSG =
            function("recvmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static MethodHandle SENDMMSG =
            function("sendmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static MethodHandle SENDFILE =
            function("sendfile", JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static MethodHandle SPLICE =
            function(
                    "splice", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG,
                    JAVA_INT);
    private static MethodHandle PIPE2 = function("pipe2", JAVA_INT, JAVA_LONG, JAVA_INT);
    private static MethodHandle GETSOCKOPT =
            function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static MethodHandle SETSOCKOPT =
            function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static MethodHandle GETSOCKNAME =
            function("getsockname", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static MethodHandle GETPEERNAME =
            function("getpeername", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static MethodHandle FCNTL =
            variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static MethodHandle IOCTL =
            variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static MethodHandle OPEN = variadic("open", 2, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);

    FfmSyscalls() {
        super(pwait2(-1, 0, 0, 0));
    }

    private static MethodHandle function(
            String name, ValueLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                find(name), FunctionDescriptor.of(result, parameters), CAPTURE_ERRNO);
    }

    /** {@code firstVariadic} is the index of the first argument that C passes as a variadic one. */
    private static MethodHandle variadic(
            String name, int firstVariadic, ValueLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                find(name),
                FunctionDescriptor.of(result, parameters),
                CAPTURE_ERRNO,
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    private static MemorySegment find(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError("the C library lacks " + name));
    }

    private static int result(int value, MemorySegment capture) {
        return value == -1 ? -(int) ERRNO.get(capture, 0L) : value;
    }

    private static long result(long value, MemorySegment capture) {
        return value == -1 ? -(int) ERRNO.get(capture, 0L) : value;
    }

    /** A downcall declares Throwable and throws nothing of its own: what comes is the JVM's. */
    private static Error unexpected(Throwable t) {
        return t instanceof Error e ? e : new AssertionError(t);
    }

    @Override
    public String binding() {
        return Bindings.FFM;
    }

    @Override
    long directAddress(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct).address() - direct.position();
    }

    @Override
    void putLong(long address, long value) {
        MEMORY.set(JAVA_LONG, address, value);
    }

    @Override
    int epoll_pwait2(int epfd, long events, int maxevents, long timespec) {
        return pwait2(epfd, events, maxevents, timespec);
    }

    private static int pwait2(int epfd, long events, int maxevents, long timespec) {
        MemorySegment capture = CAPTURE.get();
        try {
            return (int)
                    result(
                            (long)
                                    SYSCALL.invokeExact(
                                            capture,
                                            SYS_EPOLL_PWAIT2,
                                            (long) epfd,
                                            events,
                                            (long) maxevents,
                                            timespec,
                                            0L,
                                            0L),
                            capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int epoll_create1(int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) EPOLL_CREATE1.invokeExact(capture, flags), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int epoll_ctl(int epfd, int op, int fd, long event) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) EPOLL_CTL.invokeExact(capture, epfd, op, fd, event), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int epoll_wait(int epfd, long events, int maxevents, int timeout) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (int) EPOLL_WAIT.invokeExact(capture, epfd, events, maxevents, timeout),
                    capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int eventfd(int initval, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) EVENTFD.invokeExact(capture, initval, flags), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) SOCKET.invokeExact(capture, domain, type, protocol), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int socketpair(int domain, int type, int protocol, long sv) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (int) SOCKETPAIR.invokeExact(capture, domain, type, protocol, sv), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int bind(int sockfd, long addr, int addrlen) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) BIND.invokeExact(capture, sockfd, addr, addrlen), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int listen(int sockfd, int backlog) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) LISTEN.invokeExact(capture, sockfd, backlog), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int accept4(int sockfd, long addr, long addrlen, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (int) ACCEPT4.invokeExact(capture, sockfd, addr, addrlen, flags), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int connect(int sockfd, long addr, int addrlen) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) CONNECT.invokeExact(capture, sockfd, addr, addrlen), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int shutdown(int sockfd, int how) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) SHUTDOWN.invokeExact(capture, sockfd, how), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int close(int fd) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) CLOSE.invokeExact(capture, fd), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int read(int fd, long buf, int count) {
        MemorySegment capture = CAPTURE.get();
        try {
            return (int) result((long) READ.invokeExact(capture, fd, buf, (long) count), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int write(int fd, long buf, int count) {
        MemorySegment capture = CAPTURE.get();
        try {
            return (int) result((long) WRITE.invokeExact(capture, fd, buf, (long) count), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long readv(int fd, long iov, int iovcnt) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((long) READV.invokeExact(capture, fd, iov, iovcnt), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long writev(int fd, long iov, int iovcnt) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((long) WRITEV.invokeExact(capture, fd, iov, iovcnt), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int recv(int sockfd, long buf, int len, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return (int)
                    result(
                            (long) RECV.invokeExact(capture, sockfd, buf, (long) len, flags),
                            capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int send(int sockfd, long buf, int len, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return (int)
                    result(
                            (long) SEND.invokeExact(capture, sockfd, buf, (long) len, flags),
                            capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long sendto(int fd, long buf, int len, int flags, long addr, int addrlen) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (long) SENDTO.invokeExact(capture, fd, buf, (long) len, flags, addr, addrlen),
                    capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long recvfrom(int fd, long buf, int len, int flags, long addr, long addrlen) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (long) RECVFROM.invokeExact(capture, fd, buf, (long) len, flags, addr, addrlen),
                    capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long recvmsg(int sockfd, long msg, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((long) RECVMSG.invokeExact(capture, sockfd, msg, flags), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long sendmsg(int sockfd, long msg, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((long) SENDMSG.invokeExact(capture, sockfd, msg, flags), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int recvmmsg(int sockfd, long msgvec, int vlen, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (int) RECVMMSG.invokeExact(capture, sockfd, msgvec, vlen, flags, NO_TIMEOUT),
                    capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int sendmmsg(int sockfd, long msgvec, int vlen, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (int) SENDMMSG.invokeExact(capture, sockfd, msgvec, vlen, flags), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long sendfile(int outFd, int inFd, long offset, long count) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (long) SENDFILE.invokeExact(capture, outFd, inFd, offset, count), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long splice(int fdIn, long offIn, int fdOut, long offOut, long len, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (long) SPLICE.invokeExact(capture, fdIn, offIn, fdOut, offOut, len, flags),
                    capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int pipe2(long pipefd, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) PIPE2.invokeExact(capture, pipefd, flags), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int getsockopt(int sockfd, int level, int optname, long optval, long optlen) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (int) GETSOCKOPT.invokeExact(capture, sockfd, level, optname, optval, optlen),
                    capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int setsockopt(int sockfd, int level, int optname, long optval, int optlen) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (int) SETSOCKOPT.invokeExact(capture, sockfd, level, optname, optval, optlen),
                    capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int getsockname(int sockfd, long addr, long addrlen) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) GETSOCKNAME.invokeExact(capture, sockfd, addr, addrlen), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int getpeername(int sockfd, long addr, long addrlen) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) GETPEERNAME.invokeExact(capture, sockfd, addr, addrlen), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int fcntl(int fd, int cmd, int arg) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) FCNTL.invokeExact(capture, fd, cmd, arg), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int ioctl(int fd, long request, long arg) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) IOCTL.invokeExact(capture, fd, request, arg), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int open(long pathname, int flags, int mode) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) OPEN.invokeExact(capture, pathname, flags, mode), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }
}
