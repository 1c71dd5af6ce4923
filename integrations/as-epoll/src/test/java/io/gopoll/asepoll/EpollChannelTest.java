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
package io.gopoll.asepoll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.channel.GoPollDatagramChannel;
import io.gopoll.channel.GoPollDomainDatagramChannel;
import io.gopoll.channel.GoPollDomainSocketChannel;
import io.gopoll.channel.GoPollServerDomainSocketChannel;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.AbstractEpollServerChannel;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.channel.epoll.EpollChannelConfig;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDatagramChannelConfig;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollMode;
import io.netty.channel.epoll.EpollServerChannelConfig;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannelConfig;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real traffic and options through the channels that are called Epoll*. */
class EpollChannelTest {

    private static final int SECONDS = 60;
    private static final int BYTES = 16 * 1024 * 1024;
    private static final int PACKETS = 200;

    @TempDir private Path dir;

    private EventLoopGroup group;

    private final List<Channel> open = new ArrayList<>();

    @AfterEach
    void stop() {
        for (Channel channel : open) {
            if (channel.isRegistered()) {
                channel.close().syncUninterruptibly();
            } else {
                channel.unsafe().closeForcibly();
            }
        }
        if (group != null) {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
            assertTrue(group.isTerminated());
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            ctx.channel().config().setAutoRead(ctx.channel().isWritable());
        }
    }

    /** Sees to it that all bytes come back, in order. */
    private static final class Check extends SimpleChannelInboundHandler<ByteBuf> {

        private final byte[] sent;
        private int position;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Check(byte[] sent) {
            this.sent = sent;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(sent));
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            byte[] got = new byte[msg.readableBytes()];
            msg.readBytes(got);
            int end = position + got.length;
            if (end > sent.length || !Arrays.equals(got, 0, got.length, sent, position, end)) {
                done.completeExceptionally(new AssertionError("behind " + position));
                return;
            }
            position = end;
            if (position == sent.length) {
                done.complete(null);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            done.completeExceptionally(cause);
        }
    }

    private Channel server(
            Class<? extends ServerChannel> type,
            SocketAddress address,
            BlockingQueue<Channel> accepted) {
        Channel server =
                new ServerBootstrap()
                        .group(group)
                        .channel(type)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel ch) {
                                        accepted.add(ch);
                                        ch.pipeline().addLast(new Echo());
                                    }
                                })
                        .bind(address)
                        .syncUninterruptibly()
                        .channel();
        open.add(server);
        return server;
    }

    private Channel client(
            Class<? extends Channel> type, SocketAddress address, ChannelHandler handler) {
        Channel client =
                new Bootstrap()
                        .group(group)
                        .channel(type)
                        .handler(handler)
                        .connect(address)
                        .syncUninterruptibly()
                        .channel();
        open.add(client);
        return client;
    }

    private static byte[] random() {
        byte[] bytes = new byte[BYTES];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @ParameterizedTest
    @MethodSource("io.gopoll.asepoll.Loops#all")
    void tcpBringsAllBytesBack(Loops loops) throws Exception {
        group = loops.open(2);
        BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        Channel server = server(EpollServerSocketChannel.class, loopback(0), accepted);
        assertInstanceOf(GoPollServerSocketChannel.class, server);
        assertInstanceOf(AbstractEpollServerChannel.class, server);
        Check check = new Check(random());
        Channel client = client(EpollSocketChannel.class, server.localAddress(), check);
        assertInstanceOf(GoPollSocketChannel.class, client);
        assertInstanceOf(AbstractEpollStreamChannel.class, client);
        check.done.get(SECONDS, TimeUnit.SECONDS);
        Channel child = accepted.poll(SECONDS, TimeUnit.SECONDS);
        assertSame(EpollSocketChannel.class, child.getClass());
        assertSame(server, child.parent());

        EpollTcpInfo info = ((EpollSocketChannel) client).tcpInfo();
        assertEquals(1, info.state(), "TCP_ESTABLISHED");
        assertTrue(info.sndMss() > 0 && info.rto() > 0, info.toString());
        assertSame(info, ((EpollSocketChannel) client).tcpInfo(info));
    }

    @ParameterizedTest
    @MethodSource("io.gopoll.asepoll.Loops#all")
    void unixSocketsBringAllBytesBack(Loops loops) throws Exception {
        group = loops.open(2);
        DomainSocketAddress address = new DomainSocketAddress(dir.resolve("s").toFile());
        BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        Channel server = server(EpollServerDomainSocketChannel.class, address, accepted);
        assertInstanceOf(GoPollServerDomainSocketChannel.class, server);
        assertInstanceOf(AbstractEpollServerChannel.class, server);
        EpollServerChannelConfig serverConfig = ((EpollServerDomainSocketChannel) server).config();
        assertEquals(7, serverConfig.setBacklog(7).getBacklog());
        Check check = new Check(random());
        Channel client = client(EpollDomainSocketChannel.class, address, check);
        assertInstanceOf(GoPollDomainSocketChannel.class, client);
        check.done.get(SECONDS, TimeUnit.SECONDS);
        Channel child = accepted.poll(SECONDS, TimeUnit.SECONDS);
        assertSame(EpollDomainSocketChannel.class, child.getClass());
        assertEquals(
                ProcessHandle.current().pid(),
                ((EpollDomainSocketChannel) child).peerCredentials().pid());
    }

    private static final class Texts extends ChannelInboundHandlerAdapter {

        final BlockingQueue<String> texts = new LinkedBlockingQueue<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf content = ((ByteBufHolder) msg).content();
            texts.add(content.toString(StandardCharsets.UTF_8));
            content.release();
        }
    }

    private Channel datagrams(
            Class<? extends Channel> type, SocketAddress address, ChannelHandler handler) {
        Channel channel =
                new Bootstrap()
                        .group(group)
                        .channel(type)
                        .handler(handler)
                        .bind(address)
                        .syncUninterruptibly()
                        .channel();
        open.add(channel);
        return channel;
    }

    private static ByteBuf text(int i) {
        return Unpooled.copiedBuffer("packet " + i, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @MethodSource("io.gopoll.asepoll.Loops#all")
    void udpPacketsArrive(Loops loops) throws Exception {
        group = loops.open(2);
        Texts texts = new Texts();
        Channel to = datagrams(EpollDatagramChannel.class, loopback(0), texts);
        Channel from = datagrams(EpollDatagramChannel.class, loopback(0), new Texts());
        assertInstanceOf(GoPollDatagramChannel.class, to);
        for (int i = 0; i < PACKETS; i++) {
            from.writeAndFlush(new DatagramPacket(text(i), (InetSocketAddress) to.localAddress()))
                    .syncUninterruptibly();
            assertEquals("packet " + i, texts.texts.poll(SECONDS, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @MethodSource("io.gopoll.asepoll.Loops#all")
    void unixDatagramsArrive(Loops loops) throws Exception {
        group = loops.open(2);
        Texts texts = new Texts();
        DomainSocketAddress address = new DomainSocketAddress(dir.resolve("d").toFile());
        Channel to = datagrams(EpollDomainDatagramChannel.class, address, texts);
        DomainSocketAddress other = new DomainSocketAddress(dir.resolve("e").toFile());
        Channel from = datagrams(EpollDomainDatagramChannel.class, other, new Texts());
        assertInstanceOf(GoPollDomainDatagramChannel.class, to);
        for (int i = 0; i < PACKETS; i++) {
            from.writeAndFlush(new DomainDatagramPacket(text(i), address)).syncUninterruptibly();
            assertEquals("packet " + i, texts.texts.poll(SECONDS, TimeUnit.SECONDS));
        }
    }

    // ---- Options and configs. ----

    private static <T> void setAndGet(Channel channel, ChannelOption<T> option, T value) {
        assertTrue(channel.config().setOption(option, value), option.name());
        assertEquals(value, channel.config().getOption(option), option.name());
        assertEquals(value, channel.config().getOptions().get(option), option.name());
    }

    @ParameterizedTest
    @MethodSource("io.gopoll.asepoll.Loops#all")
    @SuppressWarnings("deprecation") // EPOLL_MODE
    void optionsOfEpollAreSetAndReadBack(Loops loops) throws Exception {
        group = loops.open(1);
        Channel server =
                server(EpollServerSocketChannel.class, loopback(0), new LinkedBlockingQueue<>());
        Channel client = client(EpollSocketChannel.class, server.localAddress(), new Echo());
        setAndGet(client, EpollChannelOption.TCP_CORK, true);
        setAndGet(client, EpollChannelOption.TCP_CORK, false);
        setAndGet(client, EpollChannelOption.TCP_KEEPIDLE, 31);
        setAndGet(client, EpollChannelOption.TCP_KEEPINTVL, 32);
        setAndGet(client, EpollChannelOption.TCP_KEEPCNT, 5);
        setAndGet(client, EpollChannelOption.TCP_USER_TIMEOUT, 12_345);
        setAndGet(client, EpollChannelOption.TCP_NOTSENT_LOWAT, 65_536L);
        setAndGet(client, ChannelOption.TCP_NODELAY, false);
        setAndGet(client, ChannelOption.SO_KEEPALIVE, true);
        setAndGet(server, EpollChannelOption.IP_FREEBIND, true);
        setAndGet(server, EpollChannelOption.SO_REUSEPORT, true);
        setAndGet(server, EpollChannelOption.TCP_DEFER_ACCEPT, 3);
        Channel udp = datagrams(EpollDatagramChannel.class, loopback(0), new Texts());
        setAndGet(udp, EpollChannelOption.SO_REUSEPORT, true);
        setAndGet(udp, EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 1400);
        setAndGet(udp, EpollChannelOption.IP_MULTICAST_ALL, true);
        for (Channel channel : List.of(server, client, udp)) {
            EpollChannelConfig config = (EpollChannelConfig) channel.config();
            for (EpollMode mode : EpollMode.values()) {
                assertTrue(config.setOption(EpollChannelOption.EPOLL_MODE, mode));
                assertSame(config, config.setEpollMode(mode));
            }
            assertNotNull(config.getOption(EpollChannelOption.EPOLL_MODE));
            for (Map.Entry<ChannelOption<?>, Object> e : config.getOptions().entrySet()) {
                assertFalse(e.getKey().name().contains("GoPollChannelOption#TCP"), e::toString);
            }
        }
    }

    @Test
    void configsReturnThemselves() {
        EpollSocketChannel channel = new EpollSocketChannel();
        open.add(channel);
        EpollSocketChannelConfig tcp = channel.config();
        EpollSocketChannelConfig same =
                tcp.setTcpKeepIdle(31)
                        .setTcpNoDelay(true)
                        .setAutoRead(false)
                        .setAllowHalfClosure(true)
                        .setTcpUserTimeout(1000);
        assertSame(tcp, same);
        assertEquals(31, tcp.getTcpKeepIdle());
        assertFalse(tcp.isAutoRead());
        EpollServerSocketChannel serverChannel = new EpollServerSocketChannel();
        open.add(serverChannel);
        EpollServerSocketChannelConfig server = serverChannel.config();
        assertSame(server, server.setBacklog(9).setReusePort(true).setFreeBind(true));
        assertTrue(server.isReusePort() && server.isReuseAddress());
        EpollDatagramChannel datagramChannel = new EpollDatagramChannel();
        open.add(datagramChannel);
        EpollDatagramChannelConfig udp = datagramChannel.config();
        assertSame(udp, udp.setReusePort(true).setBroadcast(true).setMaxMessagesPerWrite(4));
        assertTrue(udp.isBroadcast());
    }

    @ParameterizedTest
    @MethodSource("io.gopoll.asepoll.Loops#all")
    void aSpliceMovesBytesToAnotherChannel(Loops loops) throws Exception {
        group = loops.open(1);
        byte[] bytes = "spliced".getBytes(StandardCharsets.UTF_8);
        BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        Channel echo = server(EpollServerSocketChannel.class, loopback(0), accepted);
        Check check = new Check(bytes);
        Channel to = client(EpollSocketChannel.class, echo.localAddress(), check);
        CompletableFuture<Void> spliced = new CompletableFuture<>();
        Channel front =
                new ServerBootstrap()
                        .group(to.eventLoop())
                        .channel(EpollServerSocketChannel.class)
                        .childHandler(
                                new ChannelInboundHandlerAdapter() {
                                    @Override
                                    public void channelActive(ChannelHandlerContext ctx) {
                                        AbstractEpollStreamChannel from =
                                                (AbstractEpollStreamChannel) ctx.channel();
                                        from.spliceTo((EpollSocketChannel) to, bytes.length)
                                                .addListener(
                                                        f -> {
                                                            if (f.isSuccess()) {
                                                                spliced.complete(null);
                                                            } else {
                                                                spliced.completeExceptionally(
                                                                        f.cause());
                                                            }
                                                        });
                                    }
                                })
                        .bind(loopback(0))
                        .sync()
                        .channel();
        open.add(front);
        check.done.get(SECONDS, TimeUnit.SECONDS);
        Channel from = client(EpollSocketChannel.class, front.localAddress(), new Echo());
        from.writeAndFlush(Unpooled.wrappedBuffer(bytes)).sync();
        spliced.get(SECONDS, TimeUnit.SECONDS);
        assertArrayEquals(bytes, check.sent);
    }
}
