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
package io.gopoll.channel.goroutine;

import io.gopoll.channel.loop.Registration;
import io.gopoll.channel.side.Sides;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.BlockingOperationException;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.RejectedExecutionException;

/**
 * A call of {@code GoPoll.await} in a goroutine loop. Until the future is done it runs the loop's
 * tasks, timers and writes; no reads, so that the handler that waits is not called again meanwhile:
 * what can be read has its turn after this one.
 */
final class Await {

    private final GoroutineEventLoop loop;
    private final Future<?> future;

    /** Whose handler waits; null if that is not known. */
    private final Channel channel;

    /** Its registration if its connection can be lost while nobody reads; null otherwise. */
    private final Registration stream;

    Await(GoroutineEventLoop loop, Future<?> future, Channel channel) {
        this.loop = loop;
        this.future = future;
        this.channel = channel;
        Sides sides = channel instanceof DuplexChannel ? Sides.of(channel) : null;
        stream = sides == null ? null : sides.readSide().registration();
    }

    /**
     * @throws BlockingOperationException if it is a future of a channel that is writing just now:
     *     in a listener of a write, or in {@code channelWritabilityChanged}
     * @throws InterruptedException if the thread was interrupted
     * @throws ClosedChannelException if the channel whose handler waits is closed, closes
     *     meanwhile, or has lost its peer: then what that had sent before is read later
     * @throws RejectedExecutionException if there is no channel, and the loop ends meanwhile
     */
    void run() throws InterruptedException, ClosedChannelException, RejectedExecutionException {
        if (future instanceof ChannelFuture && isWriting(((ChannelFuture) future).channel())) {
            throw new BlockingOperationException(
                    "await of "
                            + future
                            + " by what a write has called: let that return first, as by"
                            + " eventLoop().execute");
        }
        // Whoever closes the channel does so in this loop, which ends the wait, or interrupts this
        // thread: so nobody has to listen to its closeFuture.
        future.addListener(done -> loop.awaited());
        for (; ; ) {
            if (!loop.awaitTurn(this) && !isOver()) {
                if (stream != null) {
                    stream.reader().watch();
                }
                loop.awaitNews(this);
            }
            if (future.isDone()) {
                return;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (channel == null && loop.isShuttingDown()) {
                throw GoroutineEventLoop.rejected();
            }
            if (isLost()) {
                throw new ClosedChannelException();
            }
        }
    }

    /** Whether there is nothing to wait for any more. */
    boolean isOver() {
        return future.isDone() || isLost();
    }

    /** Whether the channel is closed, or its connection gone. */
    private boolean isLost() {
        return channel != null && !channel.isOpen() || stream != null && stream.failed();
    }

    private boolean isWriting(Channel awaited) {
        Sides sides = Sides.of(awaited);
        return sides != null
                && awaited.isRegistered()
                && awaited.eventLoop() == loop
                && sides.writeSide().isWriting();
    }
}
