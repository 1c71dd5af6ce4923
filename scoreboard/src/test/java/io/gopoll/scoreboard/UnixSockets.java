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

import io.gopoll.channel.GoPollChannelOption;
import io.gopoll.channel.GoPollDomainSocketChannel;
import io.gopoll.examples.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.PeerCredentials;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Unix domain sockets. */
final class UnixSockets {

    private UnixSockets() {}

    @Reported(
            url = "https://github.com/netty/netty/issues/4881",
            title = "4.1.0.CR2: Missing shutdownOutput() method for EpollDomainSocketChannel",
            shows = "A Unix socket can be half-closed, and still has the answer.")
    static void halfClose(Host host) throws Exception {
        Path directory = Files.createTempDirectory("u");
        Path path = directory.resolve("s");
        try {
            ServerSocketChannel server =
                    host.closed(ServerSocketChannel.open(StandardProtocolFamily.UNIX));
            server.bind(UnixDomainSocketAddress.of(path));
            Seen seen = new Seen();
            Channel client = connect(host, address(host, path.toString()), seen);
            SocketChannel peer = host.closed(server.accept());
            Host.await(client.writeAndFlush(Unpooled.buffer().writeZero(1000)), "write");
            Host.await(((DuplexChannel) client).shutdownOutput(), "shutdownOutput");
            int count = Channels.newInputStream(peer).readAllBytes().length;
            Host.check(count == 1000, count + " of 1000 bytes");
            peer.write(ByteBuffer.allocate(2000));
            seen.awaitBytes(2000);
        } finally {
            Files.deleteIfExists(path);
            Files.delete(directory);
        }
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/4085",
            title = "Support abstract domain sockets using epoll on linux",
            shows = "A server can have an abstract name, even one with a zero byte within.")
    static void zeroByteInAName(Host host) throws Exception {
        String name = abstractName(host) + "\0within";
        listen(host, new DomainSocketAddress(name), new Seen(UnixSockets::answer), b -> b);
        Seen seen = new Seen();
        Channel client = connect(host, new DomainSocketAddress(name), seen);
        client.writeAndFlush(Unpooled.buffer().writeByte(1));
        seen.awaitBytes(1);
    }

    private static void answer(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(Unpooled.buffer().writeByte(1));
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/15876",
            title = "[io_uring] Fix Unix domain socket support for abstract namespace sockets",
            shows = "An abstract name has no zero bytes behind it: connects meet what is bound so.")
    static void abstractNameIsExact(Host host) throws Exception {
        String name = abstractName(host);
        // Bound by an epoll loop: what is on trial is what connect() asks for.
        try (Host other = new Host(Transport.EPOLL)) {
            listen(other, new DomainSocketAddress(name), new Seen(UnixSockets::answer), b -> b);
            Seen seen = new Seen();
            Channel client = connect(host, new DomainSocketAddress(name), seen);
            client.writeAndFlush(Unpooled.buffer().writeByte(1));
            seen.awaitBytes(1);
        }
        String bound = abstractName(host);
        listen(host, new DomainSocketAddress(bound), new Seen(), b -> b);
        boolean listed =
                Files.readAllLines(Path.of("/proc/net/unix")).stream()
                        .anyMatch(line -> line.endsWith("@" + bound.substring(1)));
        Host.check(listed, "bound to another name");
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/15957",
            title = "Socket: Fix handling of abstract namespaces on linux when creating th…",
            shows = "An accepted connection tells the abstract name that it came by.")
    static void abstractAddress(Host host) throws Exception {
        String name = abstractName(host);
        Seen server = new Seen();
        listen(host, new DomainSocketAddress(name), server, b -> b);
        connect(host, new DomainSocketAddress(name), new Seen());
        SocketAddress local = server.channel().localAddress();
        Host.check(
                new DomainSocketAddress(name).equals(local),
                "localAddress: " + String.valueOf(local).replace('\0', '@'));
    }

    private static String abstractName(Host host) {
        if (host.transport == Transport.NIO) {
            throw new Lacks("abstract names");
        }
        return "\0" + UUID.randomUUID();
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/3345",
            title = "Allow to recv and send file descriptors when using EpollDomainSocketChan...",
            shows = "A descriptor can be passed to another process.",
            note = "On io_uring it works in some runs.")
    static void passDescriptor(Host host) throws Exception {
        ChannelOption<DomainSocketReadMode> mode =
                switch (host.transport) {
                    case NIO -> throw new Lacks("passed descriptors");
                    case EPOLL -> EpollChannelOption.DOMAIN_SOCKET_READ_MODE;
                    case IO_URING -> IoUringChannelOption.DOMAIN_SOCKET_READ_MODE;
                    default -> GoPollChannelOption.DOMAIN_SOCKET_READ_MODE;
                };
        CompletableFuture<FileDescriptor> received = new CompletableFuture<>();
        String name = abstractName(host);
        listen(
                host,
                new DomainSocketAddress(name),
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        received.complete((FileDescriptor) msg);
                    }
                },
                b -> b.childOption(mode, DomainSocketReadMode.FILE_DESCRIPTORS));
        Seen seen = new Seen();
        host.accept(seen);
        FileDescriptor descriptor = ((UnixChannel) seen.channel()).fd();
        Channel client = connect(host, new DomainSocketAddress(name), new Seen());
        Host.await(client.writeAndFlush(descriptor), "write of a descriptor");
        FileDescriptor other = received.get(Host.LIMIT.toSeconds(), TimeUnit.SECONDS);
        try {
            Host.check(other.intValue() != descriptor.intValue(), "the same number");
            Host.check(link(other).equals(link(descriptor)), "another socket: " + link(other));
        } finally {
            other.close();
        }
    }

    private static Path link(FileDescriptor descriptor) throws Exception {
        return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor.intValue()));
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/5940",
            title = "Adding ability to get Peer Creds on a UnixDomainSocket",
            shows = "A server knows its peer's process.")
    static void peerCredentials(Host host) throws Exception {
        String name = abstractName(host);
        Seen seen = new Seen();
        listen(host, new DomainSocketAddress(name), seen, b -> b);
        connect(host, new DomainSocketAddress(name), new Seen());
        Channel channel = seen.channel();
        PeerCredentials peer =
                switch (host.transport) {
                    case EPOLL -> ((EpollDomainSocketChannel) channel).peerCredentials();
                    case IO_URING -> ((IoUringDomainSocketChannel) channel).peerCredentials();
                    default -> ((GoPollDomainSocketChannel) channel).peerCredentials();
                };
        Host.check(peer.pid() == ProcessHandle.current().pid(), "process " + peer.pid());
    }

    private static void listen(
            Host host,
            SocketAddress address,
            io.netty.channel.ChannelHandler child,
            UnaryOperator<ServerBootstrap> options)
            throws Exception {
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(host.group)
                        .channel(host.unixServer())
                        .childHandler(child);
        host.channel(options.apply(bootstrap).bind(address));
    }

    private static Channel connect(Host host, SocketAddress address, Seen seen) throws Exception {
        return host.channel(
                new Bootstrap()
                        .group(host.group)
                        .channel(host.unix())
                        .handler(seen)
                        .connect(address));
    }

    private static SocketAddress address(Host host, String path) {
        return host.transport == Transport.NIO
                ? UnixDomainSocketAddress.of(path)
                : new DomainSocketAddress(path);
    }
}
