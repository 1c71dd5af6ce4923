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

import io.gopoll.poll.Clock;
import io.gopoll.sys.SimulatedSyscalls;
import io.netty.util.ResourceLeakDetector;
import java.util.function.BiFunction;

/** Runs the program of a seed; if it fails, the shortest one that does is looked for on demand. */
public final class Seeds implements BiFunction<Long, Boolean, String> {

    private static final int MOST_TRIES = 600;

    /** Installs the simulated kernel, for good. */
    public Seeds() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        Log.install();
        SimulatedSyscalls.takeOver();
        // Its time begins before that of every kernel.
        Clock.now();
        // The first program is then like all others.
        Simulation.warmUp(Program.of(0));
    }

    /** Null if it has found nothing. */
    @Override
    public String apply(Long seed, Boolean shrink) {
        Program program = Program.of(seed);
        String failure = Simulation.run(program);
        return failure == null || !shrink ? failure : shrink(program, failure);
    }

    private static String shrink(Program program, String failure) {
        int tries = 0;
        for (int size = program.steps.size() / 2; size > 0; size /= 2) {
            for (int from = program.steps.size() - size; from > -size && tries < MOST_TRIES; ) {
                Program shorter = program.without(Math.max(0, from), size);
                tries++;
                String found = Simulation.run(shorter);
                if (found != null) {
                    program = shorter;
                    failure = found;
                }
                from -= size;
                from = Math.min(from, program.steps.size() - size);
            }
        }
        StringBuilder text = new StringBuilder(failure);
        text.append("\n    -Dseed=").append(program.seed).append(", as far as is needed:");
        for (Program.Step step : program.steps) {
            text.append("\n    ").append(step.kind()).append(' ').append(step.seed());
        }
        return text.toString();
    }
}
