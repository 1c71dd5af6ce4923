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

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Linux system calls, one method per call, named as in section 2 of the manual.
 *
 * <p>Every method takes raw descriptors and addresses and returns what the kernel returns: zero or
 * a positive result, or {@code -errno} on failure. Nothing here throws, allocates or reads a
 * thread-local of the caller; EINTR is returned like any other error. All methods may be called
 * from any thread. An address must stay valid for the length of the call: hand in memory of a
 * {@link NativeMemory} or of a buffer that the caller holds.
 *
 * <p>There are two bindings behind it, chosen once: the JDK's foreign-function API where the JDK
 * has it (22 and later), JNA direct mapping elsewhere. {@code -Dio.gopoll.syscalls=jna|ffm} forces
 * one.
 */
public abstract class Syscalls {

    /** The system property that forces a binding: {@code jna} or {@code ffm}. */
    public static final String BINDING_PROPERTY = "io.gopoll.syscalls";

    /** Of the kernel's own table: the C library has had a function for it only since glibc 2.35. */
    static final long SYS_EPOLL_PWAIT2 = 441;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final boolean hasEpollPwait2;

    /**
     * Only the bindings of this package extend this class.
     *
     * @param epollPwait2Probe the result of an epoll_pwait2 on descriptor -1: ENOSYS of a kernel
     *     that lacks it, EPERM of a sandbox that does not know it, anything else if it is there
     */
    Syscalls(int epollPwait2Probe) {
        hasEpollPwait2 = epollPwait2Probe != -Errno.ENOSYS && epollPwait2Probe != -Errno.EPERM;
        // Its classes are loaded now: when descriptors have run out, their files can't be opened.
        Errno.cause("accept", -Errno.EMFILE, null);
    }

    /**
     * In a class of its own, so that a failure is remembered, not thrown at class initialisation.
     */
    private static final class Chosen {
        static final Syscalls BINDING;
        static final UnsupportedOperationException FAILURE;

        static {
            Syscalls binding = null;
            UnsupportedOperationException failure = null;
            try {
                binding = Bindings.choose();
            } catch (UnsupportedOperationException e) {
                failure = e;
            }
            BINDING = binding;
            FAILURE = failure;
        }
    }

    /**
     * The binding in use.
     *
     * @throws UnsupportedOperationException if there is none on this machine; the message says why
     *     and what to do. The same exception each time.
     */
    public static Syscalls get() {
        Syscalls binding = Chosen.BINDING;
        if (binding == null) {
            throw Chosen.FAILURE;
        }
        return binding;
    }

    /** New instances of every binding that works on this machine: for tests, to compare them. */
    public static List<Syscalls> available() {
        return Bindings.available();
    }

    /** Which binding this is: {@code "jna"} or {@code "ffm"}. */
    public abstract String binding();

    @Override
    public final String toString() {
        return binding();
    }

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

    public abstract int epoll_create1(int flags);

    /** {@code event} is the address of a {@code struct epoll_event}, see {@link EpollEvents}. */
    public abstract int epoll_ctl(int epfd, int op, int fd, long event);

    /** Milliseconds; -1 waits without a limit. */
    public abstract int epoll_wait(int epfd, long events, int maxevents, int timeout);

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
        return epoll_pwait2(epfd, events, maxevents, timespec);
    }

    /** The call itself, without a signal mask. */
    abstract int epoll_pwait2(int epfd, long events, int maxevents, long timespec);

    /** Rounded up, so that a wait for less than a millisecond does not become a busy loop. */
    static int toMillis(long nanos) {
        if (nanos <= 0) {
            return nanos < 0 ? -1 : 0;
        }
        return (int) Math.min(Integer.MAX_VALUE, (nanos - 1) / NANOS_PER_MILLI + 1);
    }

    public abstract int eventfd(int initval, int flags);

    public abstract int socket(int domain, int type, int protocol);

    public abstract int socketpair(int domain, int type, int protocol, long sv);

    public abstract int bind(int sockfd, long addr, int addrlen);

    public abstract int listen(int sockfd, int backlog);

    /** {@code addrlen} is the address of an int, both 0 if the address is not asked for. */
    public abstract int accept4(int sockfd, long addr, long addrlen, int flags);

    public abstract int connect(int sockfd, long addr, int addrlen);

    public abstract int shutdown(int sockfd, int how);

    public abstract int close(int fd);

    public abstract int read(int fd, long buf, int count);

    public abstract int write(int fd, long buf, int count);

    public abstract long readv(int fd, long iov, int iovcnt);

    public abstract long writev(int fd, long iov, int iovcnt);

    /** Of a socket: some 50 ns cheaper than {@link #read}, which takes the way of all files. */
    public abstract int recv(int sockfd, long buf, int len, int flags);

    /** Of a socket, as {@link #recv}. */
    public abstract int send(int sockfd, long buf, int len, int flags);

    public abstract long sendto(int fd, long buf, int len, int flags, long addr, int addrlen);

    public abstract long recvfrom(int fd, long buf, int len, int flags, long addr, long addrlen);

    public abstract long recvmsg(int sockfd, long msg, int flags);

    public abstract long sendmsg(int sockfd, long msg, int flags);

    public abstract int recvmmsg(int sockfd, long msgvec, int vlen, int flags);

    public abstract int sendmmsg(int sockfd, long msgvec, int vlen, int flags);

    /** {@code offset} is the address of a 64-bit offset, updated by the call, or 0. */
    public abstract long sendfile(int outFd, int inFd, long offset, long count);

    /** {@code offIn} and {@code offOut} are addresses of 64-bit offsets or 0. */
    public abstract long splice(int fdIn, long offIn, int fdOut, long offOut, long len, int flags);

    /** {@code pipefd} is the address of two ints. */
    public abstract int pipe2(long pipefd, int flags);

    public abstract int getsockopt(int sockfd, int level, int optname, long optval, long optlen);

    public abstract int setsockopt(int sockfd, int level, int optname, long optval, int optlen);

    public abstract int getsockname(int sockfd, long addr, long addrlen);

    public abstract int getpeername(int sockfd, long addr, long addrlen);

    public abstract int fcntl(int fd, int cmd, int arg);

    /** {@code arg} is the address of the request's argument. */
    public abstract int ioctl(int fd, long request, long arg);

    /** {@code pathname} is the address of a NUL-terminated string. */
    public abstract int open(long pathname, int flags, int mode);
}
