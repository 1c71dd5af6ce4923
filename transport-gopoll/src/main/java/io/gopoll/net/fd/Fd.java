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
package io.gopoll.net.fd;

import static io.gopoll.sys.Constants.MSG_NOSIGNAL;
import static io.gopoll.sys.Errno.EBADF;
import static io.gopoll.sys.Errno.EINTR;

import io.gopoll.poll.Watcher;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.SockAddr;
import io.gopoll.sys.Syscalls;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * The life of a non-blocking descriptor, and the calls that move data through it: Go's {@code
 * internal/poll.FD}.
 *
 * <p>Every call holds a reference for its length, so that any thread may close the descriptor at
 * any time: a {@link #close} takes effect at once for every later call, while the descriptor itself
 * is closed by whoever drops the last reference. So no call ever hits a number that has been given
 * away again, and no close waits.
 *
 * <p>The calls return what the kernel returns, {@code -errno} on failure, {@code -EBADF} once the
 * descriptor is closed.
 */
public abstract class Fd extends FdMutex {

    static final Syscalls SYS = Syscalls.get();

    private final int sysfd;

    /** Has it watched, or had it watched at last. */
    private volatile @Nullable Watcher watcher;

    /** What {@link #watcher} is told. Written before it. */
    private int fdseq;

    Fd(int sysfd) {
        if (sysfd < 0) {
            throw new IllegalArgumentException("fd: " + sysfd + " (expected: >= 0)");
        }
        this.sysfd = sysfd;
    }

    /**
     * The descriptor's number; of no use once {@link #isOpen} is false.
     *
     * @return 0 or more
     */
    public final int sysfd() {
        return sysfd;
    }

    /**
     * Whether it may still be used. Any thread.
     *
     * @return false from the first {@link #close} on, also while the descriptor itself waits for a
     *     call that is under way
     */
    public final boolean isOpen() {
        return !isClosed();
    }

    // ---- Calls that move data: -EBADF once it is closed. ----

    /**
     * Reads: recv(2).
     *
     * @param address of the first byte
     * @param count at most so many bytes
     * @return how many bytes, 0 at the end of the stream, or {@code -errno}
     */
    public final int read(long address, int count) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            int n;
            do {
                n = SYS.recv(sysfd, address, count, 0);
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    /**
     * Writes: send(2).
     *
     * @param address of the first byte
     * @param count at most so many bytes
     * @return how many bytes, or {@code -errno}
     */
    public final int write(long address, int count) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            int n;
            do {
                n = SYS.send(sysfd, address, count, MSG_NOSIGNAL);
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    /**
     * Writes a gathering of buffers: writev(2).
     *
     * @param iov the address of an array of {@code struct iovec}
     * @param iovcnt its length, at most {@code IOV_MAX}
     * @return how many bytes, or {@code -errno}
     */
    public final long writev(long iov, int iovcnt) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            long n;
            do {
                n = SYS.writev(sysfd, iov, iovcnt);
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    /**
     * Reads into several buffers: readv(2).
     *
     * @param iov the address of an array of {@code struct iovec}
     * @param iovcnt its length, at most {@code IOV_MAX}
     * @return how many bytes, 0 at the end of the stream, or {@code -errno}
     */
    public final long readv(long iov, int iovcnt) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            long n;
            do {
                n = SYS.readv(sysfd, iov, iovcnt);
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    /**
     * Receives one message: recvmsg(2).
     *
     * @param msg the address of a {@code struct msghdr}
     * @param flags of the call, {@code MSG_...}
     * @return how many bytes, or {@code -errno}
     */
    public final long recvmsg(long msg, int flags) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            long n;
            do {
                n = SYS.recvmsg(sysfd, msg, flags);
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    /**
     * Sends one message: sendmsg(2).
     *
     * @param msg the address of a {@code struct msghdr}
     * @param flags of the call, {@code MSG_...}
     * @return how many bytes, or {@code -errno}
     */
    public final long sendmsg(long msg, int flags) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            long n;
            do {
                n = SYS.sendmsg(sysfd, msg, flags);
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    /**
     * Receives several datagrams: recvmmsg(2).
     *
     * @param msgvec the address of an array of {@code struct mmsghdr}
     * @param vlen its length
     * @return how many datagrams, or {@code -errno}
     */
    public final int recvmmsg(long msgvec, int vlen) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            int n;
            do {
                n = SYS.recvmmsg(sysfd, msgvec, vlen, 0);
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    /**
     * Sends several datagrams: sendmmsg(2).
     *
     * @param msgvec the address of an array of {@code struct mmsghdr}
     * @param vlen its length
     * @return how many datagrams, or {@code -errno}
     */
    public final int sendmmsg(long msgvec, int vlen) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            int n;
            do {
                n = SYS.sendmmsg(sysfd, msgvec, vlen, 0);
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    /**
     * Sends with an address: sendto(2).
     *
     * @param address of the first byte
     * @param count at most so many bytes
     * @param flags {@code MSG_FASTOPEN} connects and sends at once
     * @param to the receiver
     * @return how many bytes, or {@code -errno}
     */
    public final long sendto(long address, int count, int flags, SockAddr to) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            long n;
            do {
                n = SYS.sendto(sysfd, address, count, flags, to.address(), to.length());
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    /**
     * Sends a byte of urgent data: {@code MSG_OOB}, send(2).
     *
     * @param data its low eight bits
     * @return 1, or {@code -errno}
     */
    public final int sendUrgent(int data) {
        if (!incref()) {
            return -EBADF;
        }
        Scratch scratch = Scratch.take();
        try {
            scratch.option.buffer().put(0, (byte) data);
            return SYS.send(sysfd, scratch.option.address(), 1, MSG_NOSIGNAL | Constants.MSG_OOB);
        } finally {
            scratch.giveBack();
            decref();
        }
    }

    /**
     * What can be read without waiting: {@code FIONREAD}, tcp(7).
     *
     * @return how many bytes, or {@code -errno}
     */
    public final int available() {
        if (!incref()) {
            return -EBADF;
        }
        Scratch scratch = Scratch.take();
        try {
            int result = SYS.ioctl(sysfd, Constants.FIONREAD, scratch.option.address());
            return result < 0 ? result : scratch.option.buffer().getInt(0);
        } finally {
            scratch.giveBack();
            decref();
        }
    }

    /**
     * Receives one datagram, and where it comes from: recvfrom(2).
     *
     * @param address of the first byte
     * @param count at most so many bytes
     * @param flags of the call, {@code MSG_...}
     * @param from gets the sender's address
     * @return how many bytes, or {@code -errno}
     */
    public final long recvfrom(long address, int count, int flags, SockAddr from) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            long n;
            do {
                from.reset();
                n =
                        SYS.recvfrom(
                                sysfd, address, count, flags, from.address(), from.lengthAddress());
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    /**
     * Sends a piece of a file: sendfile(2).
     *
     * @param file the descriptor of the file
     * @param offset the address of the 64-bit position in the file, moved on by the call
     * @param count at most so many bytes
     * @return how many bytes, or {@code -errno}
     */
    public final long sendfile(int file, long offset, long count) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            long n;
            do {
                n = SYS.sendfile(sysfd, file, offset, count);
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    /**
     * Moves bytes from this socket into a pipe: splice(2). Does not wait.
     *
     * @param pipe the descriptor of its writing end
     * @param count at most so many bytes
     * @return how many bytes, 0 at the end of the stream, or {@code -errno}
     */
    public final long spliceTo(int pipe, int count) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            long n;
            do {
                n = SYS.splice(sysfd, 0, pipe, 0, count, SPLICE_FLAGS);
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    /**
     * Moves bytes from a pipe into this socket: splice(2). Does not wait.
     *
     * @param pipe the descriptor of its reading end
     * @param count at most so many bytes
     * @return how many bytes, or {@code -errno}
     */
    public final long spliceFrom(int pipe, int count) {
        if (!incref()) {
            return -EBADF;
        }
        try {
            long n;
            do {
                n = SYS.splice(pipe, 0, sysfd, 0, count, SPLICE_FLAGS);
            } while (n == -EINTR);
            return n;
        } finally {
            decref();
        }
    }

    private static final int SPLICE_FLAGS = Constants.SPLICE_F_NONBLOCK | Constants.SPLICE_F_MOVE;

    /**
     * Takes the next connection: accept4(2), non-blocking and close-on-exec. A connection that
     * ended before it was taken (ECONNABORTED) is passed over, as Go does.
     *
     * @param remote gets the peer's address
     * @return the connection's descriptor or {@code -errno}
     */
    public final int accept(SockAddr remote) {
        int flags = Constants.SOCK_NONBLOCK | Constants.SOCK_CLOEXEC;
        if (!incref()) {
            return -EBADF;
        }
        try {
            int fd;
            do {
                remote.reset();
                fd = SYS.accept4(sysfd, remote.address(), remote.lengthAddress(), flags);
            } while (fd == -EINTR || fd == -Errno.ECONNABORTED);
            return fd;
        } finally {
            decref();
        }
    }

    // ---- Closing. ----

    /**
     * Closes: from now on every call fails, and the descriptor is closed as soon as no call is
     * under way. Any thread; the second and later calls do nothing.
     *
     * @return whether this was the call that closed it
     */
    public final boolean close() {
        if (!increfAndClose()) {
            return false;
        }
        decref();
        return true;
    }

    final void incref(String operation) throws ClosedChannelException {
        if (!incref()) {
            throw new SocketClosedException(operation);
        }
    }

    @Override
    final void destroy() {
        Watcher w = watcher;
        if (w != null) {
            w.abandon(fdseq);
        }
        SYS.close(sysfd);
    }

    /**
     * To be told before the descriptor is closed, instead of who was told before.
     *
     * @param fdseq what the watcher is told then
     */
    final void watchedBy(Watcher watcher, int fdseq) {
        this.fdseq = fdseq;
        this.watcher = watcher;
    }
}
