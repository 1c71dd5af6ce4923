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

import static io.gopoll.poll.PollDesc.READ;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimerQueueTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final Waiter NOBODY = () -> {};

    private final FakePoller poller = new FakePoller();
    private final TimerQueue timers = poller.timers;
    private final ReadyList ready = new ReadyList(4096);

    private PollDesc parked(long delay) {
        PollDesc pd = poller.open();
        pd.setDeadline(delay, READ);
        assertFalse(pd.park(READ, NOBODY));
        return pd;
    }

    @Test
    void firesInOrderWhateverIsInsertedMovedEarlierAndRemoved() {
        Random random = new Random(42);
        List<PollDesc> queued = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            int what = random.nextInt(20);
            if (what < 10 || queued.isEmpty()) {
                queued.add(parked((1 + random.nextInt(1000)) * HOUR));
            } else if (what < 15) {
                PollDesc pd = queued.get(random.nextInt(queued.size()));
                long before = pd.timerAt;
                pd.setDeadline((before - Clock.now()) / 2, READ);
                assertTrue(pd.timerAt < before);
            } else if (what < 18) {
                PollDesc pd = queued.remove(random.nextInt(queued.size()));
                pd.unblock();
                pd.close(false);
            } else {
                fireTheNext(queued);
            }
        }
        assertTrue(queued.size() > 1000);
        while (!queued.isEmpty()) {
            fireTheNext(queued);
        }
        assertEquals(0, timers.size());
    }

    private void fireTheNext(List<PollDesc> queued) {
        long due = queued.stream().mapToLong(pd -> pd.timerAt).min().orElseThrow();
        timers.expire(due - 1, ready);
        assertEquals(0, ready.size());
        timers.expire(due, ready);
        int before = queued.size();
        queued.removeIf(pd -> pd.timerAt == TimerQueue.IDLE);
        assertEquals(ready.size(), before - queued.size());
        assertTrue(ready.size() > 0);
        assertEquals(queued.size(), timers.size());
        ready.clear();
    }

    @Test
    void theSleepEndsAtTheHead() {
        assertEquals(Clock.NEVER, timers.sleep(Clock.NEVER));
        timers.awake();
        PollDesc pd = parked(HOUR);
        assertEquals(pd.timerAt, timers.sleep(Clock.NEVER));
        assertEquals(5, timers.sleep(5));
    }

    @Test
    void onlyATimerBeforeTheEndOfTheSleepWakesThePoller() {
        parked(HOUR);
        assertEquals(0, poller.interrupts, "nobody sleeps");
        timers.sleep(Clock.NEVER);
        parked(2 * HOUR);
        assertEquals(0, poller.interrupts);
        parked(HOUR / 2);
        assertEquals(1, poller.interrupts);
        timers.awake();
        parked(HOUR / 4);
        assertEquals(1, poller.interrupts);
    }
}
