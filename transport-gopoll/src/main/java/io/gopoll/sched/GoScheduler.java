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
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * GoPoll's own scheduler, after Go's G, P and M. A {@link Processor}, a run queue and a poller, is
 * run by a {@link Carrier}, which polls the network when its queue is empty and looks in passing
 * when it is not: a ready goroutine is resumed with no hand-over between threads. An idle processor
 * takes work from a loaded one. {@link Sysmon} gives the processor of a carrier that is stuck to a
 * spare one.
 */
final class GoScheduler extends Scheduler {

    private static final AtomicInteger CARRIERS = new AtomicInteger();

    private final Processor[] processors;
    private final AtomicInteger next = new AtomicInteger();

    /** Carriers without a processor, parked or about to park. */
    private final ConcurrentLinkedQueue<Carrier> spares = new ConcurrentLinkedQueue<>();

    /** Carriers that run; who ends last closes the pollers. */
    private final AtomicInteger carriers = new AtomicInteger();

    private final Sysmon sysmon = new Sysmon(this);

    /** Under this. */
    private boolean started;

    private volatile boolean closed;

    /** Goroutines that have not ended: the carriers stay for them, also when closed. */
    private final AtomicInteger live = new AtomicInteger();

    GoScheduler(int processors) throws IOException {
        this.processors = new Processor[processors];
        for (int i = 0; i < processors; i++) {
            this.processors[i] = new Processor(i);
        }
    }

    @Override
    public Thread newThread(String name, Runnable task) {
        start();
        int i = Math.floorMod(next.getAndIncrement(), processors.length);
        Goroutine g = new Goroutine(this, processors[i]);
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
        return g.thread;
    }

    /** Takes no lock: a goroutine that parked here would find nobody to resume it. */
    private void goroutineEnded() {
        if (live.decrementAndGet() == 0 && closed) {
            sysmon.wake();
        }
    }

    private synchronized void start() {
        if (started || closed) {
            return;
        }
        started = true;
        for (Processor p : processors) {
            newCarrier(p);
        }
        sysmon.start();
    }

    private void newCarrier(Processor p) {
        carriers.incrementAndGet();
        new Carrier(this, CARRIERS.incrementAndGet(), p).start();
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

    /** True if it is closed, and nothing runs any more. */
    boolean isDone() {
        return closed && live.get() == 0;
    }

    /** Queues a goroutine: with the carrier that this runs on, or where it has been before. */
    void ready(Goroutine g) {
        Thread carrier = VirtualThreads.currentCarrier();
        Processor p = null;
        if (carrier instanceof Carrier && ((Carrier) carrier).scheduler == this) {
            p = ((Carrier) carrier).processor();
        }
        boolean own = p != null;
        if (!own) {
            p = g.processor;
        }
        boolean alone = own && p.running() == null && p.isEmpty();
        p.add(g);
        // Its own carrier takes it next; what has to wait there an idle processor may take.
        if (!p.wake() && !alone) {
            wakeIdle(p);
        }
    }

    private void wakeIdle(Processor except) {
        for (Processor p : processors) {
            if (p != except && p.wake()) {
                return;
            }
        }
    }

    /** A goroutine that waits for another processor, or null. */
    Goroutine steal(Processor thief) {
        int length = processors.length;
        for (int i = 1; i < length; i++) {
            Goroutine g = processors[(thief.index + i) % length].take();
            if (g != null) {
                return g;
            }
        }
        return null;
    }

    /** A carrier has woken up: there may be something to watch. */
    void awoken() {
        sysmon.wake();
    }

    /** A carrier that has lost its processor waits for another one. */
    void spare(Carrier carrier) {
        spares.add(carrier);
    }

    /** Go's {@code handoffp}: gives a processor that was retaken to a spare carrier. */
    void handOff(Processor p) {
        Carrier spare = spares.poll();
        if (spare == null) {
            newCarrier(p);
        } else {
            spare.give(p);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!started) {
            closePollers();
            return;
        }
        if (live.get() == 0) {
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

    void ended(Carrier carrier) {
        if (carriers.decrementAndGet() == 0) {
            closePollers();
        }
    }

    private void closePollers() {
        for (Processor p : processors) {
            p.close();
        }
    }
}
