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

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Connecting, and what is known of the two ends. */
final class Connects {

    private Connects() {}

    @Reported(
            url = "https://github.com/netty/netty/issues/2342",
            title = "native epoll connect failure not notified",
            shows = "A refused connection fails its future, and the channel is not active.")
    static void refused(Host host) throws Exception {
        ChannelFuture connected = host.client(new Seen()).connect(host.nobody());
        failsAsRefused(connected);
        Host.check(!connected.channel().isActive(), "the channel is active");
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/2280",
            title =
                    "epoll transport always calls ChannelInboundHandler.channelActive(), even when"
                            + " connection fails",
            shows = "A refused connection is never active, nor inactive.")
    static void refusedIsNeverActive(Host host) throws Exception {
        Seen seen = new Seen();
        ChannelFuture connected = host.client(seen).connect(host.nobody());
        failsAsRefused(connected);
        Host.awaitDone(connected.channel().closeFuture(), "close");
        Host.check(seen.events().isEmpty(), "events: " + seen.events());
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/3785",
            title =
                    "Epoll client's connect future with ALLOW_HALF_CLOSURE enabled reports success"
                            + " on failed connection",
            shows = "The same with ALLOW_HALF_CLOSURE.")
    static void refusedWithHalfClosure(Host host) throws Exception {
        Seen seen = new Seen();
        failsAsRefused(
                host.client(seen)
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .connect(host.nobody()));
        Host.check(seen.events().isEmpty(), "events: " + seen.events());
        Host.noException(seen);
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/3443",
            title = "Invalid FileDescriptor causing infinite loop",
            shows = "A refused connection leaves no exceptions in the pipeline.")
    static void refusedWithoutExceptions(Host host) throws Exception {
        Seen seen = new Seen();
        ChannelFuture connected = host.client(seen).connect(host.nobody());
        failsAsRefused(connected);
        Host.turns(connected.channel(), 100);
        Host.noException(seen);
    }

    private static void failsAsRefused(ChannelFuture connected) throws InterruptedException {
        Host.awaitDone(connected, "connect");
        Host.check(
                connected.cause() instanceof ConnectException,
                "connect to a closed port: " + connected.cause());
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/3683",
            title = "[#3662] Fail the connect future on close",
            shows = "close() fails a connect that is under way.")
    static void closeWhileConnecting(Host host) throws Exception {
        ChannelFuture connecting = host.client(new Seen()).connect(silent(host));
        Host.await(registered(connecting).close(), "close");
        Host.awaitDone(connecting, "connect");
        Host.check(
                connecting.cause() instanceof ClosedChannelException,
                "connect: " + connecting.cause());
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/16007",
            title = "EPOLL: Fail correct connect promise on closure",
            shows = "Then the promise given to connect() is failed, and that of close() succeeds.")
    static void closeFailsTheRightPromise(Host host) throws Exception {
        Channel channel = host.client(new Seen()).register().sync().channel();
        var promise = channel.newPromise();
        channel.connect(silent(host), promise);
        Host.turns(channel, 2);
        var closing = channel.newPromise();
        channel.close(closing);
        Host.await(closing, "close");
        Host.awaitDone(promise, "connect");
        Host.check(
                promise.cause() instanceof ClosedChannelException, "connect: " + promise.cause());
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/4980",
            title =
                    "Ensure connect promise is notifed before fireChannelActive() is called."
                            + " Related to [#4927]",
            shows = "The connect promise is notified before channelActive().")
    static void promiseBeforeActive(Host host) throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        Seen seen =
                new Seen() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) throws Exception {
                        order.add("active");
                        super.channelActive(ctx);
                    }
                };
        Channel channel = host.client(seen).register().sync().channel();
        ServerSocket server = host.listenOutside();
        // In the loop: else the connection may be there before the listener.
        Host.await(
                channel.eventLoop()
                        .submit(
                                () ->
                                        channel.connect(server.getLocalSocketAddress())
                                                .addListener(f -> order.add("promise"))),
                "a task");
        seen.channel();
        Host.await(channel.close(), "close");
        Host.check(order.equals(List.of("promise", "active")), "order: " + order);
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/5639",
            title = "channelInactive events with no previous channelActive",
            shows =
                    "A channel that its connect listener closes is not inactive unless active before.")
    static void inactiveOnlyAfterActive(Host host) throws Exception {
        ServerSocket server = host.listenOutside();
        for (int i = 0; i < 20; i++) {
            Seen seen = new Seen();
            ChannelFuture connected =
                    host.client(seen)
                            .connect(server.getLocalSocketAddress())
                            .addListener(ChannelFutureListener.CLOSE);
            Host.awaitDone(connected.channel().closeFuture(), "close");
            Host.turns(connected.channel(), 2);
            List<String> events = seen.events();
            Host.check(
                    events.isEmpty() || events.equals(List.of("active", "inactive")),
                    "events: " + events);
        }
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/2359",
            title = "EpollSocketChannel#remoteAddress0() is always null？",
            shows = "Both ends know both addresses.")
    static void addresses(Host host) throws Exception {
        ServerSocket server = host.listenOutside();
        Channel client = host.connect(server, new Seen());
        Socket peer = host.accepted(server);
        Host.check(
                server.getLocalSocketAddress().equals(client.remoteAddress()),
                "remoteAddress: " + client.remoteAddress());
        Host.check(
                peer.getRemoteSocketAddress().equals(client.localAddress()),
                "localAddress: " + client.localAddress());
    }

    @Reported(
            url = "https://github.com/netty/netty-incubator-transport-io_uring/issues/18",
            title =
                    "IPv4-mapped IPv6 addresses are shown as IPv6 addresses when they should be"
                            + " shown as IPv4 ones",
            shows = "An IPv4 client of a socket that takes both is shown with its IPv4 address.")
    static void mappedAddress(Host host) throws Exception {
        Seen seen = new Seen();
        connectTo(host, seen, "0.0.0.0", InetAddress.getByName("127.0.0.1"));
        InetAddress address = ((InetSocketAddress) seen.channel().remoteAddress()).getAddress();
        Host.check(address instanceof Inet4Address, "remoteAddress: " + address);
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/14189",
            title = "EpollServerSocketChannel resolve IPV6 address with zone identifier",
            shows = "The address ::1 has no scope.")
    static void noScopeOfLoopback(Host host) throws Exception {
        Host.needIpv6();
        Seen seen = new Seen();
        connectTo(host, seen, "::1", InetAddress.getByName("::1"));
        InetAddress address = ((InetSocketAddress) seen.channel().remoteAddress()).getAddress();
        Host.check(address instanceof Inet6Address, "remoteAddress: " + address);
        Host.check(!address.getHostAddress().contains("%"), "remoteAddress: " + address);
    }

    private static void connectTo(Host host, Seen seen, String local, InetAddress address)
            throws Exception {
        Channel server =
                host.channel(
                        new io.netty.bootstrap.ServerBootstrap()
                                .group(host.group)
                                .channel(host.transport.serverChannel)
                                .childHandler(seen)
                                .bind(local, 0));
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        host.closed(new Socket(address, port));
    }

    @Reported(
            url = "https://github.com/golang/go/issues/14431",
            title = "net: DialTimeout return \"io timeout\" when the timeout argument is large",
            shows = "The largest connect timeout there is does not fire at once.")
    static void largestTimeout(Host host) throws Exception {
        ServerSocket server = host.listenOutside();
        Seen seen = new Seen();
        Channel client =
                host.channel(
                        host.client(seen)
                                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Integer.MAX_VALUE)
                                .connect(server.getLocalSocketAddress()));
        Socket peer = host.accepted(server);
        Host.await(client.writeAndFlush(Unpooled.buffer().writeByte(7)), "write");
        Host.check(peer.getInputStream().read() == 7, "nothing comes");
    }

    /** An address that neither accepts nor refuses: its backlog is full. */
    private static InetSocketAddress silent(Host host) throws Exception {
        ServerSocket server =
                host.closed(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
        for (int i = 0; i < 8; i++) {
            SocketChannel filler = host.closed(SocketChannel.open());
            filler.configureBlocking(false);
            filler.connect(server.getLocalSocketAddress());
        }
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    private static Channel registered(ChannelFuture connecting) throws Exception {
        Host.turns(connecting.channel(), 2);
        return connecting.channel();
    }
}
