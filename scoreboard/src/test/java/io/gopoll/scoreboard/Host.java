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
package io.gopoll.scoreboard;

import io.gopoll.channel.GoPollDatagramChannel;
import io.gopoll.channel.GoPollDomainSocketChannel;
import io.gopoll.channel.GoPollServerDomainSocketChannel;
import io.gopoll.examples.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.util.concurrent.Future;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * What a program runs on: event loops of its own on one transport. The other end of a connection is
 * a socket of the JDK, so that only one end is on trial.
 */
final class Host implements AutoCloseable {

    /** How long to wait for what should come. */
    static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("scoreboard.seconds", 60));

    static final String VIRTUAL_THREADS = "virtual threads on this JDK";
    static final String IPV6 = "IPv6 on this machine";

    final Transport transport;
    final EventLoopGroup group;
    private final Deque<Closeable> closeables = new ArrayDeque<>();

    Host(Transport transport) {
        this.transport = transport;
        group = transport.groups.apply(2);
    }

    /** A channel that has accepted a connection; gives the other end. */
    Socket accept(Seen seen) throws Exception {
        return accept(seen, b -> b);
    }

    Socket accept(Seen seen, UnaryOperator<ServerBootstrap> options) throws Exception {
        Socket peer = dial(listen(seen, options));
        seen.channel();
        return peer;
    }

    /** A connection that reads so many bytes at a time. */
    Socket accept(Seen seen, int bytesPerRead) throws Exception {
        RecvByteBufAllocator allocator = new FixedRecvByteBufAllocator(bytesPerRead);
        return accept(seen, b -> b.childOption(ChannelOption.RECVBUF_ALLOCATOR, allocator));
    }

    /** Listens on 127.0.0.1. */
    Channel listen(ChannelHandler child, UnaryOperator<ServerBootstrap> options) throws Exception {
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(group)
                        .channel(transport.serverChannel)
                        .childHandler(child);
        return channel(options.apply(bootstrap).bind("127.0.0.1", 0));
    }

    Socket dial(Channel server) throws IOException {
        Socket socket = closed(new Socket());
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.connect(server.localAddress());
        return socket;
    }

    /** A listening socket of the JDK. */
    ServerSocket listenOutside() throws IOException {
        ServerSocket server = closed(new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")));
        server.setSoTimeout((int) LIMIT.toMillis());
        return server;
    }

    /** Whose other end is {@link #accepted}. */
    Socket accepted(ServerSocket server) throws IOException {
        Socket peer = closed(server.accept());
        peer.setSoTimeout((int) LIMIT.toMillis());
        return peer;
    }

    Bootstrap client(ChannelHandler handler) {
        return client(handler, group);
    }

    Bootstrap client(ChannelHandler handler, EventLoopGroup loops) {
        return new Bootstrap().group(loops).channel(transport.channel).handler(handler);
    }

    Channel connect(ServerSocket server, ChannelHandler handler) throws Exception {
        return channel(client(handler).connect(server.getLocalSocketAddress()));
    }

    /** A UDP socket; on 127.0.0.1 if it is bound so. */
    Bootstrap udp(ChannelHandler handler) {
        return new Bootstrap().group(group).channel(datagram()).handler(handler);
    }

    /** Nobody listens there. */
    InetSocketAddress nobody() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return (InetSocketAddress) server.getLocalSocketAddress();
        }
    }

    /** Waits for a channel, which is closed with the host. */
    Channel channel(io.netty.channel.ChannelFuture future) throws Exception {
        await(future, "connection");
        closeables.push(() -> future.channel().close().awaitUninterruptibly(5, TimeUnit.SECONDS));
        return future.channel();
    }

    static <T extends Closeable> T closed(T closeable, Deque<Closeable> with) {
        with.push(closeable);
        return closeable;
    }

    <T extends Closeable> T closed(T closeable) {
        return closed(closeable, closeables);
    }

    /** Waits for its success. */
    static void await(Future<?> future, String what) throws Exception {
        awaitDone(future, what);
        if (!future.isSuccess()) {
            throw new AssertionError(what + " failed: " + future.cause(), future.cause());
        }
    }

    /** Waits until it is done, one way or the other. */
    static void awaitDone(Future<?> future, String what) throws InterruptedException {
        if (!future.await(LIMIT.toMillis())) {
            throw new AssertionError(what + " not done within " + LIMIT.toSeconds() + " s");
        }
    }

    /** Lets a channel's loop turn some times: what comes without end would come meanwhile. */
    static void turns(Channel channel, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            await(channel.eventLoop().submit(() -> {}), "a task of the loop");
        }
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    /** IPv6 can be turned off: then a program that needs it is not made. */
    static void needIpv6() {
        if (!java.nio.file.Files.exists(java.nio.file.Path.of("/proc/net/if_inet6"))) {
            throw new Lacks(IPV6);
        }
    }

    /** What must not be there. */
    static void noException(Seen seen) {
        check(seen.exceptions().isEmpty(), "exceptionCaught: " + seen.exceptions());
    }

    /** For handlers of each connection a new one. */
    static ChannelHandler each(java.util.function.Supplier<ChannelHandler> handlers) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handlers.get());
            }
        };
    }

    private Class<? extends Channel> datagram() {
        return switch (transport) {
            case NIO -> NioDatagramChannel.class;
            case EPOLL -> EpollDatagramChannel.class;
            case IO_URING -> IoUringDatagramChannel.class;
            default -> GoPollDatagramChannel.class;
        };
    }

    Class<? extends Channel> unix() {
        return switch (transport) {
            case NIO -> NioDomainSocketChannel.class;
            case EPOLL -> EpollDomainSocketChannel.class;
            case IO_URING -> IoUringDomainSocketChannel.class;
            default -> GoPollDomainSocketChannel.class;
        };
    }

    Class<? extends ServerChannel> unixServer() {
        return switch (transport) {
            case NIO -> NioServerDomainSocketChannel.class;
            case EPOLL -> EpollServerDomainSocketChannel.class;
            case IO_URING -> IoUringServerDomainSocketChannel.class;
            default -> GoPollServerDomainSocketChannel.class;
        };
    }

    boolean isGoPoll() {
        return transport == Transport.GOPOLL || transport == Transport.GOROUTINE;
    }

    @Override
    public void close() throws IOException {
        while (!closeables.isEmpty()) {
            closeables.pop().close();
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
