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
package io.gopoll.sys;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** How much garbage a call makes. */
final class AllocatedBytes {

    private static final int CALLS = 20_000;

    private AllocatedBytes() {}

    /**
     * The least of some rounds, divided by the calls: the JVM's own work, such as the first
     * compiled call, may be counted once, and on a busy machine it is long until it is compiled.
     */
    static double ofACall(Runnable call) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        long last = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        for (int round = 0; round < 10 || least >= CALLS && System.nanoTime() < last; round++) {
            long before = threads.getThreadAllocatedBytes(self);
            for (int i = 0; i < CALLS; i++) {
                call.run();
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(self) - before);
        }
        return (double) least / CALLS;
    }
}
