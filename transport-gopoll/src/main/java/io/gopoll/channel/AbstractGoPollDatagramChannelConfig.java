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

import static io.netty.util.internal.ObjectUtil.checkPositiveOrZero;

import io.netty.channel.FixedRecvByteBufAllocator;

/** The config of every GoPoll channel of datagrams. */
abstract class AbstractGoPollDatagramChannelConfig extends GoPollChannelConfig {

    /** As in Netty's other transports: enough for what an Ethernet frame holds. */
    private static final int DEFAULT_RECEIVE_BYTES = 2048;

    private volatile boolean activeOnOpen;
    private volatile int maxDatagramPayloadSize;

    AbstractGoPollDatagramChannelConfig(AbstractGoPollDatagramChannel channel) {
        super(channel, new FixedRecvByteBufAllocator(DEFAULT_RECEIVE_BYTES));
    }

    /** Whether the channel becomes active when it is registered, not when it is bound. */
    final boolean isActiveOnOpen() {
        return activeOnOpen;
    }

    final void setActiveOnOpen(boolean activeOnOpen) {
        if (channel.isRegistered()) {
            throw new IllegalStateException(
                    "DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION can only be set before the channel is"
                            + " registered");
        }
        this.activeOnOpen = activeOnOpen;
    }

    /**
     * See {@link #setMaxDatagramPayloadSize}.
     *
     * @return bytes; 0 for one datagram a buffer, as it is at first
     */
    public int getMaxDatagramPayloadSize() {
        return maxDatagramPayloadSize;
    }

    /**
     * With a size above 0 one system call reads several datagrams into one receive buffer, each of
     * so many bytes at most; what a datagram has beyond that is lost. The receive buffer, 2,048
     * bytes unless {@link #setRecvByteBufAllocator} says otherwise, should hold several of them.
     * The pipeline is told of a loss by an exception. Where {@code UDP_GRO} is on, each has room
     * for 64 KiB.
     *
     * @param maxDatagramPayloadSize bytes; 0 for one datagram a buffer
     * @return this config
     * @throws IllegalArgumentException if it is negative
     */
    public AbstractGoPollDatagramChannelConfig setMaxDatagramPayloadSize(
            int maxDatagramPayloadSize) {
        this.maxDatagramPayloadSize =
                checkPositiveOrZero(maxDatagramPayloadSize, "maxDatagramPayloadSize");
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
    public AbstractGoPollDatagramChannelConfig setSendBufferSize(int sendBufferSize) {
        set(SocketOption.SO_SNDBUF, sendBufferSize);
        return this;
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
    public AbstractGoPollDatagramChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        set(SocketOption.SO_RCVBUF, receiveBufferSize);
        return this;
    }

    @Override
    public AbstractGoPollDatagramChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        super.setMaxMessagesPerWrite(maxMessagesPerWrite);
        return this;
    }
}
