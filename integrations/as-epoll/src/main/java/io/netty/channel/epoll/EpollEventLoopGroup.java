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
package io.netty.channel.epoll;

import io.gopoll.channel.GoroutineEventLoopGroup;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategyFactory;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.RejectedExecutionHandler;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.util.Iterator;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Event loops of GoPoll: threads with a poller each, or, with {@code -Dio.gopoll.goroutine=true},
 * the loops of a {@link GoroutineEventLoopGroup}, whose handlers may block. Those have threads of
 * their own, and neither a thread factory nor an executor, a chooser or a task queue that they are
 * given matters to them.
 *
 * @deprecated use {@link EpollIoHandler#newFactory} with {@link MultiThreadIoEventLoopGroup}
 */
@Deprecated
public final class EpollEventLoopGroup extends MultiThreadIoEventLoopGroup {

    /** Null unless these are goroutine loops. */
    private final GoroutineEventLoopGroup goroutines;

    public EpollEventLoopGroup() {
        this(0);
    }

    public EpollEventLoopGroup(int nThreads) {
        this(nThreads, (ThreadFactory) null);
    }

    public EpollEventLoopGroup(ThreadFactory threadFactory) {
        this(0, threadFactory);
    }

    public EpollEventLoopGroup(int nThreads, SelectStrategyFactory selectStrategyFactory) {
        this(nThreads, (ThreadFactory) null, selectStrategyFactory);
    }

    public EpollEventLoopGroup(int nThreads, ThreadFactory threadFactory) {
        this(nThreads, threadFactory, 0);
    }

    public EpollEventLoopGroup(int nThreads, Executor executor) {
        this(nThreads, executor, DefaultSelectStrategyFactory.INSTANCE);
    }

    public EpollEventLoopGroup(
            int nThreads,
            ThreadFactory threadFactory,
            SelectStrategyFactory selectStrategyFactory) {
        this(nThreads, threadFactory, 0, selectStrategyFactory);
    }

    /**
     * @param maxEventsAtOnce without effect
     */
    @Deprecated
    public EpollEventLoopGroup(int nThreads, ThreadFactory threadFactory, int maxEventsAtOnce) {
        this(nThreads, threadFactory, maxEventsAtOnce, DefaultSelectStrategyFactory.INSTANCE);
    }

    /**
     * @param maxEventsAtOnce without effect
     */
    @Deprecated
    public EpollEventLoopGroup(
            int nThreads,
            ThreadFactory threadFactory,
            int maxEventsAtOnce,
            SelectStrategyFactory selectStrategyFactory) {
        this(
                GoroutineLoops.ifAskedFor(nThreads),
                nThreads,
                threadFactory,
                EpollIoHandler.newFactory(maxEventsAtOnce, selectStrategyFactory));
    }

    private EpollEventLoopGroup(
            GoroutineLoops goroutineLoops,
            int nThreads,
            ThreadFactory threadFactory,
            IoHandlerFactory ioHandlerFactory) {
        super(
                GoroutineLoops.count(goroutineLoops, nThreads),
                threadFactory,
                ioHandlerFactory,
                arguments(goroutineLoops, RejectedExecutionHandlers.reject(), null, null));
        goroutines = goroutineLoops == null ? null : goroutineLoops.group;
    }

    public EpollEventLoopGroup(
            int nThreads, Executor executor, SelectStrategyFactory selectStrategyFactory) {
        this(
                nThreads,
                executor,
                DefaultEventExecutorChooserFactory.INSTANCE,
                selectStrategyFactory);
    }

    public EpollEventLoopGroup(
            int nThreads,
            Executor executor,
            EventExecutorChooserFactory chooserFactory,
            SelectStrategyFactory selectStrategyFactory) {
        this(
                nThreads,
                executor,
                chooserFactory,
                selectStrategyFactory,
                RejectedExecutionHandlers.reject());
    }

    public EpollEventLoopGroup(
            int nThreads,
            Executor executor,
            EventExecutorChooserFactory chooserFactory,
            SelectStrategyFactory selectStrategyFactory,
            RejectedExecutionHandler rejectedExecutionHandler) {
        this(
                nThreads,
                executor,
                chooserFactory,
                selectStrategyFactory,
                rejectedExecutionHandler,
                null);
    }

    public EpollEventLoopGroup(
            int nThreads,
            Executor executor,
            EventExecutorChooserFactory chooserFactory,
            SelectStrategyFactory selectStrategyFactory,
            RejectedExecutionHandler rejectedExecutionHandler,
            EventLoopTaskQueueFactory queueFactory) {
        this(
                nThreads,
                executor,
                chooserFactory,
                selectStrategyFactory,
                rejectedExecutionHandler,
                queueFactory,
                null);
    }

    public EpollEventLoopGroup(
            int nThreads,
            Executor executor,
            EventExecutorChooserFactory chooserFactory,
            SelectStrategyFactory selectStrategyFactory,
            RejectedExecutionHandler rejectedExecutionHandler,
            EventLoopTaskQueueFactory taskQueueFactory,
            EventLoopTaskQueueFactory tailTaskQueueFactory) {
        this(
                GoroutineLoops.ifAskedFor(nThreads),
                nThreads,
                executor,
                EpollIoHandler.newFactory(0, selectStrategyFactory),
                chooserFactory,
                rejectedExecutionHandler,
                taskQueueFactory,
                tailTaskQueueFactory);
    }

    private EpollEventLoopGroup(
            GoroutineLoops goroutineLoops,
            int nThreads,
            Executor executor,
            IoHandlerFactory ioHandlerFactory,
            EventExecutorChooserFactory chooserFactory,
            RejectedExecutionHandler rejectedExecutionHandler,
            EventLoopTaskQueueFactory taskQueueFactory,
            EventLoopTaskQueueFactory tailTaskQueueFactory) {
        super(
                GoroutineLoops.count(goroutineLoops, nThreads),
                executor,
                ioHandlerFactory,
                chooserFactory,
                arguments(
                        goroutineLoops,
                        rejectedExecutionHandler,
                        taskQueueFactory,
                        tailTaskQueueFactory));
        goroutines = goroutineLoops == null ? null : goroutineLoops.group;
    }

    /** What {@link #newChild} gets: it is called before this object has any state. */
    private static Object[] arguments(Object... arguments) {
        return arguments;
    }

    @Override
    protected IoEventLoop newChild(
            Executor executor, IoHandlerFactory ioHandlerFactory, Object... args) {
        return args[0] == null
                ? new EpollEventLoop(
                        this,
                        executor,
                        ioHandlerFactory,
                        (EventLoopTaskQueueFactory) args[2],
                        (EventLoopTaskQueueFactory) args[3],
                        (RejectedExecutionHandler) args[1])
                : ((GoroutineLoops) args[0]).group.next();
    }

    /** Does nothing. */
    @Deprecated
    public void setIoRatio(int ioRatio) {
        if (ioRatio <= 0 || ioRatio > 100) {
            throw new IllegalArgumentException(
                    "ioRatio: " + ioRatio + " (expected: 0 < ioRatio <= 100)");
        }
    }

    // ---- Goroutine loops: a channel gets one of its own, and they end together. ----

    @Override
    public ChannelFuture register(Channel channel) {
        return goroutines == null ? super.register(channel) : goroutines.register(channel);
    }

    @Override
    @Deprecated
    public ChannelFuture register(ChannelPromise promise) {
        return goroutines == null ? super.register(promise) : goroutines.register(promise);
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        return goroutines == null
                ? super.register(channel, promise)
                : goroutines.register(channel, promise);
    }

    @Override
    public Iterator<EventExecutor> iterator() {
        return goroutines == null ? super.iterator() : goroutines.iterator();
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        return goroutines == null
                ? super.shutdownGracefully(quietPeriod, timeout, unit)
                : goroutines.shutdownGracefully(quietPeriod, timeout, unit);
    }

    @Override
    @Deprecated
    public void shutdown() {
        if (goroutines == null) {
            super.shutdown();
        } else {
            goroutines.shutdown();
        }
    }

    @Override
    public Future<?> terminationFuture() {
        return goroutines == null ? super.terminationFuture() : goroutines.terminationFuture();
    }

    @Override
    public boolean isShuttingDown() {
        return goroutines == null ? super.isShuttingDown() : goroutines.isShuttingDown();
    }

    @Override
    public boolean isShutdown() {
        return goroutines == null ? super.isShutdown() : goroutines.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return goroutines == null ? super.isTerminated() : goroutines.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return goroutines == null
                ? super.awaitTermination(timeout, unit)
                : goroutines.awaitTermination(timeout, unit);
    }
}
