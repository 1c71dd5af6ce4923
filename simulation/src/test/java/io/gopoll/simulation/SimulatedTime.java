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

import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/** The time of the kernel that runs: GoPoll's classes ask it, and not System. */
public final class SimulatedTime {

    private static Kernel kernel;

    static final Ticker TICKER =
            new Ticker() {
                @Override
                public long initialNanoTime() {
                    return 0;
                }

                /** Never the same twice: a loop whose time stands still ends with a sleep. */
                @Override
                public long nanoTime() {
                    if (kernel != null) {
                        kernel.pass(1);
                    }
                    return SimulatedTime.nanoTime();
                }

                @Override
                public void sleep(long delay, TimeUnit unit) {
                    SimulatedTime.sleep(unit.toMillis(delay));
                }
            };

    private SimulatedTime() {}

    static void of(Kernel kernel) {
        SimulatedTime.kernel = kernel;
    }

    /** In the place of {@link System#nanoTime}. */
    public static long nanoTime() {
        return kernel == null ? 0 : kernel.now();
    }

    /** In the place of {@link Thread#sleep}. */
    public static void sleep(long millis) {
        if (kernel != null) {
            kernel.pass(TimeUnit.MILLISECONDS.toNanos(millis));
        }
    }
}
