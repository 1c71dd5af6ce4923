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

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What channels fail with, and that those who use them know it. */
class ErrorsTest {

    /** As {@code SslHandler} and Armeria have it. */
    private static final Pattern IGNORABLE =
            Pattern.compile(
                    "^.*(?:connection.*(?:reset|closed|abort|broken)|broken.*pipe).*$",
                    Pattern.CASE_INSENSITIVE);

    /** One row: who looks at a failure, and at what. */
    private enum Known {
        RESET_BY_GRPC(
                e ->
                        e.getClass() == IOException.class
                                || e.getClass() == SocketException.class
                                || e.getClass().getSimpleName().equals("NativeIoException")),
        RESET_BY_REACTOR_NETTY(
                e ->
                        e instanceof IOException
                                && (e.getMessage() == null
                                        || e.getMessage().contains("Broken pipe")
                                        || e.getMessage().contains("Connection reset by peer"))),
        RESET_BY_LETTUCE(
                e ->
                        e instanceof IOException
                                && List.of(
                                                "Connection reset by peer",
                                                "Broken pipe",
                                                "Connection timed out")
                                        .contains(e.getMessage())),
        RESET_BY_SSL_HANDLER_AND_ARMERIA(e -> IGNORABLE.matcher("" + e.getMessage()).matches()),
        REFUSED(
                e ->
                        e instanceof ConnectException
                                && !(e instanceof ConnectTimeoutException)
                                && e.getMessage().contains("Connection refused")),
        IN_USE(
                e ->
                        e instanceof BindException
                                && e.getMessage().contains("Address already in use"));

        private final Predicate<Throwable> test;

        Known(Predicate<Throwable> test) {
            this.test = test;
        }
    }

    private EventLoopGroup group;

    static Stream<String> modes() {
        return Runtime.version().feature() >= 21
                ? Stream.of("loop", "goroutine")
                : Stream.of("loop");
    }

    private void open(String mode) {
        group =
                mode.equals("loop")
                        ? new MultiThreadIoEventLoopGroup(1, GoPollIoHandler.newFactory())
                        : new GoroutineEventLoopGroup(1);
    }

    @AfterEach
    void close() throws Exception {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aResetIsKnown(String mode) throws Exception {
        open(mode);
        CompletableFuture<Throwable> caught = new CompletableFuture<>();
        Channel server = bind(0, caught).sync().channel();
        try (Socket socket = new Socket()) {
            socket.connect(server.localAddress());
            socket.setSoLinger(true, 0);
        }
        Throwable cause = caught.get(20, TimeUnit.SECONDS);
        assertKnown(cause, Known.RESET_BY_GRPC);
        assertKnown(cause, Known.RESET_BY_REACTOR_NETTY);
        assertKnown(cause, Known.RESET_BY_LETTUCE);
        assertKnown(cause, Known.RESET_BY_SSL_HANDLER_AND_ARMERIA);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aRefusedConnectIsKnown(String mode) throws Exception {
        open(mode);
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        ChannelFuture connect =
                new Bootstrap()
                        .group(group)
                        .channel(GoPollSocketChannel.class)
                        .handler(new ChannelInboundHandlerAdapter())
                        .connect(loopback(port));
        assertKnown(causeOf(connect), Known.REFUSED);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void anAddressInUseIsKnown(String mode) throws Exception {
        open(mode);
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ChannelFuture bind = bind(other.getLocalPort(), new CompletableFuture<>());
            assertKnown(causeOf(bind), Known.IN_USE);
        }
    }

    private ChannelFuture bind(int port, CompletableFuture<Throwable> caught) {
        return new ServerBootstrap()
                .group(group)
                .channel(GoPollServerSocketChannel.class)
                .childHandler(
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void exceptionCaught(ChannelHandlerContext ctx, Throwable e) {
                                caught.complete(e);
                            }
                        })
                .bind(loopback(port));
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static Throwable causeOf(ChannelFuture future) throws Exception {
        if (!future.await(20, TimeUnit.SECONDS)) {
            fail("not done: " + future);
        }
        return future.cause();
    }

    private static void assertKnown(Throwable cause, Known known) {
        assertTrue(known.test.test(cause), () -> "not " + known + ": " + cause);
    }
}
