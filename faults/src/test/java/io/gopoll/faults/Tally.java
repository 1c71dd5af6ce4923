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
package io.gopoll.faults;

import java.util.EnumMap;
import java.util.Map;

/** How many requests had which outcome. Any thread. */
final class Tally {

    private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);

    synchronized void add(Outcome outcome, int count) {
        counts.merge(outcome, count, Integer::sum);
    }

    synchronized int count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0);
    }

    synchronized boolean isAllAnswered() {
        return count(Outcome.ENDED) + count(Outcome.WRONG) + count(Outcome.LATE) == 0;
    }

    @Override
    public synchronized String toString() {
        return counts.toString();
    }
}
