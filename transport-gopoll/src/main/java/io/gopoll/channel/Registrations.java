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
import io.netty.channel.Channel;
import io.netty.channel.IoHandle;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.internal.StringUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The descriptors of one event loop, and which of them can go on without the kernel. What a mode
 * adds is who polls, and how a side that was resumed comes to its loop. Everything belongs to the
 * loop's thread unless it says otherwise.
 */
abstract class Registrations {

    private static final InternalLogger logger =
            InternalLoggerFactory.getInstance(Registrations.class);

    private static final GoPollIoRegistration[] NONE = {};

    /**
     * Registrations with a side that can go on without the kernel, in the order they were queued.
     */
    private GoPollIoRegistration[] queue = NONE;

    private int queued;

    /**
     * Those that have their turn just now. They are fields, since a handler that awaits something
     * in its turn goes on from here.
     */
    private GoPollIoRegistration[] turn = NONE;

    private int turnNext;
    private int turnSize;

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

    /** Adds a registration that has a side to run after the next poll. */
    final void queue(GoPollIoRegistration registration) {
        if (queued == queue.length) {
            queue = Arrays.copyOf(queue, Math.max(2, queued * 2));
        }
        queue[queued++] = registration;
    }

    final boolean hasQueued() {
        return queued != 0 || turnNext != turnSize;
    }

    /**
     * Runs what was queued before this call.
     *
     * @param modes the sides that may run; the others stay queued
     * @return how many registrations had something to run
     */
    final int runQueued(int modes) {
        while (turnNext != turnSize) {
            // This call comes from a handler that has its turn: those behind it have it now.
            queue(next());
        }
        if (queued == 0) {
            return 0;
        }
        // What is queued from here on has its turn after the next poll, or one side could starve
        // all.
        GoPollIoRegistration[] empty = turn;
        turn = queue;
        turnNext = 0;
        turnSize = queued;
        queue = empty;
        queued = 0;
        int ran = 0;
        while (turnNext != turnSize) {
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
        GoPollIoRegistration registration = turn[turnNext];
        turn[turnNext++] = null;
        return registration;
    }

    static void handleUnexpected(Throwable t) {
        if (t instanceof Error && !(t instanceof AssertionError) && !(t instanceof LinkageError)) {
            throw (Error) t;
        }
        logger.warn("Unexpected exception from a handle.", t);
    }

    final void touched(Deadlines deadlines) {
        deadlines.touched = true;
        deadlines.next = touched;
        touched = deadlines;
    }

    /** The turn is over: one look at the clock for all that have read in it. */
    final void settle() {
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
        settle();
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
            } catch (Exception e) {
                logger.debug("Exception during closing {}", registration.handle, e);
            }
            registration.cancel();
        }
    }
}
