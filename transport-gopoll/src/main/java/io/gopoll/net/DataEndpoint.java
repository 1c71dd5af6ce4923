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

import io.gopoll.poll.Deadline;
import io.gopoll.poll.PollDesc;
import java.time.Instant;

/** What reads and writes, with a deadline for each. */
abstract class DataEndpoint extends Endpoint {

    DataEndpoint(PollFd fd) {
        super(fd);
    }

    /** When reads fail; as {@link #setDeadline(long)}. */
    public final void setReadDeadline(long nanoTime) {
        fd.setDeadline(nanoTime, PollDesc.READ);
    }

    /** When reads fail; as {@link #setDeadline(Instant)}. */
    public final void setReadDeadline(Instant time) {
        setReadDeadline(Deadline.at(time));
    }

    /** When writes fail; as {@link #setDeadline(long)}. */
    public final void setWriteDeadline(long nanoTime) {
        fd.setDeadline(nanoTime, PollDesc.WRITE);
    }

    /** When writes fail; as {@link #setDeadline(Instant)}. */
    public final void setWriteDeadline(Instant time) {
        setWriteDeadline(Deadline.at(time));
    }
}
