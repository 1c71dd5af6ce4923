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

import static io.gopoll.sys.SyscallNumbers.*;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Linux system calls, one method per call, named as in section 2 of the manual.
 *
 * <p>Every method takes raw descriptors and addresses and returns what the kernel returns: zero or
 * a positive result, or {@code -errno} on failure. Nothing here throws, allocates or reads a
 * thread-local of the caller; EINTR is returned like any other error. All methods may be called
 * from any thread. An address must stay valid for the length of the call: hand in memory of a
 * {@link NativeMemory} or of a buffer, and keep that reachable until the call has returned, with
 * {@link java.lang.ref.Reference#reachabilityFence}. A field is not enough: compiled code need not
 * keep an object for a field that it has read already.
 *
 * <p>There are two bindings behind it, chosen once: the JDK's foreign-function API where the JDK
 * has it (22 and later), JNA elsewhere. {@code -Dio.gopoll.syscalls=jna|ffm} forces one. Both call
 * machine code of GoPoll's own, 40 bytes that enter the kernel; where memory cannot be made
 * executable, or with {@code -Dio.gopoll.syscalls.stub=false}, they call the C library.
 */
public abstract class Syscalls {

    /** The system property that forces a binding: {@code jna} or {@code ffm}. */
    public static final String BINDING_PROPERTY = "io.gopoll.syscalls";

    /** The system property that, with the value {@code false}, has calls made by the C library. */
    public static final String STUB_PROPERTY = "io.gopoll.syscalls.stub";

    static final String STUB = "stub";
    static final String LIBC = "libc";

    /** Paths are relative to the working directory. */
    private static final long AT_FDCWD = -100;

    private static final long NO_SIGMASK = 0;

    /** Of the kernel's sigset_t, in bytes. */
    private static final long SIGSET_SIZE = 8;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** Null until {@link #get} has found one. */
    private static volatile Syscalls binding;

    /** Of the first {@link #get} that failed. Under the lock of the class. */
    private static UnsupportedOperationException failure;

    private final boolean hasEpollPwait2;

    /**
     * Why calls do not go through the stub; null if nobody has asked for it. Set before the object
     * is shared.
     */
    String whyLibc;

    /** As {@link #whyLibc}, where the stub was asked for. */
    String whyNoStub;

    /**
     * Why this is not the best binding that the JDK has; null if it is, or if it was asked for. Set
     * before the object is shared.
     */
    String whyNotTheBest;

    /** Only the bindings of this package extend this class. */
    Syscalls() {
        long probe = syscall(EPOLL_PWAIT2, -1, 0, 0, 0, NO_SIGMASK, SIGSET_SIZE);
        // EPERM: of a sandbox that does not know the call.
        hasEpollPwait2 = probe != -Errno.ENOSYS && probe != -Errno.EPERM;
        // Its classes are loaded now: when descriptors have run out, their files can't be opened.
        Errno.cause("accept", -Errno.EMFILE, null);
    }

    /**
     * The binding in use.
     *
     * <p>A failure is not for ever: the next call tries again, in case descriptors or memory were
     * used up.
     *
     * @throws UnsupportedOperationException if there is none on this machine; the message says why
     *     and what to do. The same exception each time: what failed first is what matters.
     */
    public static Syscalls get() {
        Syscalls b = binding;
        return b != null ? b : choose();
    }

    private static synchronized Syscalls choose() {
        if (binding == null) {
            try {
                binding = Bindings.choose();
            } catch (UnsupportedOperationException e) {
                if (failure == null) {
                    failure = e;
                }
                throw failure;
            }
        }
        return binding;
    }

    /**
     * New instances of every binding that works on this machine, through the stub (where there is
     * one) and through the C library: for tests, to compare them.
     */
    public static List<Syscalls> available() {
        return Bindings.available();
    }

    /** Which binding this is: {@code "jna"} or {@code "ffm"}. */
    public abstract String binding();

    /**
     * How calls enter the kernel, for logs: {@code "stub"}, by machine code of GoPoll's own, or
     * {@code "libc"}, by the C library, with the reason if there is one.
     */
    public String entry() {
        return whyLibc == null ? LIBC : LIBC + ": " + whyLibc;
    }

    /**
     * What is second best here although nobody has asked for it, and costs, each with what to do
     * about it; empty if there is nothing.
     */
    public final List<String> fallbacks() {
        List<String> all = new ArrayList<>();
        if (whyNotTheBest != null) {
            all.add(
                    "System calls go through "
                            + binding()
                            + ", which is slower to start and to call than what this JDK has: "
                            + whyNotTheBest);
        }
        if (whyNoStub != null) {
            all.add(
                    "System calls go through the C library, which takes 0.1 to 0.3 µs more for each"
                            + " call, since no page of machine code of GoPoll's own can be made: "
                            + whyNoStub
                            + " (-D"
                            + STUB_PROPERTY
                            + "=false does not try)");
        }
        return all;
    }

    @Override
    public final String toString() {
        return binding();
    }

    /**
     * The one function of a binding: a system call.
     *
     * @param number of {@link SyscallNumbers}
     * @return the kernel's own result, {@code -errno} on failure
     */
    abstract long syscall(long number, long a, long b, long c, long d, long e, long f);

    /** A new instance of the same binding that calls {@link Stubs#syscall}, which is there. */
    abstract Syscalls throughStub();

    /**
     * The address of the first byte (index 0, whatever its position) of a direct buffer.
     *
     * @throws IllegalArgumentException if the buffer is not direct
     */
    public final long addressOf(ByteBuffer direct) {
        if (!direct.isDirect()) {
            throw new IllegalArgumentException("not a direct buffer: " + direct);
        }
        return directAddress(direct);
    }

    abstract long directAddress(ByteBuffer direct);

    /** Writes to memory, in the byte order of the machine. */
    abstract void putLong(long address, long value);

    public final int epoll_create1(int flags) {
        return (int) syscall(EPOLL_CREATE1, flags, 0, 0, 0, 0, 0);
    }

    /** {@code event} is the address of a {@code struct epoll_event}, see {@link EpollEvents}. */
    public final int epoll_ctl(int epfd, int op, int fd, long event) {
        return (int) syscall(EPOLL_CTL, epfd, op, fd, event, 0, 0);
    }

    /** Milliseconds; -1 waits without a limit. */
    public final int epoll_wait(int epfd, long events, int maxevents, int timeout) {
        return (int) syscall(EPOLL_WAIT, epfd, events, maxevents, timeout, NO_SIGMASK, SIGSET_SIZE);
    }

    /**
     * As {@link #epoll_wait} with a timeout in nanoseconds; negative waits without a limit. Uses
     * epoll_pwait2 where the kernel has it (5.11), else epoll_wait with the timeout rounded up to a
     * millisecond.
     *
     * @param timespec the address of 16 bytes of scratch memory for the timeout, owned by the
     *     caller
     */
    public final int epoll_pwait2(
            int epfd, long events, int maxevents, long timeoutNanos, long timespec) {
        if (timeoutNanos <= 0 || !hasEpollPwait2) {
            return epoll_wait(epfd, events, maxevents, toMillis(timeoutNanos));
        }
        putLong(timespec, timeoutNanos / NANOS_PER_SECOND);
        putLong(timespec + Long.BYTES, timeoutNanos % NANOS_PER_SECOND);
        return (int)
                syscall(EPOLL_PWAIT2, epfd, events, maxevents, timespec, NO_SIGMASK, SIGSET_SIZE);
    }

    /**
     * poll(2) with a timeout in nanoseconds; negative waits without a limit.
     *
     * @param fds the address of {@code nfds} elements of {@code struct pollfd}, see {@link PollFds}
     * @param timespec the address of 16 bytes of scratch memory for the timeout, owned by the
     *     caller; the kernel changes it
     */
    public final int ppoll(long fds, int nfds, long timeoutNanos, long timespec) {
        if (timeoutNanos < 0) {
            return (int) syscall(PPOLL, fds, nfds, 0, NO_SIGMASK, SIGSET_SIZE, 0);
        }
        putLong(timespec, timeoutNanos / NANOS_PER_SECOND);
        putLong(timespec + Long.BYTES, timeoutNanos % NANOS_PER_SECOND);
        return (int) syscall(PPOLL, fds, nfds, timespec, NO_SIGMASK, SIGSET_SIZE, 0);
    }

    /** Rounded up, so that a wait for less than a millisecond does not become a busy loop. */
    static int toMillis(long nanos) {
        if (nanos <= 0) {
            return nanos < 0 ? -1 : 0;
        }
        return (int) Math.min(Integer.MAX_VALUE, (nanos - 1) / NANOS_PER_MILLI + 1);
    }

    public final int eventfd(int initval, int flags) {
        return (int) syscall(EVENTFD2, initval, flags, 0, 0, 0, 0);
    }

    public final int socket(int domain, int type, int protocol) {
        return (int) syscall(SOCKET, domain, type, protocol, 0, 0, 0);
    }

    public final int socketpair(int domain, int type, int protocol, long sv) {
        return (int) syscall(SOCKETPAIR, domain, type, protocol, sv, 0, 0);
    }

    public final int bind(int sockfd, long addr, int addrlen) {
        return (int) syscall(BIND, sockfd, addr, addrlen, 0, 0, 0);
    }

    public final int listen(int sockfd, int backlog) {
        return (int) syscall(LISTEN, sockfd, backlog, 0, 0, 0, 0);
    }

    /** {@code addrlen} is the address of an int, both 0 if the address is not asked for. */
    public final int accept4(int sockfd, long addr, long addrlen, int flags) {
        return (int) syscall(ACCEPT4, sockfd, addr, addrlen, flags, 0, 0);
    }

    public final int connect(int sockfd, long addr, int addrlen) {
        return (int) syscall(CONNECT, sockfd, addr, addrlen, 0, 0, 0);
    }

    public final int shutdown(int sockfd, int how) {
        return (int) syscall(SHUTDOWN, sockfd, how, 0, 0, 0, 0);
    }

    public final int close(int fd) {
        return (int) syscall(CLOSE, fd, 0, 0, 0, 0, 0);
    }

    public final int read(int fd, long buf, int count) {
        return (int) syscall(READ, fd, buf, count, 0, 0, 0);
    }

    public final int write(int fd, long buf, int count) {
        return (int) syscall(WRITE, fd, buf, count, 0, 0, 0);
    }

    public final long readv(int fd, long iov, int iovcnt) {
        return syscall(READV, fd, iov, iovcnt, 0, 0, 0);
    }

    public final long writev(int fd, long iov, int iovcnt) {
        return syscall(WRITEV, fd, iov, iovcnt, 0, 0, 0);
    }

    /** Of a socket: some 50 ns cheaper than {@link #read}, which takes the way of all files. */
    public final int recv(int sockfd, long buf, int len, int flags) {
        return (int) syscall(RECVFROM, sockfd, buf, len, flags, 0, 0);
    }

    /** Of a socket, as {@link #recv}. */
    public final int send(int sockfd, long buf, int len, int flags) {
        return (int) syscall(SENDTO, sockfd, buf, len, flags, 0, 0);
    }

    public final long sendto(int fd, long buf, int len, int flags, long addr, int addrlen) {
        return syscall(SENDTO, fd, buf, len, flags, addr, addrlen);
    }

    public final long recvfrom(int fd, long buf, int len, int flags, long addr, long addrlen) {
        return syscall(RECVFROM, fd, buf, len, flags, addr, addrlen);
    }

    public final long recvmsg(int sockfd, long msg, int flags) {
        return syscall(RECVMSG, sockfd, msg, flags, 0, 0, 0);
    }

    public final long sendmsg(int sockfd, long msg, int flags) {
        return syscall(SENDMSG, sockfd, msg, flags, 0, 0, 0);
    }

    public final int recvmmsg(int sockfd, long msgvec, int vlen, int flags) {
        return (int) syscall(RECVMMSG, sockfd, msgvec, vlen, flags, 0, 0);
    }

    public final int sendmmsg(int sockfd, long msgvec, int vlen, int flags) {
        return (int) syscall(SENDMMSG, sockfd, msgvec, vlen, flags, 0, 0);
    }

    /** {@code offset} is the address of a 64-bit offset, updated by the call, or 0. */
    public final long sendfile(int outFd, int inFd, long offset, long count) {
        return syscall(SENDFILE, outFd, inFd, offset, count, 0, 0);
    }

    /** {@code offIn} and {@code offOut} are addresses of 64-bit offsets or 0. */
    public final long splice(int fdIn, long offIn, int fdOut, long offOut, long len, int flags) {
        return syscall(SPLICE, fdIn, offIn, fdOut, offOut, len, flags);
    }

    /** {@code pathname} is the address of a path that ends with a NUL, {@code statxbuf} of room. */
    public final int statx(int dirfd, long pathname, int flags, int mask, long statxbuf) {
        return (int) syscall(STATX, dirfd, pathname, flags, mask, statxbuf, 0);
    }

    /** {@code pathname} is the address of a path that ends with a NUL. */
    public final int unlinkat(int dirfd, long pathname, int flags) {
        return (int) syscall(UNLINKAT, dirfd, pathname, flags, 0, 0, 0);
    }

    /** {@code pipefd} is the address of two ints. */
    public final int pipe2(long pipefd, int flags) {
        return (int) syscall(PIPE2, pipefd, flags, 0, 0, 0, 0);
    }

    public final int getsockopt(int sockfd, int level, int optname, long optval, long optlen) {
        return (int) syscall(GETSOCKOPT, sockfd, level, optname, optval, optlen, 0);
    }

    public final int setsockopt(int sockfd, int level, int optname, long optval, int optlen) {
        return (int) syscall(SETSOCKOPT, sockfd, level, optname, optval, optlen, 0);
    }

    public final int getsockname(int sockfd, long addr, long addrlen) {
        return (int) syscall(GETSOCKNAME, sockfd, addr, addrlen, 0, 0, 0);
    }

    public final int getpeername(int sockfd, long addr, long addrlen) {
        return (int) syscall(GETPEERNAME, sockfd, addr, addrlen, 0, 0, 0);
    }

    public final int fcntl(int fd, int cmd, int arg) {
        return (int) syscall(FCNTL, fd, cmd, arg, 0, 0, 0);
    }

    /** {@code arg} is the address of the request's argument. */
    public final int ioctl(int fd, long request, long arg) {
        return (int) syscall(IOCTL, fd, request, arg, 0, 0, 0);
    }

    /** {@code pathname} is the address of a NUL-terminated string. */
    public final int open(long pathname, int flags, int mode) {
        return (int) syscall(OPENAT, AT_FDCWD, pathname, flags, mode, 0, 0);
    }
}
