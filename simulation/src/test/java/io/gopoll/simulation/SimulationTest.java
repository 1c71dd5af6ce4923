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
package io.gopoll.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** GoPoll on a kernel in memory: the programs of {@code -Dseeds}, or the one of {@code -Dseed}. */
class SimulationTest {

    private static final int MOST_FAILURES = 5;

    /** Of any number of seeds. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void keepsItsPromisesInEveryProgram() {
        BiFunction<Long, Boolean, String> seeds = new SimulatedLoader().seeds();
        String one = System.getProperty("gopoll.seed", "");
        if (!one.isEmpty()) {
            assertNull(seeds.apply(Long.valueOf(one), true));
            return;
        }
        long from = Long.getLong("gopoll.from", 0);
        long count = Long.getLong("gopoll.seeds", 20_000);
        long start = System.nanoTime();
        List<String> failures = new ArrayList<>();
        for (long seed = from; seed < from + count && failures.size() < MOST_FAILURES; seed++) {
            String failure = seeds.apply(seed, true);
            if (failure != null) {
                failures.add("seed " + seed + ": " + failure);
            }
        }
        System.out.printf(
                "%d seeds from %d in %.1f s%n", count, from, (System.nanoTime() - start) / 1e9);
        assertEquals("", String.join("\n", failures));
    }

    /** What is found must be found again. */
    @Test
    void aProgramRunsTheSameWayEachTime() {
        BiFunction<Long, Boolean, String> seeds = new SimulatedLoader().seeds();
        BiFunction<Long, Boolean, String> others =
                new SimulatedLoader(Mutation.ALL.get(0).compile()).seeds();
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        for (long seed = 0; seed < 40; seed++) {
            assertNull(seeds.apply(seed, false));
            first.add(others.apply(seed, false));
        }
        for (long seed = 0; seed < 40; seed++) {
            second.add(others.apply(seed, false));
        }
        assertEquals(first, second);
    }
}
