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
import io.netty.channel.socket.DatagramChannelConfig;
import java.net.InetAddress;
import java.net.NetworkInterface;
import org.jspecify.annotations.Nullable;

/** The config of a {@link GoPollDatagramChannel}, with the methods of Netty's epoll one. */
public class GoPollDatagramChannelConfig extends AbstractGoPollDatagramChannelConfig
        implements DatagramChannelConfig {

    /** What UDP_GRO was set to: getsockopt gives a wrong value in kernels before 5.12. */
    private volatile boolean udpGro;

    /** Set past the table, or by whoever opened the socket: it may be on. */
    private volatile boolean udpGroUnknown;

    /**
     * For the channel, and for a subclass: see {@code newConfig} of the channel.
     *
     * @param channel the one that this config is of
     */
    protected GoPollDatagramChannelConfig(GoPollDatagramChannel channel) {
        super(channel);
        udpGroUnknown = channel.netFd().isAdopted();
    }

    /** Whether the kernel may put several datagrams together to one of up to 64 KiB. */
    boolean mayReceiveJoined() {
        return udpGro || udpGroUnknown;
    }

    @Override
    void forget(int level, int name) {
        udpGroUnknown |= SocketOption.UDP_GRO.is(level, name);
    }

    @SuppressWarnings("unchecked")
    @Override
    <T> @Nullable T getOrNull(SocketOption<T> row) {
        return row == SocketOption.UDP_GRO ? (T) (Boolean) udpGro : super.getOrNull(row);
    }

    @Override
    <T> void set(SocketOption<T> row, T value) {
        super.set(row, value);
        if (row == SocketOption.UDP_GRO) {
            udpGro = (Boolean) value;
        }
    }

    @Override
    public int getTrafficClass() {
        return get(SocketOption.IP_TOS);
    }

    @Override
    public GoPollDatagramChannelConfig setTrafficClass(int trafficClass) {
        set(SocketOption.IP_TOS, trafficClass);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return get(SocketOption.SO_REUSEADDR);
    }

    @Override
    public GoPollDatagramChannelConfig setReuseAddress(boolean reuseAddress) {
        set(SocketOption.SO_REUSEADDR, reuseAddress);
        return this;
    }

    @Override
    public boolean isBroadcast() {
        return get(SocketOption.SO_BROADCAST);
    }

    @Override
    public GoPollDatagramChannelConfig setBroadcast(boolean broadcast) {
        set(SocketOption.SO_BROADCAST, broadcast);
        return this;
    }

    @Override
    public boolean isLoopbackModeDisabled() {
        return get(SocketOption.IP_MULTICAST_LOOP_DISABLED);
    }

    @Override
    public GoPollDatagramChannelConfig setLoopbackModeDisabled(boolean loopbackModeDisabled) {
        set(SocketOption.IP_MULTICAST_LOOP_DISABLED, loopbackModeDisabled);
        return this;
    }

    @Override
    public int getTimeToLive() {
        return get(SocketOption.IP_MULTICAST_TTL);
    }

    @Override
    public GoPollDatagramChannelConfig setTimeToLive(int ttl) {
        set(SocketOption.IP_MULTICAST_TTL, ttl);
        return this;
    }

    @Override
    public @Nullable InetAddress getInterface() {
        return getOrNull(SocketOption.IP_MULTICAST_ADDR);
    }

    @Override
    public GoPollDatagramChannelConfig setInterface(InetAddress interfaceAddress) {
        set(SocketOption.IP_MULTICAST_ADDR, interfaceAddress);
        return this;
    }

    @Override
    public @Nullable NetworkInterface getNetworkInterface() {
        return getOrNull(SocketOption.IP_MULTICAST_IF);
    }

    @Override
    public GoPollDatagramChannelConfig setNetworkInterface(NetworkInterface networkInterface) {
        set(SocketOption.IP_MULTICAST_IF, networkInterface);
        return this;
    }

    /**
     * {@code SO_REUSEPORT}, socket(7): sockets of the same user bind to one address, and the kernel
     * shares the packets out among them. To be set before bind.
     *
     * @return true if it is on
     */
    public boolean isReusePort() {
        return get(SocketOption.SO_REUSEPORT);
    }

    /**
     * {@code SO_REUSEPORT}, socket(7): sockets of the same user bind to one address, and the kernel
     * shares the packets out among them. To be set before bind.
     *
     * @param reusePort whether others may bind to the same address
     * @return this config
     */
    public GoPollDatagramChannelConfig setReusePort(boolean reusePort) {
        set(SocketOption.SO_REUSEPORT, reusePort);
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
    public GoPollDatagramChannelConfig setIpTransparent(boolean ipTransparent) {
        set(SocketOption.IP_TRANSPARENT, ipTransparent);
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
    public GoPollDatagramChannelConfig setFreeBind(boolean freeBind) {
        set(SocketOption.IP_FREEBIND, freeBind);
        return this;
    }

    /**
     * {@code IP_RECVORIGDSTADDR}, ip(7): packets have their original destination, the one before a
     * redirection, as recipient.
     *
     * @return true if it is on
     */
    public boolean isIpRecvOrigDestAddr() {
        return get(SocketOption.IP_RECVORIGDSTADDR);
    }

    /**
     * {@code IP_RECVORIGDSTADDR}, ip(7): packets have their original destination, the one before a
     * redirection, as recipient.
     *
     * @param ipRecvOrigDestAddr false for the local address as recipient
     * @return this config
     */
    public GoPollDatagramChannelConfig setIpRecvOrigDestAddr(boolean ipRecvOrigDestAddr) {
        set(SocketOption.IP_RECVORIGDSTADDR, ipRecvOrigDestAddr);
        return this;
    }

    /**
     * {@code IP_MULTICAST_ALL}, ip(7): also groups that only other sockets have joined. Off at
     * first, as in NIO.
     *
     * @return true if it is on
     */
    public boolean isIpMulticastAll() {
        return get(SocketOption.IP_MULTICAST_ALL);
    }

    /**
     * {@code IP_MULTICAST_ALL}, ip(7): also groups that only other sockets have joined. Off at
     * first, as in NIO.
     *
     * @param multicastAll whether packets of such groups come too
     * @return this config
     * @throws io.netty.channel.ChannelException if this kernel does not know it for the family of
     *     the socket
     */
    public GoPollDatagramChannelConfig setIpMulticastAll(boolean multicastAll) {
        set(SocketOption.IP_MULTICAST_ALL, multicastAll);
        return this;
    }

    /**
     * {@code UDP_GRO}, udp(7): the kernel puts datagrams of one sender together; they arrive as the
     * packets that were sent. Each receive buffer gets 64 KiB then.
     *
     * @return what was set here; false at first
     */
    public boolean isUdpGro() {
        return get(SocketOption.UDP_GRO);
    }

    /**
     * {@code UDP_GRO}, udp(7): the kernel puts datagrams of one sender together; they arrive as the
     * packets that were sent. Each receive buffer gets 64 KiB then.
     *
     * @param gro whether it may
     * @return this config
     * @throws io.netty.channel.ChannelException before Linux 5.0
     */
    public GoPollDatagramChannelConfig setUdpGro(boolean gro) {
        set(SocketOption.UDP_GRO, gro);
        return this;
    }

    // ---- Netty's general options, fluent. ----

    @Override
    public GoPollDatagramChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        super.setMaxMessagesPerWrite(maxMessagesPerWrite);
        return this;
    }

    @Override
    public GoPollDatagramChannelConfig setMaxDatagramPayloadSize(int maxDatagramPayloadSize) {
        super.setMaxDatagramPayloadSize(maxDatagramPayloadSize);
        return this;
    }

    @Override
    public GoPollDatagramChannelConfig setSendBufferSize(int sendBufferSize) {
        super.setSendBufferSize(sendBufferSize);
        return this;
    }

    @Override
    public GoPollDatagramChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        super.setReceiveBufferSize(receiveBufferSize);
        return this;
    }

    @Override
    public GoPollDatagramChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public GoPollDatagramChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public GoPollDatagramChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public GoPollDatagramChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public GoPollDatagramChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public GoPollDatagramChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public GoPollDatagramChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public GoPollDatagramChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
        return this;
    }

    @Override
    @Deprecated
    public GoPollDatagramChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
        return this;
    }

    @Override
    public GoPollDatagramChannelConfig setWriteBufferWaterMark(
            WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }

    @Override
    public GoPollDatagramChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
