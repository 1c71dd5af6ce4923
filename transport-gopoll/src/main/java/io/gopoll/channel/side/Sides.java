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
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;

/**
 * The two sides of a channel, and what only the channel itself can do for them. The unsafe of each
 * of GoPoll's channels is one, so that a channel needs no further object.
 */
public interface Sides {

    /** Null for a channel of another transport, and for none. Any thread. */
    static Sides of(Channel channel) {
        Channel.Unsafe unsafe = channel instanceof UnixChannel ? channel.unsafe() : null;
        return unsafe instanceof Sides ? (Sides) unsafe : null;
    }

    ReadSide readSide();

    WriteSide writeSide();

    /** Writes what was flushed. */
    void writeFlushed();

    /** Throws if a file has become shorter than what was to be sent of it. */
    void validate(DefaultFileRegion region, long position) throws IOException;

    /**
     * Closes the descriptor while the event loop cannot: a handler blocks in it. Whatever the loop
     * does with the channel from now on fails; what a close does in the pipeline it does later. Any
     * thread.
     */
    void closeEvenIfBlocked();
}
