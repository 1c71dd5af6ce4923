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

import static io.netty.util.internal.ObjectUtil.checkNotNull;
import static io.netty.util.internal.ObjectUtil.checkPositiveOrZero;

import io.gopoll.channel.loop.Registration;
import io.gopoll.channel.loop.Registrations;
import io.gopoll.channel.side.Sides;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The event loop of a channel in goroutine mode: a handler that blocks in it blocks no other
 * channel. Users may register further channels with it.
 */
public final class GoroutineEventLoop extends StrandEventExecutor implements IoEventLoop {

    /** A handler that waits, and has not returned for so long after a close was asked for. */
    private static final long BLOCKED_MILLIS = 10;

    /** One that computes has so many times as long. */
    private static final int LOOKS_FOR_BLOCKED = 10;

    private final Loops loops;

    /**
     * Of one that {@link Loops#next} gives out, which stays as long as the group; null for one that
     * is of a channel.
     */
    private final String durableName;

    private final LoopOwner owner = new LoopOwner();

    /**
     * @param poller where its descriptors are watched
     */
    GoroutineEventLoop(Loops loops, LoopPoller poller, String durableName) {
        super(loops, poller);
        this.loops = loops;
        this.durableName = durableName;
    }

    @Override
    Registration newRegistration(IoHandle handle) {
        return loops.newRegistration(registrations(), handle);
    }

    @Override
    void joinGroup() {
        loops.begin(this);
    }

    @Override
    void leaveGroup() {
        loops.ended(this);
    }

    @Override
    void burstEnds() {
        if (durableName == null) {
            Channel channel = owner.channel();
            if (isUnused(channel)) {
                unused(channel);
            }
        }
    }

    @Override
    void terminated() {
        owner.ended();
    }

    /**
     * Whether no channel is left except those that serve the loop itself, as a resolver's, and no
     * task is scheduled. Those close when the loop says that it has ended, so the loop must not
     * wait for them.
     */
    private boolean isUnused(Channel channel) {
        return owner.isLeftBy(channel, this)
                && nextScheduledTaskDeadlineNanos() == -1
                && registrations().hasDatagramsOnly();
    }

    /**
     * Its channel has left. Either another channel gets the loop, or everybody who keeps something
     * for it is told.
     */
    private void unused(Channel left) {
        if (left == null) {
            owner.ended();
        } else {
            loops.takeBack(this, left);
        }
    }

    LoopOwner owner() {
        return owner;
    }

    /** That of the channel; what the thread of a burst is called while it blocks. Any thread. */
    @Override
    public String name() {
        return durableName == null ? owner.name() : durableName;
    }

    @Override
    public String toString() {
        return name();
    }

    // ---- Direct style. ----

    /** See {@link Await}. */
    public void await(Future<?> future)
            throws InterruptedException, ClosedChannelException, RejectedExecutionException {
        if (!future.isDone()) {
            awaiting++;
            try {
                new Await(this, future, handled()).run();
            } finally {
                awaiting--;
            }
        }
    }

    /**
     * The channel whose handler this is called by; null if it cannot be known. In a task that is
     * the one that the loop is for, as long as it is open, or the only one.
     */
    private Channel handled() {
        Registration current = registrations().current;
        Channel handled = current == null ? null : current.channel();
        if (handled != null && (current.isValid() || !handled.isOpen())) {
            return handled;
        }
        Channel channel = owner.channel();
        int channels = registrations().channels();
        if (channel != null && (channel.isOpen() || channels == 0)) {
            return channel;
        }
        return channels == 1 ? registrations().channelList().get(0) : null;
    }

    @Override
    public IoEventLoop next() {
        return this;
    }

    @Override
    public IoEventLoopGroup parent() {
        return loops.group();
    }

    // ---- Channels. ----

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel) {
        return register(new DefaultChannelPromise(channel, this));
    }

    @Override
    @Deprecated
    public ChannelFuture register(ChannelPromise promise) {
        Channel channel = checkNotNull(promise, "promise").channel();
        if (Sides.of(channel) == null && channel.unsafe() instanceof IoHandle) {
            return promise.setFailure(Registrations.incompatible(channel, this));
        }
        channel.unsafe().register(this, promise);
        return promise;
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        checkNotNull(channel, "channel").unsafe().register(this, checkNotNull(promise, "promise"));
        return promise;
    }

    @Override
    public Future<IoRegistration> register(IoHandle handle) {
        Promise<IoRegistration> promise = newPromise();
        if (inEventLoop()) {
            register(handle, promise);
        } else {
            execute(() -> register(handle, promise));
        }
        return promise;
    }

    private void register(IoHandle handle, Promise<IoRegistration> promise) {
        Registration registration;
        try {
            registration = registrations().add(handle);
        } catch (Exception e) {
            promise.setFailure(e);
            return;
        }
        // Calls the handlers of a channel.
        Registration before = registrations().current;
        registrations().current = registration;
        try {
            promise.setSuccess(registration);
        } finally {
            registrations().current = before;
        }
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return parent().isCompatible(handleType);
    }

    /** Says that it is GoPoll, to those who choose channel classes by it. */
    @Override
    public boolean isIoType(Class<? extends IoHandler> handlerType) {
        return parent().isIoType(handlerType);
    }

    /** How many channels are registered with it. Any thread. */
    public int registeredChannels() {
        return registrations().channels();
    }

    // ---- Shutdown. ----

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        checkPositiveOrZero(quietPeriod, "quietPeriod");
        if (timeout < quietPeriod) {
            throw new IllegalArgumentException(
                    "timeout: " + timeout + " (expected: >= quietPeriod, " + quietPeriod + ")");
        }
        checkNotNull(unit, "unit");
        shutDown(new LoopShutdown(this, unit.toNanos(quietPeriod), unit.toNanos(timeout)));
        return terminationFuture();
    }

    @Override
    @Deprecated
    public void shutdown() {
        shutDown(LoopShutdown.atOnce(this));
    }

    // ---- From outside, while a handler blocks. ----

    /**
     * A close was asked for by another thread. Its turn comes after the handler that runs now: if
     * that one blocks, the descriptor is closed without waiting for it, and the handler finds it
     * closed; what handlers do about a close they do when it has returned.
     */
    public void closeEvenIfBlocked(Channel channel, ChannelPromise promise) {
        if (!promise.isDone() && isAwake()) {
            lookIfBlocked(channel, promise, turns(), LOOKS_FOR_BLOCKED);
        }
    }

    private void lookIfBlocked(Channel channel, ChannelPromise promise, int seen, int looks) {
        GlobalEventExecutor.INSTANCE.schedule(
                () -> {
                    if (promise.isDone() || turns() != seen) {
                        return;
                    }
                    Thread running = thread();
                    if (running != null
                            && (looks == 1 || running.getState() != Thread.State.RUNNABLE)) {
                        Sides.of(channel).closeEvenIfBlocked();
                        promise.trySuccess();
                    } else {
                        lookIfBlocked(channel, promise, seen, Math.max(1, looks - 1));
                    }
                },
                BLOCKED_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /**
     * The group's time is over. Closes the channels and interrupts the handler; it is not waited
     * for.
     */
    void abandon() {
        abandoned = true;
        Thread running = thread();
        for (Channel channel : registrations().channelList()) {
            Sides.of(channel).closeEvenIfBlocked();
        }
        if (running != null) {
            running.interrupt();
        }
        owner.ended();
    }

    /** For {@link Dump}: what the loop does, with the thread if it is in a handler. Any thread. */
    void describe(Dump dump) {
        Thread running = thread();
        dump.add(registrations(), doing(), running, pendingTasks());
    }

    /** The thread of a handler that has not returned although the loop was abandoned, or null. */
    Thread stillRunning() {
        return abandoned && !isTerminated() ? thread() : null;
    }

    /** Done when the loop ends, with its group or without it: see {@link LoopOwner}. */
    @Override
    public Future<?> terminationFuture() {
        return owner.terminationFuture(isTerminated() || abandoned);
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return terminationFuture().await(timeout, unit);
    }
}
