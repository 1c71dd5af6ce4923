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
package io.gopoll.channel;

import io.gopoll.poll.SafeLogger;
import io.gopoll.sched.Scheduler;
import io.gopoll.sys.Syscalls;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Says in the log on what GoPoll runs, and what is second best there; each once. */
final class Startup {

    private static final SafeLogger logger = SafeLogger.of(GoPoll.class);

    private static final Set<String> said = ConcurrentHashMap.newKeySet();

    private Startup() {}

    static void loop() {
        say("loop mode", "loop mode");
    }

    static void goroutines(Scheduler scheduler) {
        say("goroutine mode", "goroutine mode, " + scheduler);
        warn(Scheduler.fallback());
    }

    /** As {@code GoPoll: ffm, stub, loop mode, Netty 4.2.20.Final}. */
    private static void say(String mode, String how) {
        if (said.add(mode)) {
            Syscalls syscalls = Syscalls.get();
            logger.info(
                    "GoPoll: "
                            + String.join(
                                    ", ",
                                    syscalls.binding(),
                                    syscalls.entry(),
                                    how,
                                    NettyVersion.found()));
            syscalls.fallbacks().forEach(Startup::warn);
        }
    }

    /**
     * @param fallback null for none
     */
    private static void warn(String fallback) {
        if (fallback != null && said.add(fallback)) {
            logger.warn(fallback);
        }
    }
}
