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
package io.gopoll.net;

import io.gopoll.net.fd.PollFd;
import io.gopoll.poll.Deadline;
import io.gopoll.poll.PollDesc;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What reads and writes, with a deadline for each. */
abstract class DataEndpoint extends Endpoint {

    DataEndpoint(PollFd fd) {
        super(fd);
    }

    /**
     * When reads fail; as {@link #setDeadline(long)}.
     *
     * @param nanoTime a time of {@link System#nanoTime}; 0 for no deadline, below 0 for one that
     *     has passed
     */
    public final void setReadDeadline(long nanoTime) {
        fd.setDeadline(nanoTime, PollDesc.READ);
    }

    /**
     * When reads fail; as {@link #setDeadline(Instant)}.
     *
     * @param time a time of day as it is now known; null for no deadline
     */
    public final void setReadDeadline(@Nullable Instant time) {
        setReadDeadline(Deadline.at(time));
    }

    /**
     * When writes fail; as {@link #setDeadline(long)}.
     *
     * @param nanoTime a time of {@link System#nanoTime}; 0 for no deadline, below 0 for one that
     *     has passed
     */
    public final void setWriteDeadline(long nanoTime) {
        fd.setDeadline(nanoTime, PollDesc.WRITE);
    }

    /**
     * When writes fail; as {@link #setDeadline(Instant)}.
     *
     * @param time a time of day as it is now known; null for no deadline
     */
    public final void setWriteDeadline(@Nullable Instant time) {
        setWriteDeadline(Deadline.at(time));
    }
}
