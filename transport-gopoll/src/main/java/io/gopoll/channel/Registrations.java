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

import io.gopoll.poll.NetPoller;
import io.gopoll.poll.SafeLogger;
import io.netty.channel.Channel;
import io.netty.channel.IoHandle;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.internal.StringUtil;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The descriptors of one event loop, and which of them can go on without the kernel. What a mode
 * adds is who polls, and how a side that was resumed comes to its loop. Everything belongs to the
 * loop's thread unless it says otherwise.
 */
abstract class Registrations {

    private static final SafeLogger logger = SafeLogger.of(Registrations.class);

    /**
     * Registrations with a side that can go on without the kernel, in the order they were queued.
     * The registrations are the links of the list, so that queueing never needs memory.
     */
    private GoPollIoRegistration queueHead;

    private GoPollIoRegistration queueTail;

    /**
     * Those that have their turn just now. It is a field, since a handler that awaits something in
     * its turn goes on from here.
     */
    private GoPollIoRegistration turn;

    /** The one that has its turn, whose handlers run; null in between, and in a task. */
    GoPollIoRegistration current;

    /** Those whose reading side is perhaps drained, in the order of their last read. */
    private GoPollIoRegistration lookHead;

    private GoPollIoRegistration lookTail;

    /** Those with an idle deadline that have read in this turn. */
    private Deadlines touched;

    /** Head of the list of all registrations. */
    private GoPollIoRegistration registrations;

    private int channels;

    /** When the turn, or the burst, has begun: a time of {@link System#nanoTime}. */
    long now = System.nanoTime();

    /** Null in a loop that writes every flush straight away. */
    final LateFlushes lateFlushes;

    Registrations(LateFlushes lateFlushes) {
        this.lateFlushes = lateFlushes;
    }

    /** Where this loop's descriptors are watched. */
    abstract NetPoller poller();

    /** Any thread. */
    abstract boolean inEventLoop();

    /** Any thread. */
    abstract void execute(Runnable task);

    /** A parked side was resumed, by a poll, a deadline or a close. Any thread. */
    abstract void resume(GoPollIoRegistration.Side side);

    /** There is news for who waits in this loop: it is to look. Any thread. */
    void wake() {}

    /** Whether nobody else waits for the thread: false where many channels share a loop. */
    abstract boolean isAlone();

    /** Room to gather what a channel writes, until {@link #giveBack}: for one system call. */
    abstract Gathering gathering();

    abstract void giveBack(Gathering gathering);

    /** Room for datagrams, until {@link #giveBack}: for one system call. */
    abstract Datagrams datagrams();

    abstract void giveBack(Datagrams datagrams);

    /**
     * A write was not taken whole: the writing side is to wait.
     *
     * @param registration whose writing side is not parked
     */
    abstract void parkWriter(GoPollIoRegistration registration);

    /**
     * Adds a registration that has a side to run after the next poll.
     *
     * @param registration one that is not queued yet
     */
    final void queue(GoPollIoRegistration registration) {
        if (queueHead == null) {
            queueHead = registration;
        } else {
            queueTail.nextQueued = registration;
        }
        queueTail = registration;
    }

    final boolean hasQueued() {
        return queueHead != null || turn != null;
    }

    /**
     * Adds a registration whose reading side is to look for more when there is nothing else to do.
     *
     * @param registration one that does not wait for that yet
     */
    final void look(GoPollIoRegistration registration) {
        if (lookHead == null) {
            lookHead = registration;
        } else {
            lookTail.nextLook = registration;
        }
        lookTail = registration;
    }

    final boolean hasLooks() {
        return lookHead != null;
    }

    final boolean hasOneLook() {
        return lookHead != null && lookHead.nextLook == null;
    }

    /** Those that were perhaps drained before this call look for more. */
    final void runLooks() {
        GoPollIoRegistration registration = lookHead;
        lookHead = null;
        while (registration != null) {
            GoPollIoRegistration next = registration.nextLook;
            registration.nextLook = null;
            try {
                registration.runLook();
            } catch (Throwable t) {
                handleUnexpected(t);
            }
            registration = next;
        }
    }

    /**
     * Runs what was queued before this call.
     *
     * @param modes the sides that may run; the others stay queued
     * @return how many registrations had something to run
     */
    final int runQueued(int modes) {
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
            GoPollIoRegistration registration = next();
            try {
                if (registration.runQueued(modes)) {
                    ran++;
                }
            } catch (Throwable t) {
                // The others' edges come only once: they are not to miss them because of this one.
                handleUnexpected(t);
            }
        }
        return ran;
    }

    private GoPollIoRegistration next() {
        GoPollIoRegistration registration = turn;
        turn = registration.nextQueued;
        registration.nextQueued = null;
        return registration;
    }

    /**
     * A handle has thrown, which may be any Error: the loop goes on, since the edges of the others
     * come only once.
     */
    static void handleUnexpected(Throwable t) {
        logger.warn("Unexpected exception from a handle.", t);
    }

    final void touched(Deadlines deadlines) {
        deadlines.touched = true;
        deadlines.next = touched;
        touched = deadlines;
    }

    /** The end of a burst: who is perhaps drained looks for more, which may queue it. */
    final void settle() {
        runLooks();
        settleDeadlines();
    }

    /** The turn is over: one look at the clock for all that have read in it. */
    final void settleDeadlines() {
        Deadlines deadlines = touched;
        if (deadlines == null) {
            return;
        }
        touched = null;
        long now = System.nanoTime();
        do {
            Deadlines next = deadlines.next;
            deadlines.next = null;
            deadlines.settle(now);
            deadlines = next;
        } while (deadlines != null);
    }

    final GoPollIoRegistration add(IoHandle handle) {
        if (!(checkNotNull(handle, "handle") instanceof GoPollIoHandle)) {
            throw new IllegalArgumentException(
                    "IoHandle of type "
                            + StringUtil.simpleClassName(handle)
                            + " not supported (expected: GoPollIoHandle)");
        }
        GoPollIoRegistration registration = new GoPollIoRegistration(this, (GoPollIoHandle) handle);
        registration.next = registrations;
        if (registrations != null) {
            registrations.previous = registration;
        }
        registrations = registration;
        if (isChannel(registration)) {
            channels++;
        }
        handle.registered();
        return registration;
    }

    final void remove(GoPollIoRegistration registration) {
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
        if (isChannel(registration)) {
            channels--;
        }
    }

    final boolean isEmpty() {
        return registrations == null;
    }

    /**
     * Whether no other channels are registered than those of datagrams, and no handles of users.
     */
    final boolean hasDatagramsOnly() {
        for (GoPollIoRegistration r = registrations; r != null; r = r.next) {
            if (!isChannel(r)
                    || !(((AbstractGoPollChannel.AbstractGoPollUnsafe) r.handle).channel()
                            instanceof DatagramChannel)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isChannel(GoPollIoRegistration registration) {
        return registration.handle instanceof AbstractGoPollChannel.AbstractGoPollUnsafe;
    }

    final int channels() {
        return channels;
    }

    final List<Channel> channelList() {
        List<Channel> list = new ArrayList<>(channels);
        for (GoPollIoRegistration r = registrations; r != null; r = r.next) {
            if (isChannel(r)) {
                list.add(((AbstractGoPollChannel.AbstractGoPollUnsafe) r.handle).channel());
            }
        }
        return Collections.unmodifiableList(list);
    }

    /** Those that there are. For other threads than the loop's it may miss some. */
    final List<GoPollIoRegistration> snapshot() {
        List<GoPollIoRegistration> all = new ArrayList<>();
        for (GoPollIoRegistration r = registrations; r != null; r = r.next) {
            all.add(r);
        }
        return all;
    }

    /** Closes every handle, and takes it out. */
    final void closeAll() {
        for (GoPollIoRegistration registration : snapshot()) {
            try {
                registration.handle.close();
            } catch (Throwable e) {
                logger.debug("Exception during closing {}", registration.handle, e);
            }
            registration.cancel();
        }
    }
}
