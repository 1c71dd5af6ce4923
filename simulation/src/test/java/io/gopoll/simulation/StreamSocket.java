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
package io.gopoll.simulation;

import static io.gopoll.sys.Constants.AF_UNIX;
import static io.gopoll.sys.Constants.EPOLLERR;
import static io.gopoll.sys.Constants.EPOLLHUP;
import static io.gopoll.sys.Constants.EPOLLIN;
import static io.gopoll.sys.Constants.EPOLLOUT;
import static io.gopoll.sys.Constants.EPOLLPRI;
import static io.gopoll.sys.Constants.EPOLLRDHUP;

import io.gopoll.sys.Errno;
import java.util.ArrayDeque;
import java.util.List;

/**
 * A socket of a stream: TCP as net/ipv4/tcp.c has it, Unix as net/unix/af_unix.c.
 *
 * <p>What TCP sends is in {@link #sent} until the network delivers it: {@link #deliver}. Then it is
 * acknowledged, too. A Unix socket puts it into the receiver's queue at once.
 */
final class StreamSocket extends OpenFile {

    enum State {
        CLOSED,
        LISTENING,
        CONNECTING,
        CONNECTED
    }

    static final int READING = 1;
    static final int WRITING = 2;
    private static final int BOTH = 3;

    private static final int READABLE = EPOLLIN | EPOLLPRI | RDNORM | RDBAND;
    private static final int WRITABLE = EPOLLOUT | WRNORM | WRBAND;

    private final Kernel kernel;
    final int family;
    final boolean tcp;

    State state = State.CLOSED;

    /** connect(2) has not told yet what became of it: SS_CONNECTING. */
    private boolean connecting;

    StreamSocket peer;
    byte[] local;
    byte[] remote;
    Object boundTo;

    private int shutdown;
    private int error;

    /** SOCK_NOSPACE. */
    private boolean noSpace;

    int sendBuffer;
    int receiveBuffer;
    boolean resetsOnClose;

    /** SOCK_DONE: the peer's end has come. */
    private boolean endReceived;

    private boolean endQueued;
    private boolean endSent;
    private boolean resetQueued;

    // TCP
    private final Bytes sent = new Bytes();
    private final Bytes received = new Bytes();
    private long sentTotal;
    private long deliveredTotal;
    private long readTotal;

    /** Where in the peer's stream there is an urgent byte that was not passed yet; -1 for none. */
    private long urgentAt = -1;

    private long urgentSentAt = -1;

    // Unix
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    private int queued;

    // A listening one
    final ArrayDeque<StreamSocket> backlog = new ArrayDeque<>();
    int maxBacklog;

    /** It is in a backlog, so that no descriptor refers to it yet. */
    private boolean pending;

    /** What was sent by one call: struct sk_buff. */
    private static final class Piece {
        final byte[] bytes;
        int read;
        List<OpenFile> rights;

        Piece(byte[] bytes, List<OpenFile> rights) {
            this.bytes = bytes;
            this.rights = rights;
        }
    }

    StreamSocket(Kernel kernel, int family) {
        this.kernel = kernel;
        this.family = family;
        tcp = family != AF_UNIX;
        sendBuffer = kernel.sendBuffer();
        receiveBuffer = kernel.receiveBuffer();
    }

    static void join(StreamSocket a, StreamSocket b) {
        a.peer = b;
        b.peer = a;
        a.state = State.CONNECTED;
        b.state = State.CONNECTED;
    }

    boolean hasEnded() {
        return endReceived;
    }

    boolean isShutForReading() {
        return (shutdown & READING) != 0;
    }

    int error() {
        return error;
    }

    int takeError() {
        int e = error;
        error = 0;
        return e;
    }

    /** How many bytes can be read. */
    int available() {
        if (tcp) {
            return received.size();
        }
        int n = 0;
        for (Piece piece : pieces) {
            n += piece.bytes.length - piece.read;
        }
        return n;
    }

    /** How many bytes are in the next sk_buff to be read; 0 if there is none. */
    int nextPiece() {
        if (tcp) {
            return received.size();
        }
        Piece piece = pieces.peek();
        return piece == null ? 0 : piece.bytes.length - piece.read;
    }

    /** Whether a read stops behind the next one, for the files that came with it. */
    boolean isNextAlone() {
        return !tcp && !pieces.isEmpty() && pieces.peek().rights != null;
    }

    /** Whether a read gives something: bytes, the end, or an error. */
    boolean isReadable() {
        return state != State.CONNECTING && (poll() & (EPOLLIN | EPOLLERR)) != 0;
    }

    /** How many bytes are on their way to the peer. */
    int inFlight() {
        return sent.size();
    }

    // ---- epoll. ----

    @Override
    int poll() {
        if (state == State.LISTENING) {
            return backlog.isEmpty() ? 0 : EPOLLIN | RDNORM;
        }
        int mask = error != 0 ? EPOLLERR : 0;
        if (shutdown == BOTH || state == State.CLOSED) {
            mask |= EPOLLHUP;
        }
        if ((shutdown & READING) != 0) {
            mask |= EPOLLIN | RDNORM | EPOLLRDHUP;
        }
        if (!tcp) {
            return mask | (pieces.isEmpty() ? 0 : EPOLLIN | RDNORM) | (isWritable() ? WRITABLE : 0);
        }
        if (state == State.CONNECTING) {
            return mask;
        }
        boolean atUrgent = urgentAt >= 0 && urgentAt == readTotal;
        if (received.size() > (atUrgent ? 1 : 0)) {
            mask |= EPOLLIN | RDNORM;
        }
        if ((shutdown & WRITING) != 0 || isWritable()) {
            mask |= EPOLLOUT | WRNORM;
        } else {
            noSpace = true;
        }
        if (urgentAt >= 0) {
            mask |= EPOLLPRI;
        }
        return mask;
    }

    boolean isWritable() {
        return tcp ? sendBuffer - sent.size() >= sent.size() >> 1 : queued << 2 <= sendBuffer;
    }

    /** Whether a write would take something now, and the one before was not short. */
    boolean takesMore() {
        return isWritable() && !(noSpace && (tcp ? sent.size() : queued) > 0);
    }

    /** sk_stream_write_space, unix_write_space. */
    private void writeSpace() {
        if (isWritable() && (!tcp || noSpace)) {
            noSpace = false;
            wake(WRITABLE);
        }
    }

    // ---- Connecting. ----

    void listen(int max) {
        maxBacklog = max;
        state = State.LISTENING;
    }

    int connect(StreamSocket listener, byte[] to, byte[] from) {
        if (state == State.LISTENING) {
            return tcp ? -Errno.EISCONN : -Errno.EINVAL;
        }
        if (connecting) {
            if (state == State.CONNECTING) {
                return -Errno.EALREADY;
            }
            connecting = false;
            if (state == State.CLOSED) {
                int e = takeError();
                shutdown = 0;
                return e == 0 ? -Errno.ECONNABORTED : -e;
            }
            return 0;
        }
        if (state == State.CONNECTED || peer != null) {
            return -Errno.EISCONN;
        }
        remote = to;
        if (local == null) {
            local = from;
        }
        if (!tcp) {
            return connectUnix(listener);
        }
        connecting = true;
        state = State.CONNECTING;
        kernel.busy(this);
        return -Errno.EINPROGRESS;
    }

    private int connectUnix(StreamSocket listener) {
        if (listener == null) {
            return -Errno.ECONNREFUSED;
        }
        if (listener.backlog.size() > listener.maxBacklog) {
            return -Errno.EAGAIN;
        }
        listener.offer(this);
        return 0;
    }

    private void offer(StreamSocket client) {
        StreamSocket child = new StreamSocket(kernel, family);
        child.local = local;
        child.remote = client.local;
        child.resetsOnClose = resetsOnClose;
        child.pending = true;
        join(child, client);
        backlog.add(child);
        wake(READABLE);
    }

    /** The answer to a SYN; false if there is none yet. */
    private boolean handshake() {
        StreamSocket listener = kernel.listener(remote);
        if (listener != null && listener.backlog.size() > listener.maxBacklog) {
            return false;
        }
        kernel.notBusy(this);
        if (listener == null) {
            reset(Errno.ECONNREFUSED);
        } else {
            listener.offer(this);
            wake(0);
        }
        return true;
    }

    StreamSocket accept() {
        StreamSocket child = backlog.poll();
        if (child != null) {
            child.pending = false;
        }
        return child;
    }

    // ---- The network. ----

    /** What TCP has sent gets to the peer, {@code max} bytes at most; false if there is nothing. */
    boolean deliver(int max) {
        if (state == State.CONNECTING) {
            return handshake();
        }
        if (peer == null) {
            kernel.notBusy(this);
            return false;
        }
        if (resetQueued) {
            resetQueued = false;
            kernel.notBusy(this);
            peer.reset(peer.endReceived && !peer.endSent ? Errno.EPIPE : Errno.ECONNRESET);
            return true;
        }
        if (!sent.isEmpty()) {
            if (peer.isGone()) {
                // Nobody is there any more: the answer is a reset.
                reset(endReceived && !endSent ? Errno.EPIPE : Errno.ECONNRESET);
                return true;
            }
            if (peer.isShutForReading() && peer.endQueued && !peer.endReceived) {
                // RFC 1122: it has ended both directions, so data is answered by a reset.
                if (urgentSentAt >= 0) {
                    peer.receiveUrgent(urgentSentAt);
                    urgentSentAt = -1;
                }
                peer.reset(Errno.ECONNRESET);
                reset(endReceived && !endSent ? Errno.EPIPE : Errno.ECONNRESET);
                return true;
            }
            int n = Math.min(Math.min(max, sent.size()), peer.receiveBuffer - peer.received.size());
            if (n <= 0) {
                return false;
            }
            sent.moveTo(peer.received, n);
            deliveredTotal += n;
            if (urgentSentAt >= 0 && urgentSentAt < deliveredTotal) {
                peer.receiveUrgent(urgentSentAt);
                urgentSentAt = -1;
            }
            peer.wake(READABLE);
            writeSpace();
        } else if (endQueued && !endSent) {
            endSent = true;
            if (!peer.isGone()) {
                peer.receiveEnd();
            }
            if (endReceived) {
                closed();
            } else {
                // Its acknowledgement: FIN_WAIT2.
                wake(0);
            }
        }
        if (sent.isEmpty() && (!endQueued || endSent)) {
            kernel.notBusy(this);
        }
        return true;
    }

    /** Nobody has it, or will have. */
    boolean isGone() {
        return isReleased() && !pending;
    }

    /** tcp_check_urg: one that is next to be read makes way, any other is read as others are. */
    private void receiveUrgent(long at) {
        if (urgentAt >= 0 && urgentAt == readTotal) {
            received.skip(1);
            readTotal++;
        }
        urgentAt = at;
    }

    private void receiveEnd() {
        endReceived = true;
        shutdown |= READING;
        if (endSent) {
            closed();
        } else {
            wake(0);
        }
    }

    private void closed() {
        state = State.CLOSED;
        shutdown = BOTH;
        wake(0);
    }

    /** The peer's reset, or its silence, ends the connection: tcp_reset. */
    void reset(int errno) {
        kernel.notBusy(this);
        if (state == State.CLOSED) {
            return;
        }
        sent.clear();
        endQueued = false;
        resetQueued = false;
        error = errno;
        shutdown = BOTH;
        state = State.CLOSED;
        wake(0);
        wake(EPOLLERR);
    }

    // ---- Data. ----

    /**
     * @param rights gets the files that come with it; null if the caller does not take any
     * @return how many bytes, 0 at the end, or {@code -errno}
     */
    int read(byte[] to, int offset, int length, List<OpenFile> rights) {
        return tcp ? readTcp(to, offset, length) : readUnix(to, offset, length, rights);
    }

    private int readTcp(byte[] to, int offset, int length) {
        if (state == State.LISTENING) {
            return -Errno.ENOTCONN;
        }
        int copied = 0;
        while (copied < length) {
            if (urgentAt >= 0 && urgentAt == readTotal && copied > 0) {
                break;
            }
            int used = Math.min(length - copied, received.size());
            if (used == 0) {
                break;
            }
            if (urgentAt >= 0) {
                if (urgentAt == readTotal) {
                    // Not in line: passed over.
                    received.skip(1);
                    readTotal++;
                    urgentAt = -1;
                    continue;
                }
                used = (int) Math.min(used, urgentAt - readTotal);
            }
            received.take(to, offset + copied, used);
            readTotal += used;
            copied += used;
        }
        if (copied > 0) {
            kernel.windowOpened(peer);
            return copied;
        }
        if (endReceived) {
            return 0;
        }
        if (error != 0) {
            return -takeError();
        }
        if ((shutdown & READING) != 0) {
            return 0;
        }
        return state == State.CLOSED ? -Errno.ENOTCONN : -Errno.EAGAIN;
    }

    private int readUnix(byte[] to, int offset, int length, List<OpenFile> rights) {
        if (state != State.CONNECTED) {
            return -Errno.EINVAL;
        }
        int copied = 0;
        while (copied < length) {
            Piece piece = pieces.peek();
            if (piece == null) {
                break;
            }
            int n = Math.min(length - copied, piece.bytes.length - piece.read);
            System.arraycopy(piece.bytes, piece.read, to, offset + copied, n);
            piece.read += n;
            copied += n;
            List<OpenFile> with = piece.rights;
            piece.rights = null;
            if (with != null) {
                if (rights != null) {
                    rights.addAll(with);
                } else {
                    with.forEach(OpenFile::release);
                }
            }
            if (piece.read < piece.bytes.length) {
                break;
            }
            pieces.remove();
            free(piece);
            if (with != null) {
                break;
            }
        }
        if (copied > 0) {
            return copied;
        }
        if (error != 0) {
            return -takeError();
        }
        return (shutdown & READING) != 0 ? 0 : -Errno.EAGAIN;
    }

    /** The sender's memory: sock_wfree. */
    private void free(Piece piece) {
        if (peer != null) {
            peer.queued -= piece.bytes.length;
            if (!peer.isReleased()) {
                peer.writeSpace();
            }
        }
    }

    /**
     * @param rights what goes with it, retained already; null for nothing
     * @return how many bytes, or {@code -errno}: then the rights are still the caller's
     */
    int write(byte[] from, int offset, int length, boolean urgent, List<OpenFile> rights) {
        if (tcp) {
            return writeTcp(from, offset, length, urgent);
        }
        return urgent ? -Errno.EOPNOTSUPP : writeUnix(from, offset, length, rights);
    }

    private int writeTcp(byte[] from, int offset, int length, boolean urgent) {
        if (error != 0) {
            return -takeError();
        }
        if ((shutdown & WRITING) != 0) {
            return -Errno.EPIPE;
        }
        if (state == State.CONNECTING) {
            return -Errno.EAGAIN;
        }
        if (state != State.CONNECTED) {
            return -Errno.EPIPE;
        }
        int room = sendBuffer - sent.size();
        if (room <= 0) {
            noSpace = true;
            return -Errno.EAGAIN;
        }
        int n = kernel.taken(Math.min(length, room));
        if (n < length) {
            noSpace = true;
        }
        sent.add(from, offset, n);
        sentTotal += n;
        if (urgent && n == length) {
            urgentSentAt = sentTotal - 1;
        }
        kernel.busy(this);
        return n;
    }

    /** Whether an urgent byte that was sent was not passed yet: the next would take its place. */
    boolean isUrgentPending() {
        return urgentSentAt >= 0 || peer != null && peer.urgentAt >= 0;
    }

    private int writeUnix(byte[] from, int offset, int length, List<OpenFile> rights) {
        if (peer == null) {
            return -Errno.ENOTCONN;
        }
        if ((shutdown & WRITING) != 0) {
            return -Errno.EPIPE;
        }
        if (error != 0) {
            return -takeError();
        }
        if (queued >= sendBuffer) {
            noSpace = true;
            return -Errno.EAGAIN;
        }
        if (peer.isGone() || (peer.shutdown & READING) != 0) {
            return -Errno.EPIPE;
        }
        int n = kernel.taken(Math.min(length, sendBuffer - queued));
        if (n < length) {
            noSpace = true;
        }
        byte[] bytes = new byte[n];
        System.arraycopy(from, offset, bytes, 0, n);
        queued += n;
        peer.pieces.add(new Piece(bytes, rights));
        peer.wake(READABLE);
        return n;
    }

    // ---- Ending. ----

    int shutdown(int how) {
        int mode = how + 1;
        if (how < 0 || mode > BOTH) {
            return -Errno.EINVAL;
        }
        if (!tcp) {
            shutdown |= mode;
            if (peer != null) {
                peer.shutdown |= (mode & READING) << 1 | (mode & WRITING) >> 1;
                peer.wake(0);
            }
            wake(0);
            return 0;
        }
        switch (state) {
            case CLOSED:
                shutdown |= mode;
                wake(0);
                return -Errno.ENOTCONN;
            case LISTENING:
                if ((mode & READING) != 0) {
                    kernel.unbind(this);
                    dropBacklog();
                    state = State.CLOSED;
                }
                break;
            case CONNECTING:
                kernel.notBusy(this);
                state = State.CLOSED;
                connecting = false;
                break;
            default:
                connecting = false;
                shutdown |= mode;
                if ((mode & WRITING) != 0 && !endQueued) {
                    endQueued = true;
                    kernel.busy(this);
                }
        }
        wake(0);
        return 0;
    }

    private void dropBacklog() {
        for (StreamSocket child; (child = backlog.poll()) != null; ) {
            child.pending = false;
            child.abandon();
        }
    }

    /** Nobody ever accepts it. */
    void abandon() {
        if (tcp) {
            if (peer != null && state == State.CONNECTED) {
                state = State.CLOSED;
                received.clear();
                peer.reset(Errno.ECONNRESET);
            }
        } else {
            endUnix(true);
        }
    }

    @Override
    void released() {
        if (boundTo != null) {
            kernel.unbind(this);
        }
        switch (state) {
            case LISTENING -> dropBacklog();
            case CONNECTING -> kernel.notBusy(this);
            case CONNECTED -> end();
            default -> {}
        }
    }

    private void end() {
        if (!tcp) {
            endUnix(false);
        } else if (!received.isEmpty() || resetsOnClose) {
            sent.clear();
            received.clear();
            resetQueued = true;
            kernel.busy(this);
        } else {
            shutdown = BOTH;
            if (!endQueued) {
                endQueued = true;
                kernel.busy(this);
            }
        }
    }

    private void endUnix(boolean neverAccepted) {
        state = State.CLOSED;
        StreamSocket other = peer;
        if (other != null) {
            other.shutdown = BOTH;
            if (!pieces.isEmpty() || neverAccepted) {
                other.error = Errno.ECONNRESET;
            }
            other.wake(0);
        }
        for (Piece piece; (piece = pieces.poll()) != null; ) {
            if (piece.rights != null) {
                piece.rights.forEach(OpenFile::release);
            }
            free(piece);
        }
    }

    @Override
    public String toString() {
        return (tcp ? "TCP " : "Unix ")
                + state
                + " in:"
                + available()
                + " out:"
                + (tcp ? sent.size() : queued)
                + " shutdown:"
                + shutdown
                + " error:"
                + error
                + (isReleased() ? " released" : "");
    }
}
