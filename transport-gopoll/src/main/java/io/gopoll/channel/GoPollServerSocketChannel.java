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

import io.gopoll.channel.address.AddressFamily;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.SockAddr;
import io.netty.channel.Channel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A TCP server socket on GoPoll. */
@SuppressWarnings("this-escape") // newConfig
public class GoPollServerSocketChannel extends AbstractGoPollServerChannel
        implements ServerSocketChannel {

    private final GoPollServerSocketChannelConfig config;

    /** An IPv6 socket that takes IPv4 connections too, or an IPv4 one where there is no IPv6. */
    public GoPollServerSocketChannel() {
        this((SocketProtocolFamily) null);
    }

    /**
     * A socket of one family.
     *
     * @param family {@code INET} or {@code INET6}; {@code null} for IPv6 where the machine has it,
     *     else IPv4
     * @deprecated use {@link #GoPollServerSocketChannel(SocketProtocolFamily)}
     */
    @Deprecated
    public GoPollServerSocketChannel(@Nullable InternetProtocolFamily family) {
        this(family == null ? null : family.toSocketProtocolFamily());
    }

    /**
     * A socket of one family.
     *
     * @param family {@code INET} or {@code INET6}; {@code null} for IPv6 where the machine has it,
     *     else IPv4
     * @throws UnsupportedOperationException if it is neither INET nor INET6, or GoPoll is
     *     unavailable
     * @throws io.netty.channel.ChannelException if there is no descriptor left, or the machine has
     *     no such family
     */
    public GoPollServerSocketChannel(@Nullable SocketProtocolFamily family) {
        super(newSocket(AddressFamily.inet(family), Constants.SOCK_STREAM), false);
        config = beginConfig();
        config.prepareInheritance();
    }

    /**
     * Takes over a socket that was opened elsewhere, bound and listening or not; the channel closes
     * it.
     *
     * @param fd an open socket of TCP; it is made non-blocking
     * @throws io.netty.channel.ChannelException if the descriptor is no open socket
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollServerSocketChannel(int fd) {
        this(adoptSocket(fd));
    }

    private GoPollServerSocketChannel(NetFd netFd) {
        super(netFd, isListening(netFd));
        config = beginConfig();
    }

    private GoPollServerSocketChannelConfig beginConfig() {
        GoPollServerSocketChannelConfig newConfig = newConfig();
        // As java.nio does, netty#2605.
        newConfig.set(SocketOption.SO_REUSEADDR, true);
        return newConfig;
    }

    /**
     * The channel's config, for a subclass to give one of its own. Called once, by the constructor,
     * before the subclass has any state.
     *
     * @return a new config of this channel, never {@code null}
     */
    protected GoPollServerSocketChannelConfig newConfig() {
        return new GoPollServerSocketChannelConfig(this);
    }

    @Override
    protected void doBind(SocketAddress localAddress) throws Exception {
        super.doBind(localAddress);
        int fastOpen = config.getTcpFastopen();
        if (fastOpen > 0) {
            netFd().setIntOption(Constants.IPPROTO_TCP, Constants.TCP_FASTOPEN, fastOpen);
        }
        listen(config.getBacklog());
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    @Override
    public @Nullable InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public GoPollServerSocketChannelConfig config() {
        return config;
    }

    @Override
    SocketOptions options() {
        return SocketOptions.TCP_SERVER;
    }

    @Override
    final Channel newChildChannel(int fd, SockAddr remote) {
        NetFd child = new NetFd(fd, netFd().family(), Constants.SOCK_STREAM);
        return newChild(new AcceptedSocket(child, remote.inet()));
    }

    /**
     * The channel of a connection, for a subclass to give one of its own. Called in the event loop.
     *
     * @param socket the connection, for the channel to close
     * @return the channel that is to read and write it, not registered yet
     */
    protected GoPollSocketChannel newChild(AcceptedSocket socket) {
        return new GoPollSocketChannel(this, socket);
    }
}
