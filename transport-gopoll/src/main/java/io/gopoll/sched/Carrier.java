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
import io.gopoll.poll.SafeLogger;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A platform thread that runs goroutines while it owns a processor: Go's M. It takes one from the
 * queue, or from another processor's, or else sleeps in the poller. It runs no user code but by way
 * of goroutines, and takes no lock that user code could hold.
 */
final class Carrier extends Thread {

    private static final SafeLogger logger = SafeLogger.of(Carrier.class);

    /** How many goroutines run before a look at the network: as Go's schedtick. */
    private static final int LOOK_EVERY = 61;

    /** A spare that has not been needed for so long ends. */
    private static final long SPARE_NANOS = TimeUnit.SECONDS.toNanos(10);

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
            // Retaken meanwhile.
            scheduler.timerAdded(p);
        }
        return timer;
    }

    /** The poller of the processor that the calling goroutine runs on; null if it runs on none. */
    static NetPoller currentPoller() {
        if (VirtualThreads.ownSchedulerUnavailabilityCause() != null) {
            return null;
        }
        Thread carrier = VirtualThreads.currentCarrier();
        Processor p = carrier instanceof Carrier ? ((Carrier) carrier).processor : null;
        return p == null || p.isEnded() ? null : p.poller();
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
            try {
                Processor p = processor;
                if (p != null) {
                    own(p);
                } else if (!awaitProcessor()) {
                    return;
                }
            } catch (Throwable t) {
                failed(t);
            }
        }
        Processor p = processor;
        if (p != null) {
            end(p);
        }
    }

    /** As a spare; false if it has not been needed for long. */
    private boolean awaitProcessor() {
        Processor orphan = scheduler.adopt();
        if (orphan != null && scheduler.retire(this)) {
            processor = orphan;
            return true;
        }
        if (orphan != null) {
            // It has got another one at this moment.
            scheduler.handOff(orphan);
            return true;
        }
        long start = System.nanoTime();
        LockSupport.parkNanos(this, SPARE_NANOS);
        interrupted(); // or it would not park any more
        return processor != null
                || scheduler.isDone()
                || System.nanoTime() - start < SPARE_NANOS
                || !scheduler.retire(this);
    }

    /** Runs what is ready, until the scheduler is done or the processor was lost. */
    private void own(Processor p) {
        sinceLook = 0;
        while (!scheduler.isDone()) {
            try {
                if (!step(p)) {
                    return;
                }
            } catch (Throwable t) {
                failed(t);
            }
        }
    }

    /** False if the processor was lost. */
    private boolean step(Processor p) {
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
            return true;
        }
        sinceLook++;
        if (run(p, r)) {
            return true;
        }
        try {
            lost();
        } catch (Throwable t) {
            failed(t);
        }
        return false;
    }

    private static void failed(Throwable t) {
        Polling.failed("Unexpected exception in a carrier", t);
    }

    private void end(Processor p) {
        try {
            if (next != null) {
                p.add(next);
                next = null;
            }
            scheduler.end(p);
            if (idle != null) {
                idle.end();
                idle = null;
            }
        } catch (Throwable t) {
            failed(t);
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
        Worker worker = idle;
        idle = null;
        scheduler.spare(this);
        if (worker != null) {
            scheduler.pool(worker);
        }
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
            p.add(r);
            failed(t);
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
            logger.error("Unable to run {}", g, t);
        }
        CURRENT.setRelease(this, null);
        if (g.worker != null) {
            g.worker.unmounted();
        }
        return p.exit(this);
    }
}
