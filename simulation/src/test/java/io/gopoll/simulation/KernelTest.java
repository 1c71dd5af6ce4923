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

import io.gopoll.sys.SimulatedSyscalls;
import io.gopoll.sys.Syscalls;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The simulated kernel does what the real one does. */
class KernelTest {

    private static final int PROGRAMS = 1000;

    /** The real one may deliver on another CPU, which takes its time: then it is given time. */
    private static final int[] PAUSES_MILLIS = {0, 1, 5, 50};

    @Test
    void theSameCallsGiveTheSameResultsOnBothKernels() throws InterruptedException {
        Syscalls real = Syscalls.get();
        for (long seed = 0; seed < PROGRAMS; seed++) {
            SimulatedSyscalls.instance().boot(new Kernel(new Chance(seed)));
            List<String> simulated = CallProgram.run(SimulatedSyscalls.instance(), seed, 0);
            List<String> actual = List.of();
            for (int pause : PAUSES_MILLIS) {
                actual = CallProgram.run(real, seed, pause);
                if (actual.equals(simulated)) {
                    break;
                }
            }
            assertEquals(String.join("\n", actual), String.join("\n", simulated), "seed " + seed);
        }
    }
}
