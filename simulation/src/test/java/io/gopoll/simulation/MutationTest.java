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

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Faults that are put into GoPoll one by one: the seeds find each of them. */
class MutationTest {

    private static final long MOST_SEEDS = 100_000;

    @TestFactory
    Stream<DynamicTest> isFound() {
        return Mutation.ALL.stream()
                .map(m -> DynamicTest.dynamicTest(m.name, () -> assertNotNull(find(m), m.name)));
    }

    private static String find(Mutation mutation) {
        BiFunction<Long, Boolean, String> seeds = new SimulatedLoader(mutation.compile()).seeds();
        for (long seed = 0; seed < MOST_SEEDS; seed++) {
            String found = seeds.apply(seed, false);
            if (found != null) {
                System.out.printf(
                        "| %s | %d | %s |%n",
                        mutation.name, seed, found.lines().findFirst().orElse(""));
                return found;
            }
        }
        return null;
    }
}
