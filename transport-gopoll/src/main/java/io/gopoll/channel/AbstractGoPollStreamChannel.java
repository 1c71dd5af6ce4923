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
package io.gopoll.channel;

import static io.netty.channel.internal.ChannelUtils.MAX_BYTES_PER_GATHERING_WRITE_ATTEMPTED_LOW_THRESHOLD;
import static io.netty.channel.internal.ChannelUtils.WRITE_STATUS_SNDBUF_FULL;

import io.gopoll.net.NetFd;
import io.gopoll.poll.PollDesc;
import io.gopoll.poll.SafeLogger;
import io.gopoll.sys.Errno;
import io.gopoll.sys.Iovecs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.LeakPresenceDetector;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** A byte stream: the one read loop and the one write loop of all stream channels. */
abstract class AbstractGoPollStreamChannel extends AbstractGoPollChannel
        implements DuplexChannel, DeadlineChannel {

    private static final SafeLogger logger = SafeLogger.of(AbstractGoPollStreamChannel.class);

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    /**
     * What one of the {@link ChannelConfig#getWriteSpinCount writes of a turn} stands for, so that
     * with the usual 16 a channel writes 256 KiB before others have their turn. What is on its way
     * stays little enough for the cache then: bytes that wait in a socket are cold when they are
     * read, and so is the memory that the next are copied to.
     */
    private static final int BYTES_PER_SPIN = 16 << 10;

    /**
     * 16 MiB: more than a socket usually takes at once, and an end for a peer that always reads.
     */
    private static final int SPINS_OF_LAST_FLUSH = 1024;

    /** Null until the first splice from or to this channel. Written once, under this. */
    private volatile Splices splices;

    /** Null until the first file region. */
    private FileRegions fileRegions;

    /** After what is flushed now nothing can be written: others have to wait. */
    private boolean isLastFlush;

    /** How often in a row a file region had nothing to give. */
    private int dryRounds;

    /** Whose loop has a timer that will ask it again; that of a loop it has left asks nobody. */
    private GoPollIoRegistration dryTimer;

    /** So often a file region that gives nothing is asked without a pause. */
    private static final int DRY_ROUNDS = 8;

    private static final int MAX_DRY_MILLIS = 10;

    /** Something that is no buffer was written since everything flushed had been taken. */
    private boolean hasOther;

    AbstractGoPollStreamChannel(Channel parent, NetFd netFd, boolean active, SocketAddress remote) {
        super(parent, netFd, active, remote);
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected AbstractGoPollUnsafe newUnsafe() {
        return new StreamUnsafe();
    }

    /** Whether a close waits for the peer to take what was sent: {@code SO_LINGER}, socket(7). */
    boolean lingers() {
        return false;
    }

    /** Whether small flushes may come late: {@link LateFlushes}. */
    boolean mayFlushLate() {
        return false;
    }

    /** What a read that has given something says of what is left. */
    Drained drained(int read, int attempted, boolean hungUp) {
        return Drained.localStream(read, attempted, hungUp);
    }

    // ---- Deadlines. ----

    @Override
    public void setReadDeadline(long nanoTime) {
        deadlines().setRead(nanoTime);
    }

    @Override
    public void setWriteDeadline(long nanoTime) {
        deadlines().setWrite(nanoTime);
    }

    // ---- Writing. ----

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        if (isWriteDeadlinePast(in)) {
            return;
        }
        int spins = isLastFlush ? SPINS_OF_LAST_FLUSH : config().getWriteSpinCount();
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
            if (taken == WRITE_STATUS_SNDBUF_FULL) {
                parkWriter();
                return;
            }
            if (taken == FileRegions.DRY) {
                askAgain();
                return;
            }
            dryRounds = 0;
            spins -= taken;
            // Flushed or not, look again: a listener may have written and flushed meanwhile.
            if (spins <= 0) {
                if (!goesOn(total)) {
                    break;
                }
                spins += config().getWriteSpinCount();
                total += config().getWriteSpinCount();
            }
        }

        // The socket still takes data, but others are to have their turn.
        if (!in.isEmpty() && registration() != null) {
            registration().queue(PollDesc.WRITE);
        }
    }

    /**
     * In a goroutine loop, what comes after the flush may block: where nobody else waits for the
     * thread it goes on as long as the socket takes it, up to 16 MiB.
     */
    private boolean goesOn(int spinsOfTurn) {
        GoPollIoRegistration r = registration();
        return r != null && spinsOfTurn < SPINS_OF_LAST_FLUSH && r.isValid() && r.loop.isAlone();
    }

    /**
     * A file region has nothing to give just now, and the socket would take it: it is asked again
     * when others have had their turn, and after some times in vain after a pause.
     */
    private void askAgain() {
        GoPollIoRegistration r = registration();
        if (r == null) {
            return;
        }
        if (dryRounds < DRY_ROUNDS) {
            dryRounds++;
            r.queue(PollDesc.WRITE);
            return;
        }
        long millis = Math.min(dryRounds++ - DRY_ROUNDS + 1, MAX_DRY_MILLIS);
        if (dryTimer != r) {
            dryTimer = r;
            eventLoop().schedule(() -> dryTimerFired(r), millis, TimeUnit.MILLISECONDS);
        }
    }

    /** A channel that has moved asks again by itself, in the loop that it has come to. */
    private void dryTimerFired(GoPollIoRegistration r) {
        if (r.isValid()) {
            dryTimer = null;
            r.queue(PollDesc.WRITE);
        }
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
                return WRITE_STATUS_SNDBUF_FULL;
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
        int n = netFd().write(Memory.readableAddress(buf), attempted);
        return written("write", in, n, attempted);
    }

    private int writeMultiple(ChannelOutboundBuffer in, long max) throws IOException {
        GoPollChannelConfig config = config();
        long maxPerWrite = config.getMaxBytesPerGatheringWrite();
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
        long n = netFd().writev(iovecs.address(), iovecs.count());
        loop.giveBack(gathering);
        if (n > 0) {
            adjustMaxBytesPerGatheringWrite(config, attempted, n, maxPerWrite);
        }
        return written("writev", in, n, attempted);
    }

    private static void adjustMaxBytesPerGatheringWrite(
            GoPollChannelConfig config, long attempted, long written, long max) {
        if (attempted == written) {
            if (attempted << 1 > max) {
                config.setMaxBytesPerGatheringWrite(attempted << 1);
            }
        } else if (attempted > MAX_BYTES_PER_GATHERING_WRITE_ATTEMPTED_LOW_THRESHOLD
                && written < attempted >>> 1) {
            config.setMaxBytesPerGatheringWrite(attempted >>> 1);
        }
    }

    /**
     * Takes what was written out of the buffer. A write that was not taken whole has filled the
     * socket, epoll(7) question 9: the write that would only see EAGAIN is spared.
     */
    private int written(String syscall, ChannelOutboundBuffer in, long n, long attempted)
            throws IOException {
        if (n > 0) {
            in.removeBytes(n);
            return n < attempted ? WRITE_STATUS_SNDBUF_FULL : spins(n);
        }
        if (n == 0 || n == -Errno.EAGAIN) {
            return WRITE_STATUS_SNDBUF_FULL;
        }
        throw failure(syscall, (int) n);
    }

    /** Throws if a file has become shorter than what was to be sent of it. */
    final void validate(DefaultFileRegion region, long position) throws IOException {
        validateFileRegion(region, position);
    }

    @Override
    protected Object filterOutboundMessage(Object msg) {
        if (msg instanceof ByteBuf) {
            ByteBuf buf = (ByteBuf) msg;
            return Memory.isCopyNeeded(buf) ? newDirectBuffer(buf, buf) : buf;
        }
        if (msg instanceof FileRegion || msg instanceof Splices.Out) {
            return other(msg);
        }
        throw new UnsupportedOperationException(
                "unsupported message type: "
                        + StringUtil.simpleClassName(msg)
                        + " (expected: ByteBuf, FileRegion)");
    }

    /** A message that is no buffer, with which a flush is never put off. */
    final Object other(Object msg) {
        hasOther = true;
        return msg;
    }

    // ---- Half-closing: DuplexChannel. ----

    @Override
    protected final void doShutdownOutput() throws Exception {
        shutdownSocket(false, true);
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        inEventLoop(
                () -> {
                    StreamUnsafe unsafe = (StreamUnsafe) unsafe();
                    unsafe.flushRest();
                    unsafe.shutdownOutput(promise);
                });
        return promise;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        inEventLoop(
                () -> {
                    try {
                        shutdownSocket(true, false);
                        promise.setSuccess();
                    } catch (Throwable t) {
                        promise.setFailure(t);
                    }
                });
        return promise;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownOutput()
                .addListener(
                        (ChannelFutureListener)
                                output ->
                                        shutdownInput()
                                                .addListener(
                                                        (ChannelFutureListener)
                                                                input ->
                                                                        shutdownDone(
                                                                                output, input,
                                                                                promise)));
        return promise;
    }

    private static void shutdownDone(
            ChannelFuture output, ChannelFuture input, ChannelPromise promise) {
        if (output.isSuccess() && input.isSuccess()) {
            promise.setSuccess();
            return;
        }
        if (!output.isSuccess() && !input.isSuccess()) {
            logger.debug("Exception suppressed because of a previous one", input.cause());
        }
        promise.setFailure(output.isSuccess() ? input.cause() : output.cause());
    }

    private void inEventLoop(Runnable task) {
        EventLoop loop = eventLoop();
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    // ---- Splicing. ----

    /**
     * Moves {@code len} bytes of input to another channel without copying them to user space:
     * splice(2).
     *
     * @param ch a channel of the same event loop
     * @param len how many bytes; {@link Integer#MAX_VALUE} goes on until the future is cancelled or
     *     fails
     * @throws IllegalArgumentException if the channels' event loops differ or {@code len} is
     *     negative
     */
    public final ChannelFuture spliceTo(AbstractGoPollStreamChannel ch, int len) {
        return spliceTo(ch, len, newPromise());
    }

    /** As {@link #spliceTo(AbstractGoPollStreamChannel, int)}, with a promise of the user's. */
    public final ChannelFuture spliceTo(
            AbstractGoPollStreamChannel ch, int len, ChannelPromise promise) {
        return splices().add(ch, len, promise);
    }

    /**
     * Moves {@code len} bytes of input to a descriptor without copying them to user space:
     * splice(2).
     *
     * @param fd a blocking descriptor, as of a file; it is not closed
     * @param offset where in the file to start
     * @param len how many bytes; {@link Integer#MAX_VALUE} goes on until the future is cancelled or
     *     fails
     * @throws IllegalArgumentException if {@code offset} or {@code len} is negative
     */
    public final ChannelFuture spliceTo(FileDescriptor fd, int offset, int len) {
        return spliceTo(fd, offset, len, newPromise());
    }

    /** As {@link #spliceTo(FileDescriptor, int, int)}, with a promise of the user's. */
    public final ChannelFuture spliceTo(
            FileDescriptor fd, int offset, int len, ChannelPromise promise) {
        return splices().add(fd, offset, len, promise);
    }

    final Splices splices() {
        Splices s = splices;
        if (s == null) {
            synchronized (this) {
                s = splices;
                if (s == null) {
                    splices = s = new Splices(this);
                }
            }
        }
        return s;
    }

    @Override
    protected void doClose() throws Exception {
        try {
            flushBeforeClose();
            super.doClose();
        } finally {
            Splices s = splices;
            if (s != null) {
                close(s);
            }
        }
    }

    /** In the event loop, which may be splicing while a close that lingers is on another thread. */
    private void close(Splices s) {
        if (!isRegistered()) {
            s.close();
            return;
        }
        try {
            inEventLoop(s::close);
        } catch (RejectedExecutionException e) {
            // The loop has ended: nobody splices any more.
            s.close();
        }
    }

    /** A close that asks nobody, as {@code closeForcibly}, does not lose what comes late either. */
    @Override
    void flushBeforeClose() {
        if (isRegistered() && eventLoop().inEventLoop()) {
            ((StreamUnsafe) unsafe()).flushRest();
        }
    }

    @Override
    protected void doDisconnect() throws Exception {
        ((StreamUnsafe) unsafe()).flushRest();
        super.doDisconnect();
    }

    class StreamUnsafe extends AbstractGoPollUnsafe {

        /** Whether this is among the loop's {@link LateFlushes}. */
        private boolean late;

        @Override
        boolean isPutOff() {
            return super.isPutOff() || comesLate();
        }

        /** Whether what was flushed comes later in this turn; sees to it that it does. */
        private boolean comesLate() {
            GoPollIoRegistration r = registration();
            LateFlushes flushes = r == null ? null : r.loop.lateFlushes;
            if (flushes == null
                    || !flushes.isPuttingOff()
                    || hasOther
                    || isLastFlush
                    || !mayFlushLate()) {
                return false;
            }
            ChannelOutboundBuffer out = outboundBuffer();
            // Not valid is the one of a loop that the channel has left.
            if (out == null
                    || out.isEmpty()
                    || !active
                    || !r.isValid()
                    || !LateFlushes.isSmall(out, config())) {
                return false;
            }
            if (!late) {
                // In this order: without memory for the list it is not taken for put off.
                flushes.add(this);
                late = true;
            }
            return true;
        }

        /** What was put off is written, unless it has been already. */
        final void flushLate() {
            late = false;
            flush0();
        }

        /** Before anything after which no more can be written: writes what the socket takes. */
        final void flushRest() {
            GoPollIoRegistration r = registration();
            if (late || r != null && r.isQueued(PollDesc.WRITE)) {
                isLastFlush = true;
                try {
                    flush0();
                } finally {
                    isLastFlush = false;
                }
            }
        }

        @Override
        public final void close(ChannelPromise promise) {
            flushRest();
            super.close(promise);
        }

        /**
         * A close that lingers blocks, so it goes to another thread, with the poller done first.
         */
        @Override
        protected Executor prepareToClose() {
            try {
                if (lingers()) {
                    doDeregister();
                    // The read loop may be under way, and the descriptor another's from now on.
                    breakReading();
                    return GlobalEventExecutor.INSTANCE;
                }
            } catch (Exception ignored) {
                // The socket may be closed already; there is nothing to linger then, netty#4449.
            }
            return null;
        }

        @Override
        void readLoop(ChannelConfig config) {
            GoPollRecvByteAllocatorHandle allocHandle = recvBufAllocHandle();
            ChannelPipeline pipeline = pipeline();
            ByteBufAllocator allocator = config.getAllocator();
            allocHandle.reset(config);

            ByteBuf buf = null;
            boolean allDataRead = false;
            try {
                do {
                    Splices s = splices;
                    if (s != null && s.isPending()) {
                        if (s.read(allocHandle)) {
                            continue;
                        }
                        allDataRead = s.isEndOfInput();
                        break;
                    }
                    buf = allocHandle.allocate(allocator);
                    int attempted = buf.writableBytes();
                    allocHandle.attemptedBytesRead(attempted);
                    int n = netFd().read(Memory.writableAddress(buf), attempted);
                    if (n <= 0) {
                        buf.release();
                        buf = null;
                        drained = Drained.YES;
                        if (n == 0) {
                            allocHandle.lastBytesRead(-1);
                            allDataRead = true;
                            readPending = false;
                        } else if (n == -Errno.EAGAIN || !isOpen()) {
                            // Another thread may have closed the descriptor: that tells the rest.
                            allocHandle.lastBytesRead(0);
                            if (isLookInVain(allocHandle)) {
                                return;
                            }
                        } else {
                            throw Errno.newException("read", n);
                        }
                        break;
                    }
                    buf.writerIndex(buf.writerIndex() + n);
                    allocHandle.lastBytesRead(n);
                    allocHandle.incMessagesRead(1);
                    readPending = false;
                    drained = drained(n, attempted, allocHandle.isHungUp());
                    ByteBuf message = buf;
                    buf = null;
                    pipeline.fireChannelRead(message);
                    // The handler may have shut the input down or closed the channel.
                } while (!shouldBreakReadReady(config) && allocHandle.continueReading());

                allocHandle.readComplete();
                pipeline.fireChannelReadComplete();
                if (allDataRead) {
                    shutdownInput(true);
                }
            } catch (Throwable t) {
                handleReadException(pipeline, buf, t, allDataRead, allocHandle);
            }
        }

        private void handleReadException(
                ChannelPipeline pipeline,
                ByteBuf buf,
                Throwable cause,
                boolean allDataRead,
                GoPollRecvByteAllocatorHandle allocHandle) {
            if (buf != null) {
                buf.release();
            }
            allocHandle.readComplete();
            pipeline.fireChannelReadComplete();
            pipeline.fireExceptionCaught(cause);
            // Without memory for its buffers a connection cannot go on, netty#10434.
            if (allDataRead
                    || cause instanceof OutOfMemoryError
                    || cause instanceof LeakPresenceDetector.AllocationProhibitedException
                    || cause instanceof IOException) {
                shutdownInput(true);
            }
        }
    }
}
