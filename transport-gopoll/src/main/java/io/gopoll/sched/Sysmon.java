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

import io.gopoll.poll.SafeLogger;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Go's {@code sysmon}: a platform thread beside all carriers, the last resort. Every few
 * milliseconds it looks at each processor:
 *
 * <ul>
 *   <li>Has its carrier been in the same goroutine since the last look? Then that computes, or
 *       blocks where a virtual thread cannot be unmounted (native code, a class initializer, before
 *       JDK 24 a synchronized block), and the processor goes to a spare carrier.
 *   <li>Has nobody polled since? Then it polls itself: the owner is in something else, or there is
 *       none, since no further thread could be had.
 * </ul>
 *
 * It takes no memory for either, and nothing that fails ends it. Rests while all processors sleep.
 */
final class Sysmon extends Thread {

    private static final SafeLogger logger = SafeLogger.of(Sysmon.class);

    /**
     * Sockets and deadlines are served after two of them, and the time that a thread's start takes.
     */
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** How many periods a carrier is stuck before its stack is reported: 500 ms. */
    private static final int REPORT_AFTER = 100;

    /** No more than so many places are reported. */
    private static final int REPORTS = 100;

    private final GoScheduler scheduler;

    /** True while it waits for {@link #wake}. */
    private volatile boolean resting;

    private final Set<StackTraceElement> reported = new HashSet<>();

    /** By processor: what was seen at the last look. */
    private final Seen[] seen;

    /** A carrier that was in a goroutine, with its tick then; and {@code NetPoller.lastPoll}. */
    private static final class Seen {
        Carrier carrier;
        long tick;
        long lastPoll;
    }

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
        seen = new Seen[scheduler.pollers()];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = new Seen();
        }
    }

    void wake() {
        if (resting) {
            resting = false;
            LockSupport.unpark(this);
        }
    }

    @Override
    public void run() {
        while (!scheduler.areProcessorsEnded()) {
            LockSupport.parkNanos(this, PERIOD_NANOS);
            interrupted(); // or it would not park any more
            try {
                look();
            } catch (Throwable t) {
                logger.error("Unexpected exception in sysmon", t);
            }
        }
        scheduler.release();
    }

    private void look() {
        if (scheduler.isDone()) {
            scheduler.release();
        }
        for (Processor orphan; (orphan = scheduler.adopt()) != null; ) {
            if (scheduler.isDone()) {
                scheduler.end(orphan);
                continue;
            }
            scheduler.handOff(orphan);
            if (orphan.isOrphan()) {
                break;
            }
        }
        boolean idle = stuck.isEmpty();
        for (Processor p : scheduler.processors()) {
            if (!p.isEnded()) {
                idle &= p.isSleeping();
                watch(p, seen[p.index]);
            }
        }
        stuck.removeIf(this::isDone);
        if (idle) {
            rest();
        }
    }

    private void rest() {
        resting = true;
        for (Processor p : scheduler.processors()) {
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

    private void watch(Processor p, Seen s) {
        Carrier carrier = p.running();
        long tick = carrier == null ? 0 : carrier.tick();
        if (carrier != null && carrier == s.carrier && tick == s.tick) {
            // Taken from the carrier first: once retaken it may get another one at any time.
            carrier.take();
            if (p.retake(carrier)) {
                scheduler.handOff(p);
                stuck.add(new Stuck(carrier, tick));
            } else {
                carrier.giveBack(p);
            }
            carrier = null;
        }
        s.carrier = carrier;
        s.tick = tick;
        if (p.poller().lastPoll() == s.lastPoll && !p.isSleeping()) {
            p.look();
        }
        s.lastPoll = p.poller().lastPoll();
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
        Thread thread = g == null ? null : g.thread();
        if (thread == null || reported.size() == REPORTS) {
            return;
        }
        StackTraceElement[] stack = thread.getStackTrace();
        if (stack.length == 0 || !reported.add(stack[0])) {
            return;
        }
        StringBuilder text = new StringBuilder();
        for (StackTraceElement element : stack) {
            text.append(System.lineSeparator()).append("\tat ").append(element);
        }
        logger.warn(
                "{} has not given up its carrier, {}, for 500 ms: it computes, blocks where it"
                        + " cannot be unmounted, or gets no CPU. Others go on meanwhile.{}",
                thread,
                carrier.getName(),
                text);
    }
}
