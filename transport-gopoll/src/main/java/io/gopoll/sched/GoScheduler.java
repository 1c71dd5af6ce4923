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
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * GoPoll's own scheduler, after Go's G, P and M. A {@link Processor}, a run queue and a poller, is
 * run by a {@link Carrier}, which polls the network when its queue is empty and looks in passing
 * when it is not: a ready goroutine is resumed with no hand-over between threads. An idle processor
 * takes work from a loaded one. {@link Sysmon} gives the processor of a carrier that is stuck to a
 * spare one. Strands are queued like goroutines and run by {@link Worker}s.
 */
final class GoScheduler extends Scheduler {

    private static final SafeLogger logger = SafeLogger.of(GoScheduler.class);

    private static final AtomicInteger CARRIERS = new AtomicInteger();

    /** How many idle workers are kept for each processor, for when strands block again. */
    private static final int IDLE_WORKERS = 256;

    /** How many workers for each processor Netty may keep caches for, see {@link Worker#cached}. */
    private static final int CACHED_WORKERS = 2;

    private static final int OPEN = 0;
    private static final int CLOSED = 1;
    private static final int ABANDONED = 2;

    private final Processor[] processors;
    private final AtomicInteger next = new AtomicInteger();

    /** Carriers without a processor, parked or about to park. */
    private final ConcurrentLinkedQueue<Carrier> spares = new ConcurrentLinkedQueue<>();

    private final Sysmon sysmon;

    /**
     * The class loader of the thread that made the scheduler, as in a pool of threads: handlers
     * load classes by it.
     */
    final ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();

    /** Written under this. */
    private volatile boolean started;

    /**
     * Written under this.
     *
     * <pre>
     *   OPEN   -> CLOSED     close: idle workers end, goroutines go on until they end
     *   CLOSED -> ABANDONED  abandon: goroutines that have not ended go on with the JDK's scheduler
     * </pre>
     *
     * The scheduler is done when it is abandoned, or closed without a goroutine: its processors
     * end, then its carriers. A thread that was started by a goroutine does not count as one here:
     * it may live for as long as the process, as the pollers of the JDK's sockets do.
     */
    private volatile int state = OPEN;

    /** No carrier could be had, and that has been said. */
    private volatile boolean shortOfCarriers;

    /** Workers with nothing to do, beyond those that the carriers keep. */
    private final ConcurrentLinkedQueue<Worker> idleWorkers = new ConcurrentLinkedQueue<>();

    /** How many there are, or soon will be. */
    private final AtomicInteger idleCount = new AtomicInteger();

    private final AtomicInteger cachedWorkers = new AtomicInteger();

    /** How many processors have ended. */
    private final AtomicInteger ended = new AtomicInteger();

    /** Goroutines that have not ended, without the threads that they have started. */
    private final AtomicInteger live = new AtomicInteger();

    GoScheduler(int processors) throws IOException {
        this.processors = new Processor[processors];
        this.sysmon = new Sysmon(this);
        try {
            for (int i = 0; i < processors; i++) {
                this.processors[i] = new Processor(i);
            }
        } catch (Throwable t) {
            for (Processor p : this.processors) {
                if (p != null) {
                    p.poller().close();
                }
            }
            throw t;
        }
        VirtualThreads.takeTimers();
    }

    @Override
    public Thread newThread(String name, Runnable task) {
        start();
        int i = Math.floorMod(next.getAndIncrement(), processors.length);
        return newGoroutine(processors[i], name, task).thread;
    }

    Goroutine newGoroutine(Processor p, String name, Runnable task) {
        Goroutine g = new Goroutine(this, p);
        g.thread =
                VirtualThreads.unstarted(
                        g,
                        name,
                        () -> {
                            try {
                                task.run();
                            } finally {
                                goroutineEnded();
                            }
                        });
        live.incrementAndGet();
        return g;
    }

    @Override
    public Strand newStrand(int poller, Strand.Work work) {
        return new GoStrand(this, processors[poller], work);
    }

    @Override
    public boolean lendsThreads() {
        return true;
    }

    /** Takes no lock: a goroutine that parked here would find nobody to resume it. */
    private void goroutineEnded() {
        if (live.decrementAndGet() == 0 && isClosed()) {
            sysmon.wake();
        }
    }

    @Override
    public String toString() {
        return "GoPoll's scheduler, " + processors.length + " processors";
    }

    /** Starts the threads, unless that is done. */
    void start() {
        if (!started) {
            startThreads();
        }
    }

    private synchronized void startThreads() {
        if (started || isClosed()) {
            return;
        }
        sysmon.start();
        started = true;
        for (Processor p : processors) {
            handOff(p);
        }
    }

    @Override
    public int pollers() {
        return processors.length;
    }

    @Override
    public NetPoller poller(int index) {
        return processors[index].poller();
    }

    Processor[] processors() {
        return processors;
    }

    /** How many have not ended, idle workers among them. */
    int goroutines() {
        return live.get();
    }

    boolean isClosed() {
        return state != OPEN;
    }

    /** True if nothing runs here any more. */
    boolean isDone() {
        int s = state;
        return s == ABANDONED || s == CLOSED && live.get() == 0;
    }

    /** The carrier of this scheduler that this code runs on, or null. */
    private Carrier carrier() {
        Thread carrier = VirtualThreads.currentCarrier();
        return carrier instanceof Carrier && ((Carrier) carrier).scheduler == this
                ? (Carrier) carrier
                : null;
    }

    /** Queues what can go on: with the carrier that this runs on, or where it has been before. */
    void ready(Ready r) {
        Carrier carrier = carrier();
        Processor p = carrier == null ? null : carrier.processor();
        boolean own = p != null;
        if (!own) {
            p = r.processor;
        }
        boolean alone = own && p.running() == null && p.isEmpty();
        p.add(r);
        if (p.isEnded()) {
            // Whoever has ended it may have emptied its queue before.
            giveAway(p);
            return;
        }
        // Its own carrier takes it next; what has to wait there an idle processor may take.
        if (!p.wake() && !alone) {
            wakeIdle(p);
        }
    }

    /** Runs a task later, on a carrier: it must not block. A goroutine calls it. */
    Future<?> schedule(Runnable task, long nanos) {
        Carrier carrier = carrier();
        Future<?> timer = carrier == null ? null : carrier.schedule(task, nanos);
        if (timer == null) {
            Processor p = processors[0];
            timer = p.timers().add(task, nanos);
            timerAdded(p);
        }
        return timer;
    }

    /** A timer was added to a processor that the adder does not own. */
    void timerAdded(Processor p) {
        if (p.isEnded()) {
            p.timers().handOver(GlobalEventExecutor.INSTANCE);
        } else {
            // Its owner may have gone to sleep without the timer.
            p.wake();
        }
    }

    private void wakeIdle(Processor except) {
        for (Processor p : processors) {
            if (p != except && p.wake()) {
                return;
            }
        }
    }

    /** What waits for another processor, or null. */
    Ready steal(Processor thief) {
        int length = processors.length;
        for (int i = 1; i < length; i++) {
            Ready r = processors[(thief.index + i) % length].take();
            if (r != null) {
                return r;
            }
        }
        return null;
    }

    // ---- Workers. ----

    /** The strand that a worker, which has just run one, is to run next; null if it is to rest. */
    GoStrand nextStrand() {
        Carrier carrier = carrier();
        return carrier == null ? null : carrier.nextStrand();
    }

    /** A worker has nothing to do. The worker itself calls it; false if it is to end. */
    boolean idle(Worker worker) {
        Carrier carrier = carrier();
        if (carrier == null) {
            // Abandoned: it goes on with the JDK's scheduler.
            return false;
        }
        Worker other = carrier.keep(worker);
        if (other != null) {
            pool(other);
        }
        return true;
    }

    /** Keeps an idle worker for any carrier, or ends it if there are enough. */
    void pool(Worker worker) {
        if (idleCount.incrementAndGet() <= IDLE_WORKERS * processors.length) {
            idleWorkers.add(worker);
            if (!isClosed() || !idleWorkers.remove(worker)) {
                return;
            }
        }
        idleCount.decrementAndGet();
        worker.end();
    }

    /** An idle worker, or a new one. */
    Worker takeWorker(Processor p) {
        Worker worker = idleWorkers.poll();
        if (worker != null) {
            idleCount.decrementAndGet();
            return worker;
        }
        boolean cached = cachedWorkers.incrementAndGet() <= CACHED_WORKERS * processors.length;
        if (!cached) {
            cachedWorkers.decrementAndGet();
        }
        return new Worker(this, p, cached);
    }

    void workerEnded(Worker worker) {
        if (worker.cached) {
            cachedWorkers.decrementAndGet();
        }
    }

    private void endWorkers() {
        for (Worker w = idleWorkers.poll(); w != null; w = idleWorkers.poll()) {
            idleCount.decrementAndGet();
            w.end();
        }
    }

    // ---- Carriers. ----

    /** A carrier has woken up: there may be something to watch. */
    void awoken() {
        sysmon.wake();
    }

    /** A carrier that has lost its processor waits for another one. */
    void spare(Carrier carrier) {
        spares.add(carrier);
    }

    /** A carrier has waited for long; true if it is to end, false if it gets a processor. */
    boolean retire(Carrier carrier) {
        return spares.remove(carrier);
    }

    /** Go's {@code handoffp}: gives a processor that has no owner to a spare carrier. */
    void handOff(Processor p) {
        try {
            Carrier spare = spares.poll();
            if (spare == null) {
                new Carrier(this, CARRIERS.incrementAndGet(), p).start();
            } else {
                spare.give(p);
            }
            shortOfCarriers = false;
        } catch (Throwable t) {
            // Sysmon polls in its place, and tries again.
            p.abandon();
            if (!shortOfCarriers) {
                shortOfCarriers = true;
                logger.error("Unable to start another carrier: channels wait until one is free", t);
            }
        }
    }

    /** A processor that has no carrier, or null. Who gets it must find it one, or be it. */
    Processor adopt() {
        for (Processor p : processors) {
            if (p.adopt()) {
                return p;
            }
        }
        return null;
    }

    // ---- The end. ----

    @Override
    public void close() {
        close(CLOSED);
    }

    @Override
    public void abandon() {
        close(ABANDONED);
    }

    private synchronized void close(int to) {
        if (state >= to) {
            return;
        }
        state = to;
        if (!started) {
            for (Processor p : processors) {
                if (!p.isEnded()) {
                    end(p);
                }
            }
            return;
        }
        endWorkers();
        for (Processor p : processors) {
            // The carriers have workers to end, too.
            p.wake();
        }
        if (isDone()) {
            sysmon.wake();
        }
    }

    /** Nothing runs any more: the carriers are to end. Sysmon calls it. */
    void release() {
        for (Processor p : processors) {
            p.wake();
        }
        for (Carrier spare = spares.poll(); spare != null; spare = spares.poll()) {
            spare.give(null);
        }
    }

    boolean areProcessorsEnded() {
        return ended.get() == processors.length;
    }

    /**
     * The scheduler is done, and a processor's last owner lets go of it. What is left in its queue,
     * threads that goroutines have started and goroutines that were abandoned, goes on with the
     * JDK's scheduler; so do timers; a descriptor that is still open has its poller polled.
     */
    void end(Processor p) {
        p.end();
        giveAway(p);
        p.timers().handOver(GlobalEventExecutor.INSTANCE);
        Netpoll.retire(p.poller());
        if (ended.incrementAndGet() == processors.length) {
            VirtualThreads.giveTimersBack();
        }
    }

    private static void giveAway(Processor p) {
        for (Ready r; (r = p.take()) != null; ) {
            if (r instanceof Goroutine) {
                VirtualThreads.defaultScheduler().execute(((Goroutine) r)::run);
            } else {
                GoStrand strand = (GoStrand) r;
                VirtualThreads.unstarted(VirtualThreads.defaultScheduler(), newName(), strand::run)
                        .start();
            }
        }
    }
}
