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
import io.netty.channel.IoEvent;

/** Tells a {@link GoPollIoHandle} which side can go on. */
public enum GoPollIoEvent implements IoEvent {
    /** There is data to read, the end of the stream, or an error. */
    READ(GoPollIoOps.READ),

    /** There is room to write, a connect is done, or there is an error. */
    WRITE(GoPollIoOps.WRITE);

    private final GoPollIoOps ops;

    GoPollIoEvent(GoPollIoOps ops) {
        this.ops = ops;
    }

    /**
     * The side that can go on, as it was submitted.
     *
     * @return {@link GoPollIoOps#READ} or {@link GoPollIoOps#WRITE}
     */
    public GoPollIoOps ops() {
        return ops;
    }

    static GoPollIoEvent of(int mode) {
        return mode == PollDesc.READ ? READ : WRITE;
    }
}
