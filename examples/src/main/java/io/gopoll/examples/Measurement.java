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
package io.gopoll.examples;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/** What one server did, over all rounds. */
final class Measurement {

    private final String title;
    private final Transport transport;
    private final Histogram latency = new Histogram(3);
    private long nanos;
    private long cpuNanos;
    private double slowest = Double.MAX_VALUE;
    private double fastest;

    Measurement(String title, Transport transport) {
        this.title = title;
        this.transport = transport;
    }

    void add(LoadGenerator.Result round, Duration cpu) {
        latency.add(round.latency());
        nanos += round.nanos();
        cpuNanos += cpu.toNanos();
        double rate = round.requests() * 1e9 / round.nanos();
        slowest = Math.min(slowest, rate);
        fastest = Math.max(fastest, rate);
    }

    String title() {
        return title;
    }

    Transport transport() {
        return transport;
    }

    double requestsPerSecond() {
        return latency.getTotalCount() * 1e9 / nanos;
    }

    double latencyMicros(double percentile) {
        return latency.getValueAtPercentile(percentile) / 1e3;
    }

    double cpuMicrosPerRequest() {
        return cpuNanos / 1e3 / latency.getTotalCount();
    }

    /** How far apart its rounds were, as a part of the slower one: what is smaller is noise. */
    double spread() {
        return fastest / slowest - 1;
    }
}
