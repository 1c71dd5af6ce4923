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
package io.gopoll.channel.loop;

import io.gopoll.channel.buffer.Datagrams;
import io.gopoll.channel.buffer.Gathering;
import io.gopoll.poll.NetPoller;
import io.gopoll.poll.SafeLogger;
import io.netty.channel.Channel;
import io.netty.channel.IoHandle;
import io.netty.channel.socket.DatagramChannel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The descriptors of one event loop, and which of their sides can go on without the kernel.
 * Subclasses know who polls, and how a resumed side reaches the loop. Everything belongs to the
 * loop's thread unless it says otherwise.
 */
public abstract class Registrations {

    private static final SafeLogger logger = SafeLogger.of(Registrations.class);

    private static final VarHandle RESUMED;

    static {
        try {
            RESUMED =
                    MethodHandles.lookup()
                            .findVarHandle(Registrations.class, "resumed", Continuation.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * A stack of the sides that other threads have resumed, the last one first; the loop takes all
     * at once. They are the nodes themselves, so that a resume never needs memory.
     */
    @SuppressWarnings("unused")
    private volatile Continuation resumed;

    /**
     * The first of those taken from {@link #resumed} that have not had their turn. It is a field,
     * since a handler that awaits something in its turn goes on from here.
     */
    private Continuation taken;

    /**
     * The sides that can go on without the kernel, in the order they were queued. They are the
     * nodes of the list themselves, so that queueing never needs memory.
     */
    private Continuation queueHead;

    private Continuation queueTail;

    /**
     * Those that have their turn just now. It is a field, since a handler that awaits something in
     * its turn goes on from here.
     */
    private Continuation turn;

    /** The one that has its turn, whose handlers run; null in between, and in a task. */
    public Registration current;

    /** Those whose socket is perhaps drained, in the order of their last read. */
    private Continuation lookHead;

    private Continuation lookTail;

    /** Those with an idle deadline that have read in this turn. */
    private Touched touched;

    /** Head of the list of all registrations. */
    private Registration registrations;

    private int channels;

    /** When the turn, or the burst, has begun: a time of {@link System#nanoTime}. */
    public long now = System.nanoTime();

    /** Null in a loop that writes every flush straight away. */
    public final LateFlushes lateFlushes;

    protected Registrations(LateFlushes lateFlushes) {
        this.lateFlushes = lateFlushes;
    }

    /** Names the two that do not belong together. */
    public static IllegalStateException incompatible(Channel channel, Object eventLoop) {
        return new IllegalStateException(
                "incompatible event loop type: a "
                        + channel.getClass().getName()
                        + " cannot be registered with a "
                        + eventLoop.getClass().getName()
                        + "; use channel classes and event loops of one transport");
    }

    protected abstract Registration newRegistration(IoHandle handle);

    /** Where this loop's descriptors are watched. */
    protected abstract NetPoller poller();

    /** Any thread. */
    protected abstract boolean inEventLoop();

    /** Any thread. */
    protected abstract void execute(Runnable task);

    /** A parked side was resumed, by a poll, a deadline or a close. Any thread. */
    protected abstract void resume(Continuation side);

    /** Whether no other thread polls the network for this loop. */
    protected abstract boolean isOnlyPoller();

    /** Whether nobody else waits for the thread: false where many channels share a loop. */
    public abstract boolean isAlone();

    /** Room to gather what a channel writes, until {@link #giveBack}: for one system call. */
    public abstract Gathering gathering();

    public abstract void giveBack(Gathering gathering);

    /** Room for datagrams, until {@link #giveBack}: for one system call. */
    public abstract Datagrams datagrams();

    public abstract void giveBack(Datagrams datagrams);

    /** Hands a resumed side over to the loop. The caller wakes the loop after that. Any thread. */
    protected final void push(Continuation side) {
        Continuation head;
        do {
            head = resumed;
            side.nextResumed = head;
        } while (!RESUMED.compareAndSet(this, head, side));
    }

    /** Whether any were handed over that have not had their turn. Any thread. */
    public final boolean hasResumed() {
        return resumed != null;
    }

    private void takeResumed() {
        if (resumed == null) {
            return;
        }
        Continuation side = (Continuation) RESUMED.getAndSet(this, (Continuation) null);
        while (side != null) {
            Continuation next = side.nextResumed;
            side.nextResumed = taken;
            taken = side;
            side = next;
        }
    }

    private Continuation nextTaken() {
        Continuation side = taken;
        if (side != null) {
            taken = side.nextResumed;
            side.nextResumed = null;
        }
        return side;
    }

    /** Runs the sides that were handed over. */
    public final void runResumed() {
        if (taken == null) {
            takeResumed();
        }
        for (Continuation side; (side = nextTaken()) != null; ) {
            try {
                side.runResumed();
            } catch (Throwable t) {
                handleUnexpected(t);
            }
        }
    }

    /** Queues the sides that were handed over. */
    public final void queueResumed() {
        queueTaken();
        takeResumed();
        queueTaken();
    }

    private void queueTaken() {
        for (Continuation side; (side = nextTaken()) != null; ) {
            side.queueResumed();
        }
    }

    /**
     * Adds a side that goes on after the next poll.
     *
     * @param side one that is not in the queue yet
     */
    final void queue(Continuation side) {
        if (queueHead == null) {
            queueHead = side;
        } else {
            queueTail.nextQueued = side;
        }
        queueTail = side;
    }

    public final boolean hasQueued() {
        return queueHead != null || turn != null || taken != null;
    }

    /**
     * Adds a side that looks for more when there is nothing else to do.
     *
     * @param side one that is not among them yet
     */
    final void look(Continuation side) {
        if (lookHead == null) {
            lookHead = side;
        } else {
            lookTail.nextLook = side;
        }
        lookTail = side;
    }

    public final boolean hasLooks() {
        return lookHead != null;
    }

    public final boolean hasOneLook() {
        return lookHead != null && lookHead.nextLook == null;
    }

    /** Those that were perhaps drained before this call look for more. */
    public final void runLooks() {
        Continuation side = lookHead;
        lookHead = null;
        while (side != null) {
            Continuation next = side.nextLook;
            side.nextLook = null;
            try {
                side.runLook();
            } catch (Throwable t) {
                handleUnexpected(t);
            }
            side = next;
        }
    }

    /**
     * Runs what was queued before this call.
     *
     * @param modes the sides that may run; the others stay queued
     * @return how many have run
     */
    public final int runQueued(int modes) {
        while (turn != null) {
            // This call comes from a handler that has its turn: those behind it have it now.
            queue(next());
        }
        // What is queued from here on has its turn after the next poll, or one side could starve
        // all.
        turn = queueHead;
        queueHead = null;
        int ran = 0;
        while (turn != null) {
            Continuation side = next();
            try {
                if (side.runQueued(modes)) {
                    ran++;
                }
            } catch (Throwable t) {
                // The others' edges come only once: they are not to miss them because of this one.
                handleUnexpected(t);
            }
        }
        return ran;
    }

    private Continuation next() {
        Continuation side = turn;
        turn = side.nextQueued;
        side.nextQueued = null;
        return side;
    }

    /**
     * A handle has thrown, which may be any Error: the loop goes on, since the edges of the others
     * come only once.
     */
    public static void handleUnexpected(Throwable t) {
        logger.warn("Unexpected exception from a handle.", t);
    }

    /** One with an idle deadline has read, or has begun to wait. */
    public final void touched(Touched deadline) {
        deadline.touched = true;
        deadline.next = touched;
        touched = deadline;
    }

    /** The end of a burst: who is perhaps drained looks for more, which may queue it. */
    public final void settle() {
        runLooks();
        settleDeadlines();
    }

    /** The turn is over: one look at the clock for all that have read in it. */
    public final void settleDeadlines() {
        Touched deadline = touched;
        if (deadline == null) {
            return;
        }
        touched = null;
        long now = System.nanoTime();
        do {
            Touched next = deadline.next;
            deadline.next = null;
            deadline.touched = false;
            deadline.settle(now);
            deadline = next;
        } while (deadline != null);
    }

    /**
     * @throws IllegalArgumentException if the handle is none of GoPoll's
     */
    public final Registration add(IoHandle handle) {
        Registration registration = newRegistration(handle);
        registration.next = registrations;
        if (registrations != null) {
            registrations.previous = registration;
        }
        registrations = registration;
        if (registration.channel() != null) {
            channels++;
        }
        handle.registered();
        return registration;
    }

    final void remove(Registration registration) {
        // Its deadlines may belong to another loop from now on.
        settleDeadlines();
        if (registration.previous == null) {
            registrations = registration.next;
        } else {
            registration.previous.next = registration.next;
        }
        if (registration.next != null) {
            registration.next.previous = registration.previous;
        }
        registration.previous = null;
        registration.next = null;
        if (registration.channel() != null) {
            channels--;
        }
    }

    public final boolean isEmpty() {
        return registrations == null;
    }

    /**
     * Whether no other channels are registered than those of datagrams, and no handles of users.
     */
    public final boolean hasDatagramsOnly() {
        for (Registration r = registrations; r != null; r = r.next) {
            if (!(r.channel() instanceof DatagramChannel)) {
                return false;
            }
        }
        return true;
    }

    public final int channels() {
        return channels;
    }

    public final List<Channel> channelList() {
        List<Channel> list = new ArrayList<>(channels);
        for (Registration r = registrations; r != null; r = r.next) {
            Channel channel = r.channel();
            if (channel != null) {
                list.add(channel);
            }
        }
        return Collections.unmodifiableList(list);
    }

    /** Those that there are. For other threads than the loop's it may miss some. */
    public final List<Registration> snapshot() {
        List<Registration> all = new ArrayList<>();
        for (Registration r = registrations; r != null; r = r.next) {
            all.add(r);
        }
        return all;
    }

    /** Closes every handle, and takes it out. */
    public final void closeAll() {
        for (Registration registration : snapshot()) {
            try {
                registration.handle.close();
            } catch (Throwable e) {
                logger.debug("Exception during closing {}", registration.handle, e);
            }
            registration.cancel();
        }
    }

    /**
     * As {@link #closeAll}, when the loop takes no tasks any more: handlers cannot be told. Whoever
     * waits for a write or for the close is.
     */
    public final void closeAllAtOnce() {
        for (Registration registration : snapshot()) {
            if (registration.channel() != null) {
                registration.closeAtOnce();
                registration.cancel();
            }
        }
        closeAll();
    }
}
