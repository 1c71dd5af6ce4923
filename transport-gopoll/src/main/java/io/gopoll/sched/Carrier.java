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

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * A platform thread that runs goroutines while it owns a processor: Go's M. It takes one from the
 * queue, or from another processor's, or else sleeps in the poller. It runs no user code but by way
 * of goroutines, and takes no lock that user code could hold.
 */
final class Carrier extends Thread {

    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Carrier.class);

    /** How many goroutines run before a look at the network: as Go's schedtick. */
    private static final int LOOK_EVERY = 61;

    private static final VarHandle CURRENT;
    private static final VarHandle TICK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CURRENT = lookup.findVarHandle(Carrier.class, "current", Goroutine.class);
            TICK = lookup.findVarHandle(Carrier.class, "tick", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final GoScheduler scheduler;

    /**
     * What it owns; null for a spare. Sysmon writes it: null before it retakes the processor, so
     * that the carrier finds null when it has lost it, and another one when it hands that over.
     */
    private volatile Processor processor;

    /** The goroutine it is in, for {@link Sysmon}'s report. Read late is good enough. */
    @SuppressWarnings("unused")
    private Goroutine current;

    /** Counts goroutines, so that Sysmon sees whether it is still in the same one. */
    private long tick;

    // ---- This carrier's own: what runs on it, itself or mounted, reads and writes it. ----

    /** A worker with nothing to do. */
    private Worker idle;

    /** What a worker has taken from the queue and cannot run. */
    private Goroutine next;

    private int sinceLook;

    Carrier(GoScheduler scheduler, int id, Processor processor) {
        super(null, null, "gopoll-carrier-" + id, 0, false);
        this.scheduler = scheduler;
        this.processor = processor;
        setDaemon(false);
        // Goroutines inherit it.
        setContextClassLoader(scheduler.contextClassLoader);
    }

    Processor processor() {
        return processor;
    }

    void give(Processor processor) {
        this.processor = processor;
        LockSupport.unpark(this);
    }

    void take() {
        processor = null;
    }

    void giveBack(Processor processor) {
        this.processor = processor;
    }

    /**
     * A timer for the goroutine that is parking here, or null if the processor has been lost over
     * it.
     */
    ScheduledFuture<?> schedule(Runnable task, long delayNanos) {
        Processor p = processor;
        if (p == null || p.running() != this) {
            return null;
        }
        ScheduledFuture<?> timer = p.timers().add(task, delayNanos);
        if (p.running() != this) {
            // Retaken meanwhile: its new owner may have gone to sleep without this timer.
            p.wake();
        }
        return timer;
    }

    Goroutine current() {
        return (Goroutine) CURRENT.getAcquire(this);
    }

    long tick() {
        return (long) TICK.getAcquire(this);
    }

    @Override
    public void run() {
        while (!scheduler.isDone()) {
            Processor p = processor;
            if (p == null) {
                LockSupport.park(this);
                interrupted(); // or it would not park any more
            } else {
                own(p);
            }
        }
        scheduler.ended(this);
    }

    private void own(Processor p) {
        sinceLook = 0;
        while (!scheduler.isDone()) {
            if (sinceLook >= LOOK_EVERY) {
                p.look();
                sinceLook = 0;
            }
            p.timers().run();
            if (idle != null && scheduler.isClosed()) {
                idle.end();
                idle = null;
            }
            Ready r = take(p);
            if (r == null) {
                p.sleep(scheduler, idle != null);
                scheduler.awoken();
                sinceLook = 0;
                continue;
            }
            sinceLook++;
            if (!run(p, r)) {
                lost();
                return;
            }
        }
    }

    private Ready take(Processor p) {
        Ready r = next;
        if (r != null) {
            next = null;
            return r;
        }
        r = p.take();
        return r != null ? r : scheduler.steal(p);
    }

    /** The processor is another one's: so is what was kept for it. */
    private void lost() {
        if (next != null) {
            scheduler.ready(next);
            next = null;
        }
        if (idle != null) {
            scheduler.pool(idle);
            idle = null;
        }
        scheduler.spare(this);
    }

    // ---- For a worker that is mounted here. ----

    /** See {@link GoScheduler#nextStrand}. */
    GoStrand nextStrand() {
        Processor p = processor;
        if (p == null || next != null || sinceLook >= LOOK_EVERY) {
            return null;
        }
        Ready r = p.take();
        if (r instanceof Goroutine) {
            next = (Goroutine) r;
            return null;
        }
        if (r != null) {
            r.processor = p;
            sinceLook++;
            TICK.setRelease(this, tick + 1);
        }
        return (GoStrand) r;
    }

    /** Keeps an idle worker, one that is cached rather than another; returns the other, or null. */
    Worker keep(Worker worker) {
        Worker other = idle;
        if (other != null && (other.cached || !worker.cached)) {
            return worker;
        }
        idle = worker;
        return other;
    }

    // ---- Running. ----

    /** Runs it until it parks; false if the processor was lost over it. */
    private boolean run(Processor p, Ready r) {
        r.processor = p;
        if (r instanceof Goroutine) {
            return run(p, (Goroutine) r);
        }
        Worker worker = idle;
        idle = null;
        boolean taken;
        try {
            if (worker == null) {
                worker = scheduler.takeWorker(p);
            }
            worker.give((GoStrand) r);
            taken = worker.goroutine.resume(this);
        } catch (Throwable t) {
            // There is no memory for another thread: until there is, others may end theirs.
            logger.error("Unable to lend a thread", t);
            p.add(r);
            return true;
        }
        return !taken || run(p, worker.goroutine);
    }

    private boolean run(Processor p, Goroutine g) {
        g.processor = p;
        CURRENT.setRelease(this, g);
        TICK.setRelease(this, tick + 1);
        p.enter(this);
        try {
            g.run();
        } catch (Throwable t) {
            logger.error("Unable to run {}", g.thread, t);
        }
        CURRENT.setRelease(this, null);
        return p.exit(this);
    }
}
