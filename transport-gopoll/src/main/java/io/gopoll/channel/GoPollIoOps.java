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

import io.gopoll.poll.PollDesc;
import io.netty.channel.IoOps;

/** Which sides of a descriptor to wait for: the modes of Go's poller. */
public enum GoPollIoOps implements IoOps {

    /** Waits for nothing (any more). */
    NONE(0),

    /** Until reading can go on: data, the end of the stream, or an error. */
    READ(PollDesc.READ),

    /** Until writing can go on, a connect is done, or there is an error. */
    WRITE(PollDesc.WRITE),

    /** Both, each on its own. */
    READ_WRITE(PollDesc.READ | PollDesc.WRITE);

    final int modes;

    GoPollIoOps(int modes) {
        this.modes = modes;
    }
}
