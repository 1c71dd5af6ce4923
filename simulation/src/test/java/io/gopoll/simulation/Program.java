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

import java.util.ArrayList;
import java.util.List;

/** What is done, step by step. Each step has a seed of its own, so that others can be left out. */
final class Program {

    /** The kinds of steps. */
    enum Kind {
        TURN(60),
        DELIVER(30),
        FOREIGN_WRITE(20),
        FOREIGN_READ(16),
        FOREIGN_URGENT(3),
        FOREIGN_SHUTDOWN(3),
        FOREIGN_CLOSE(2),
        FOREIGN_RESET(1),
        TIME_OUT(1),
        CONNECT(8),
        CONNECT_SPLICED(2),
        CHANNEL_WRITE(20),
        CHANNEL_FLUSH(4),
        CHANNEL_AUTO_READ(10),
        CHANNEL_READ(3),
        CHANNEL_SHUTDOWN(3),
        CHANNEL_CLOSE(3),
        CHANNEL_DEADLINE(4),
        OUTSIDE(1),
        INHERIT(2),
        REST(2),
        TIME(3);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }

        private static final Kind[] WEIGHTED = weighted();

        private static Kind[] weighted() {
            List<Kind> all = new ArrayList<>();
            for (Kind kind : values()) {
                for (int i = 0; i < kind.weight; i++) {
                    all.add(kind);
                }
            }
            return all.toArray(Kind[]::new);
        }
    }

    /** One of them. */
    record Step(Kind kind, long seed) {}

    final long seed;
    final List<Step> steps;

    Program(long seed, List<Step> steps) {
        this.seed = seed;
        this.steps = steps;
    }

    static Program of(long seed) {
        Chance chance = new Chance(seed);
        int length = 100 + chance.below(201);
        List<Step> steps = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            steps.add(
                    new Step(
                            i == 0
                                    ? Kind.CONNECT
                                    : Kind.WEIGHTED[chance.below(Kind.WEIGHTED.length)],
                            chance.next()));
        }
        return new Program(seed, steps);
    }

    Program without(int from, int count) {
        List<Step> left = new ArrayList<>(steps.subList(0, from));
        left.addAll(steps.subList(Math.min(from + count, steps.size()), steps.size()));
        return new Program(seed, left);
    }
}
