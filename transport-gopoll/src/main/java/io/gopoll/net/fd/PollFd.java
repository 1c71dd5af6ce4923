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

import io.gopoll.poll.Deadline;
import io.gopoll.poll.DeadlineExceededException;
import io.gopoll.poll.NetPoller;
import io.gopoll.poll.PollDesc;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor on which threads wait: Go's {@code internal/poll.FD}. Underneath nothing blocks;
 * whoever can't go on is parked on the {@link PollDesc}. One reader and one writer at a time, the
 * others wait for their turn.
 */
public final class PollFd {

    private static final Syscalls SYS = Syscalls.get();

    /** No datagram of any network is larger: Unix sockets' send buffers are not, by far. */
    private static final int MAX_DATAGRAM = 1 << 24;

    private static final Cleaner CLEANER = Cleaner.create();

    /** How many bytes of a heap array one system call moves. */
    public static final int COPY_SIZE = Scratch.SIZE;

    /** Most of what one system call moves: Go's {@code maxRW}. */
    static final int MAX_RW = 1 << 30;

    public final NetFd netFd;

    /** The name of the network, for messages: {@code "tcp"}. */
    private final String network;

    private final Watch watch;
    private final Close close;
    private final Cleaner.Cleanable closing;

    /** Whom the messages name: the peer, or the own address of a listener. Null if unknown. */
    private volatile @Nullable SocketAddress address;

    /** Takes the descriptor over; it is closed if it cannot be polled. */
    public PollFd(NetFd netFd, String network) throws IOException {
        this.netFd = netFd;
        this.network = network;
        Watch opened = null;
        try {
            watch = opened = new Watch(netFd);
            close = new Close(netFd, watch);
            closing = CLEANER.register(this, close);
        } catch (Throwable t) {
            if (opened != null) {
                opened.evict();
            }
            netFd.close();
            throw t;
        }
    }

    public @Nullable SocketAddress address() {
        return address;
    }

    public void address(@Nullable SocketAddress address) {
        this.address = address;
    }

    public boolean isOpen() {
        return netFd.isOpen();
    }

    // ---- Locks. ----

    void lock(int mode, String operation) throws IOException {
        if (!netFd.rwlock(mode == PollDesc.READ)) {
            throw new SocketClosedException(operation);
        }
    }

    void unlock(int mode) {
        netFd.rwunlock(mode == PollDesc.READ);
        // As long as somebody is in a call, nobody has dropped it.
        Reference.reachabilityFence(this);
    }

    /** A use that needs neither lock. */
    void incref(String operation) throws IOException {
        netFd.incref(operation);
    }

    void decref() {
        netFd.decref();
        Reference.reachabilityFence(this);
    }

    /**
     * Closes: whoever waits is resumed and gets AsynchronousCloseException; the descriptor goes
     * when the last one has left. Does nothing the second time.
     */
    public void close() {
        closing.clean();
    }

    /**
     * As {@link #close}, after the end of the output: the peer gets that before the reset that
     * close sends if there is something unread.
     */
    public void shutdownAndClose() {
        close.endsOutput = true;
        closing.clean();
    }

    /** Go has a finalizer for that: what nobody can use any more is closed. */
    private static final class Close implements Runnable {
        private final NetFd netFd;
        private final Watch watch;
        volatile boolean endsOutput;

        Close(NetFd netFd, Watch watch) {
            this.netFd = netFd;
            this.watch = watch;
        }

        @Override
        public void run() {
            if (netFd.increfAndClose()) {
                watch.evict();
                if (endsOutput) {
                    // Fails if it is not connected, or not any more.
                    SYS.shutdown(netFd.sysfd(), Constants.SHUT_WR);
                }
                netFd.decref();
            }
        }
    }

    // ---- Waiting. ----

    /** Go's prepareRead and prepareWrite. */
    void prepare(int mode, String operation) throws IOException {
        fail(watch.prepare(mode), operation);
    }

    /** Go's waitRead and waitWrite. */
    void await(int mode, String operation) throws IOException {
        NetPoller nearer = nearer();
        if (nearer != null) {
            moveTo(nearer, mode);
        }
        int error = watch.await(mode);
        if (error == PollDesc.CLOSING) {
            throw new SocketClosedException.Meanwhile(what(operation));
        }
        fail(error, operation);
    }

    /** Which poller the calling thread would have watch it instead; null if it is watched well. */
    public @Nullable NetPoller nearer() {
        return watch.nearer();
    }

    /** By whoever has the lock of one side: unless somebody is in the other one. */
    private void moveTo(NetPoller poller, int mode) {
        boolean otherReads = mode == PollDesc.WRITE;
        if (netFd.tryRwlock(otherReads)) {
            try {
                watch.moveTo(poller);
            } finally {
                unlock(otherReads ? PollDesc.READ : PollDesc.WRITE);
            }
        }
    }

    private void fail(int error, String operation) throws IOException {
        switch (error) {
            case PollDesc.OK:
                return;
            case PollDesc.TIMEOUT:
                throw new DeadlineExceededException(operation + " " + network, address);
            case PollDesc.INTERRUPTED:
                close();
                throw new ClosedByInterrupt();
            default:
                throw new SocketClosedException(operation);
        }
    }

    /** The interrupt of a virtual thread that waited; its interrupt status is still set. */
    public static final class ClosedByInterrupt extends SocketException {
        private static final long serialVersionUID = 1;

        ClosedByInterrupt() {
            super("Closed by interrupt");
        }
    }

    private String what(String operation) {
        return operation + " " + network + (address == null ? "" : " " + address);
    }

    IOException failed(String syscall, long result) {
        return failed(syscall, result, address);
    }

    private IOException failed(String syscall, long result, @Nullable SocketAddress peer) {
        // After a close that is why, whatever the call has found.
        return isOpen()
                ? Errno.newException(syscall, (int) result, peer)
                : new SocketClosedException.Meanwhile(what(syscall));
    }

    // ---- Deadlines. ----

    /**
     * Any thread; does nothing once closed.
     *
     * @param at see {@link Deadline}
     */
    public void setDeadline(long at, int modes) {
        if (netFd.incref()) {
            try {
                watch.setDeadline(Deadline.delay(at), modes);
            } finally {
                decref();
            }
        }
    }

    // ---- Connecting and accepting. ----

    /** Before anybody else knows of it. */
    public void connect(SocketAddress remote, NetFd.SockAddrWriter writer, long deadline)
            throws IOException {
        address = remote;
        lock(PollDesc.WRITE, "dial");
        try {
            watch.setDeadline(Deadline.delay(deadline), PollDesc.WRITE);
            prepare(PollDesc.WRITE, "dial");
            boolean connected = netFd.connect(remote, writer);
            // On the same machine it mostly is done by now. Whoever waits for the poller first may
            // find that the peer has connected, answered and reset it since.
            while (!connected && !netFd.finishConnect(remote, writer)) {
                await(PollDesc.WRITE, "dial");
            }
            watch.setDeadline(0, PollDesc.WRITE);
        } finally {
            unlock(PollDesc.WRITE);
        }
    }

    /** The next connection, with the peer's address. */
    public PollFd accept(NetFd.SockAddrReader<SocketAddress> reader) throws IOException {
        lock(PollDesc.READ, "accept");
        try {
            prepare(PollDesc.READ, "accept");
            for (; ; ) {
                Scratch scratch = Scratch.take();
                int fd;
                SocketAddress remote = null;
                try {
                    fd = netFd.accept(scratch.address);
                    if (fd >= 0) {
                        remote = reader.read(scratch.address);
                    }
                } finally {
                    scratch.giveBack();
                }
                if (fd >= 0) {
                    PollFd accepted =
                            new PollFd(new NetFd(fd, netFd.family(), netFd.sotype()), network);
                    accepted.address = remote;
                    return accepted;
                }
                if (fd != -Errno.EAGAIN) {
                    throw failed("accept", fd);
                }
                await(PollDesc.READ, "accept");
            }
        } finally {
            unlock(PollDesc.READ);
        }
    }

    // ---- Reading. ----

    /** One read of whatever there is, at most what the buffer takes; 0 at the end of a stream. */
    public int read(ByteBuffer dst) throws IOException {
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("a read-only buffer");
        }
        lock(PollDesc.READ, "read");
        try {
            prepare(PollDesc.READ, "read");
            for (; ; ) {
                int n = readOnce(dst);
                if (n >= 0) {
                    return n;
                }
                if (n != -Errno.EAGAIN) {
                    throw failed("read", n);
                }
                await(PollDesc.READ, "read");
            }
        } finally {
            unlock(PollDesc.READ);
        }
    }

    private int readOnce(ByteBuffer dst) {
        int position = dst.position();
        int n;
        if (dst.isDirect()) {
            n = netFd.read(SYS.addressOf(dst) + position, Math.min(dst.remaining(), MAX_RW));
            Reference.reachabilityFence(dst);
        } else {
            n = readOnce(dst.array(), dst.arrayOffset() + position, dst.remaining());
        }
        if (n > 0) {
            dst.position(position + n);
        }
        return n;
    }

    public int read(byte[] dst, int offset, int length) throws IOException {
        lock(PollDesc.READ, "read");
        try {
            prepare(PollDesc.READ, "read");
            for (; ; ) {
                int n = readOnce(dst, offset, length);
                if (n >= 0) {
                    return n;
                }
                if (n != -Errno.EAGAIN) {
                    throw failed("read", n);
                }
                await(PollDesc.READ, "read");
            }
        } finally {
            unlock(PollDesc.READ);
        }
    }

    /**
     * Not kept while waiting: the memory would be as much as there are readers. A piece of a stream
     * may be less than what there is; a datagram is read whole, or the rest is lost.
     */
    private int readOnce(byte[] dst, int offset, int length) {
        Scratch scratch = Scratch.take();
        try {
            boolean stream = netFd.sotype() == Constants.SOCK_STREAM;
            int room = Math.min(length, stream ? Scratch.SIZE : MAX_DATAGRAM);
            NativeMemory bytes = scratch.bytes(room);
            int n = netFd.read(bytes.address(), room);
            Reference.reachabilityFence(bytes);
            if (n > 0) {
                bytes.buffer().get(0, dst, offset, n);
            }
            return n;
        } finally {
            scratch.giveBack();
        }
    }

    /** One datagram, of which the buffer takes what it can; returns whom it is from. */
    public <T> T readFrom(ByteBuffer dst, NetFd.SockAddrReader<T> reader) throws IOException {
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("a read-only buffer");
        }
        lock(PollDesc.READ, "read");
        try {
            prepare(PollDesc.READ, "read");
            for (; ; ) {
                Scratch scratch = Scratch.take();
                try {
                    int room = dst.remaining();
                    NativeMemory bytes = dst.isDirect() ? null : scratch.bytes(room);
                    long to = bytes == null ? SYS.addressOf(dst) + dst.position() : bytes.address();
                    long n = netFd.recvfrom(to, room, 0, scratch.address);
                    Reference.reachabilityFence(bytes);
                    Reference.reachabilityFence(dst);
                    if (n >= 0) {
                        if (bytes != null) {
                            bytes.buffer()
                                    .get(
                                            0,
                                            dst.array(),
                                            dst.arrayOffset() + dst.position(),
                                            (int) n);
                        }
                        dst.position(dst.position() + (int) n);
                        return reader.read(scratch.address);
                    }
                    if (n != -Errno.EAGAIN) {
                        throw failed("recvfrom", n);
                    }
                } finally {
                    scratch.giveBack();
                }
                await(PollDesc.READ, "read");
            }
        } finally {
            unlock(PollDesc.READ);
        }
    }

    // ---- Writing. ----

    /** Everything; when it fails, the buffer's position tells how much was written. */
    public int write(ByteBuffer src, boolean stream) throws IOException {
        lock(PollDesc.WRITE, "write");
        try {
            prepare(PollDesc.WRITE, "write");
            int total = src.remaining();
            do {
                int n = writeOnce(src, stream);
                if (n == -Errno.EAGAIN) {
                    await(PollDesc.WRITE, "write");
                } else if (n < 0) {
                    throw failed("write", n);
                }
            } while (src.hasRemaining());
            return total;
        } finally {
            unlock(PollDesc.WRITE);
        }
    }

    private int writeOnce(ByteBuffer src, boolean stream) {
        int position = src.position();
        int n;
        if (src.isDirect()) {
            n = netFd.write(SYS.addressOf(src) + position, Math.min(src.remaining(), MAX_RW));
            Reference.reachabilityFence(src);
        } else {
            Scratch scratch = Scratch.take();
            try {
                int length = stream ? Math.min(src.remaining(), Scratch.SIZE) : src.remaining();
                NativeMemory bytes = scratch.bytes(length);
                bytes.buffer().put(0, src, position, length);
                n = netFd.write(bytes.address(), length);
                Reference.reachabilityFence(bytes);
            } finally {
                scratch.giveBack();
            }
        }
        if (n > 0) {
            src.position(position + n);
        }
        return n;
    }

    /** Sends one datagram to somebody. */
    public int writeTo(ByteBuffer src, SocketAddress to, NetFd.SockAddrWriter writer)
            throws IOException {
        lock(PollDesc.WRITE, "write");
        try {
            prepare(PollDesc.WRITE, "write");
            for (; ; ) {
                Scratch scratch = Scratch.take();
                try {
                    int length = src.remaining();
                    long from;
                    NativeMemory bytes = null;
                    if (src.isDirect()) {
                        from = SYS.addressOf(src) + src.position();
                    } else {
                        bytes = scratch.bytes(length);
                        bytes.buffer().put(0, src, src.position(), length);
                        from = bytes.address();
                    }
                    writer.write(scratch.address);
                    long n = netFd.sendto(from, length, 0, scratch.address);
                    Reference.reachabilityFence(src);
                    Reference.reachabilityFence(bytes);
                    if (n >= 0) {
                        src.position(src.limit());
                        return length;
                    }
                    if (n != -Errno.EAGAIN) {
                        throw failed("sendto", n, to);
                    }
                } finally {
                    scratch.giveBack();
                }
                await(PollDesc.WRITE, "write");
            }
        } finally {
            unlock(PollDesc.WRITE);
        }
    }

    /** A piece of a file, by sendfile(2); less than count if the file ends. */
    public long sendfile(int file, long position, long count) throws IOException {
        lock(PollDesc.WRITE, "write");
        Scratch scratch = Scratch.take();
        try {
            prepare(PollDesc.WRITE, "write");
            scratch.option.buffer().putLong(0, position);
            long sent = 0;
            while (sent < count) {
                long n =
                        netFd.sendfile(
                                file, scratch.option.address(), Math.min(count - sent, MAX_RW));
                if (n > 0) {
                    sent += n;
                } else if (n == 0) {
                    break;
                } else if (n == -Errno.EAGAIN) {
                    await(PollDesc.WRITE, "write");
                } else {
                    throw failed("sendfile", n);
                }
            }
            return sent;
        } finally {
            scratch.giveBack();
            unlock(PollDesc.WRITE);
        }
    }

    // ---- The rest. ----

    /**
     * @param how {@code SHUT_RD} or {@code SHUT_WR}
     * @throws SocketException ENOTCONN too: there was a connection, and the peer has reset it
     */
    public void shutdown(int how, String operation) throws IOException {
        incref(operation);
        try {
            netFd.shutdown(how);
        } catch (NotYetConnectedException e) {
            SocketException gone =
                    new SocketException(what(operation) + ": not connected any more");
            gone.initCause(e);
            throw gone;
        } finally {
            decref();
        }
    }

    @Override
    public String toString() {
        return network + " " + address + ", " + netFd;
    }
}
