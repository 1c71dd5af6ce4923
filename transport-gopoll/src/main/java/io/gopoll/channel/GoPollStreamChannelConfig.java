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

import io.gopoll.channel.side.StreamReadSide;
import io.gopoll.channel.side.StreamWriteSide;

/** The config of every GoPoll channel of byte streams. */
public class GoPollStreamChannelConfig extends GoPollChannelConfig {

    /** The kernel gives a socket no smaller send buffer, in bytes: SOCK_MIN_SNDBUF, rounded. */
    private static final long MIN_SNDBUF = 4096;

    GoPollStreamChannelConfig(AbstractGoPollStreamChannel channel) {
        super(channel);
    }

    private StreamReadSide input() {
        return (StreamReadSide) ((AbstractGoPollChannel) channel).readSide();
    }

    private StreamWriteSide output() {
        return (StreamWriteSide) ((AbstractGoPollChannel) channel).writeSide();
    }

    @Override
    <T> void set(SocketOption<T> row, T value) {
        super.set(row, value);
        if (row == SocketOption.SO_SNDBUF) {
            // Twice what the socket holds, since it empties while it is filled.
            output().setMaxBytesPerGatheringWrite(Math.max(MIN_SNDBUF, 2L * (Integer) value));
        }
    }

    public int getReceiveBufferSize() {
        return get(SocketOption.SO_RCVBUF);
    }

    /** {@code SO_RCVBUF} in bytes, socket(7). */
    public GoPollStreamChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        set(SocketOption.SO_RCVBUF, receiveBufferSize);
        return this;
    }

    public int getSendBufferSize() {
        return get(SocketOption.SO_SNDBUF);
    }

    /** {@code SO_SNDBUF} in bytes, socket(7). */
    public GoPollStreamChannelConfig setSendBufferSize(int sendBufferSize) {
        set(SocketOption.SO_SNDBUF, sendBufferSize);
        return this;
    }

    /** See {@link io.netty.channel.socket.SocketChannelConfig#isAllowHalfClosure}. */
    public boolean isAllowHalfClosure() {
        return input().isAllowHalfClosure();
    }

    /** See {@link io.netty.channel.socket.SocketChannelConfig#setAllowHalfClosure}. */
    public GoPollStreamChannelConfig setAllowHalfClosure(boolean allowHalfClosure) {
        input().setAllowHalfClosure(allowHalfClosure);
        return this;
    }
}
