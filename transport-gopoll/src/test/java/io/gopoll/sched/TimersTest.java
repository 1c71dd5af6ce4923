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
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimersTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private final Timers timers = new Timers();
    private final List<Integer> run = new ArrayList<>();

    private ScheduledFuture<?> add(int id, long delayNanos) {
        return timers.add(() -> run.add(id), delayNanos);
    }

    private void runDue() {
        // The clock may stand still for a moment.
        while (timers.delay() == 0) {
            timers.run();
        }
    }

    @Test
    void withoutTimersThereIsNothingToWaitFor() {
        assertEquals(-1, timers.delay());
        timers.run();
    }

    @Test
    void runsWhatIsDueInOrderAndLeavesTheRest() {
        ScheduledFuture<?> late = add(3, HOUR);
        add(1, 0);
        add(2, 1);
        runDue();
        assertEquals(List.of(1, 2), run);
        assertFalse(late.isDone());
        long delay = timers.delay();
        assertTrue(delay > HOUR / 2 && delay <= HOUR, () -> delay + " ns");
        assertTrue(late.getDelay(TimeUnit.MINUTES) > 30);
    }

    @Test
    void aCancelledTimerLeavesAtOnceAndNeverRuns() {
        Random random = new Random(1);
        List<ScheduledFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            all.add(add(i, HOUR + random.nextInt(1000)));
        }
        add(-1, 2 * HOUR);
        for (ScheduledFuture<?> timer : all) {
            assertTrue(timer.cancel(false));
            assertFalse(timer.cancel(false));
        }
        assertTrue(timers.delay() > HOUR + HOUR / 2, "only the last one is left");
        assertEquals(List.of(), run);
    }

    @Test
    void aTimerMayAddAnother() {
        timers.add(() -> add(2, 0), 0);
        runDue();
        assertEquals(List.of(2), run);
        assertEquals(-1, timers.delay());
    }

    @Test
    void oneThatFailsDoesNotKeepTheOthersFromRunning() {
        timers.add(
                () -> {
                    throw new IllegalStateException("of the test");
                },
                0);
        add(2, 0);
        runDue();
        assertEquals(List.of(2), run);
    }

    @Test
    void aDelayThatOverflowsNeverEnds() {
        add(1, Long.MAX_VALUE);
        assertEquals(-1, timers.delay());
        add(2, 0);
        runDue();
        assertEquals(List.of(2), run);
    }
}
