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

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.util.NetUtil;

/** The config of every GoPoll channel that accepts connections. */
public class GoPollServerChannelConfig extends GoPollChannelConfig
        implements ServerSocketChannelConfig {

    private volatile int backlog = NetUtil.SOMAXCONN;
    private volatile int tcpFastOpen;

    GoPollServerChannelConfig(AbstractGoPollServerChannel channel) {
        super(channel, new ServerChannelRecvByteBufAllocator());
    }

    @Override
    public int getBacklog() {
        return backlog;
    }

    @Override
    public GoPollServerChannelConfig setBacklog(int backlog) {
        this.backlog = checkPositiveOrZero(backlog, "backlog");
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return get(SocketOption.SO_RCVBUF);
    }

    @Override
    public GoPollServerChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        set(SocketOption.SO_RCVBUF, receiveBufferSize);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return get(SocketOption.SO_REUSEADDR);
    }

    @Override
    public GoPollServerChannelConfig setReuseAddress(boolean reuseAddress) {
        set(SocketOption.SO_REUSEADDR, reuseAddress);
        return this;
    }

    /**
     * See {@link #setTcpFastopen}.
     *
     * @return how many connects with data may be pending; 0 for no TCP Fast Open
     */
    public int getTcpFastopen() {
        return tcpFastOpen;
    }

    /**
     * Turns TCP Fast Open on, RFC 7413, {@code TCP_FASTOPEN} in tcp(7); to be set before bind. Only
     * a TCP channel looks at it.
     *
     * @param pendingFastOpenRequestsThreshold how many connects with data may be pending; 0 turns
     *     it off
     * @return this config
     * @throws IllegalArgumentException if it is negative
     */
    public GoPollServerChannelConfig setTcpFastopen(int pendingFastOpenRequestsThreshold) {
        tcpFastOpen =
                checkPositiveOrZero(
                        pendingFastOpenRequestsThreshold, "pendingFastOpenRequestsThreshold");
        return this;
    }

    /** Does nothing: Linux knows no such preferences. */
    @Override
    public GoPollServerChannelConfig setPerformancePreferences(
            int connectionTime, int latency, int bandwidth) {
        return this;
    }

    // ---- Netty's general options, fluent. ----

    @Override
    public GoPollServerChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public GoPollServerChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public GoPollServerChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public GoPollServerChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public GoPollServerChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public GoPollServerChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public GoPollServerChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public GoPollServerChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
        return this;
    }

    @Override
    @Deprecated
    public GoPollServerChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
        return this;
    }

    @Override
    public GoPollServerChannelConfig setWriteBufferWaterMark(
            WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }

    @Override
    public GoPollServerChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
