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
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** What code for the io_uring transport looks like, with epoll to fall back to. */
class Sample {

    IoHandlerFactory loops() {
        if (IoUring.isAvailable()) {
            return IoUringIoHandler.newFactory();
        }
        Epoll.ensureAvailability();
        return EpollIoHandler.newFactory();
    }

    Class<? extends ServerChannel> serverType() {
        return IoUring.isAvailable()
                ? IoUringServerSocketChannel.class
                : EpollServerSocketChannel.class;
    }

    EventLoopGroup group() {
        return new MultiThreadIoEventLoopGroup(4, new DefaultThreadFactory("io"), loops());
    }

    ServerBootstrap server() {
        return new ServerBootstrap()
                .group(group())
                .channel(serverType())
                .option(IoUringChannelOption.IP_FREEBIND, true)
                .childOption(IoUringChannelOption.TCP_QUICKACK, true)
                .childHandler(new ChannelInboundHandlerAdapter());
    }

    Bootstrap client() {
        return new Bootstrap()
                .group(group())
                .channel(IoUringSocketChannel.class)
                .option(IoUringChannelOption.TCP_KEEPIDLE, 30);
    }

    Bootstrap datagrams() {
        return new Bootstrap()
                .group(group())
                .channel(IoUringDatagramChannel.class)
                .option(IoUringChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 1500);
    }

    Channel unixServer() {
        return new ServerBootstrap()
                .group(group())
                .channelFactory(IoUringServerDomainSocketChannel::new)
                .childHandler(new ChannelInboundHandlerAdapter())
                .bind(new DomainSocketAddress("/tmp/sample.sock"))
                .channel();
    }

    Channel unixClient() {
        return new Bootstrap()
                .group(group())
                .channel(IoUringDomainSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new DomainSocketAddress("/tmp/sample.sock"))
                .channel();
    }
}
