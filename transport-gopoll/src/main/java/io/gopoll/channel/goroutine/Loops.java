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
import io.gopoll.channel.loop.Registrations;
import io.gopoll.poll.SafeLogger;
import io.gopoll.sched.Scheduler;
import io.gopoll.sched.Strand;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** The loops of a group: those that are in use, those that wait for a channel, and their end. */
public final class Loops {

    /** A loop that has slept for one to two times as long gives back its thread's caches. */
    private static final long SWEEP_SECONDS = 2;

    /**
     * How many loops whose channel has closed are kept for further channels. Things that Netty
     * keeps for an executor, as resolvers, are kept with them.
     */
    private static final int IDLE_LOOPS = 16;

    /** At least so long the loops have for their end, whatever the timeout. */
    private static final long MIN_TIMEOUT_MILLIS = 100;

    /** A handler that was interrupted and has not returned for so long is named in the log. */
    private static final long INTERRUPTED_MILLIS = 1000;

    /** In {@link #begun}: the group has terminated, no loop begins any more. */
    private static final long TERMINATED = Long.MIN_VALUE;

    /** How many handlers that do not return are named for each stack. */
    private static final int NAMED = 20;

    /** The group's, whose name is what users know. */
    private final SafeLogger logger;

    /** {@link Dump} holds it weakly: it lives as long as the group. */
    private final Dump.Source dumpSource = new ForDump();

    private final IoEventLoopGroup group;
    private final BiFunction<Registrations, IoHandle, Registration> newRegistration;
    private final Scheduler scheduler;
    private final LoopPoller[] pollers;

    /** What {@link #next} goes through: they are always the same. */
    private final GoroutineEventLoop[] durable;

    /** Loops whose channel has closed. */
    private final Queue<GoroutineEventLoop> idle = PlatformDependent.newFixedMpmcQueue(IDLE_LOOPS);

    /** One for all registrations. */
    private final ChannelFutureListener arrival = this::arrived;

    private final AtomicInteger nextDurable = new AtomicInteger();
    private final AtomicInteger nextPoller = new AtomicInteger();
    private final Promise<Void> terminationFuture =
            new DefaultPromise<>(GlobalEventExecutor.INSTANCE);

    /**
     * The loops that are in use, each with how often it has begun: a loop may begin again before
     * its end is noted.
     */
    private final Map<GoroutineEventLoop, Integer> active = new ConcurrentHashMap<>();

    /** How many loops are in use; or TERMINATED, which never changes. */
    private final AtomicLong begun = new AtomicLong();

    /** Sweeps idle loops, while there are any. Under {@link #active}. */
    private Future<?> sweeper;

    /** Written under this, before the loops are told to shut down. */
    private volatile Shutdown shutdown;

    /** Of the shutdown; null before it. */
    private volatile Future<?> timeout;

    private static final class Shutdown {
        final long quietPeriod;
        final long timeout;
        final TimeUnit unit;

        Shutdown(long quietPeriod, long timeout, TimeUnit unit) {
            this.quietPeriod = quietPeriod;
            this.timeout = timeout;
            this.unit = unit;
        }
    }

    /**
     * @param group whose loops these are
     * @param n how many run at the same time
     * @param newRegistration refuses a handle that is none of GoPoll's
     * @throws IOException if there are no descriptors left for the pollers
     */
    public Loops(
            IoEventLoopGroup group,
            int n,
            BiFunction<Registrations, IoHandle, Registration> newRegistration)
            throws IOException {
        this.group = group;
        logger = SafeLogger.of(group.getClass());
        this.newRegistration = newRegistration;
        scheduler = Scheduler.open(n);
        pollers = new LoopPoller[scheduler.pollers()];
        for (int i = 0; i < pollers.length; i++) {
            pollers[i] = new LoopPoller(i, scheduler.poller(i));
        }
        durable = new GoroutineEventLoop[n];
        for (int i = 0; i < n; i++) {
            durable[i] = newLoop("goroutine-loop-" + (i + 1));
        }
        Dump.add(dumpSource);
    }

    private final class ForDump implements Dump.Source {

        @Override
        public String title() {
            return "goroutine loops, " + scheduler + (isTerminated() ? ", terminated" : "");
        }

        @Override
        public void describe(Dump dump) {
            active.keySet().forEach(loop -> loop.describe(dump));
        }
    }

    private GoroutineEventLoop newLoop(String durableName) {
        int i = Math.floorMod(nextPoller.getAndIncrement(), pollers.length);
        return new GoroutineEventLoop(this, pollers[i], durableName);
    }

    // ---- For the loops. ----

    IoEventLoopGroup group() {
        return group;
    }

    Registration newRegistration(Registrations loop, IoHandle handle) {
        return newRegistration.apply(loop, handle);
    }

    Strand newStrand(LoopPoller poller, Strand.Work work) {
        return scheduler.newStrand(poller.index, work);
    }

    /**
     * A loop has something to do or to wait for, until it says that it has {@link #ended}.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the group has terminated
     */
    void begin(GoroutineEventLoop loop) {
        long n;
        do {
            n = begun.get();
            if (n == TERMINATED) {
                throw GoroutineEventLoop.rejected();
            }
        } while (!begun.compareAndSet(n, n + 1));
        active.merge(loop, 1, Integer::sum);
        if (!scheduler.lendsThreads()) {
            startSweeping();
        }
        // Whoever shuts the group down may have missed this loop.
        Shutdown s = shutdown;
        if (s != null) {
            loop.shutdownGracefully(s.quietPeriod, s.timeout, s.unit);
        }
    }

    private void startSweeping() {
        synchronized (active) {
            if (sweeper == null) {
                sweeper =
                        GlobalEventExecutor.INSTANCE.scheduleWithFixedDelay(
                                this::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    private void sweep() {
        synchronized (active) {
            if (active.isEmpty()) {
                sweeper.cancel(false);
                sweeper = null;
                return;
            }
        }
        for (GoroutineEventLoop loop : active.keySet()) {
            loop.sweep();
        }
    }

    /** The loop may have begun again already. */
    void ended(GoroutineEventLoop loop) {
        active.computeIfPresent(loop, (l, times) -> times == 1 ? null : times - 1);
        long n;
        do {
            n = begun.get();
            if (n == TERMINATED) {
                // It was abandoned.
                return;
            }
        } while (!begun.compareAndSet(n, n - 1));
        if (n == 1) {
            terminateIfDone();
        }
    }

    private void terminateIfDone() {
        if (shutdown != null && begun.compareAndSet(0, TERMINATED)) {
            Future<?> t = timeout;
            if (t != null) {
                t.cancel(false);
            }
            scheduler.close();
            terminationFuture.setSuccess(null);
        }
    }

    /** The group's time is over: does not wait for loops whose handlers have not returned. */
    private void terminate() {
        if (begun.getAndSet(TERMINATED) == TERMINATED) {
            return;
        }
        List<GoroutineEventLoop> loops = new ArrayList<>(active.keySet());
        for (GoroutineEventLoop loop : loops) {
            try {
                loop.abandon();
            } catch (Throwable t) {
                logger.warn("Unable to end {}", loop, t);
            }
        }
        scheduler.abandon();
        terminationFuture.setSuccess(null);
        GlobalEventExecutor.INSTANCE.schedule(
                () -> report(loops), INTERRUPTED_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void report(List<GoroutineEventLoop> loops) {
        Map<List<StackTraceElement>, List<String>> stacks = new LinkedHashMap<>();
        for (GoroutineEventLoop loop : loops) {
            Thread thread = loop.stillRunning();
            if (thread != null) {
                stacks.computeIfAbsent(
                                Arrays.asList(Dump.stackOf(thread)), stack -> new ArrayList<>())
                        .add(thread.getName());
            }
        }
        stacks.forEach(
                (stack, names) -> {
                    StringBuilder text = new StringBuilder();
                    stack.forEach(
                            e -> text.append(System.lineSeparator()).append("\tat ").append(e));
                    logger.warn(
                            "{} handlers have not returned although their group has ended and they"
                                    + " were interrupted: {}{}",
                            names.size(),
                            names.size() <= NAMED ? names : names.subList(0, NAMED) + " ...",
                            text);
                });
    }

    /** A loop's channel has left it, or did not come: another one gets it, or it ends. */
    void takeBack(GoroutineEventLoop loop, Channel channel) {
        if (!loop.owner().release(channel)) {
            return;
        }
        if (!idle.offer(loop)) {
            loop.owner().ended();
        }
        Shutdown s = shutdown;
        if (s != null) {
            shutDownIdle(s);
        }
    }

    private void shutDownIdle(Shutdown s) {
        for (GoroutineEventLoop loop; (loop = idle.poll()) != null; ) {
            loop.shutdownGracefully(s.quietPeriod, s.timeout, s.unit);
        }
    }

    // ---- For the group. ----

    /** One of the loops that are there for good, by turns. */
    public GoroutineEventLoop next() {
        return durable[Math.floorMod(nextDurable.getAndIncrement(), durable.length)];
    }

    /** A loop for a channel: a new one, or one whose channel has closed. */
    public GoroutineEventLoop takeLoop(Channel channel) {
        GoroutineEventLoop loop = idle.poll();
        if (loop == null) {
            loop = newLoop(null);
        }
        loop.owner().take(channel);
        return loop;
    }

    /** The loop is the channel's until that has left, or now if it does not come. */
    public ChannelFuture giveBackIfFailed(
            GoroutineEventLoop loop, Channel channel, ChannelFuture registered) {
        if (registered.isDone() && !registered.isSuccess()) {
            takeBack(loop, channel);
        } else if (registered.isVoid()) {
            loop.owner().arrived();
        } else {
            registered.addListener(arrival);
        }
        return registered;
    }

    private void arrived(ChannelFuture registered) {
        Channel channel = registered.channel();
        GoroutineEventLoop loop = (GoroutineEventLoop) channel.eventLoop();
        if (registered.isSuccess()) {
            loop.owner().arrived();
        } else {
            takeBack(loop, channel);
        }
    }

    /** What {@link #next} goes through. */
    public List<GoroutineEventLoop> durable() {
        return Arrays.asList(durable);
    }

    /** The loops that are in use at the moment. */
    public Stream<GoroutineEventLoop> active() {
        return active.keySet().stream();
    }

    public Scheduler scheduler() {
        return scheduler;
    }

    /**
     * Closes all channels; each loop ends after a quiet period of its own. When the timeout is
     * over, handlers that have not returned are interrupted and not waited for.
     */
    public void shutDown(long quietPeriod, long timeout, TimeUnit unit) {
        synchronized (this) {
            if (shutdown != null) {
                return;
            }
            shutdown = new Shutdown(quietPeriod, timeout, unit);
        }
        this.timeout =
                GlobalEventExecutor.INSTANCE.schedule(
                        this::terminate,
                        Math.max(MIN_TIMEOUT_MILLIS, unit.toMillis(timeout)),
                        TimeUnit.MILLISECONDS);
        shutDownIdle(shutdown);
        List<GoroutineEventLoop> loops = new ArrayList<>(active.keySet());
        for (GoroutineEventLoop loop : loops) {
            loop.shutdownGracefully(quietPeriod, timeout, unit);
        }
        for (GoroutineEventLoop loop : durable) {
            loop.shutdownGracefully(quietPeriod, timeout, unit);
        }
        terminateIfDone();
    }

    public Future<?> terminationFuture() {
        return terminationFuture;
    }

    public boolean isShuttingDown() {
        return shutdown != null;
    }

    public boolean isTerminated() {
        return begun.get() == TERMINATED;
    }
}
