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
package io.gopoll.channel.side;

import io.gopoll.channel.buffer.Gathering;
import io.gopoll.channel.buffer.Memory;
import io.gopoll.channel.loop.LateFlushes;
import io.gopoll.channel.loop.Registration;
import io.gopoll.channel.loop.Registrations;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Errno;
import io.gopoll.sys.Iovecs;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/** Writes bytes, regions of files, and what was spliced from other channels. */
public class StreamWriteSide extends WriteSide {

    /**
     * What one of the {@link io.netty.channel.ChannelConfig#getWriteSpinCount writes of a turn}
     * stands for, so that with the usual 16 a channel writes 256 KiB before others have their turn.
     * What is on its way stays little enough for the cache then: bytes that wait in a socket are
     * cold when they are read, and so is the memory that the next are copied to.
     */
    private static final int BYTES_PER_SPIN = 16 << 10;

    /**
     * 16 MiB: more than a socket usually takes at once, and an end for a peer that always reads.
     */
    private static final int SPINS_OF_LAST_FLUSH = 1024;

    /** What a write returns if the socket takes no more. */
    static final int FULL = Integer.MAX_VALUE;

    /** A write of fewer bytes says nothing about how many to try, as in Netty's channels. */
    private static final int LOW_ATTEMPT = 4096;

    /** What a gathering write takes in at first; then it follows what the socket takes. */
    private static final long INITIAL_BYTES_PER_GATHERING_WRITE = 256 * 1024;

    /** Null until the first file region. */
    private FileRegions fileRegions;

    /** This is the last flush before a close: it may take the time of others. */
    private boolean isLastFlush;

    /** Something that is no buffer was written since everything flushed had been taken. */
    private boolean hasOther;

    /** Whether this is among the loop's {@link LateFlushes}. */
    private boolean late;

    /** What a gathering write takes in at most. */
    volatile long maxBytesPerGatheringWrite = INITIAL_BYTES_PER_GATHERING_WRITE;

    public StreamWriteSide(Channel stream, NetFd netFd) {
        super(stream, netFd);
    }

    /** What a gathering write takes in from now on. Any thread. */
    public final void setMaxBytesPerGatheringWrite(long bytes) {
        maxBytesPerGatheringWrite = bytes;
    }

    @Override
    protected void writeLoop(ChannelOutboundBuffer in) throws Exception {
        int perTurn = channel.config().getWriteSpinCount();
        int spins = isLastFlush ? SPINS_OF_LAST_FLUSH : perTurn;
        int total = spins;
        for (; ; ) {
            int messages = in.size();
            if (messages == 0) {
                hasOther = false;
                return;
            }
            Object msg = in.current();
            long max = (long) spins * BYTES_PER_SPIN;
            int taken =
                    !(msg instanceof ByteBuf)
                            ? writeMessage(in, msg, max)
                            : messages == 1
                                    ? writeBytes(in, (ByteBuf) msg, max)
                                    : writeMultiple(in, max);
            if (taken == FULL) {
                full();
                return;
            }
            if (taken == FileRegions.DRY) {
                fileRegions.askAgain();
                return;
            }
            spins -= taken;
            // Flushed or not, look again: a listener may have written and flushed meanwhile.
            if (spins <= 0) {
                if (!goesOn(total)) {
                    break;
                }
                spins += perTurn;
                total += perTurn;
            }
        }
        if (!in.isEmpty()) {
            queue();
        }
    }

    /**
     * In a goroutine loop, what comes after the flush may block: where nobody else waits for the
     * thread it goes on as long as the socket takes it, up to 16 MiB.
     */
    private boolean goesOn(int spinsOfTurn) {
        return spinsOfTurn < SPINS_OF_LAST_FLUSH && isValid() && registration().loop.isAlone();
    }

    /** What writing so much takes from the write spin count. */
    static int spins(long bytes) {
        return (int) Math.max(1, (bytes + BYTES_PER_SPIN - 1) / BYTES_PER_SPIN);
    }

    /**
     * Writes what is no buffer; returns what it takes from the write spin count, as Netty's
     * channels do.
     */
    private int writeMessage(ChannelOutboundBuffer in, Object msg, long max) throws Exception {
        if (msg instanceof FileRegion) {
            if (fileRegions == null) {
                fileRegions = new FileRegions(this);
            }
            return fileRegions.write(in, (FileRegion) msg, max);
        }
        if (msg instanceof Splices.Out) {
            if (!((Splices.Out) msg).write()) {
                return FULL;
            }
            in.remove();
            return 1;
        }
        return writeOther(in, msg);
    }

    /** Writes a message of a type that only this kind of channel takes. */
    int writeOther(ChannelOutboundBuffer in, Object msg) throws Exception {
        throw new Error("Unexpected message type: " + StringUtil.className(msg));
    }

    private int writeBytes(ChannelOutboundBuffer in, ByteBuf buf, long max) throws IOException {
        int readable = buf.readableBytes();
        if (readable == 0) {
            in.remove();
            return 0;
        }
        if (!Memory.isOnePiece(buf)) {
            return writeMultiple(in, max);
        }
        int attempted = (int) Math.min(readable, max);
        int n = netFd.write(Memory.readableAddress(buf), attempted);
        return written("write", in, n, attempted);
    }

    private int writeMultiple(ChannelOutboundBuffer in, long max) throws IOException {
        long maxPerWrite = maxBytesPerGatheringWrite;
        Registrations loop = registration().loop;
        Gathering gathering = loop.gathering();
        Iovecs iovecs = gathering.gather(in, Math.min(max, maxPerWrite));
        if (iovecs.count() == 0) {
            // Empty buffers only.
            loop.giveBack(gathering);
            in.removeBytes(0);
            return 0;
        }
        long attempted = iovecs.bytes();
        long n = netFd.writev(iovecs.address(), iovecs.count());
        loop.giveBack(gathering);
        if (n > 0) {
            adjustMaxBytesPerGatheringWrite(attempted, n, maxPerWrite);
        }
        return written("writev", in, n, attempted);
    }

    private void adjustMaxBytesPerGatheringWrite(long attempted, long written, long max) {
        if (attempted == written) {
            if (attempted << 1 > max) {
                maxBytesPerGatheringWrite = attempted << 1;
            }
        } else if (attempted > LOW_ATTEMPT && written < attempted >>> 1) {
            maxBytesPerGatheringWrite = attempted >>> 1;
        }
    }

    /**
     * Takes what was written out of the buffer. A write that was not taken whole has filled the
     * socket, epoll(7) question 9: the write that would only see EAGAIN is spared. For each kind of
     * socket the kernel promises an edge after that, when there is room again:
     *
     * <pre>
     * TCP          tcp_sendmsg sets SOCK_NOSPACE before it returns less, sk_stream_write_space
     * Unix stream  sock_alloc_send_pskb does, unix_write_space
     * VSOCK        vsock_connectible_sendmsg returns less without credit only; each credit calls
     *              sk_write_space
     * </pre>
     */
    private int written(String syscall, ChannelOutboundBuffer in, long n, long attempted)
            throws IOException {
        if (n > 0) {
            in.removeBytes(n);
            return n < attempted ? FULL : spins(n);
        }
        if (n == 0 || n == -Errno.EAGAIN) {
            return FULL;
        }
        throw failure(syscall, (int) n);
    }

    /** Why a call has failed; a channel that another thread has closed says so. */
    final IOException failure(String syscall, int result) {
        return netFd.isOpen() ? Errno.newException(syscall, result) : new ClosedChannelException();
    }

    /** A message that is no buffer was written: with it a flush is never put off. */
    public final void otherWritten() {
        hasOther = true;
    }

    // ---- Late flushes. ----

    /** Whether small flushes may come late: {@link LateFlushes}. */
    boolean mayFlushLate() {
        return false;
    }

    @Override
    boolean isPutOff() {
        return super.isPutOff() || comesLate();
    }

    /** Whether what was flushed comes later in this turn; sees to it that it does. */
    private boolean comesLate() {
        Registration r = registration();
        LateFlushes flushes = r == null ? null : r.loop.lateFlushes;
        if (flushes == null
                || !flushes.isPuttingOff()
                || hasOther
                || isLastFlush
                || !mayFlushLate()) {
            return false;
        }
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        // Not valid is the one of a loop that the channel has left.
        if (out == null
                || out.isEmpty()
                || !channel.isActive()
                || !r.isValid()
                || !LateFlushes.isSmall(out, channel.config())) {
            return false;
        }
        if (!late) {
            // In this order: without memory for the list it is not taken for put off.
            flushes.add(this);
            late = true;
        }
        return true;
    }

    @Override
    public void flushLate() {
        late = false;
        flush();
    }

    @Override
    public void flushRest() {
        if (late || isQueued()) {
            isLastFlush = true;
            try {
                flush();
            } finally {
                isLastFlush = false;
            }
        }
    }

    /** Of TCP. */
    public static final class Tcp extends StreamWriteSide {

        public Tcp(Channel stream, NetFd netFd) {
            super(stream, netFd);
        }

        @Override
        boolean mayFlushLate() {
            return true;
        }
    }
}
