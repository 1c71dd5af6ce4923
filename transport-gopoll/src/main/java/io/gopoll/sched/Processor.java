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
package io.gopoll.sched;

import io.gopoll.poll.NetPoller;
import io.gopoll.poll.ReadyList;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;

/**
 * What it takes to run goroutines: a queue of those that can go on, goroutines and strands, and a
 * poller. Go's P. At each moment at most one {@link Carrier} owns it; the owner polls, anybody may
 * add to the queue or take from it.
 */
final class Processor {

    private static final int QUEUE = 1024;

    private static final VarHandle RUNNING;
    private static final VarHandle SLEEPING;
    private static final VarHandle POLLING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            RUNNING = lookup.findVarHandle(Processor.class, "running", Carrier.class);
            SLEEPING = lookup.findVarHandle(Processor.class, "sleeping", boolean.class);
            POLLING = lookup.findVarHandle(Processor.class, "polling", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final int index;

    private final NetPoller poller = NetPoller.newPoller();
    private final Queue<Ready> queue = PlatformDependent.newFixedMpmcQueue(QUEUE);

    private final Timers timers = new Timers();

    /**
     * What the queue has no room for, the first in line first. A list through {@link Ready#next},
     * which takes no memory: a goroutine that can go on must not be lost for want of it. Under
     * this.
     */
    private Ready overflow;

    /** Under this; null if {@link #overflow} is. */
    private Ready overflowLast;

    /** Whether there is an {@link #overflow}. Written under this. */
    private volatile boolean overflows;

    /**
     * The carrier that is in a goroutine, null while its owner is in the scheduler's own code. Who
     * turns it from that carrier to null owns the processor: the carrier itself when the goroutine
     * parks, or {@link Sysmon} for another one.
     */
    private volatile Carrier running;

    /**
     * True from before the owner looks a last time at the queue until its poll has returned. Who
     * turns it to false wakes the poller.
     */
    private volatile boolean sleeping;

    /** Whether somebody is in the poller: its owner, or {@link Sysmon} in the owner's place. */
    @SuppressWarnings("unused")
    private volatile boolean polling;

    /** No carrier could be had for it. Written under this. */
    private volatile boolean orphan;

    /** It has no owner any more, and never will. Written by {@link GoScheduler#end}. */
    private volatile boolean ended;

    Processor(int index) throws IOException {
        this.index = index;
    }

    NetPoller poller() {
        return poller;
    }

    // ---- Anybody. ----

    void add(Ready r) {
        if (overflows || !queue.offer(r)) {
            addToOverflow(r);
        }
    }

    private synchronized void addToOverflow(Ready r) {
        if (overflow == null) {
            overflow = r;
        } else {
            overflowLast.next = r;
        }
        overflowLast = r;
        overflows = true;
    }

    boolean isEmpty() {
        return queue.isEmpty() && !overflows;
    }

    /** The next to go on, or null. */
    Ready take() {
        Ready r = queue.poll();
        return r == null && overflows ? takeFromOverflow() : r;
    }

    private synchronized Ready takeFromOverflow() {
        Ready r = overflow;
        if (r != null) {
            overflow = r.next;
            r.next = null;
            if (overflow == null) {
                overflowLast = null;
                overflows = false;
            }
        }
        return r;
    }

    boolean isSleeping() {
        return sleeping;
    }

    /** Ends the owner's sleep, if it sleeps. */
    boolean wake() {
        if (sleeping && (boolean) SLEEPING.getAndSet(this, false)) {
            poller.wakeup();
            return true;
        }
        return false;
    }

    Timers timers() {
        return timers;
    }

    /** The carrier that is in a goroutine, or null. */
    Carrier running() {
        return running;
    }

    /** Takes the processor from a carrier that is in a goroutine; false if it is not any more. */
    boolean retake(Carrier from) {
        return RUNNING.compareAndSet(this, from, null);
    }

    /** No carrier could be had for it: whoever {@link #adopt}s it is to find one. */
    synchronized void abandon() {
        orphan = true;
    }

    /** True for one caller, if it has been abandoned. */
    boolean adopt() {
        return orphan && takeOrphan();
    }

    private synchronized boolean takeOrphan() {
        boolean was = orphan;
        orphan = false;
        return was;
    }

    /** Nobody runs it from now on. What is added from then on, the adder must take out again. */
    void end() {
        ended = true;
    }

    boolean isOrphan() {
        return orphan;
    }

    boolean isEnded() {
        return ended;
    }

    // ---- The owner. ----

    /** The owner begins to run a goroutine. */
    void enter(Carrier owner) {
        RUNNING.setRelease(this, owner);
    }

    /** The goroutine has parked; false if the processor has been retaken meanwhile. */
    boolean exit(Carrier owner) {
        return RUNNING.compareAndSet(this, owner, null);
    }

    /**
     * Looks at the network in passing. {@link Sysmon} may call it too, in the place of an owner
     * that does not come to it.
     */
    void look() {
        if (beginPoll()) {
            try {
                Polling.pollAndResume(poller, 0);
            } finally {
                endPoll();
            }
        }
    }

    /** False if somebody else polls just now. */
    private boolean beginPoll() {
        return POLLING.compareAndSet(this, false, true);
    }

    private void endPoll() {
        POLLING.setRelease(this, false);
    }

    /**
     * Waits until there is something to run or a timer is due, or until {@link #wake}.
     *
     * @param keepsWorker whether the owner has a worker to end when the scheduler is closed
     */
    void sleep(GoScheduler scheduler, boolean keepsWorker) {
        if (!beginPoll()) {
            // Sysmon looks just now.
            Thread.onSpinWait();
            return;
        }
        try {
            ReadyList ready;
            sleeping = true;
            try {
                // Who has added before sleeping was seen to be true has woken nobody.
                boolean idle =
                        isEmpty() && !scheduler.isDone() && !(keepsWorker && scheduler.isClosed());
                ready = poller.poll(idle ? timers.delay() : 0);
            } finally {
                // Before the resumes, which would wake whoever seems to sleep.
                sleeping = false;
            }
            Polling.resume(ready);
        } finally {
            endPoll();
        }
    }
}
