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

import io.gopoll.channel.buffer.Memory;
import io.gopoll.channel.side.ReadSide;
import io.gopoll.channel.side.Splices;
import io.gopoll.channel.side.StreamReadSide;
import io.gopoll.channel.side.StreamWriteSide;
import io.gopoll.channel.side.WriteSide;
import io.gopoll.net.fd.NetFd;
import io.gopoll.poll.SafeLogger;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.StringUtil;
import java.net.SocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A byte stream: the one read loop and the one write loop of all stream channels. */
abstract class AbstractGoPollStreamChannel extends AbstractGoPollChannel
        implements DuplexChannel, DeadlineChannel {

    private static final SafeLogger logger = SafeLogger.of(AbstractGoPollStreamChannel.class);

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    AbstractGoPollStreamChannel(
            @Nullable Channel parent, NetFd netFd, boolean active, @Nullable SocketAddress remote) {
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

    @Override
    ReadSide newReadSide(NetFd netFd) {
        return new StreamReadSide(this, netFd);
    }

    @Override
    WriteSide newWriteSide(NetFd netFd) {
        return new StreamWriteSide(this, netFd);
    }

    // ---- Deadlines. ----

    @Override
    public void setReadDeadline(long nanoTime) {
        readSide().deadline().set(nanoTime);
    }

    @Override
    public void setWriteDeadline(long nanoTime) {
        writeSide().deadline().set(nanoTime);
    }

    // ---- Writing. ----

    @Override
    protected Object filterOutboundMessage(Object msg) {
        if (msg instanceof ByteBuf) {
            ByteBuf buf = (ByteBuf) msg;
            return Memory.isCopyNeeded(buf) ? Memory.directCopy(alloc(), buf, buf) : buf;
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
        ((StreamWriteSide) writeSide()).otherWritten();
        return msg;
    }

    // ---- Half-closing: DuplexChannel. ----

    @Override
    protected final void doShutdownOutput() throws Exception {
        writeSide().shutdown();
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        inEventLoop(
                () -> {
                    writeSide().flushRest();
                    ((StreamUnsafe) unsafe()).shutdownOutput(promise);
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
                        readSide().shutdown();
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
     * splice(2). Any thread; both channels must be registered.
     *
     * @param ch a channel of GoPoll's, of the same event loop
     * @param len how many bytes; {@link Integer#MAX_VALUE} goes on until the future is cancelled or
     *     fails
     * @return done when so many bytes have been moved; fails if this channel closes before, or the
     *     other one takes no more
     * @throws IllegalArgumentException if the channels' event loops or transports differ or {@code
     *     len} is negative
     */
    public final ChannelFuture spliceTo(DuplexChannel ch, int len) {
        return spliceTo(ch, len, newPromise());
    }

    /**
     * As {@link #spliceTo(DuplexChannel, int)}, with a promise of the user's.
     *
     * @param ch a channel of GoPoll's, of the same event loop
     * @param len how many bytes; {@link Integer#MAX_VALUE} goes on until the promise is cancelled
     *     or fails
     * @param promise done when so many bytes have been moved
     * @return the promise
     * @throws IllegalArgumentException if the channels' event loops or transports differ or {@code
     *     len} is negative
     */
    public final ChannelFuture spliceTo(DuplexChannel ch, int len, ChannelPromise promise) {
        if (!(ch instanceof AbstractGoPollStreamChannel)) {
            throw new IllegalArgumentException(
                    "ch: " + ch + " (expected: a stream channel of GoPoll's)");
        }
        return input().splices().add(((AbstractGoPollStreamChannel) ch).input(), len, promise);
    }

    /**
     * Moves {@code len} bytes of input to a descriptor without copying them to user space:
     * splice(2). Any thread.
     *
     * @param fd a blocking descriptor, as of a file; it is not closed
     * @param offset where in the file to start, in bytes
     * @param len how many bytes; {@link Integer#MAX_VALUE} goes on until the future is cancelled or
     *     fails
     * @return done when so many bytes have been moved; fails if this channel closes before
     * @throws IllegalArgumentException if {@code offset} or {@code len} is negative
     */
    public final ChannelFuture spliceTo(FileDescriptor fd, int offset, int len) {
        return spliceTo(fd, offset, len, newPromise());
    }

    /**
     * As {@link #spliceTo(FileDescriptor, int, int)}, with a promise of the user's.
     *
     * @param fd a blocking descriptor, as of a file; it is not closed
     * @param offset where in the file to start, in bytes
     * @param len how many bytes; {@link Integer#MAX_VALUE} goes on until the promise is cancelled
     *     or fails
     * @param promise done when so many bytes have been moved
     * @return the promise
     * @throws IllegalArgumentException if {@code offset} or {@code len} is negative
     */
    public final ChannelFuture spliceTo(
            FileDescriptor fd, int offset, int len, ChannelPromise promise) {
        return input().splices().add(fd, offset, len, promise);
    }

    private StreamReadSide input() {
        return (StreamReadSide) readSide();
    }

    @Override
    protected void doClose() throws Exception {
        try {
            // A close that asks nobody, as closeForcibly, does not lose what comes late either.
            writeSide().flushBeforeClose();
            super.doClose();
        } finally {
            Splices s = input().splicesIfAny();
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

    @Override
    protected void doDisconnect() throws Exception {
        writeSide().flushRest();
        super.doDisconnect();
    }

    private final class StreamUnsafe extends AbstractGoPollUnsafe {

        @Override
        public void close(ChannelPromise promise) {
            writeSide().flushRest();
            super.close(promise);
        }

        /**
         * A close that lingers blocks, so it goes to another thread, with the poller done first.
         */
        @Override
        protected @Nullable Executor prepareToClose() {
            try {
                if (lingers()) {
                    doDeregister();
                    // A read loop may be under way.
                    readSide().end();
                    return GlobalEventExecutor.INSTANCE;
                }
            } catch (Exception ignored) {
                // The socket may be closed already; there is nothing to linger then, netty#4449.
            }
            return null;
        }
    }
}
