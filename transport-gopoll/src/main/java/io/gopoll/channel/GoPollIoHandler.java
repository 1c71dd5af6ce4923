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

import io.gopoll.channel.goroutine.Dump;
import io.gopoll.channel.loop.Continuation;
import io.gopoll.channel.loop.LateFlushes;
import io.gopoll.channel.loop.Registration;
import io.gopoll.channel.loop.Registrations;
import io.gopoll.channel.loop.ThreadRegistrations;
import io.gopoll.poll.NetPoller;
import io.gopoll.poll.PollDesc;
import io.gopoll.poll.ReadyList;
import io.gopoll.poll.SafeLogger;
import io.netty.channel.ChannelException;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.SelectStrategy;
import io.netty.channel.SelectStrategyFactory;
import io.netty.util.IntSupplier;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The loop mode: Netty's event loop threads, each with a poller of its own. Channels park their
 * continuations on it; a turn of the loop polls once and resumes whoever became runnable.
 */
public class GoPollIoHandler implements IoHandler {

    private static final SafeLogger logger = SafeLogger.of(GoPollIoHandler.class);

    /** If there always is work, sides that are perhaps drained look again after so many turns. */
    private static final int TURNS_WITHOUT_LOOK = 16;

    private static final VarHandle SLEEPING;

    static {
        try {
            SLEEPING =
                    MethodHandles.lookup()
                            .findVarHandle(GoPollIoHandler.class, "sleeping", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ThreadAwareExecutor executor;
    private final SelectStrategy selectStrategy;
    private final IntSupplier selectNow = this::selectNow;

    /**
     * Null between {@link #closeFileDescriptors} and {@link #openFileDescriptors}. Written by the
     * loop; {@link #sleeping} publishes it to whoever wakes the loop.
     */
    private @Nullable NetPoller poller;

    /** Whom to unpark, while there is no poller to wake. Seen by way of {@link #sleeping}. */
    private @Nullable Thread sleeper;

    private final ThreadRegistrations registrations;

    /** {@link GoPoll#dump} holds it weakly: it lives as long as this handler. */
    private final Dump.Source dumpSource = new ForDump();

    /** The loop's thread, for the dump. Read late is good enough. */
    private @Nullable Thread runner;

    /**
     * True from just before the loop looks a last time for tasks until its poll has returned.
     * Whoever turns it from true to false wakes the poller: so a sleep costs one write at most, and
     * a loop that is awake none.
     */
    @SuppressWarnings("unused")
    private volatile boolean sleeping;

    /** What the poll of this turn has found. */
    private @Nullable ReadyList ready;

    /** Turns since the sides that are perhaps drained have looked. */
    private int turnsWithoutLook;

    /**
     * For a subclass; all others have {@link #newFactory()}. Opens a poller.
     *
     * @param executor the event loop that runs this handler
     * @param selectStrategy whether the loop waits, looks or spins
     * @throws io.netty.channel.ChannelException if there is no descriptor left for the poller
     */
    protected GoPollIoHandler(ThreadAwareExecutor executor, SelectStrategy selectStrategy) {
        this.executor = checkNotNull(executor, "executor");
        this.selectStrategy = checkNotNull(selectStrategy, "selectStrategy");
        registrations = new OwnRegistrations();
        openPoller();
        Startup.loop();
        Dump.add(dumpSource);
    }

    private final class ForDump implements Dump.Source {

        @Override
        public String title() {
            return "loop of " + executor;
        }

        @Override
        public void describe(Dump dump) {
            Thread thread = runner;
            boolean busy = !sleeping && thread != null;
            dump.add(registrations, busy ? "of a loop that runs" : null, thread, 0);
        }
    }

    private void openPoller() {
        try {
            poller = NetPoller.newPoller();
        } catch (IOException e) {
            throw new ChannelException("Unable to open a poller", e);
        }
    }

    /**
     * Closes the loop's own descriptors, for a checkpoint of the process as OpenJDK CRaC makes it.
     * Until {@link #openFileDescriptors} the loop runs tasks only. To be called by the loop's
     * thread.
     *
     * @throws IllegalStateException on another thread, or while a channel is registered whose
     *     descriptor is open
     */
    public void closeFileDescriptors() {
        checkInEventLoop("closeFileDescriptors");
        if (poller != null) {
            poller.close();
            poller = null;
        }
    }

    /**
     * Opens the loop's descriptors again, after a restore of the process; does nothing if they are
     * open. To be called by the loop's thread.
     *
     * @throws IllegalStateException on another thread
     * @throws ChannelException if the system refuses; they stay closed
     */
    public void openFileDescriptors() {
        checkInEventLoop("openFileDescriptors");
        if (poller == null) {
            openPoller();
        }
    }

    /**
     * @throws IllegalStateException between closeFileDescriptors and openFileDescriptors
     */
    private NetPoller openedPoller() {
        if (poller == null) {
            throw new IllegalStateException(
                    "the descriptors of this event loop are closed: call openFileDescriptors"
                            + " first");
        }
        return poller;
    }

    private void checkInEventLoop(String operation) {
        if (!registrations.inEventLoop()) {
            throw new IllegalStateException(operation + " outside of the event loop");
        }
    }

    /**
     * A factory for {@link io.netty.channel.MultiThreadIoEventLoopGroup} and its like. Its loops
     * wait whenever they have nothing to do.
     *
     * @return one that may serve several groups
     * @throws UnsupportedOperationException if GoPoll is not available here
     */
    public static IoHandlerFactory newFactory() {
        return newFactory(0, DefaultSelectStrategyFactory.INSTANCE);
    }

    /**
     * A factory whose loops decide by {@code selectStrategyFactory} whether to wait, to look or to
     * spin.
     *
     * @param maxEvents 0 or more; accepted for the sake of code that comes from Netty's epoll
     *     transport: how many events a poll takes in grows as needed here
     * @param selectStrategyFactory asked for a strategy per loop
     * @return one that may serve several groups
     * @throws UnsupportedOperationException if GoPoll is not available here
     * @throws IllegalArgumentException if {@code maxEvents} is negative
     */
    public static IoHandlerFactory newFactory(
            int maxEvents, SelectStrategyFactory selectStrategyFactory) {
        GoPoll.ensureAvailability();
        checkPositiveOrZero(maxEvents, "maxEvents");
        checkNotNull(selectStrategyFactory, "selectStrategyFactory");
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new GoPollIoHandler(executor, selectStrategyFactory.newSelectStrategy());
            }

            @Override
            public boolean isChangingThreadSupported() {
                return true;
            }
        };
    }

    private final class OwnRegistrations extends ThreadRegistrations {

        OwnRegistrations() {
            super(executor);
        }

        @Override
        protected Registration newRegistration(IoHandle handle) {
            return new GoPollIoRegistration(this, handle);
        }

        @Override
        protected NetPoller poller() {
            return openedPoller();
        }

        @Override
        protected void wakeup() {
            GoPollIoHandler.this.wakeup();
        }
    }

    @Override
    public void wakeup() {
        if (!registrations.inEventLoop() && (boolean) SLEEPING.getAndSet(this, false)) {
            NetPoller sleeping = poller;
            if (sleeping == null) {
                LockSupport.unpark(sleeper);
            } else {
                sleeping.wakeup();
            }
        }
    }

    @Override
    public int run(IoHandlerContext context) {
        int handled = 0;
        try {
            select(context);
            runner = Thread.currentThread();
            registrations.now = System.nanoTime();
            boolean report = context.shouldReportActiveIoTime();
            ReadyList list = ready;
            handled = list == null ? 0 : list.size();
            if (list != null) {
                deliver(list, handled);
            }
            registrations.queueResumed();
            handled += registrations.runQueued(PollDesc.READ | PollDesc.WRITE);
            if (report) {
                context.reportActiveIoTime(
                        handled == 0 ? 0 : System.nanoTime() - registrations.now);
            }
        } catch (Throwable t) {
            // Also an Error: a loop that ends takes all its channels with it.
            handleLoopException(t);
        }
        return handled;
    }

    /** One method for few and many: a second one would show in each trace of the leak detector. */
    private void deliver(ReadyList list, int size) {
        LateFlushes late = size < LateFlushes.MANY ? null : registrations.lateFlushes;
        if (late != null) {
            late.begin();
        }
        try {
            for (int i = 0; i < size; i++) {
                try {
                    if (late != null && i > 0 && i % LateFlushes.STRIDE == 0) {
                        late.look();
                    }
                } catch (Throwable t) {
                    Registrations.handleUnexpected(t);
                }
                try {
                    ((Continuation) list.get(i)).runResumed();
                } catch (Throwable t) {
                    // The others' edges come only once: they are not to miss them because of it.
                    Registrations.handleUnexpected(t);
                }
            }
        } finally {
            if (late != null) {
                late.end(size);
            }
        }
    }

    private void select(IoHandlerContext context) throws Exception {
        boolean foundNothing = ready != null && ready.size() == 0;
        ready = null;
        registrations.settleDeadlines();
        if (poller == null) {
            sleepWithoutPoller(context);
            return;
        }
        look(context, foundNothing);
        boolean busy = registrations.hasQueued() || !context.canBlock();
        int strategy = selectStrategy.calculateStrategy(selectNow, busy);
        if (strategy == SelectStrategy.SELECT) {
            // With looks to come: what is ready already goes first.
            boolean awake = registrations.hasQueued() || registrations.hasLooks();
            ready = awake ? openedPoller().poll(0) : sleep(context);
        } else if (strategy == SelectStrategy.BUSY_WAIT) {
            ReadyList found;
            do {
                found = openedPoller().poll(0);
                ready = found;
                Thread.onSpinWait();
            } while (found.size() == 0 && context.canBlock() && !registrations.hasLooks());
        }
    }

    /**
     * Sides that are perhaps drained look for more before the loop sleeps: after a poll that has
     * found nothing, since under load there mostly is something to read by then. A single side
     * looks at once, which costs less than the poll.
     */
    private void look(IoHandlerContext context, boolean foundNothing) {
        if (!registrations.hasLooks()) {
            turnsWithoutLook = 0;
            return;
        }
        boolean idle = !registrations.hasQueued() && context.canBlock();
        if (idle && (foundNothing || registrations.hasOneLook())
                || ++turnsWithoutLook > TURNS_WITHOUT_LOOK) {
            turnsWithoutLook = 0;
            registrations.runLooks();
            registrations.settleDeadlines();
        }
    }

    private int selectNow() {
        ReadyList found = openedPoller().poll(0);
        ready = found;
        return found.size();
    }

    private ReadyList sleep(IoHandlerContext context) {
        sleeping = true;
        try {
            // Looked at again: what came before sleeping was seen to be true has woken nobody.
            if (!context.canBlock() || registrations.hasResumed()) {
                return openedPoller().poll(0);
            }
            long deadline = context.deadlineNanos();
            return openedPoller().poll(deadline == -1 ? -1 : context.delayNanos(System.nanoTime()));
        } finally {
            sleeping = false;
        }
    }

    private void sleepWithoutPoller(IoHandlerContext context) {
        sleeper = Thread.currentThread();
        sleeping = true;
        try {
            if (!context.canBlock() || registrations.hasResumed()) {
                return;
            }
            if (context.deadlineNanos() == -1) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, context.delayNanos(System.nanoTime()));
            }
        } finally {
            sleeping = false;
        }
    }

    private static void handleLoopException(Throwable t) {
        logger.warn("Unexpected exception in the selector loop.", t);
        // A poller that fails at once each time must not take a whole core.
        try {
            Thread.sleep(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public IoRegistration register(IoHandle handle) {
        return registrations.add(handle);
    }

    Registrations registrations() {
        return registrations;
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return GoPollIoHandle.class.isAssignableFrom(handleType);
    }

    @Override
    public void prepareToDestroy() {
        registrations.closeAll();
    }

    @Override
    public void destroy() {
        // A shutdown without a quiet period that comes right after the loop has looked for one ends
        // the loop before it has prepared.
        registrations.closeAllAtOnce();
        if (poller != null) {
            poller.close();
        }
    }
}
