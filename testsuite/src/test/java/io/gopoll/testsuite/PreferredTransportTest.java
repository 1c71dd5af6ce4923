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
package io.gopoll.testsuite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.channel.GoPoll;
import io.gopoll.channel.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each in a JVM of its own: what has been found available there stays so. */
class PreferredTransportTest {

    private static final String ALL = "tcp udp unix unix-datagram";
    private static final String NO_BINDING = "-Dio.gopoll.syscalls=none";
    private static final String WHY = "GoPoll is not available: -Dio.gopoll.syscalls=none names";

    @TempDir Path folder;

    @Test
    void itIsGoPollWhereThatIsAvailable() throws Exception {
        assertServes("gopoll", ALL, run("netty-nothing"), "GoPoll is available");
    }

    @Test
    void itIsEpollWhereGoPollIsNotAvailable() throws Exception {
        assertServes("epoll", ALL, run("netty-nothing", NO_BINDING), WHY);
    }

    @Test
    void itIsNioWhereEpollIsNotOnTheClassPath() throws Exception {
        assertServes(
                "nio",
                "tcp udp unix none",
                run("netty-transport-(classes|native)-epoll", NO_BINDING),
                WHY,
                "nor is Netty's epoll: it is not on the class path");
    }

    @Test
    void itIsNioWhereEpollIsNotAvailable() throws Exception {
        assertServes(
                "nio",
                "tcp udp unix none",
                run("netty-transport-native-epoll", NO_BINDING),
                WHY,
                "nor is Netty's epoll: java.lang.UnsatisfiedLinkError");
    }

    @Test
    void itIsNioOnAnotherOperatingSystem() throws Exception {
        assertServes(
                "nio",
                "tcp udp unix none",
                run("netty-nothing", "-Dos.name=FreeBSD"),
                "GoPoll needs Linux, and this is FreeBSD",
                "nor is Netty's epoll: java.lang.UnsatisfiedLinkError");
    }

    private static void assertServes(String name, String serves, String said, String... reason) {
        assertTrue(said.contains("name: " + name + "\n"), said);
        assertTrue(said.contains("serves: " + serves + "\n"), said);
        for (String words : reason) {
            assertTrue(
                    said.lines().anyMatch(l -> l.startsWith("why: ") && l.contains(words)), said);
        }
    }

    /**
     * What {@link Main} says.
     *
     * @param without the jars to leave out
     */
    private String run(String without, String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(Arrays.asList(options));
        command.add("-cp");
        command.add(
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> !entry.matches(".*/" + without + "-[^/]*\\.jar"))
                        .collect(Collectors.joining(File.pathSeparator)));
        command.add(Main.class.getName());
        command.add(folder.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), said);
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Echoes over each kind of channel. Run by {@link #run}. */
    static final class Main {

        private final Transport transport = GoPoll.preferred();
        private final EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, transport.ioHandlerFactory());
        private final Path folder;

        private Main(Path folder) {
            this.folder = folder;
        }

        public static void main(String[] args) throws Exception {
            Main main = new Main(Path.of(args[0]));
            System.out.println("name: " + main.transport.name());
            System.out.println("why: " + main.transport.reason().replace('\n', ' '));
            System.out.println("serves: " + main.serve());
            main.group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }

        private String serve() throws Exception {
            InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            return echo(SocketProtocolFamily.INET, loopback, "tcp")
                    + echoDatagram(SocketProtocolFamily.INET, loopback, loopback, " udp")
                    + echo(SocketProtocolFamily.UNIX, unix("s"), " unix")
                    + echoUnixDatagram();
        }

        private SocketAddress unix(String name) {
            return transport.unixAddress(folder.resolve(name).toString());
        }

        private String echoUnixDatagram() throws Exception {
            try {
                return echoDatagram(
                        SocketProtocolFamily.UNIX, unix("a"), unix("b"), " unix-datagram");
            } catch (UnsupportedOperationException e) {
                return " none";
            }
        }

        private String echo(SocketProtocolFamily family, SocketAddress at, String word)
                throws Exception {
            Channel server =
                    new ServerBootstrap()
                            .group(group)
                            .channel(transport.serverSocketChannel(family))
                            .childHandler(new Echo())
                            .bind(at)
                            .sync()
                            .channel();
            Answer answer = new Answer();
            Channel client =
                    new Bootstrap()
                            .group(group)
                            .channel(transport.socketChannel(family))
                            .handler(answer)
                            .connect(server.localAddress())
                            .sync()
                            .channel();
            return answer.to(word, client, server);
        }

        private String echoDatagram(
                SocketProtocolFamily family, SocketAddress at, SocketAddress from, String word)
                throws Exception {
            Bootstrap bootstrap =
                    new Bootstrap().group(group).channel(transport.datagramChannel(family));
            Channel server = bootstrap.clone().handler(new Echo()).bind(at).sync().channel();
            Answer answer = new Answer();
            Channel client =
                    bootstrap
                            .clone()
                            .handler(answer)
                            .connect(server.localAddress(), from)
                            .sync()
                            .channel();
            return answer.to(word, client, server);
        }
    }

    /** Sends back what it gets. */
    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof DatagramPacket) {
                DatagramPacket packet = (DatagramPacket) msg;
                ctx.writeAndFlush(new DatagramPacket(packet.content(), packet.sender()));
            } else if (msg instanceof DomainDatagramPacket) {
                DomainDatagramPacket packet = (DomainDatagramPacket) msg;
                DomainSocketAddress sender = packet.sender();
                ctx.writeAndFlush(new DomainDatagramPacket(packet.content(), sender));
            } else {
                ctx.writeAndFlush(msg);
            }
        }
    }

    /** Keeps what comes back. */
    private static final class Answer extends SimpleChannelInboundHandler<Object> {
        private final Promise<String> promise = ImmediateEventExecutor.INSTANCE.newPromise();

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, Object msg) {
            ByteBuf content =
                    msg instanceof ByteBufHolder ? ((ByteBufHolder) msg).content() : (ByteBuf) msg;
            promise.trySuccess(content.toString(StandardCharsets.UTF_8));
        }

        String to(String word, Channel client, Channel server) throws Exception {
            client.writeAndFlush(Unpooled.copiedBuffer(word, StandardCharsets.UTF_8)).sync();
            String answer = promise.get(30, TimeUnit.SECONDS);
            client.close().sync();
            server.close().sync();
            return answer;
        }
    }
}
