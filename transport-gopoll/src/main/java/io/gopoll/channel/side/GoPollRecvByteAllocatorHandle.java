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

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator.DelegatingHandle;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.unix.PreferredDirectByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * The user's receive-buffer strategy with what an edge-triggered socket adds to it: direct buffers
 * only; a read that does not fill its buffer has drained a stream; once the peer has hung up,
 * reading goes on until the end is reached. The same behaviours as of Netty's epoll handle.
 */
public final class GoPollRecvByteAllocatorHandle extends DelegatingHandle
        implements ExtendedHandle, UncheckedBooleanSupplier {

    private final PreferredDirectByteBufAllocator direct = new PreferredDirectByteBufAllocator();
    private boolean hungUp;

    /** Something was read since {@link #takeRead} last asked. */
    private boolean read;

    /** Something was read since the last reset: in the read loop that is under way. */
    private boolean readInLoop;

    public GoPollRecvByteAllocatorHandle(ExtendedHandle handle) {
        super(handle);
    }

    void hungUp() {
        hungUp = true;
    }

    boolean isHungUp() {
        return hungUp;
    }

    /**
     * Whether the last read may have left something: always, until the end is seen, after a
     * hang-up.
     */
    @Override
    public boolean get() {
        return hungUp || lastBytesRead() == attemptedBytesRead();
    }

    @Override
    public void incMessagesRead(int numMessages) {
        read = true;
        readInLoop = true;
        super.incMessagesRead(numMessages);
    }

    @Override
    public void reset(ChannelConfig config) {
        readInLoop = false;
        super.reset(config);
    }

    boolean hasRead() {
        return readInLoop;
    }

    boolean takeRead() {
        boolean was = read;
        read = false;
        return was;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator alloc) {
        direct.updateAllocator(alloc);
        return delegate().allocate(direct);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreDataSupplier) {
        return hungUp || ((ExtendedHandle) delegate()).continueReading(maybeMoreDataSupplier);
    }

    @Override
    public boolean continueReading() {
        return continueReading(this);
    }
}
