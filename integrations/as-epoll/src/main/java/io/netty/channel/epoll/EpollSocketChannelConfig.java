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
package io.netty.channel.epoll;

import io.gopoll.channel.GoPollSocketChannelConfig;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetAddress;
import java.util.Map;

/** The config of an {@link EpollSocketChannel}. */
public final class EpollSocketChannelConfig extends GoPollSocketChannelConfig
        implements EpollChannelConfig {

    EpollSocketChannelConfig(EpollSocketChannel channel) {
        super(channel);
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return EpollChannelOption.ofEpoll(super.getOptions());
    }

    @SuppressWarnings({"unchecked", "deprecation"}) // EPOLL_MODE
    @Override
    public <T> T getOption(ChannelOption<T> option) {
        return option == EpollChannelOption.EPOLL_MODE
                ? (T) getEpollMode()
                : super.getOption(option);
    }

    @SuppressWarnings("deprecation") // EPOLL_MODE
    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        if (option == EpollChannelOption.EPOLL_MODE) {
            validate(option, value);
            return true;
        }
        return super.setOption(option, value);
    }

    /** Does nothing: see {@link EpollMode}. */
    @Override
    @Deprecated
    public EpollSocketChannelConfig setEpollMode(EpollMode mode) {
        return this;
    }

    @Override
    public EpollSocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        super.setReceiveBufferSize(receiveBufferSize);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setSendBufferSize(int sendBufferSize) {
        super.setSendBufferSize(sendBufferSize);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setSoLinger(int soLinger) {
        super.setSoLinger(soLinger);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setTrafficClass(int trafficClass) {
        super.setTrafficClass(trafficClass);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setKeepAlive(boolean keepAlive) {
        super.setKeepAlive(keepAlive);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setReuseAddress(boolean reuseAddress) {
        super.setReuseAddress(reuseAddress);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setTcpNoDelay(boolean tcpNoDelay) {
        super.setTcpNoDelay(tcpNoDelay);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setTcpCork(boolean tcpCork) {
        super.setTcpCork(tcpCork);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setSoBusyPoll(int loopMicros) {
        super.setSoBusyPoll(loopMicros);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setTcpNotSentLowAt(long tcpNotSentLowAt) {
        super.setTcpNotSentLowAt(tcpNotSentLowAt);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setTcpKeepIdle(int seconds) {
        super.setTcpKeepIdle(seconds);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setTcpKeepIntvl(int seconds) {
        super.setTcpKeepIntvl(seconds);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setTcpKeepCnt(int probes) {
        super.setTcpKeepCnt(probes);
        return this;
    }

    @Override
    @Deprecated
    public EpollSocketChannelConfig setTcpKeepCntl(int probes) {
        super.setTcpKeepCntl(probes);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setTcpUserTimeout(int milliseconds) {
        super.setTcpUserTimeout(milliseconds);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setIpBindAddressNoPort(boolean ipBindAddressNoPort) {
        super.setIpBindAddressNoPort(ipBindAddressNoPort);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setIpTransparent(boolean transparent) {
        super.setIpTransparent(transparent);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setTcpMd5Sig(Map<InetAddress, byte[]> keys) {
        super.setTcpMd5Sig(keys);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setTcpQuickAck(boolean quickAck) {
        super.setTcpQuickAck(quickAck);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setTcpFastOpenConnect(boolean fastOpenConnect) {
        super.setTcpFastOpenConnect(fastOpenConnect);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setAllowHalfClosure(boolean allowHalfClosure) {
        super.setAllowHalfClosure(allowHalfClosure);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setPerformancePreferences(
            int connectionTime, int latency, int bandwidth) {
        super.setPerformancePreferences(connectionTime, latency, bandwidth);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public EpollSocketChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public EpollSocketChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
        return this;
    }

    @Override
    @Deprecated
    public EpollSocketChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setWriteBufferWaterMark(
            WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
