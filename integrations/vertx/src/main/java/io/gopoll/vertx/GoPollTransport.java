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
package io.gopoll.vertx;

import io.gopoll.channel.GoPoll;
import io.gopoll.channel.GoPollChannelOption;
import io.gopoll.channel.GoPollDatagramChannel;
import io.gopoll.channel.GoPollDomainSocketChannel;
import io.gopoll.channel.GoPollIoHandler;
import io.gopoll.channel.GoPollServerDomainSocketChannel;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannelOption;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.transport.Transport;
import java.net.SocketAddress;

/**
 * GoPoll as a transport of Vert.x: TCP, UDP and Unix sockets, with the options that Vert.x has for
 * its native transports. It is the loop mode: all that belongs to a context of Vert.x shares the
 * context's event loop.
 */
public final class GoPollTransport implements Transport {

    /** How many connections with TCP Fast Open may wait for the rest of their handshake. */
    private static final int FAST_OPEN_PENDING = 256;

    @Override
    public boolean isAvailable() {
        return GoPoll.isAvailable();
    }

    @Override
    public Throwable unavailabilityCause() {
        return GoPoll.unavailabilityCause();
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return GoPollIoHandler.newFactory();
    }

    // ---- Unix sockets. ----

    @Override
    public boolean supportsDomainSockets() {
        return true;
    }

    @Override
    public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
        return address.isDomainSocket()
                ? new DomainSocketAddress(address.path())
                : Transport.super.convert(address);
    }

    @Override
    public io.vertx.core.net.SocketAddress convert(SocketAddress address) {
        return address instanceof DomainSocketAddress unix
                ? io.vertx.core.net.SocketAddress.domainSocketAddress(unix.path())
                : Transport.super.convert(address);
    }

    // ---- Channels. ----

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        return domainSocket ? GoPollDomainSocketChannel::new : GoPollSocketChannel::new;
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return domainSocket ? GoPollServerDomainSocketChannel::new : GoPollServerSocketChannel::new;
    }

    @Override
    public DatagramChannel datagramChannel() {
        return new GoPollDatagramChannel();
    }

    /** What Vert.x 5.0 asks for. */
    @Override
    @SuppressWarnings("deprecation") // Netty's name of the family before 4.2
    public DatagramChannel datagramChannel(io.netty.channel.socket.InternetProtocolFamily family) {
        return new GoPollDatagramChannel(family);
    }

    /**
     * What Vert.x 5.1 asks for instead.
     *
     * @param family of the datagrams
     * @return a new channel
     */
    public DatagramChannel datagramChannel(SocketProtocolFamily family) {
        return new GoPollDatagramChannel(family);
    }

    // ---- The options that NIO does not have. ----

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
        channel.config().setOption(UnixChannelOption.SO_REUSEPORT, options.isReusePort());
        Transport.super.configure(channel, options);
    }

    @Override
    public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap server) {
        if (!domainSocket) {
            server.option(UnixChannelOption.SO_REUSEPORT, options.isReusePort());
            if (options.isTcpFastOpen()) {
                server.option(ChannelOption.TCP_FASTOPEN, FAST_OPEN_PENDING);
            }
            server.childOption(GoPollChannelOption.TCP_QUICKACK, options.isTcpQuickAck());
            server.childOption(GoPollChannelOption.TCP_CORK, options.isTcpCork());
        }
        Transport.super.configure(options, domainSocket, server);
    }

    @Override
    public void configure(
            ClientOptionsBase options, int connectTimeout, boolean domainSocket, Bootstrap client) {
        if (!domainSocket) {
            if (options.isTcpFastOpen()) {
                client.option(ChannelOption.TCP_FASTOPEN_CONNECT, true);
            }
            client.option(GoPollChannelOption.TCP_USER_TIMEOUT, options.getTcpUserTimeout());
            client.option(GoPollChannelOption.TCP_QUICKACK, options.isTcpQuickAck());
            client.option(GoPollChannelOption.TCP_CORK, options.isTcpCork());
        }
        Transport.super.configure(options, connectTimeout, domainSocket, client);
    }
}
