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

import static io.netty.util.internal.ObjectUtil.checkNotNull;
import static io.netty.util.internal.ObjectUtil.checkPositiveOrZero;

import io.gopoll.channel.goroutine.GoroutineEventLoop;
import io.gopoll.channel.goroutine.Loops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.util.NettyRuntime;
import io.netty.util.concurrent.AbstractEventExecutorGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/**
 * The goroutine mode: every channel that is registered with this group gets an event loop of its
 * own, run by virtual threads. A handler may block, by {@link Thread#sleep}, a lock, a JDBC query,
 * and only its own channel waits. Otherwise these are event loops like all others: a channel's
 * events, tasks and timers are in order, and {@link EventExecutor#inEventLoop} is true in all of
 * them.
 *
 * <p>What Netty forbids in an event loop stays forbidden: {@code sync()} on a future of the own
 * channel throws {@link io.netty.util.concurrent.BlockingOperationException}; {@link GoPoll#await}
 * waits for it. {@code sync()} on another channel's future just blocks.
 *
 * <p>The threads run on the JDK's scheduler, or on GoPoll's own where {@code java.base/java.lang}
 * is open, see {@link GoPoll#scheduler}. The JDK's keeps one for each channel. GoPoll's lends one
 * for as long as there is something to run: handlers that do not block share a thread, one that
 * blocks keeps it until it returns. So a {@link ThreadLocal} is the handler's until it returns, no
 * longer. The threads are daemons, but the platform threads below them are not: they end with
 * {@link #shutdownGracefully}.
 */
public final class GoroutineEventLoopGroup extends AbstractEventExecutorGroup
        implements IoEventLoopGroup {

    private final Loops loops;

    /** As many loops run at the same time as there are processors. */
    public GoroutineEventLoopGroup() {
        this(0);
    }

    /**
     * As many loops run at the same time as is asked for.
     *
     * @param nProcessors how many loops run at the same time on GoPoll's own scheduler, and how
     *     many loops {@link #next} goes through; 0 for as many as there are processors
     * @throws UnsupportedOperationException if GoPoll is not available here, if there are no
     *     virtual threads (before JDK 21), or if the scheduler that {@code io.gopoll.scheduler}
     *     names cannot be had; the message says what to do
     * @throws ChannelException if there are no descriptors left for the pollers
     */
    public GoroutineEventLoopGroup(int nProcessors) {
        GoPoll.ensureAvailability();
        checkPositiveOrZero(nProcessors, "nProcessors");
        int n = nProcessors == 0 ? NettyRuntime.availableProcessors() : nProcessors;
        try {
            loops = new Loops(this, n, GoPollIoRegistration::new);
            Startup.goroutines(loops.scheduler());
        } catch (IOException e) {
            throw new ChannelException("Unable to open a poller", e);
        }
    }

    // ---- Channels. ----

    /**
     * One of the loops that are there for good, by turns: for tasks, for channel pools, and for
     * channels that shall share a loop.
     */
    @Override
    public IoEventLoop next() {
        return loops.next();
    }

    /** Registers a channel with a loop of its own: a new one, or one whose channel has closed. */
    @Override
    @Deprecated
    public ChannelFuture register(Channel channel) {
        GoroutineEventLoop loop = loops.takeLoop(checkNotNull(channel, "channel"));
        return loops.giveBackIfFailed(loop, channel, loop.register(channel));
    }

    /** As {@link #register(Channel)}. */
    @Override
    @Deprecated
    public ChannelFuture register(ChannelPromise promise) {
        Channel channel = checkNotNull(promise, "promise").channel();
        GoroutineEventLoop loop = loops.takeLoop(channel);
        return loops.giveBackIfFailed(loop, channel, loop.register(promise));
    }

    /** As {@link #register(Channel)}. */
    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        GoroutineEventLoop loop = loops.takeLoop(checkNotNull(channel, "channel"));
        return loops.giveBackIfFailed(loop, channel, loop.register(channel, promise));
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return GoPollIoHandle.class.isAssignableFrom(handleType);
    }

    @Override
    public boolean isIoType(Class<? extends IoHandler> handlerType) {
        return GoPollIoHandler.class.isAssignableFrom(handlerType);
    }

    /**
     * The loops of {@link #next}, which are always the same, as tools that look once expect it.
     * Those of channels come and go with them: see {@link #pendingTasks(EventExecutor)}.
     */
    @Override
    public Iterator<EventExecutor> iterator() {
        return Collections.<EventExecutor>unmodifiableList(loops.durable()).iterator();
    }

    // ---- For tools. Any thread. ----

    /**
     * How many loops run at the same time, and {@link #next} goes through.
     *
     * @return at least 1; the same for as long as the group lasts
     */
    public int executorCount() {
        return loops.durable().size();
    }

    /**
     * The channels that are registered with all its loops.
     *
     * @return a count that may have changed already
     */
    public int registeredChannels() {
        return loops.active().mapToInt(GoroutineEventLoop::registeredChannels).sum();
    }

    /**
     * The tasks that wait for their turn in all its loops.
     *
     * @return a count that may have changed already; those do not count whose time has not come
     */
    public int pendingTasks() {
        return loops.active().mapToInt(GoroutineEventLoop::pendingTasks).sum();
    }

    /**
     * The channels that are registered with one of its loops.
     *
     * @param loop as {@code channel.eventLoop()}
     * @return a count that may have changed already
     * @throws IllegalArgumentException if it is none of this group's
     */
    public int registeredChannels(EventExecutor loop) {
        return own(loop).registeredChannels();
    }

    /**
     * The tasks that wait for their turn in one of its loops; those do not count whose time has not
     * come.
     *
     * @param loop as {@code channel.eventLoop()}
     * @return a count that may have changed already
     * @throws IllegalArgumentException if it is none of this group's
     */
    public int pendingTasks(EventExecutor loop) {
        return own(loop).pendingTasks();
    }

    private GoroutineEventLoop own(EventExecutor loop) {
        if (!(loop instanceof GoroutineEventLoop) || loop.parent() != this) {
            throw new IllegalArgumentException(
                    "loop: " + loop + " (expected: one of " + this + ")");
        }
        return (GoroutineEventLoop) loop;
    }

    // ---- Shutdown. ----

    /**
     * Closes all channels; each loop ends after a quiet period of its own. Handlers that have not
     * returned when the timeout is over are interrupted and not waited for: their sockets are
     * closed and the group has ended. What they do after that goes on with the JDK's scheduler, as
     * do virtual threads that they have started.
     */
    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        checkPositiveOrZero(quietPeriod, "quietPeriod");
        if (timeout < quietPeriod) {
            throw new IllegalArgumentException(
                    "timeout: " + timeout + " (expected: >= quietPeriod, " + quietPeriod + ")");
        }
        checkNotNull(unit, "unit");
        loops.shutDown(quietPeriod, timeout, unit);
        return terminationFuture();
    }

    @Override
    @Deprecated
    public void shutdown() {
        shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public Future<?> terminationFuture() {
        return loops.terminationFuture();
    }

    @Override
    public boolean isShuttingDown() {
        return loops.isShuttingDown();
    }

    @Override
    public boolean isShutdown() {
        return isTerminated();
    }

    @Override
    public boolean isTerminated() {
        return loops.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return terminationFuture().await(timeout, unit);
    }
}
