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

import io.gopoll.poll.EpollPoller;
import io.gopoll.poll.NetPoller;
import io.gopoll.poll.ReadyList;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What it takes to run goroutines: a queue of those that can go on, goroutines and strands, and a
 * poller. Go's P. At each moment at most one {@link Carrier} owns it; the owner polls, anybody may
 * add to the queue or take from it.
 */
final class Processor {

    private static final int QUEUE = 1024;

    private static final VarHandle RUNNING;
    private static final VarHandle SLEEPING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            RUNNING = lookup.findVarHandle(Processor.class, "running", Carrier.class);
            SLEEPING = lookup.findVarHandle(Processor.class, "sleeping", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final int index;

    private final NetPoller poller = new EpollPoller();
    private final Queue<Ready> queue = PlatformDependent.newFixedMpmcQueue(QUEUE);

    private final Timers timers = new Timers();

    /** What the queue has no room for. */
    private final Queue<Ready> overflow = new ConcurrentLinkedQueue<>();

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

    Processor(int index) throws IOException {
        this.index = index;
    }

    NetPoller poller() {
        return poller;
    }

    // ---- Anybody. ----

    void add(Ready r) {
        if (!overflow.isEmpty() || !queue.offer(r)) {
            overflow.add(r);
        }
    }

    boolean isEmpty() {
        return queue.isEmpty() && overflow.isEmpty();
    }

    /** The next to go on, or null. */
    Ready take() {
        Ready r = queue.poll();
        return r != null ? r : overflow.poll();
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

    // ---- The owner. ----

    /** The owner begins to run a goroutine. */
    void enter(Carrier owner) {
        RUNNING.setRelease(this, owner);
    }

    /** The goroutine has parked; false if the processor has been retaken meanwhile. */
    boolean exit(Carrier owner) {
        return RUNNING.compareAndSet(this, owner, null);
    }

    /** Looks at the network in passing. */
    void look() {
        Polling.resume(poller.poll(0));
    }

    /**
     * Waits until there is something to run or a timer is due, or until {@link #wake}.
     *
     * @param keepsWorker whether the owner has a worker to end when the scheduler is closed
     */
    void sleep(GoScheduler scheduler, boolean keepsWorker) {
        ReadyList ready;
        sleeping = true;
        try {
            // Who has added before sleeping was seen to be true has woken nobody.
            boolean idle =
                    isEmpty() && !scheduler.isDone() && !(keepsWorker && scheduler.isClosed());
            ready = poller.poll(idle ? timers.delay() : 0);
        } finally {
            sleeping = false;
        }
        Polling.resume(ready);
    }

    void close() {
        poller.close();
    }
}
