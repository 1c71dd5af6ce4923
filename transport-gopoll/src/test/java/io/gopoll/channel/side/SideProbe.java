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
package io.gopoll.channel.side;

import io.netty.channel.Channel;

/** What tests see of the sides of a channel. */
public final class SideProbe {

    private SideProbe() {}

    /** Whether an edge came that has not been answered by a read. */
    public static boolean mayRead(Channel channel) {
        return Sides.of(channel).readSide().drained == Drained.NO;
    }

    /** Whether the last read has found nothing more. */
    public static boolean isDrained(Channel channel) {
        return Sides.of(channel).readSide().drained == Drained.YES;
    }

    /** The reading side looks for more. */
    public static void readAgain(Channel channel) {
        Sides.of(channel).readSide().again();
    }

    public static long maxBytesPerGatheringWrite(Channel channel) {
        return ((StreamWriteSide) Sides.of(channel).writeSide()).maxBytesPerGatheringWrite;
    }
}
