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
package io.gopoll.benchmarks.compare;

import java.util.List;
import java.util.Map;

/**
 * Everything that a comparison has found out: what is written as JSON.
 *
 * @param unavailable transports and workloads that cannot be had here, and why
 */
record Report(
        String date,
        Machine machine,
        Settings settings,
        Map<String, String> unavailable,
        List<Row> rows) {

    /**
     * @param pinned whether server and load have a core of their own each
     * @param load what made the load
     */
    record Settings(
            int rounds,
            double seconds,
            double warmUpSeconds,
            boolean pinned,
            String load,
            String reference) {}

    /**
     * One transport at one workload.
     *
     * @param unit what costs are told for
     * @param cpuMicros of the server, user and system, for each unit
     * @param cpuRatio to the reference's, of the same round
     * @param perSecond units
     * @param perSecondRatio to the reference's, of the same round
     * @param allocatedBytes by the server for each unit; {@code null} if it is no JVM
     * @param contextSwitches of the server for each unit, voluntary and not
     * @param loadBusy the part of its time that the load generator worked: near 1 it is what limits
     * @param latency at a fixed rate
     * @param idle {@code null} for most workloads
     * @param failure why there is nothing more, or {@code null}
     */
    record Row(
            String workload,
            String description,
            int connections,
            String transport,
            String unit,
            Spread cpuMicros,
            Spread cpuRatio,
            Spread perSecond,
            Spread perSecondRatio,
            Spread allocatedBytes,
            Spread contextSwitches,
            Double loadBusy,
            Latency latency,
            Idle idle,
            String failure) {}

    /**
     * Of all rounds.
     *
     * @param rounds in order
     */
    record Spread(double median, double min, double max, List<Double> rounds) {

        /** {@code null} of no rounds. */
        static Spread of(List<Double> rounds) {
            if (rounds.isEmpty()) {
                return null;
            }
            List<Double> sorted = rounds.stream().sorted().toList();
            int half = sorted.size() / 2;
            double median =
                    sorted.size() % 2 == 1
                            ? sorted.get(half)
                            : (sorted.get(half - 1) + sorted.get(half)) / 2;
            return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1), rounds);
        }
    }

    /**
     * Counted from when a request was due, whether or not it could be sent then. Percentiles are
     * the median of those of the rounds.
     *
     * @param perSecond the rate, in units
     * @param maxMicros of all rounds
     * @param cpuMicros of the server for each unit at that rate
     */
    record Latency(
            double perSecond,
            double p50Micros,
            double p99Micros,
            double p999Micros,
            double maxMicros,
            double cpuMicros) {}

    /**
     * For each idle connection.
     *
     * @param heapBytes {@code null} if it is no JVM
     */
    record Idle(int connections, Double heapBytes, double residentBytes) {}
}
