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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goroutines sleep by, on a scheduler with one processor. */
@Timeout(60)
class GoSchedulerTest {

    private GoScheduler scheduler;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(
                VirtualThreads.ownSchedulerUnavailabilityCause() == null,
                "before JDK 21 there are no virtual threads");
        scheduler = new GoScheduler(1);
    }

    @AfterEach
    void close() {
        if (scheduler != null) {
            scheduler.close();
        }
    }

    private Thread go(Runnable task) {
        Thread thread = scheduler.newThread("of the test", task);
        thread.start();
        return thread;
    }

    /**
     * Starts a task that waits with a time limit. Where its carrier has lost the processor, as on a
     * busy machine, the JDK's timer takes it: then it is interrupted, and started again.
     */
    private Thread goUntilTheTimerIsOurs(Runnable task) throws InterruptedException {
        for (; ; ) {
            Thread thread = go(task);
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            if (nextTimer() > 0) {
                return thread;
            }
            thread.interrupt();
            thread.join();
        }
    }

    private static void sleep(long millis, AtomicBoolean interrupted) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            interrupted.set(true);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private long nextTimer() {
        return scheduler.processors()[0].timers().delay();
    }

    @Test
    void aSleepIsATimerOfTheProcessorUntilAnInterruptEndsIt() throws Exception {
        assumeTrue(Runtime.version().feature() >= 25, "before JDK 25 it is a timer of the JDK's");
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread sleeper =
                goUntilTheTimerIsOurs(() -> sleep(TimeUnit.HOURS.toMillis(1), interrupted));
        interrupted.set(false);
        sleeper.interrupt();
        sleeper.join();
        assertTrue(interrupted.get());
        assertEquals(-1, nextTimer());
    }

    @Test
    void manySleepersAllWake() throws Exception {
        int count = 10_000;
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicInteger tooEarly = new AtomicInteger();
        CountDownLatch awake = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            long millis = 1L + i % 50;
            go(
                    () -> {
                        long start = System.nanoTime();
                        sleep(millis, interrupted);
                        if (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(millis)) {
                            tooEarly.incrementAndGet();
                        }
                        awake.countDown();
                    });
        }
        assertTrue(awake.await(30, TimeUnit.SECONDS), () -> awake.getCount() + " still sleep");
        assertEquals(0, tooEarly.get());
    }

    @Test
    void whatComesInTimeTakesTheTimerAway() throws Exception {
        assumeTrue(Runtime.version().feature() >= 25, "before JDK 25 it is a timer of the JDK's");
        LinkedBlockingQueue<Integer> queue = new LinkedBlockingQueue<>();
        AtomicInteger polled = new AtomicInteger();
        Thread poller =
                goUntilTheTimerIsOurs(
                        () -> {
                            try {
                                Integer value = queue.poll(1, TimeUnit.HOURS);
                                polled.set(value == null ? -1 : value);
                            } catch (InterruptedException e) {
                                polled.set(-2);
                            }
                        });
        queue.add(7);
        poller.join();
        assertEquals(7, polled.get());
        assertEquals(-1, nextTimer());
    }

    @Test
    void aSleepEndsAlsoWhileTheCarrierIsStuck() throws Exception {
        AtomicBoolean awake = new AtomicBoolean();
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicBoolean seen = new AtomicBoolean();
        CountDownLatch asleep = new CountDownLatch(1);
        go(
                () -> {
                    asleep.countDown();
                    sleep(100, interrupted);
                    awake.set(true);
                });
        asleep.await();
        Thread busy =
                go(
                        () -> {
                            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                            while (!awake.get() && System.nanoTime() < end) {
                                Thread.onSpinWait();
                            }
                            seen.set(awake.get());
                        });
        busy.join();
        assertTrue(seen.get());
    }

    // ---- Strands. ----

    /** Counts its bursts without any synchronisation of its own. */
    private final class Counter implements Strand.Work {
        final Strand strand = scheduler.newStrand(0, this);
        private final Runnable inBurst;
        private final AtomicInteger toDo = new AtomicInteger();
        private int count;

        Counter(Runnable inBurst) {
            this.inBurst = inBurst;
        }

        void add() {
            if (toDo.getAndIncrement() == 0) {
                strand.ready();
            }
        }

        void awaitDone() {
            while (toDo.get() != 0) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void run() {
            int seen = toDo.get();
            for (int i = 0; i < seen; i++) {
                int before = count;
                inBurst.run();
                count = before + 1;
            }
            if (toDo.addAndGet(-seen) != 0) {
                strand.ready();
            }
        }

        @Override
        public void due() {
            add();
        }

        @Override
        public String name() {
            return "counter";
        }
    }

    @Test
    void burstsOfAStrandAreOneAfterTheOtherWhoeverMakesItReady() throws Exception {
        Counter counter = new Counter(Thread::yield);
        int each = 20_000;
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            Runnable adds =
                    () -> {
                        for (int j = 0; j < each; j++) {
                            counter.add();
                        }
                    };
            threads[i] = i % 2 == 0 ? new Thread(adds) : scheduler.newThread("adds", adds);
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        counter.awaitDone();
        assertEquals(threads.length * each, counter.count);
    }

    @Test
    void strandsThatBlockDoSoSideBySideAndTheirThreadsEndButForSome() throws Exception {
        int count = 2_000;
        CountDownLatch blocked = new CountDownLatch(count);
        CountDownLatch go = new CountDownLatch(1);
        Runnable block =
                () -> {
                    blocked.countDown();
                    await(go);
                };
        List<Counter> counters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Counter counter = new Counter(block);
            counters.add(counter);
            counter.add();
        }
        assertTrue(blocked.await(30, TimeUnit.SECONDS), () -> blocked.getCount() + " do not run");
        assertTrue(scheduler.goroutines() >= count);
        go.countDown();
        for (Counter counter : counters) {
            counter.awaitDone();
            assertEquals(1, counter.count);
        }
        while (scheduler.goroutines() > 300) {
            Thread.onSpinWait();
        }
        scheduler.close();
        while (scheduler.goroutines() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aThreadIsLentForSoManyBurstsAndThenAnotherTakesItsPlace() throws Exception {
        int count = 20;
        Map<Thread, Integer> bursts = new ConcurrentHashMap<>();
        CountDownLatch together = new CountDownLatch(count);
        List<Counter> counters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // Not all of them on the threads that are cached, which stay longer.
            counters.add(
                    new Counter(
                            () -> {
                                together.countDown();
                                await(together);
                                bursts.merge(Thread.currentThread(), 1, Integer::sum);
                                Thread.yield();
                            }));
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(50);
        while (bursts.size() <= 2 * count && System.nanoTime() < end) {
            counters.forEach(Counter::add);
            counters.forEach(Counter::awaitDone);
        }
        long spent = bursts.values().stream().filter(n -> n >= Worker.BURSTS).count();
        assertTrue(
                bursts.size() > 2 * count && spent >= count,
                () -> "bursts of each thread: " + bursts.values());
    }

    @Test
    void aStrandIsDueWhenItSaidAndNotWhenItSaidOtherwise() throws Exception {
        AtomicInteger due = new AtomicInteger();
        CountDownLatch said = new CountDownLatch(1);
        Counter[] counter = new Counter[1];
        long start = System.nanoTime();
        counter[0] =
                new Counter(
                        () -> {
                            if (due.getAndIncrement() == 0) {
                                counter[0].strand.wakeAfter(TimeUnit.HOURS.toNanos(1));
                                counter[0].strand.wakeAfter(TimeUnit.MILLISECONDS.toNanos(20));
                            } else {
                                counter[0].strand.wakeAfter(-1);
                                said.countDown();
                            }
                        });
        counter[0].add();
        assertTrue(said.await(30, TimeUnit.SECONDS));
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(20));
        assertEquals(2, due.get());
        assertEquals(-1, nextTimer());
    }
}
