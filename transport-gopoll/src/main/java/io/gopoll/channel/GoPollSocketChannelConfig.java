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

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.internal.PlatformDependent;
import java.net.InetAddress;
import java.util.Map;

/** The config of a {@link GoPollSocketChannel}, with the methods of Netty's epoll one. */
public class GoPollSocketChannelConfig extends GoPollStreamChannelConfig
        implements SocketChannelConfig {

    /** Null until there is a key. Under this. */
    private TcpMd5Keys md5Keys;

    private volatile boolean tcpFastOpenConnect;

    /**
     * What TCP_NODELAY is, so that setting it again costs no system call; null if that is not
     * known.
     */
    private volatile Boolean noDelay;

    /** What SO_LINGER is, so that a close need not ask; null if that is not known. */
    private volatile Integer linger;

    protected GoPollSocketChannelConfig(GoPollSocketChannel channel) {
        super(channel);
    }

    /**
     * Called once, by the channel's constructor.
     *
     * @param noDelay what TCP_NODELAY is known to be, or null
     * @param linger what SO_LINGER is known to be, or null
     * @param md5Keys those that it has already, or null
     */
    final void begin(Boolean noDelay, Integer linger, TcpMd5Keys md5Keys) {
        this.noDelay = noDelay;
        this.linger = linger;
        synchronized (this) {
            this.md5Keys = md5Keys;
        }
        if (PlatformDependent.canEnableTcpNoDelayByDefault()) {
            set(SocketOption.TCP_NODELAY, true);
        }
    }

    @SuppressWarnings("unchecked")
    @Override
    <T> T get(SocketOption<T> row) {
        if (row == SocketOption.SO_LINGER) {
            Integer known = linger;
            // Of a closed socket the kernel says nothing, and so do we.
            if (known != null && channel.isOpen()) {
                return (T) known;
            }
        }
        return super.get(row);
    }

    @Override
    <T> void set(SocketOption<T> row, T value) {
        if (row == SocketOption.TCP_NODELAY || row == SocketOption.SO_LINGER) {
            setKnown(row, value);
        } else {
            super.set(row, value);
        }
    }

    /** One at a time, so that what is known is always what was set last. */
    private synchronized <T> void setKnown(SocketOption<T> row, T value) {
        if (row == SocketOption.SO_LINGER) {
            linger = null;
            super.set(row, value);
            linger = Math.max(-1, (Integer) value);
        } else if (!value.equals(noDelay)) {
            noDelay = null;
            super.set(row, value);
            noDelay = (Boolean) value;
        }
    }

    @Override
    void forget(int level, int name) {
        if (SocketOption.TCP_NODELAY.is(level, name)) {
            noDelay = null;
        } else if (SocketOption.SO_LINGER.is(level, name)) {
            linger = null;
        }
    }

    @Override
    public GoPollSocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        super.setReceiveBufferSize(receiveBufferSize);
        return this;
    }

    @Override
    public GoPollSocketChannelConfig setSendBufferSize(int sendBufferSize) {
        super.setSendBufferSize(sendBufferSize);
        return this;
    }

    @Override
    public int getSoLinger() {
        return get(SocketOption.SO_LINGER);
    }

    @Override
    public GoPollSocketChannelConfig setSoLinger(int soLinger) {
        set(SocketOption.SO_LINGER, soLinger);
        return this;
    }

    @Override
    public int getTrafficClass() {
        return get(SocketOption.IP_TOS);
    }

    @Override
    public GoPollSocketChannelConfig setTrafficClass(int trafficClass) {
        set(SocketOption.IP_TOS, trafficClass);
        return this;
    }

    @Override
    public boolean isKeepAlive() {
        return get(SocketOption.SO_KEEPALIVE);
    }

    @Override
    public GoPollSocketChannelConfig setKeepAlive(boolean keepAlive) {
        set(SocketOption.SO_KEEPALIVE, keepAlive);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return get(SocketOption.SO_REUSEADDR);
    }

    @Override
    public GoPollSocketChannelConfig setReuseAddress(boolean reuseAddress) {
        set(SocketOption.SO_REUSEADDR, reuseAddress);
        return this;
    }

    @Override
    public boolean isTcpNoDelay() {
        return get(SocketOption.TCP_NODELAY);
    }

    @Override
    public GoPollSocketChannelConfig setTcpNoDelay(boolean tcpNoDelay) {
        set(SocketOption.TCP_NODELAY, tcpNoDelay);
        return this;
    }

    /** {@code TCP_CORK}, tcp(7). */
    public boolean isTcpCork() {
        return get(SocketOption.TCP_CORK);
    }

    /** {@code TCP_CORK}, tcp(7). */
    public GoPollSocketChannelConfig setTcpCork(boolean tcpCork) {
        set(SocketOption.TCP_CORK, tcpCork);
        return this;
    }

    /** {@code SO_BUSY_POLL} in microseconds, socket(7). */
    public int getSoBusyPoll() {
        return get(SocketOption.SO_BUSY_POLL);
    }

    /** {@code SO_BUSY_POLL} in microseconds, socket(7). */
    public GoPollSocketChannelConfig setSoBusyPoll(int soBusyPoll) {
        set(SocketOption.SO_BUSY_POLL, soBusyPoll);
        return this;
    }

    /** {@code TCP_NOTSENT_LOWAT} in bytes, 0 to 2<sup>32</sup> - 1, tcp(7). */
    public long getTcpNotSentLowAt() {
        return get(SocketOption.TCP_NOTSENT_LOWAT);
    }

    /** {@code TCP_NOTSENT_LOWAT} in bytes, 0 to 2<sup>32</sup> - 1, tcp(7). */
    public GoPollSocketChannelConfig setTcpNotSentLowAt(long tcpNotSentLowAt) {
        set(SocketOption.TCP_NOTSENT_LOWAT, tcpNotSentLowAt);
        return this;
    }

    /** {@code TCP_KEEPIDLE} in seconds, 1 to 32,767, tcp(7). */
    public int getTcpKeepIdle() {
        return get(SocketOption.TCP_KEEPIDLE);
    }

    /** {@code TCP_KEEPIDLE} in seconds, 1 to 32,767, tcp(7). */
    public GoPollSocketChannelConfig setTcpKeepIdle(int tcpKeepIdle) {
        set(SocketOption.TCP_KEEPIDLE, tcpKeepIdle);
        return this;
    }

    /** {@code TCP_KEEPINTVL} in seconds, 1 to 32,767, tcp(7). */
    public int getTcpKeepIntvl() {
        return get(SocketOption.TCP_KEEPINTVL);
    }

    /** {@code TCP_KEEPINTVL} in seconds, 1 to 32,767, tcp(7). */
    public GoPollSocketChannelConfig setTcpKeepIntvl(int tcpKeepIntvl) {
        set(SocketOption.TCP_KEEPINTVL, tcpKeepIntvl);
        return this;
    }

    /** {@code TCP_KEEPCNT}, 1 to 127 probes, tcp(7). */
    public int getTcpKeepCnt() {
        return get(SocketOption.TCP_KEEPCNT);
    }

    /** {@code TCP_KEEPCNT}, 1 to 127 probes, tcp(7). */
    public GoPollSocketChannelConfig setTcpKeepCnt(int tcpKeepCnt) {
        set(SocketOption.TCP_KEEPCNT, tcpKeepCnt);
        return this;
    }

    /**
     * @deprecated use {@link #setTcpKeepCnt(int)}
     */
    @Deprecated
    public GoPollSocketChannelConfig setTcpKeepCntl(int probes) {
        return setTcpKeepCnt(probes);
    }

    /** {@code TCP_USER_TIMEOUT} in milliseconds, tcp(7). */
    public int getTcpUserTimeout() {
        return get(SocketOption.TCP_USER_TIMEOUT);
    }

    /** {@code TCP_USER_TIMEOUT} in milliseconds, tcp(7). */
    public GoPollSocketChannelConfig setTcpUserTimeout(int tcpUserTimeout) {
        set(SocketOption.TCP_USER_TIMEOUT, tcpUserTimeout);
        return this;
    }

    /** {@code IP_BIND_ADDRESS_NO_PORT}, ip(7); to be set before bind. */
    public boolean isIpBindAddressNoPort() {
        return get(SocketOption.IP_BIND_ADDRESS_NO_PORT);
    }

    /** {@code IP_BIND_ADDRESS_NO_PORT}, ip(7); to be set before bind. */
    public GoPollSocketChannelConfig setIpBindAddressNoPort(boolean ipBindAddressNoPort) {
        set(SocketOption.IP_BIND_ADDRESS_NO_PORT, ipBindAddressNoPort);
        return this;
    }

    /** {@code IP_TRANSPARENT}, ip(7). */
    public boolean isIpTransparent() {
        return get(SocketOption.IP_TRANSPARENT);
    }

    /** {@code IP_TRANSPARENT}, ip(7). */
    public GoPollSocketChannelConfig setIpTransparent(boolean ipTransparent) {
        set(SocketOption.IP_TRANSPARENT, ipTransparent);
        return this;
    }

    /** {@code TCP_QUICKACK}, tcp(7). */
    public boolean isTcpQuickAck() {
        return get(SocketOption.TCP_QUICKACK);
    }

    /** {@code TCP_QUICKACK}, tcp(7). */
    public GoPollSocketChannelConfig setTcpQuickAck(boolean tcpQuickAck) {
        set(SocketOption.TCP_QUICKACK, tcpQuickAck);
        return this;
    }

    /**
     * {@code TCP_MD5SIG}: the key for each peer, 1 to 80 bytes, RFC 2385. A peer that is not in the
     * map has none any more.
     */
    public GoPollSocketChannelConfig setTcpMd5Sig(Map<InetAddress, byte[]> keys) {
        md5Keys().set(netFd(), keys);
        return this;
    }

    private synchronized TcpMd5Keys md5Keys() {
        if (md5Keys == null) {
            md5Keys = new TcpMd5Keys();
        }
        return md5Keys;
    }

    /** Whether a connect sends the first data with it, RFC 7413, {@code MSG_FASTOPEN} in tcp(7). */
    public boolean isTcpFastOpenConnect() {
        return tcpFastOpenConnect;
    }

    /** Sets whether a connect sends the first data with it, if there is a cookie for the server. */
    public GoPollSocketChannelConfig setTcpFastOpenConnect(boolean fastOpenConnect) {
        tcpFastOpenConnect = fastOpenConnect;
        return this;
    }

    @Override
    public GoPollSocketChannelConfig setAllowHalfClosure(boolean allowHalfClosure) {
        super.setAllowHalfClosure(allowHalfClosure);
        return this;
    }

    /** Does nothing: Linux knows no such preferences. */
    @Override
    public GoPollSocketChannelConfig setPerformancePreferences(
            int connectionTime, int latency, int bandwidth) {
        return this;
    }

    // ---- Netty's general options, fluent. ----

    @Override
    public GoPollSocketChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public GoPollSocketChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public GoPollSocketChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public GoPollSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public GoPollSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public GoPollSocketChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public GoPollSocketChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public GoPollSocketChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
        return this;
    }

    @Override
    @Deprecated
    public GoPollSocketChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
        return this;
    }

    @Override
    public GoPollSocketChannelConfig setWriteBufferWaterMark(
            WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }

    @Override
    public GoPollSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
