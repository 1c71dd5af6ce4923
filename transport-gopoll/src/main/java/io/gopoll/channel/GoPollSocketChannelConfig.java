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
import org.jspecify.annotations.Nullable;

/** The config of a {@link GoPollSocketChannel}, with the methods of Netty's epoll one. */
public class GoPollSocketChannelConfig extends GoPollStreamChannelConfig
        implements SocketChannelConfig {

    /** Null until there is a key. Under this. */
    private @Nullable TcpMd5Keys md5Keys;

    private volatile boolean tcpFastOpenConnect;

    /**
     * What TCP_NODELAY is, so that setting it again costs no system call; null if that is not
     * known.
     */
    private volatile @Nullable Boolean noDelay;

    /** What SO_LINGER is, so that a close need not ask; null if that is not known. */
    private volatile @Nullable Integer linger;

    /**
     * For the channel, and for a subclass: see {@code newConfig} of the channel.
     *
     * @param channel the one that this config is of
     */
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
    final void begin(
            @Nullable Boolean noDelay, @Nullable Integer linger, @Nullable TcpMd5Keys md5Keys) {
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
    <T> @Nullable T getOrNull(SocketOption<T> row) {
        if (row == SocketOption.SO_LINGER) {
            Integer known = linger;
            // Of a closed socket the kernel says nothing, and so do we.
            if (known != null && channel.isOpen()) {
                return (T) known;
            }
        }
        return super.getOrNull(row);
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

    /**
     * {@code TCP_CORK}, tcp(7): what does not fill a segment is held back until this is cleared, or
     * for 200 milliseconds.
     *
     * @return true if it is on
     */
    public boolean isTcpCork() {
        return get(SocketOption.TCP_CORK);
    }

    /**
     * {@code TCP_CORK}, tcp(7): what does not fill a segment is held back until this is cleared, or
     * for 200 milliseconds.
     *
     * @param tcpCork false sends what was held back
     * @return this config
     */
    public GoPollSocketChannelConfig setTcpCork(boolean tcpCork) {
        set(SocketOption.TCP_CORK, tcpCork);
        return this;
    }

    /**
     * {@code SO_BUSY_POLL}, socket(7): how long a read that finds nothing looks at the network
     * card's queue itself. More than the socket has needs {@code CAP_NET_ADMIN}.
     *
     * @return microseconds; 0 if it is off
     */
    public int getSoBusyPoll() {
        return get(SocketOption.SO_BUSY_POLL);
    }

    /**
     * {@code SO_BUSY_POLL}, socket(7): how long a read that finds nothing looks at the network
     * card's queue itself. More than the socket has needs {@code CAP_NET_ADMIN}.
     *
     * @param soBusyPoll microseconds, 0 or more
     * @return this config
     * @throws IllegalArgumentException if it is negative
     */
    public GoPollSocketChannelConfig setSoBusyPoll(int soBusyPoll) {
        set(SocketOption.SO_BUSY_POLL, soBusyPoll);
        return this;
    }

    /**
     * {@code TCP_NOTSENT_LOWAT}, tcp(7): the socket is writable while fewer bytes than this wait to
     * be sent.
     *
     * @return bytes, 0 to 2<sup>32</sup> - 1; 0 for the limit of {@code net.ipv4.tcp_notsent_lowat}
     */
    public long getTcpNotSentLowAt() {
        return get(SocketOption.TCP_NOTSENT_LOWAT);
    }

    /**
     * {@code TCP_NOTSENT_LOWAT}, tcp(7): the socket is writable while fewer bytes than this wait to
     * be sent.
     *
     * @param tcpNotSentLowAt bytes, 0 to 2<sup>32</sup> - 1
     * @return this config
     * @throws IllegalArgumentException if it is out of range
     */
    public GoPollSocketChannelConfig setTcpNotSentLowAt(long tcpNotSentLowAt) {
        set(SocketOption.TCP_NOTSENT_LOWAT, tcpNotSentLowAt);
        return this;
    }

    /**
     * {@code TCP_KEEPIDLE}, tcp(7): how long a connection is quiet before the first keep-alive
     * probe.
     *
     * @return seconds
     */
    public int getTcpKeepIdle() {
        return get(SocketOption.TCP_KEEPIDLE);
    }

    /**
     * {@code TCP_KEEPIDLE}, tcp(7): how long a connection is quiet before the first keep-alive
     * probe.
     *
     * @param tcpKeepIdle seconds, 1 to 32,767
     * @return this config
     * @throws IllegalArgumentException if it is out of range
     */
    public GoPollSocketChannelConfig setTcpKeepIdle(int tcpKeepIdle) {
        set(SocketOption.TCP_KEEPIDLE, tcpKeepIdle);
        return this;
    }

    /**
     * {@code TCP_KEEPINTVL}, tcp(7): the time between two keep-alive probes.
     *
     * @return seconds
     */
    public int getTcpKeepIntvl() {
        return get(SocketOption.TCP_KEEPINTVL);
    }

    /**
     * {@code TCP_KEEPINTVL}, tcp(7): the time between two keep-alive probes.
     *
     * @param tcpKeepIntvl seconds, 1 to 32,767
     * @return this config
     * @throws IllegalArgumentException if it is out of range
     */
    public GoPollSocketChannelConfig setTcpKeepIntvl(int tcpKeepIntvl) {
        set(SocketOption.TCP_KEEPINTVL, tcpKeepIntvl);
        return this;
    }

    /**
     * {@code TCP_KEEPCNT}, tcp(7): how many keep-alive probes go unanswered before the connection
     * is given up.
     *
     * @return probes
     */
    public int getTcpKeepCnt() {
        return get(SocketOption.TCP_KEEPCNT);
    }

    /**
     * {@code TCP_KEEPCNT}, tcp(7): how many keep-alive probes go unanswered before the connection
     * is given up.
     *
     * @param tcpKeepCnt probes, 1 to 127
     * @return this config
     * @throws IllegalArgumentException if it is out of range
     */
    public GoPollSocketChannelConfig setTcpKeepCnt(int tcpKeepCnt) {
        set(SocketOption.TCP_KEEPCNT, tcpKeepCnt);
        return this;
    }

    /**
     * As {@link #setTcpKeepCnt(int)}: the name that Netty's epoll transport has.
     *
     * @param probes 1 to 127
     * @return this config
     * @throws IllegalArgumentException if it is out of range
     * @deprecated use {@link #setTcpKeepCnt(int)}
     */
    @Deprecated
    public GoPollSocketChannelConfig setTcpKeepCntl(int probes) {
        return setTcpKeepCnt(probes);
    }

    /**
     * {@code TCP_USER_TIMEOUT}, tcp(7): how long sent data may stay unacknowledged before the
     * connection is given up.
     *
     * @return milliseconds; 0 for the system's default
     */
    public int getTcpUserTimeout() {
        return get(SocketOption.TCP_USER_TIMEOUT);
    }

    /**
     * {@code TCP_USER_TIMEOUT}, tcp(7): how long sent data may stay unacknowledged before the
     * connection is given up.
     *
     * @param tcpUserTimeout milliseconds, 0 or more; 0 for the system's default
     * @return this config
     * @throws IllegalArgumentException if it is negative
     */
    public GoPollSocketChannelConfig setTcpUserTimeout(int tcpUserTimeout) {
        set(SocketOption.TCP_USER_TIMEOUT, tcpUserTimeout);
        return this;
    }

    /**
     * {@code IP_BIND_ADDRESS_NO_PORT}, ip(7): a bind to port 0 leaves the choice of a port to
     * connect, so that connections to different peers may share one. To be set before bind.
     *
     * @return true if it is on
     */
    public boolean isIpBindAddressNoPort() {
        return get(SocketOption.IP_BIND_ADDRESS_NO_PORT);
    }

    /**
     * {@code IP_BIND_ADDRESS_NO_PORT}, ip(7): a bind to port 0 leaves the choice of a port to
     * connect, so that connections to different peers may share one. To be set before bind.
     *
     * @param ipBindAddressNoPort false to have bind choose
     * @return this config
     */
    public GoPollSocketChannelConfig setIpBindAddressNoPort(boolean ipBindAddressNoPort) {
        set(SocketOption.IP_BIND_ADDRESS_NO_PORT, ipBindAddressNoPort);
        return this;
    }

    /**
     * {@code IP_TRANSPARENT}, ip(7): the socket may use addresses that are not this machine's, for
     * transparent proxies. Needs {@code CAP_NET_ADMIN} or {@code CAP_NET_RAW}.
     *
     * @return true if it is on
     */
    public boolean isIpTransparent() {
        return get(SocketOption.IP_TRANSPARENT);
    }

    /**
     * {@code IP_TRANSPARENT}, ip(7): the socket may use addresses that are not this machine's, for
     * transparent proxies. Needs {@code CAP_NET_ADMIN} or {@code CAP_NET_RAW}.
     *
     * @param ipTransparent whether it may
     * @return this config
     * @throws io.netty.channel.ChannelException without the privilege
     */
    public GoPollSocketChannelConfig setIpTransparent(boolean ipTransparent) {
        set(SocketOption.IP_TRANSPARENT, ipTransparent);
        return this;
    }

    /**
     * {@code TCP_QUICKACK}, tcp(7): acknowledgements are sent at once, not delayed. The kernel
     * turns it on and off by itself, too.
     *
     * @return what it is just now
     */
    public boolean isTcpQuickAck() {
        return get(SocketOption.TCP_QUICKACK);
    }

    /**
     * {@code TCP_QUICKACK}, tcp(7): acknowledgements are sent at once, not delayed. The kernel
     * turns it on and off by itself, too.
     *
     * @param tcpQuickAck whether they are, for the time being
     * @return this config
     */
    public GoPollSocketChannelConfig setTcpQuickAck(boolean tcpQuickAck) {
        set(SocketOption.TCP_QUICKACK, tcpQuickAck);
        return this;
    }

    /**
     * {@code TCP_MD5SIG}, tcp(7), RFC 2385: segments with these peers are signed, with a key for
     * each. A peer that is not in the map has none any more.
     *
     * @param keys a key of 1 to 80 bytes for each peer; empty to take all away
     * @return this config
     * @throws IllegalArgumentException if a key is longer or empty, or a peer an IPv6 one and the
     *     socket is not; no key is changed then
     * @throws io.netty.channel.ChannelException if the system refuses, as a kernel without {@code
     *     CONFIG_TCP_MD5SIG} does
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

    /**
     * Whether a connect sends the first data with it, if there is a cookie for the server: RFC
     * 7413, {@code MSG_FASTOPEN} in tcp(7). What was written before the connect goes that way.
     *
     * @return false at first
     */
    public boolean isTcpFastOpenConnect() {
        return tcpFastOpenConnect;
    }

    /**
     * Whether a connect sends the first data with it, if there is a cookie for the server: RFC
     * 7413, {@code MSG_FASTOPEN} in tcp(7). What was written before the connect goes that way.
     *
     * @param fastOpenConnect to be set before connect
     * @return this config
     */
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
