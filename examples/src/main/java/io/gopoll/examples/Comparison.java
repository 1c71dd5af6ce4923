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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Drives servers in turn, in rounds. */
final class Comparison {

    private static final int ROUNDS = 2;

    private final int connections;
    private final Duration time;
    private final Duration warmUp;

    /**
     * @param seconds how long each of the measurements takes
     */
    Comparison(int connections, int seconds) {
        this.connections = connections;
        this.time = Duration.ofSeconds(seconds);
        this.warmUp = Duration.ofSeconds(Math.min(3, seconds)); // the JIT needs about as long
    }

    /** How long it takes. */
    Duration total(int servers) {
        return warmUp.plus(time.multipliedBy(ROUNDS)).multipliedBy(servers);
    }

    List<Measurement> measure(LoadGenerator load, List<ServerProcess> servers) throws Exception {
        Progress progress = new Progress(System.out, Progress.onTerminal(), total(servers.size()));
        List<Measurement> measurements = new ArrayList<>();
        for (ServerProcess server : servers) {
            progress.during(
                    "warming up " + server.title(),
                    warmUp,
                    () -> load.run(server.address(), connections, warmUp));
            measurements.add(new Measurement(server.title(), server.transport()));
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            order.add(i);
        }
        for (int round = 1; round <= ROUNDS; round++) {
            for (int i : order) {
                ServerProcess server = servers.get(i);
                String what = "round " + round + " of " + ROUNDS + ": " + server.title();
                Duration before = server.cpuTime();
                LoadGenerator.Result result =
                        progress.during(
                                what, time, () -> load.run(server.address(), connections, time));
                measurements.get(i).add(result, server.cpuTime().minus(before));
            }
            // There and back, so that a machine that gets slower as it warms wrongs nobody.
            Collections.reverse(order);
        }
        return measurements;
    }
}
