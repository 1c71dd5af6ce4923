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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that has no descriptor left for a connection: EMFILE, in a process with a low limit. */
@Timeout(120)
class OutOfDescriptorsTest {

    private static final int LIMIT = 256;

    /**
     * More connections than the server can have, and fewer than its backlog and descriptors
     * together.
     */
    private static final int CONNECTIONS = 300;

    private static final int LOW_LIMIT = 64;

    private static final String FAILED = "accept failed: ";

    @Test
    void acceptingPausesAndResumesAndOpenConnectionsGoOn() throws Exception {
        Process server = startServer(LIMIT, Server.class);
        List<Socket> sockets = new ArrayList<>();
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            int port = Integer.parseInt(output.readLine());
            long start = System.nanoTime();
            for (int i = 0; i < CONNECTIONS; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setSoTimeout(20_000);
                sockets.add(socket);
                if (i == 0) {
                    // The server loads its classes while it still can open their files.
                    assertEcho(socket);
                }
            }
            String failure = output.readLine();
            assertEquals(
                    FAILED
                            + "accept(..) failed with error(-24): Too many open files: /127.0.0.1:"
                            + port,
                    failure);

            assertEcho(sockets.get(0));
            assertEcho(sockets.get(1));

            // Seven more failures take seven pauses at least, whenever the first was: no busy loop.
            for (int i = 0; i < 7; i++) {
                assertTrue(output.readLine().startsWith(FAILED));
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertTrue(millis >= 700, millis + " ms for seven pauses of 100 ms");

            for (Socket socket : sockets.subList(0, CONNECTIONS / 2)) {
                socket.close();
            }
            for (Socket socket : sockets.subList(CONNECTIONS / 2, CONNECTIONS)) {
                assertEcho(socket);
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
            server.destroy();
            assertTrue(server.waitFor(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void aServerThatMovesToAnotherLoopWhileItPausesGoesOnThere() throws Exception {
        Process server = startServer(LIMIT, MovingServer.class);
        List<Socket> sockets = new ArrayList<>();
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            int port = Integer.parseInt(output.readLine());
            for (int i = 0; i < CONNECTIONS; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setSoTimeout(20_000);
                sockets.add(socket);
                if (i == 0) {
                    assertEcho(socket);
                }
            }
            assertEquals(FAILED, output.readLine());
            // It has moved once, and then again and again: each loop accepts for itself.
            assertEquals(FAILED, output.readLine());
            for (Socket socket : sockets.subList(0, CONNECTIONS / 2)) {
                socket.close();
            }
            for (Socket socket : sockets.subList(CONNECTIONS / 2, CONNECTIONS)) {
                assertEcho(socket);
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
            server.destroy();
            assertTrue(server.waitFor(20, TimeUnit.SECONDS));
        }
    }

    /**
     * With a limit of {@link #LOW_LIMIT} nothing is left for the classes of java.util.logging,
     * which Netty's pipeline needs for its first warning: each such failure is an Error.
     */
    @Test
    void aLoopSurvivesThatNothingCanBeLoggedAnyMore() throws Exception {
        Process server = startServer(LOW_LIMIT, SilentServer.class);
        List<Socket> sockets = new ArrayList<>();
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            int port = Integer.parseInt(output.readLine());
            Socket first = new Socket(InetAddress.getLoopbackAddress(), port);
            first.setSoTimeout(20_000);
            sockets.add(first);
            assertEcho(first);
            for (int i = 0; i < 2 * LOW_LIMIT; i++) {
                sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            assertEquals(FAILED, output.readLine());
            for (int i = 0; i < 100; i++) {
                assertEcho(first);
            }
            for (Socket socket : sockets.subList(1, sockets.size())) {
                socket.close();
            }
            try (Socket last = new Socket(InetAddress.getLoopbackAddress(), port)) {
                last.setSoTimeout(20_000);
                assertEcho(last);
            }
            assertEcho(first);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
            server.destroy();
            assertTrue(server.waitFor(20, TimeUnit.SECONDS));
        }
    }

    private static void assertEcho(Socket socket) throws IOException {
        socket.getOutputStream().write(42);
        assertEquals(42, socket.getInputStream().read());
    }

    private static Process startServer(int limit, Class<?> main) throws IOException {
        List<String> command = new ArrayList<>();
        command.addAll(List.of("sh", "-c", "ulimit -n " + limit + "; exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(main.getName());
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /**
     * Echoes; prints its port, then each exception of its server channel, which it keeps to itself.
     */
    static final class Server {

        public static void main(String[] args) throws Exception {
            EventLoopGroup group = new GoPollEventLoopGroup(1);
            Channel channel =
                    new ServerBootstrap()
                            .group(group)
                            .channel(GoPollServerSocketChannel.class)
                            .handler(
                                    new ChannelInboundHandlerAdapter() {
                                        @Override
                                        public void exceptionCaught(
                                                ChannelHandlerContext ctx, Throwable cause) {
                                            // Not to ServerBootstrap, which would pause by itself.
                                            System.out.println(FAILED + cause.getMessage());
                                        }
                                    })
                            .childHandler(new Echo())
                            .bind(InetAddress.getLoopbackAddress(), 0)
                            .sync()
                            .channel();
            System.out.println(((InetSocketAddress) channel.localAddress()).getPort());
            channel.closeFuture().sync();
        }
    }

    /**
     * Echoes. Its handler fails on an exception, whereupon the pipeline logs both with
     * java.util.logging, which was not used before.
     */
    static final class SilentServer {

        public static void main(String[] args) throws Exception {
            InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
            EventLoopGroup group = new GoPollEventLoopGroup(1);
            Channel channel =
                    new ServerBootstrap()
                            .group(group)
                            .channel(GoPollServerSocketChannel.class)
                            .handler(
                                    new ChannelInboundHandlerAdapter() {
                                        private boolean said;

                                        @Override
                                        public void exceptionCaught(
                                                ChannelHandlerContext ctx, Throwable cause) {
                                            if (!said) {
                                                said = true;
                                                System.out.println(FAILED);
                                            }
                                            throw new NoClassDefFoundError("of a logger");
                                        }
                                    })
                            .childHandler(new Echo())
                            .bind(InetAddress.getLoopbackAddress(), 0)
                            .sync()
                            .channel();
            System.out.println(((InetSocketAddress) channel.localAddress()).getPort());
            channel.closeFuture().sync();
        }
    }

    /** Echoes; moves to its other loop whenever accepting fails, and says so. */
    static final class MovingServer {

        public static void main(String[] args) throws Exception {
            EventLoopGroup loops = new GoPollEventLoopGroup(2);
            Channel channel =
                    new ServerBootstrap()
                            .group(loops, new GoPollEventLoopGroup(1))
                            .channel(GoPollServerSocketChannel.class)
                            .handler(
                                    new ChannelInboundHandlerAdapter() {
                                        @Override
                                        public void exceptionCaught(
                                                ChannelHandlerContext ctx, Throwable cause) {
                                            System.out.println(FAILED);
                                            move(ctx.channel(), loops);
                                        }
                                    })
                            .childHandler(new Echo())
                            .bind(InetAddress.getLoopbackAddress(), 0)
                            .sync()
                            .channel();
            System.out.println(((InetSocketAddress) channel.localAddress()).getPort());
            channel.closeFuture().sync();
        }

        private static void move(Channel channel, EventLoopGroup loops) {
            EventLoop from = channel.eventLoop();
            EventLoop next = loops.next();
            EventLoop to = next == from ? loops.next() : next;
            channel.deregister().addListener(left -> to.register(channel));
        }
    }

    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }
}
