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
package io.gopoll.poll;

import static io.gopoll.poll.PollDesc.CLOSING;
import static io.gopoll.poll.PollDesc.OK;
import static io.gopoll.poll.PollDesc.READ;
import static io.gopoll.poll.PollDesc.TIMEOUT;
import static io.gopoll.poll.PollDesc.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.sys.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Threads that open, wait and close, so that numbers and PollDescs are used again at once, while
 * others write, set deadlines and close under them. Each wait must end, for the reason that was
 * given, with one resume. Runs for 3 seconds, or {@code -Dgopoll.stress.seconds=N}.
 */
class PollStressTest {

    private static final int WAITING_THREADS = 3;
    private static final long SECONDS = Long.getLong("gopoll.stress.seconds", 3);

    /** Rounds that a busy machine is given more time for. */
    private static final long ENOUGH = 100;

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private enum Reason {
        BYTE,
        DEADLINE,
        PAST_DEADLINE,
        UNBLOCK
    }

    private final ExecutorService others = Executors.newFixedThreadPool(2);
    private final ThreadLocal<Descriptors> fds = ThreadLocal.withInitial(Descriptors::new);
    private final AtomicLong rounds = new AtomicLong();
    private final AtomicLong parks = new AtomicLong();
    private final AtomicLong resumes = new AtomicLong();

    @Test
    void everyWaitEndsOnceAndForItsReason() throws Exception {
        stress(new EpollPoller());
    }

    @Test
    void everyWaitEndsOnceAndForItsReasonOnPollToo() throws Exception {
        stress(new PollPoller());
    }

    private void stress(AbstractNetPoller poller) throws Exception {
        PollingThread polling = new PollingThread(poller);
        ExecutorService waiting = Executors.newFixedThreadPool(WAITING_THREADS);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        long last = end + TimeUnit.SECONDS.toNanos(50);
        List<Future<?>> results = new ArrayList<>();
        for (int i = 0; i < WAITING_THREADS; i++) {
            SplittableRandom random = new SplittableRandom(i);
            results.add(
                    waiting.submit(
                            () -> {
                                while (System.nanoTime() < (rounds.get() > ENOUGH ? end : last)) {
                                    round(poller, random);
                                }
                                return null;
                            }));
        }
        for (Future<?> result : results) {
            result.get(SECONDS + 60, TimeUnit.SECONDS);
        }
        polling.stop();
        waiting.shutdown();
        others.shutdown();
        assertTrue(rounds.get() > ENOUGH, "only " + rounds + " rounds");
        assertEquals(parks.get(), resumes.get());
        assertEquals(0, poller.cache.inUse());
        assertEquals(0, poller.timers.size());
        poller.close();
    }

    private void round(AbstractNetPoller poller, SplittableRandom random) throws Exception {
        Descriptors own = fds.get();
        int[] pipe = own.pipe();
        PollDesc pd = poller.open(pipe[0]);
        Reason reason = Reason.values()[random.nextInt(4)];
        if (random.nextBoolean()) {
            pd.setDeadline(HOUR, READ | WRITE);
        }
        Future<?> other = others.submit(() -> end(pd, pipe[1], reason));
        // Deadlines that are moved, but not the one that is to end the wait.
        boolean moveDeadlines = reason == Reason.BYTE || reason == Reason.UNBLOCK;
        boolean thread = random.nextBoolean();
        CountingWaiter waiter = new CountingWaiter();
        int parked = 0;
        int error;
        int result = -Errno.EAGAIN;
        while ((error = pd.reset(READ)) == OK
                && (result = own.readByte(pipe[0])) == -Errno.EAGAIN) {
            if (moveDeadlines) {
                pd.setDeadline(HOUR + random.nextInt(1000), READ | WRITE);
            }
            if (thread) {
                pd.await(READ);
            } else if (!pd.park(READ, waiter)) {
                parked++;
                if (random.nextInt(4) == 0 && pd.unpark(READ, waiter)) {
                    parked--;
                } else {
                    waiter.awaitResume();
                }
            }
        }
        switch (reason) {
            case BYTE -> assertEquals(1, error == OK ? result : -1);
            case DEADLINE, PAST_DEADLINE -> assertEquals(TIMEOUT, error);
            case UNBLOCK -> assertEquals(CLOSING, error);
        }
        other.get();
        // A duplicate lets the old registration live on, and send events to whoever comes next.
        int duplicate = random.nextInt(4) == 0 ? own.duplicate(pipe[0]) : -1;
        if (reason != Reason.UNBLOCK) {
            pd.unblock();
        }
        pd.close(random.nextBoolean() && duplicate < 0);
        own.close(pipe[0]);
        if (duplicate >= 0) {
            own.writeByte(pipe[1]);
            own.close(duplicate);
        }
        own.close(pipe[1]);
        assertEquals(parked, waiter.resumes());
        parks.addAndGet(parked);
        resumes.addAndGet(waiter.resumes());
        rounds.incrementAndGet();
    }

    private void end(PollDesc pd, int writingEnd, Reason reason) {
        switch (reason) {
            case BYTE -> fds.get().writeByte(writingEnd);
            case DEADLINE -> pd.setDeadline(50_000, READ | WRITE);
            case PAST_DEADLINE -> pd.setDeadline(-1, READ);
            case UNBLOCK -> pd.unblock();
        }
    }
}
