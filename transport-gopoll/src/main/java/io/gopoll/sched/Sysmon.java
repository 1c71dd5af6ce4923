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
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Go's {@code sysmon}: a thread beside all carriers that looks every 10 ms whether one has been in
 * the same goroutine since: it computes, or it blocks where a virtual thread cannot be unmounted
 * (native code, a class initializer, before JDK 24 a synchronized block). Its processor, whose
 * network nobody polls meanwhile, goes to a spare carrier. Rests while all processors sleep.
 */
final class Sysmon extends Thread {

    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Sysmon.class);

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** How many periods a carrier is stuck before its stack is reported: 500 ms. */
    private static final int REPORT_AFTER = 50;

    /** No more than so many places are reported. */
    private static final int REPORTS = 100;

    private final GoScheduler scheduler;

    /** True while it waits for {@link #wake}. */
    private volatile boolean resting;

    private final Set<StackTraceElement> reported = new HashSet<>();

    /** By processor: the carrier that was in a goroutine at the last look, and its tick then. */
    private Carrier[] seen;

    private long[] seenTick;

    /** A carrier that has lost its processor, to be reported if it stays where it is. */
    private static final class Stuck {
        final Carrier carrier;
        final long tick;
        int periods;

        Stuck(Carrier carrier, long tick) {
            this.carrier = carrier;
            this.tick = tick;
        }
    }

    private final Set<Stuck> stuck = new HashSet<>();

    Sysmon(GoScheduler scheduler) {
        super(null, null, "gopoll-sysmon", 0, false);
        this.scheduler = scheduler;
        setDaemon(true);
    }

    void wake() {
        if (resting) {
            resting = false;
            LockSupport.unpark(this);
        }
    }

    @Override
    public void run() {
        Processor[] processors = scheduler.processors();
        seen = new Carrier[processors.length];
        seenTick = new long[processors.length];
        while (!scheduler.isDone()) {
            LockSupport.parkNanos(this, PERIOD_NANOS);
            interrupted(); // or it would not park any more
            scheduler.adopt();
            boolean idle = stuck.isEmpty();
            for (Processor p : processors) {
                idle &= p.isSleeping();
                watch(p);
            }
            stuck.removeIf(this::isDone);
            if (idle) {
                rest(processors);
            }
        }
        scheduler.release();
    }

    private void rest(Processor[] processors) {
        resting = true;
        for (Processor p : processors) {
            if (!p.isSleeping()) {
                resting = false;
                return;
            }
        }
        while (resting && !scheduler.isDone()) {
            LockSupport.park(this);
            interrupted();
        }
    }

    private void watch(Processor p) {
        Carrier carrier = p.running();
        long tick = carrier == null ? 0 : carrier.tick();
        if (carrier != null && carrier == seen[p.index] && tick == seenTick[p.index]) {
            // Taken from the carrier first: once retaken it may get another one at any time.
            carrier.take();
            if (p.retake(carrier)) {
                stuck.add(new Stuck(carrier, tick));
                scheduler.handOff(p);
            } else {
                carrier.giveBack(p);
            }
            carrier = null;
        }
        seen[p.index] = carrier;
        seenTick[p.index] = tick;
    }

    private boolean isDone(Stuck s) {
        if (s.carrier.tick() != s.tick || s.carrier.current() == null) {
            return true;
        }
        if (++s.periods < REPORT_AFTER) {
            return false;
        }
        report(s.carrier);
        return true;
    }

    /** Once for each place. */
    private void report(Carrier carrier) {
        Goroutine g = carrier.current();
        if (g == null || reported.size() == REPORTS) {
            return;
        }
        StackTraceElement[] stack = g.thread.getStackTrace();
        if (stack.length == 0 || !reported.add(stack[0])) {
            return;
        }
        StringBuilder text = new StringBuilder();
        for (StackTraceElement element : stack) {
            text.append(System.lineSeparator()).append("\tat ").append(element);
        }
        logger.warn(
                "{} has not given up its carrier, {}, for 500 ms: it computes, or blocks where it"
                        + " cannot be unmounted. Others go on meanwhile.{}",
                g.thread,
                carrier.getName(),
                text);
    }
}
