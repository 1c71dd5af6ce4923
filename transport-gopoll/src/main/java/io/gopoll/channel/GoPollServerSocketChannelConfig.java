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
import io.netty.util.internal.PlatformDependent;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Map;

/** The config of a {@link GoPollServerSocketChannel}, with the methods of Netty's epoll one. */
public class GoPollServerSocketChannelConfig extends GoPollServerChannelConfig {

    private final TcpMd5Keys md5Keys = new TcpMd5Keys();

    /**
     * What its connections inherit: TCP_NODELAY true and no SO_LINGER, as long as nobody has set
     * either of the listening socket by number.
     */
    private volatile boolean inheritanceKnown;

    /**
     * For the channel, and for a subclass: see {@code newConfig} of the channel.
     *
     * @param channel the one that this config is of
     */
    protected GoPollServerSocketChannelConfig(AbstractGoPollServerChannel channel) {
        super(channel);
    }

    /** Sets on the listening socket, once, what else each of its connections would be set. */
    final void prepareInheritance() {
        if (PlatformDependent.canEnableTcpNoDelayByDefault()) {
            set(SocketOption.TCP_NODELAY, true);
            inheritanceKnown = true;
        }
    }

    final boolean isInheritanceKnown() {
        return inheritanceKnown;
    }

    /** The peers for whom connections have keys from here. */
    final Collection<InetAddress> md5Peers() {
        return md5Keys.peers();
    }

    @Override
    void forget(int level, int name) {
        if (SocketOption.TCP_NODELAY.is(level, name) || SocketOption.SO_LINGER.is(level, name)) {
            inheritanceKnown = false;
        }
    }

    /**
     * {@code SO_REUSEPORT}, socket(7): sockets of the same user bind to one address, and the kernel
     * shares the connections out among them. To be set before bind.
     *
     * @return true if it is on
     */
    public boolean isReusePort() {
        return get(SocketOption.SO_REUSEPORT);
    }

    /**
     * {@code SO_REUSEPORT}, socket(7): sockets of the same user bind to one address, and the kernel
     * shares the connections out among them. To be set before bind.
     *
     * @param reusePort whether others may bind to the same address
     * @return this config
     */
    public GoPollServerSocketChannelConfig setReusePort(boolean reusePort) {
        set(SocketOption.SO_REUSEPORT, reusePort);
        return this;
    }

    /**
     * {@code IP_FREEBIND}, ip(7): the socket may bind to an address that this machine does not have
     * (yet). To be set before bind.
     *
     * @return true if it is on
     */
    public boolean isFreeBind() {
        return get(SocketOption.IP_FREEBIND);
    }

    /**
     * {@code IP_FREEBIND}, ip(7): the socket may bind to an address that this machine does not have
     * (yet). To be set before bind.
     *
     * @param freeBind whether it may
     * @return this config
     */
    public GoPollServerSocketChannelConfig setFreeBind(boolean freeBind) {
        set(SocketOption.IP_FREEBIND, freeBind);
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
    public GoPollServerSocketChannelConfig setIpTransparent(boolean ipTransparent) {
        set(SocketOption.IP_TRANSPARENT, ipTransparent);
        return this;
    }

    /**
     * {@code TCP_DEFER_ACCEPT}, tcp(7): a connection is accepted when its first data is there, or
     * after this time.
     *
     * @return seconds, as the kernel has rounded them to what so many retransmissions take; 0 if it
     *     is off
     */
    public int getTcpDeferAccept() {
        return get(SocketOption.TCP_DEFER_ACCEPT);
    }

    /**
     * {@code TCP_DEFER_ACCEPT}, tcp(7): a connection is accepted when its first data is there, or
     * after this time.
     *
     * @param tcpDeferAccept seconds, 0 or more; 0 turns it off
     * @return this config
     * @throws IllegalArgumentException if it is negative
     */
    public GoPollServerSocketChannelConfig setTcpDeferAccept(int tcpDeferAccept) {
        set(SocketOption.TCP_DEFER_ACCEPT, tcpDeferAccept);
        return this;
    }

    /**
     * {@code TCP_MD5SIG}, tcp(7), RFC 2385: connections with these peers are signed, with a key for
     * each. A peer that is not in the map has none any more.
     *
     * @param keys a key of 1 to 80 bytes for each peer; empty to take all away
     * @return this config
     * @throws IllegalArgumentException if a key is longer or empty, or a peer an IPv6 one and the
     *     socket is not; no key is changed then
     * @throws io.netty.channel.ChannelException if the system refuses, as a kernel without {@code
     *     CONFIG_TCP_MD5SIG} does
     */
    public GoPollServerSocketChannelConfig setTcpMd5Sig(Map<InetAddress, byte[]> keys) {
        md5Keys.set(netFd(), keys);
        return this;
    }

    // ---- What other channels have too, fluent. ----

    @Override
    public GoPollServerSocketChannelConfig setBacklog(int backlog) {
        super.setBacklog(backlog);
        return this;
    }

    @Override
    public GoPollServerSocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        super.setReceiveBufferSize(receiveBufferSize);
        return this;
    }

    @Override
    public GoPollServerSocketChannelConfig setReuseAddress(boolean reuseAddress) {
        super.setReuseAddress(reuseAddress);
        return this;
    }

    @Override
    public GoPollServerSocketChannelConfig setPerformancePreferences(
            int connectionTime, int latency, int bandwidth) {
        return this;
    }

    @Override
    public GoPollServerSocketChannelConfig setTcpFastopen(int pendingFastOpenRequestsThreshold) {
        super.setTcpFastopen(pendingFastOpenRequestsThreshold);
        return this;
    }

    @Override
    public GoPollServerSocketChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public GoPollServerSocketChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public GoPollServerSocketChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public GoPollServerSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public GoPollServerSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public GoPollServerSocketChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public GoPollServerSocketChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public GoPollServerSocketChannelConfig setWriteBufferHighWaterMark(
            int writeBufferHighWaterMark) {
        super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
        return this;
    }

    @Override
    @Deprecated
    public GoPollServerSocketChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
        return this;
    }

    @Override
    public GoPollServerSocketChannelConfig setWriteBufferWaterMark(
            WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }

    @Override
    public GoPollServerSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
