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

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategyFactory;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.RejectedExecutionHandler;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The loop mode in one class, with the constructors of Netty's {@code EpollEventLoopGroup}: a
 * {@link MultiThreadIoEventLoopGroup} of {@link GoPollIoHandler}s. Every constructor throws {@link
 * UnsupportedOperationException} where GoPoll is not available, see {@link
 * GoPoll#unavailabilityCause()}.
 */
@SuppressWarnings("deprecation") // EventLoopTaskQueueFactory
public final class GoPollEventLoopGroup extends MultiThreadIoEventLoopGroup {

    /** As many threads as Netty gives a group by default: twice the processors. */
    public GoPollEventLoopGroup() {
        this(0);
    }

    /**
     * A thread per loop.
     *
     * @param nThreads the number of loops, each with a thread of its own; 0 stands for Netty's
     *     default, twice the processors
     */
    public GoPollEventLoopGroup(int nThreads) {
        this(nThreads, (ThreadFactory) null);
    }

    /**
     * As many loops as Netty gives a group by default, on threads of the user's.
     *
     * @param threadFactory makes the threads, or {@code null} for Netty's default
     */
    public GoPollEventLoopGroup(@Nullable ThreadFactory threadFactory) {
        this(0, threadFactory);
    }

    /**
     * Loops that wait, look or spin as the user says.
     *
     * @param nThreads the number of loops, each with a thread of its own; 0 stands for Netty's
     *     default, twice the processors
     * @param selectStrategyFactory whether a loop waits, looks or spins
     */
    public GoPollEventLoopGroup(int nThreads, SelectStrategyFactory selectStrategyFactory) {
        this(nThreads, (ThreadFactory) null, selectStrategyFactory);
    }

    /**
     * Loops on threads of the user's.
     *
     * @param nThreads the number of loops, each with a thread of its own; 0 stands for Netty's
     *     default, twice the processors
     * @param threadFactory makes the threads, or {@code null} for Netty's default
     */
    public GoPollEventLoopGroup(int nThreads, @Nullable ThreadFactory threadFactory) {
        this(nThreads, threadFactory, DefaultSelectStrategyFactory.INSTANCE);
    }

    /**
     * Loops on an executor of the user's.
     *
     * @param nThreads the number of loops, each with a thread of its own; 0 stands for Netty's
     *     default, twice the processors
     * @param executor runs the loops, each for as long as it lasts, so it needs a thread per loop;
     *     {@code null} for Netty's default
     */
    public GoPollEventLoopGroup(int nThreads, @Nullable Executor executor) {
        this(nThreads, executor, DefaultSelectStrategyFactory.INSTANCE);
    }

    /**
     * Loops on threads of the user's that wait, look or spin as the user says.
     *
     * @param nThreads the number of loops, each with a thread of its own; 0 stands for Netty's
     *     default, twice the processors
     * @param threadFactory makes the threads, or {@code null} for Netty's default
     * @param selectStrategyFactory whether a loop waits, looks or spins
     */
    public GoPollEventLoopGroup(
            int nThreads,
            @Nullable ThreadFactory threadFactory,
            SelectStrategyFactory selectStrategyFactory) {
        super(
                nThreads,
                threadFactory,
                GoPollIoHandler.newFactory(0, selectStrategyFactory),
                RejectedExecutionHandlers.reject());
    }

    /**
     * Loops on threads of the user's.
     *
     * @param nThreads the number of loops, each with a thread of its own; 0 stands for Netty's
     *     default, twice the processors
     * @param threadFactory makes the threads, or {@code null} for Netty's default
     * @param maxEventsAtOnce 0 or more; see {@link GoPollIoHandler#newFactory(int,
     *     SelectStrategyFactory)}
     * @deprecated use {@link #GoPollEventLoopGroup(int, ThreadFactory)}
     */
    @Deprecated
    public GoPollEventLoopGroup(
            int nThreads, @Nullable ThreadFactory threadFactory, int maxEventsAtOnce) {
        this(nThreads, threadFactory, maxEventsAtOnce, DefaultSelectStrategyFactory.INSTANCE);
    }

    /**
     * Loops on threads of the user's that wait, look or spin as the user says.
     *
     * @param nThreads the number of loops, each with a thread of its own; 0 stands for Netty's
     *     default, twice the processors
     * @param threadFactory makes the threads, or {@code null} for Netty's default
     * @param maxEventsAtOnce 0 or more; see {@link GoPollIoHandler#newFactory(int,
     *     SelectStrategyFactory)}
     * @param selectStrategyFactory whether a loop waits, looks or spins
     * @deprecated use {@link #GoPollEventLoopGroup(int, ThreadFactory, SelectStrategyFactory)}
     */
    @Deprecated
    public GoPollEventLoopGroup(
            int nThreads,
            @Nullable ThreadFactory threadFactory,
            int maxEventsAtOnce,
            SelectStrategyFactory selectStrategyFactory) {
        super(
                nThreads,
                threadFactory,
                GoPollIoHandler.newFactory(maxEventsAtOnce, selectStrategyFactory),
                RejectedExecutionHandlers.reject());
    }

    /**
     * Loops on an executor of the user's that wait, look or spin as the user says.
     *
     * @param nThreads the number of loops, each with a thread of its own; 0 stands for Netty's
     *     default, twice the processors
     * @param executor runs the loops, each for as long as it lasts, so it needs a thread per loop;
     *     {@code null} for Netty's default
     * @param selectStrategyFactory whether a loop waits, looks or spins
     */
    public GoPollEventLoopGroup(
            int nThreads,
            @Nullable Executor executor,
            SelectStrategyFactory selectStrategyFactory) {
        super(
                nThreads,
                executor,
                GoPollIoHandler.newFactory(0, selectStrategyFactory),
                RejectedExecutionHandlers.reject());
    }

    /**
     * Also with the order in which loops get their channels.
     *
     * @param nThreads the number of loops, each with a thread of its own; 0 stands for Netty's
     *     default, twice the processors
     * @param executor runs the loops, each for as long as it lasts, so it needs a thread per loop;
     *     {@code null} for Netty's default
     * @param chooserFactory how {@link #next()} picks a loop
     * @param selectStrategyFactory whether a loop waits, looks or spins
     */
    public GoPollEventLoopGroup(
            int nThreads,
            @Nullable Executor executor,
            EventExecutorChooserFactory chooserFactory,
            SelectStrategyFactory selectStrategyFactory) {
        this(
                nThreads,
                executor,
                chooserFactory,
                selectStrategyFactory,
                RejectedExecutionHandlers.reject());
    }

    /**
     * Also with what becomes of a task that comes after the end.
     *
     * @param nThreads the number of loops, each with a thread of its own; 0 stands for Netty's
     *     default, twice the processors
     * @param executor runs the loops, each for as long as it lasts, so it needs a thread per loop;
     *     {@code null} for Netty's default
     * @param chooserFactory how {@link #next()} picks a loop
     * @param selectStrategyFactory whether a loop waits, looks or spins
     * @param rejectedExecutionHandler what becomes of a task that a loop cannot take
     */
    public GoPollEventLoopGroup(
            int nThreads,
            @Nullable Executor executor,
            EventExecutorChooserFactory chooserFactory,
            SelectStrategyFactory selectStrategyFactory,
            RejectedExecutionHandler rejectedExecutionHandler) {
        super(
                nThreads,
                executor,
                GoPollIoHandler.newFactory(0, selectStrategyFactory),
                chooserFactory,
                rejectedExecutionHandler);
    }

    /**
     * Also with the queue of a loop's tasks.
     *
     * @param nThreads the number of loops, each with a thread of its own; 0 stands for Netty's
     *     default, twice the processors
     * @param executor runs the loops, each for as long as it lasts, so it needs a thread per loop;
     *     {@code null} for Netty's default
     * @param chooserFactory how {@link #next()} picks a loop
     * @param selectStrategyFactory whether a loop waits, looks or spins
     * @param rejectedExecutionHandler what becomes of a task that a loop cannot take
     * @param queueFactory the queue behind {@link SingleThreadEventLoop#execute(Runnable)}, or
     *     {@code null} for the default one
     */
    public GoPollEventLoopGroup(
            int nThreads,
            @Nullable Executor executor,
            EventExecutorChooserFactory chooserFactory,
            SelectStrategyFactory selectStrategyFactory,
            RejectedExecutionHandler rejectedExecutionHandler,
            @Nullable EventLoopTaskQueueFactory queueFactory) {
        super(
                nThreads,
                executor,
                GoPollIoHandler.newFactory(0, selectStrategyFactory),
                chooserFactory,
                rejectedExecutionHandler,
                queueFactory);
    }

    /**
     * All that can be chosen.
     *
     * @param nThreads the number of loops, each with a thread of its own; 0 stands for Netty's
     *     default, twice the processors
     * @param executor runs the loops, each for as long as it lasts, so it needs a thread per loop;
     *     {@code null} for Netty's default
     * @param chooserFactory how {@link #next()} picks a loop
     * @param selectStrategyFactory whether a loop waits, looks or spins
     * @param rejectedExecutionHandler what becomes of a task that a loop cannot take
     * @param taskQueueFactory the queue behind {@link SingleThreadEventLoop#execute(Runnable)}, or
     *     {@code null} for the default one
     * @param tailTaskQueueFactory the queue behind {@link
     *     SingleThreadEventLoop#executeAfterEventLoopIteration(Runnable)}, or {@code null} for the
     *     default one
     */
    public GoPollEventLoopGroup(
            int nThreads,
            @Nullable Executor executor,
            EventExecutorChooserFactory chooserFactory,
            SelectStrategyFactory selectStrategyFactory,
            RejectedExecutionHandler rejectedExecutionHandler,
            @Nullable EventLoopTaskQueueFactory taskQueueFactory,
            @Nullable EventLoopTaskQueueFactory tailTaskQueueFactory) {
        super(
                nThreads,
                executor,
                GoPollIoHandler.newFactory(0, selectStrategyFactory),
                chooserFactory,
                rejectedExecutionHandler,
                taskQueueFactory,
                tailTaskQueueFactory);
    }

    /**
     * Does nothing, as in Netty's group.
     *
     * @param ioRatio is not looked at
     * @deprecated a loop's tasks and I/O take turns without a ratio
     */
    @Deprecated
    public void setIoRatio(int ioRatio) {}

    @Override
    protected IoEventLoop newChild(
            Executor executor, IoHandlerFactory ioHandlerFactory, Object... args) {
        return new GoPollEventLoop(
                this,
                executor,
                ioHandlerFactory,
                args.length > 1 ? (EventLoopTaskQueueFactory) args[1] : null,
                args.length > 2 ? (EventLoopTaskQueueFactory) args[2] : null,
                (RejectedExecutionHandler) args[0]);
    }
}
