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

    /**
     * {@code SO_RCVBUF}, socket(7): how much the kernel keeps of what has come and is not read yet.
     * The kernel doubles what is set, for its own bookkeeping, within {@code net.core.rmem_max}.
     *
     * @return bytes, as the kernel has doubled them
     */
    public int getReceiveBufferSize() {
        return get(SocketOption.SO_RCVBUF);
    }

    /**
     * {@code SO_RCVBUF}, socket(7): how much the kernel keeps of what has come and is not read yet.
     * The kernel doubles what is set, for its own bookkeeping, within {@code net.core.rmem_max}.
     *
     * @param receiveBufferSize bytes, 0 or more; the kernel raises what is too small
     * @return this config
     * @throws IllegalArgumentException if it is negative
     */
    public GoPollStreamChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        set(SocketOption.SO_RCVBUF, receiveBufferSize);
        return this;
    }

    /**
     * {@code SO_SNDBUF}, socket(7): how much the kernel keeps of what was written and is not sent
     * yet. The kernel doubles what is set, for its own bookkeeping, within {@code
     * net.core.wmem_max}.
     *
     * @return bytes, as the kernel has doubled them
     */
    public int getSendBufferSize() {
        return get(SocketOption.SO_SNDBUF);
    }

    /**
     * {@code SO_SNDBUF}, socket(7): how much the kernel keeps of what was written and is not sent
     * yet. The kernel doubles what is set, for its own bookkeeping, within {@code
     * net.core.wmem_max}.
     *
     * @param sendBufferSize bytes, 0 or more; the kernel raises what is too small
     * @return this config
     * @throws IllegalArgumentException if it is negative
     */
    public GoPollStreamChannelConfig setSendBufferSize(int sendBufferSize) {
        set(SocketOption.SO_SNDBUF, sendBufferSize);
        return this;
    }

    /**
     * Whether the channel stays open for writing when the peer has ended its side; the pipeline
     * gets {@link io.netty.channel.socket.ChannelInputShutdownEvent} then. Off, the channel closes.
     *
     * @return false at first
     */
    public boolean isAllowHalfClosure() {
        return input().isAllowHalfClosure();
    }

    /**
     * Whether the channel stays open for writing when the peer has ended its side; the pipeline
     * gets {@link io.netty.channel.socket.ChannelInputShutdownEvent} then. Off, the channel closes.
     *
     * @param allowHalfClosure whether it does
     * @return this config
     */
    public GoPollStreamChannelConfig setAllowHalfClosure(boolean allowHalfClosure) {
        input().setAllowHalfClosure(allowHalfClosure);
        return this;
    }
}
