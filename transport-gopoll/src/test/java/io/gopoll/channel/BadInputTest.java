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
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * DESIGN's table "What bad input gets", where it is about channels; one test a line of it at least.
 */
@Timeout(60)
class BadInputTest {

    private EventLoopGroup group;

    @BeforeEach
    void startGroup() {
        group = new GoPollEventLoopGroup(1);
    }

    @AfterEach
    void stopGroup() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static Throwable causeOf(ChannelFuture future) throws InterruptedException {
        assertTrue(future.await(20, TimeUnit.SECONDS));
        assertFalse(future.isSuccess());
        return future.cause();
    }

    private Bootstrap client() {
        return new Bootstrap()
                .group(group)
                .channel(GoPollSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter());
    }

    private ServerBootstrap server() {
        return new ServerBootstrap()
                .group(group)
                .channel(GoPollServerSocketChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter());
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void aChannelOfAnotherTransportIsRefusedWithBothNamed() throws Exception {
        NioSocketChannel nio = new NioSocketChannel();
        try {
            Throwable cause = causeOf(group.register(nio));
            assertInstanceOf(IllegalStateException.class, cause);
            assertTrue(cause.getMessage().contains(NioSocketChannel.class.getName()));
            assertTrue(cause.getMessage().contains(GoPollEventLoop.class.getName()));
        } finally {
            nio.unsafe().closeForcibly();
        }
    }

    @Test
    void aGoPollChannelOnAnotherTransportIsRefusedWithBothNamedAndClosed() throws Exception {
        EventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            GoPollSocketChannel channel = new GoPollSocketChannel();
            Throwable cause = causeOf(nio.register(channel));
            assertInstanceOf(IllegalStateException.class, cause);
            assertTrue(cause.getMessage().contains(GoPollSocketChannel.class.getName()));
            assertTrue(cause.getMessage().contains(nio.next().getClass().getName()));
            assertFalse(channel.isOpen());
        } finally {
            nio.shutdownGracefully(0, 5, TimeUnit.SECONDS);
        }
    }

    @Test
    void aHandleOfAnotherKindIsRefused() throws Exception {
        MultiThreadIoEventLoopGroup io = (MultiThreadIoEventLoopGroup) group;
        Throwable cause = io.next().register(new NotADescriptor()).await().cause();
        assertInstanceOf(IllegalArgumentException.class, cause);
        assertTrue(cause.getMessage().contains("NotADescriptor"), cause.getMessage());
    }

    @SuppressWarnings("try")
    private static final class NotADescriptor implements io.netty.channel.IoHandle {
        @Override
        public void handle(
                io.netty.channel.IoRegistration registration, io.netty.channel.IoEvent event) {}

        @Override
        public void close() {}
    }

    @Test
    void aRefusedConnectIsAConnectExceptionNamingTheAddress() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Throwable cause = causeOf(client().connect(loopback(port)));
        assertInstanceOf(ConnectException.class, cause);
        assertTrue(cause.getMessage().contains("Connection refused"), cause.getMessage());
        assertTrue(cause.getMessage().contains("127.0.0.1:" + port), cause.getMessage());
    }

    @Test
    void anAddressInUseIsABindExceptionNamingTheCallAndTheAddress() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Throwable cause = causeOf(server().bind(socket.getLocalSocketAddress()));
            assertInstanceOf(BindException.class, cause);
            assertEquals(
                    "bind(..) failed with error(-98): Address already in use: "
                            + socket.getLocalSocketAddress(),
                    cause.getMessage());
        }
    }

    @Test
    void anAddressThatIsNotOursIsABindException() throws Exception {
        // TEST-NET-1, RFC 5737: no machine has it, and nothing is sent to bind to it.
        SocketAddress foreign = new InetSocketAddress("192.0.2.200", 0);
        Throwable cause = causeOf(server().bind(foreign));
        assertInstanceOf(BindException.class, cause);
        assertTrue(cause.getMessage().contains("Cannot assign requested address"));
    }

    @Test
    void anUnresolvedAddressIsRefusedBeforeAnySystemCall() throws Exception {
        InetSocketAddress unresolved = InetSocketAddress.createUnresolved("nowhere.invalid", 80);
        GoPollSocketChannel channel = new GoPollSocketChannel();
        group.register(channel).sync();
        assertInstanceOf(UnresolvedAddressException.class, causeOf(channel.connect(unresolved)));
        assertInstanceOf(UnresolvedAddressException.class, causeOf(channel.bind(unresolved)));
        channel.close().sync();
    }

    @Test
    void aResetByThePeerIsAnIoExceptionNamingTheError() throws Exception {
        CompletableFuture<Throwable> caught = new CompletableFuture<>();
        Channel listening =
                server().childHandler(
                                new ChannelInboundHandlerAdapter() {
                                    @Override
                                    public void exceptionCaught(
                                            ChannelHandlerContext ctx, Throwable cause) {
                                        caught.complete(cause);
                                    }
                                })
                        .bind(loopback(0))
                        .sync()
                        .channel();
        try (Socket socket = new Socket()) {
            socket.connect(listening.localAddress());
            socket.setSoLinger(true, 0);
        }
        Throwable cause = caught.get(20, TimeUnit.SECONDS);
        assertInstanceOf(IOException.class, cause);
        assertEquals("Connection reset by peer", cause.getMessage());
    }

    @Test
    void aWriteBeforeConnectFailsAsNotYetConnected() throws Exception {
        GoPollSocketChannel channel = new GoPollSocketChannel();
        group.register(channel).sync();
        ChannelFuture write =
                channel.writeAndFlush(io.netty.buffer.Unpooled.wrappedBuffer(new byte[1]));
        assertInstanceOf(NotYetConnectedException.class, causeOf(write));
        channel.close().sync();
    }

    @Test
    void aMessageThatIsNeitherBufferNorFileRegionIsRefusedNamingItsType() throws Exception {
        GoPollSocketChannel channel = new GoPollSocketChannel();
        group.register(channel).sync();
        Throwable cause = causeOf(channel.writeAndFlush("text"));
        assertInstanceOf(UnsupportedOperationException.class, cause);
        assertTrue(cause.getMessage().contains("String"), cause.getMessage());
        channel.close().sync();
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void withoutVirtualThreadsGoroutineLoopsNameTheLoopMode() {
        UnsupportedOperationException e =
                assertThrows(UnsupportedOperationException.class, GoroutineEventLoopGroup::new);
        assertTrue(e.getMessage().contains("JDK 21"), e.getMessage());
        assertTrue(e.getMessage().contains("GoPollEventLoopGroup"), e.getMessage());
        assertThrows(UnsupportedOperationException.class, GoPoll::scheduler);
    }

    @Test
    void aClosedChannelSaysSo() throws Exception {
        GoPollSocketChannel channel = new GoPollSocketChannel();
        group.register(channel).sync();
        channel.close().sync();
        assertFalse(channel.fd().isOpen());
        assertInstanceOf(ClosedChannelException.class, causeOf(channel.connect(loopback(1))));
        ChannelException e =
                assertThrows(
                        ChannelException.class,
                        () -> channel.config().getOption(ChannelOption.SO_KEEPALIVE));
        assertInstanceOf(ClosedChannelException.class, e.getCause());
        assertThrows(ChannelException.class, channel::tcpInfo);
    }

    @Test
    void aDescriptorThatIsNoSocketIsNotAdopted() {
        ChannelException e =
                assertThrows(ChannelException.class, () -> new GoPollSocketChannel(1_000_000));
        assertTrue(e.getMessage().contains("1000000"), e.getMessage());
        assertNotNull(e.getCause());
    }

    @Test
    void fdIsTheSocketsNumberAndClosesTheChannelsSocketOnlyOnce() throws Exception {
        GoPollSocketChannel channel = new GoPollSocketChannel();
        group.register(channel).sync();
        FileDescriptor fd = ((UnixChannel) channel).fd();
        assertTrue(fd.intValue() > 2);
        assertTrue(fd.isOpen());
        channel.close().sync();
        fd.close();
        assertFalse(fd.isOpen());
    }
}
