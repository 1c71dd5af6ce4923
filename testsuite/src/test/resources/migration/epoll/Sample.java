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
package migration;

import static io.netty.channel.epoll.EpollChannelOption.TCP_CORK;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.*;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.SegmentedDatagramPacket;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;

/** What code for the epoll transport looks like, with NIO to fall back to. */
class Sample {

    private final boolean epoll = Epoll.isAvailable();

    private final Class<? extends ServerSocketChannel> serverType =
            epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    private final Class<? extends SocketChannel> clientType =
            epoll ? EpollSocketChannel.class : NioSocketChannel.class;

    EventLoopGroup group() {
        if (!epoll) {
            System.err.println(Epoll.unavailabilityCause());
        }
        IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(factory);
    }

    EventLoopGroup oldGroup() {
        Epoll.ensureAvailability();
        EpollEventLoopGroup group = new EpollEventLoopGroup(2);
        group.setIoRatio(70);
        return group;
    }

    ServerBootstrap server() {
        ServerBootstrap bootstrap = new ServerBootstrap().group(group()).channel(serverType);
        if (Epoll.isTcpFastOpenServerSideAvailable()) {
            bootstrap.option(ChannelOption.TCP_FASTOPEN, 16);
        }
        return bootstrap
                .option(EpollChannelOption.SO_REUSEPORT, true)
                .option(EpollChannelOption.TCP_DEFER_ACCEPT, 1)
                .childOption(TCP_CORK, false)
                .childOption(EpollChannelOption.TCP_USER_TIMEOUT, 1000)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel ch) {
                                if (ch instanceof EpollSocketChannel) {
                                    EpollSocketChannelConfig config =
                                            ((EpollSocketChannel) ch).config();
                                    config.setTcpQuickAck(true).setTcpKeepIdle(60);
                                }
                            }
                        });
    }

    Bootstrap client() {
        return new Bootstrap().group(oldGroup()).channel(clientType);
    }

    Bootstrap datagrams() {
        return new Bootstrap()
                .group(group())
                .channelFactory(() -> new EpollDatagramChannel())
                .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 1500)
                .option(EpollChannelOption.UDP_GRO, SegmentedDatagramPacket.isSupported());
    }

    Channel unixServer() {
        return new ServerBootstrap()
                .group(group())
                .channel(EpollServerDomainSocketChannel.class)
                .childOption(
                        EpollChannelOption.DOMAIN_SOCKET_READ_MODE,
                        DomainSocketReadMode.FILE_DESCRIPTORS)
                .bind(new DomainSocketAddress("/tmp/sample.sock"))
                .channel();
    }

    PeerCredentials who(EpollDomainSocketChannel channel) throws IOException {
        EpollDomainSocketChannelConfig config = channel.config();
        config.setReadMode(DomainSocketReadMode.BYTES);
        return channel.peerCredentials();
    }

    long roundTripMicros(EpollSocketChannel channel) {
        EpollTcpInfo info = channel.tcpInfo();
        return info.rtt();
    }

    @SuppressWarnings("deprecation")
    void forward(EpollSocketChannel from, EpollSocketChannel to) {
        from.spliceTo(to, Integer.MAX_VALUE);
    }

    VSockAddress host() {
        return new VSockAddress(VSockAddress.VMADDR_CID_HOST, 1024);
    }

    String byName() {
        return "io.netty.channel.epoll.EpollDomainDatagramChannel";
    }
}
