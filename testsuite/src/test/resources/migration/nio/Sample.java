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

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.*;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.StandardSocketOptions;

/** What code for the NIO transport looks like. */
class Sample {

    EventLoopGroup group() {
        return new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
    }

    EventLoopGroup oldGroup() {
        return new NioEventLoopGroup(2, new DefaultThreadFactory("io"));
    }

    ServerBootstrap server() {
        return new ServerBootstrap()
                .group(oldGroup(), group())
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(NioChannelOption.of(StandardSocketOptions.SO_KEEPALIVE), true)
                .childHandler(new ChannelInboundHandlerAdapter());
    }

    Bootstrap client() {
        return new Bootstrap().group(group()).channelFactory(NioSocketChannel::new);
    }

    Channel datagrams() {
        return new NioDatagramChannel(SocketProtocolFamily.INET);
    }

    Class<? extends Channel> unixClient() {
        return NioDomainSocketChannel.class;
    }

    Class<? extends Channel> unixServer() {
        return io.netty.channel.socket.nio.NioServerDomainSocketChannel.class;
    }
}
