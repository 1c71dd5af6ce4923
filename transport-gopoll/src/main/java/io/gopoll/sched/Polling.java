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
package io.gopoll.sched;

import io.gopoll.poll.NetPoller;
import io.gopoll.poll.ReadyList;
import io.gopoll.poll.SafeLogger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What a scheduler does with what a poll has found. */
final class Polling {

    private static final SafeLogger logger = SafeLogger.of(Polling.class);

    /** A poller that fails at once each time must not take a whole core. */
    private static final long FAILED_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private Polling() {}

    /** Resumes everybody: one that fails must not cost the others their edge, which comes once. */
    static void resume(ReadyList ready) {
        int size = ready.size();
        for (int i = 0; i < size; i++) {
            try {
                ready.get(i).resume();
            } catch (Throwable t) {
                logger.error("Unable to resume {}", ready.get(i), t);
            }
        }
    }

    /**
     * Polls, and resumes whoever became runnable. A failure is logged and survived.
     *
     * @param delayNanos see {@link NetPoller#poll}
     * @return how many were resumed
     */
    static int pollAndResume(NetPoller poller, long delayNanos) {
        try {
            ReadyList ready = poller.poll(delayNanos);
            resume(ready);
            return ready.size();
        } catch (Throwable t) {
            failed("Unable to poll", t);
            return 0;
        }
    }

    /** Says what has failed and waits a little. */
    static void failed(String what, Throwable t) {
        logger.error(what, t);
        LockSupport.parkNanos(FAILED_NANOS);
    }
}
