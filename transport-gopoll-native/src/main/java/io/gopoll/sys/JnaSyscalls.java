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
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * The binding for JDKs without a foreign-function API: JNA's direct mapping, whose stubs are made
 * at class initialisation and take primitives as they are. JNA's interface mapping and its
 * LastErrorException cost several times the call.
 */
final class JnaSyscalls extends Syscalls {

    /** All memory: an address is the offset from 0, so nothing is allocated to write to it. */
    private static final Pointer MEMORY = new Pointer(0);

    JnaSyscalls() {
        this((int) result(Libc.syscall(SYS_EPOLL_PWAIT2, -1, 0, 0, 0, 0, 0)));
    }

    /** For tests of kernels that lack epoll_pwait2. */
    JnaSyscalls(int epollPwait2Probe) {
        super(epollPwait2Probe);
    }

    private static int result(int value) {
        return value == -1 ? -Native.getLastError() : value;
    }

    private static long result(long value) {
        return value == -1 ? -Native.getLastError() : value;
    }

    @Override
    public String binding() {
        return Bindings.JNA;
    }

    @Override
    long directAddress(ByteBuffer direct) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
    }

    @Override
    void putLong(long address, long value) {
        MEMORY.setLong(address, value);
    }

    @Override
    int epoll_pwait2(int epfd, long events, int maxevents, long timespec) {
        return (int)
                result(Libc.syscall(SYS_EPOLL_PWAIT2, epfd, events, maxevents, timespec, 0, 0));
    }

    @Override
    public int epoll_create1(int flags) {
        return result(Libc.epoll_create1(flags));
    }

    @Override
    public int epoll_ctl(int epfd, int op, int fd, long event) {
        return result(Libc.epoll_ctl(epfd, op, fd, event));
    }

    @Override
    public int epoll_wait(int epfd, long events, int maxevents, int timeout) {
        return result(Libc.epoll_wait(epfd, events, maxevents, timeout));
    }

    @Override
    public int eventfd(int initval, int flags) {
        return result(Libc.eventfd(initval, flags));
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        return result(Libc.socket(domain, type, protocol));
    }

    @Override
    public int socketpair(int domain, int type, int protocol, long sv) {
        return result(Libc.socketpair(domain, type, protocol, sv));
    }

    @Override
    public int bind(int sockfd, long addr, int addrlen) {
        return result(Libc.bind(sockfd, addr, addrlen));
    }

    @Override
    public int listen(int sockfd, int backlog) {
        return result(Libc.listen(sockfd, backlog));
    }

    @Override
    public int accept4(int sockfd, long addr, long addrlen, int flags) {
        return result(Libc.accept4(sockfd, addr, addrlen, flags));
    }

    @Override
    public int connect(int sockfd, long addr, int addrlen) {
        return result(Libc.connect(sockfd, addr, addrlen));
    }

    @Override
    public int shutdown(int sockfd, int how) {
        return result(Libc.shutdown(sockfd, how));
    }

    @Override
    public int close(int fd) {
        return result(Libc.close(fd));
    }

    @Override
    public int read(int fd, long buf, int count) {
        return (int) result(Libc.read(fd, buf, count));
    }

    @Override
    public int write(int fd, long buf, int count) {
        return (int) result(Libc.write(fd, buf, count));
    }

    @Override
    public long readv(int fd, long iov, int iovcnt) {
        return result(Libc.readv(fd, iov, iovcnt));
    }

    @Override
    public long writev(int fd, long iov, int iovcnt) {
        return result(Libc.writev(fd, iov, iovcnt));
    }

    @Override
    public int recv(int sockfd, long buf, int len, int flags) {
        return (int) result(Libc.recv(sockfd, buf, len, flags));
    }

    @Override
    public int send(int sockfd, long buf, int len, int flags) {
        return (int) result(Libc.send(sockfd, buf, len, flags));
    }

    @Override
    public long sendto(int fd, long buf, int len, int flags, long addr, int addrlen) {
        return result(Libc.sendto(fd, buf, len, flags, addr, addrlen));
    }

    @Override
    public long recvfrom(int fd, long buf, int len, int flags, long addr, long addrlen) {
        return result(Libc.recvfrom(fd, buf, len, flags, addr, addrlen));
    }

    @Override
    public long recvmsg(int sockfd, long msg, int flags) {
        return result(Libc.recvmsg(sockfd, msg, flags));
    }

    @Override
    public long sendmsg(int sockfd, long msg, int flags) {
        return result(Libc.sendmsg(sockfd, msg, flags));
    }

    @Override
    public int recvmmsg(int sockfd, long msgvec, int vlen, int flags) {
        return result(Libc.recvmmsg(sockfd, msgvec, vlen, flags, 0));
    }

    @Override
    public int sendmmsg(int sockfd, long msgvec, int vlen, int flags) {
        return result(Libc.sendmmsg(sockfd, msgvec, vlen, flags));
    }

    @Override
    public long sendfile(int outFd, int inFd, long offset, long count) {
        return result(Libc.sendfile(outFd, inFd, offset, count));
    }

    @Override
    public long splice(int fdIn, long offIn, int fdOut, long offOut, long len, int flags) {
        return result(Libc.splice(fdIn, offIn, fdOut, offOut, len, flags));
    }

    @Override
    public int pipe2(long pipefd, int flags) {
        return result(Libc.pipe2(pipefd, flags));
    }

    @Override
    public int getsockopt(int sockfd, int level, int optname, long optval, long optlen) {
        return result(Libc.getsockopt(sockfd, level, optname, optval, optlen));
    }

    @Override
    public int setsockopt(int sockfd, int level, int optname, long optval, int optlen) {
        return result(Libc.setsockopt(sockfd, level, optname, optval, optlen));
    }

    @Override
    public int getsockname(int sockfd, long addr, long addrlen) {
        return result(Libc.getsockname(sockfd, addr, addrlen));
    }

    @Override
    public int getpeername(int sockfd, long addr, long addrlen) {
        return result(Libc.getpeername(sockfd, addr, addrlen));
    }

    @Override
    public int fcntl(int fd, int cmd, int arg) {
        return result(Libc.fcntl(fd, cmd, arg));
    }

    @Override
    public int ioctl(int fd, long request, long arg) {
        return result(Libc.ioctl(fd, request, arg));
    }

    @Override
    public int open(long pathname, int flags, int mode) {
        return result(Libc.open(pathname, flags, mode));
    }

    /** The C library's functions. JNA finds each by its name, and its size by the Java type. */
    private static final class Libc {
        static {
            Native.register(Libc.class, NativeLibrary.getProcess());
        }

        private Libc() {}

        /**
         * Variadic in C; integers go the same way on x86-64 and aarch64 Linux. So do the others'.
         */
        static native long syscall(long number, long a, long b, long c, long d, long e, long f);

        static native int epoll_create1(int flags);

        static native int epoll_ctl(int epfd, int op, int fd, long event);

        static native int epoll_wait(int epfd, long events, int maxevents, int timeout);

        static native int eventfd(int initval, int flags);

        static native int socket(int domain, int type, int protocol);

        static native int socketpair(int domain, int type, int protocol, long sv);

        static native int bind(int sockfd, long addr, int addrlen);

        static native int listen(int sockfd, int backlog);

        static native int accept4(int sockfd, long addr, long addrlen, int flags);

        static native int connect(int sockfd, long addr, int addrlen);

        static native int shutdown(int sockfd, int how);

        static native int close(int fd);

        static native long read(int fd, long buf, long count);

        static native long write(int fd, long buf, long count);

        static native long readv(int fd, long iov, int iovcnt);

        static native long writev(int fd, long iov, int iovcnt);

        static native long recv(int sockfd, long buf, long len, int flags);

        static native long send(int sockfd, long buf, long len, int flags);

        static native long sendto(int fd, long buf, long len, int flags, long addr, int addrlen);

        static native long recvfrom(int fd, long buf, long len, int flags, long addr, long addrlen);

        static native long recvmsg(int sockfd, long msg, int flags);

        static native long sendmsg(int sockfd, long msg, int flags);

        static native int recvmmsg(int sockfd, long msgvec, int vlen, int flags, long timeout);

        static native int sendmmsg(int sockfd, long msgvec, int vlen, int flags);

        static native long sendfile(int outFd, int inFd, long offset, long count);

        static native long splice(
                int fdIn, long offIn, int fdOut, long offOut, long len, int flags);

        static native int pipe2(long pipefd, int flags);

        static native int getsockopt(int sockfd, int level, int optname, long optval, long optlen);

        static native int setsockopt(int sockfd, int level, int optname, long optval, int optlen);

        static native int getsockname(int sockfd, long addr, long addrlen);

        static native int getpeername(int sockfd, long addr, long addrlen);

        static native int fcntl(int fd, int cmd, int arg);

        static native int ioctl(int fd, long request, long arg);

        static native int open(long pathname, int flags, int mode);
    }
}
