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

import io.gopoll.poll.ReadyList;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/** What a scheduler does with what a poll has found. */
final class Polling {

    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Polling.class);

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
}
