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
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagram channels against each other and plain Java sockets. */
@Timeout(60)
class DatagramChannelTest {

    private static final InetSocketAddress LOOPBACK = new InetSocketAddress("127.0.0.1", 0);

    private final EventLoopGroup group = new GoPollEventLoopGroup(1);

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** What a channel's pipeline sees, in order. */
    private static class Events extends ChannelInboundHandlerAdapter {
        final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            AddressedEnvelope<?, ?> packet = (AddressedEnvelope<?, ?>) msg;
            ByteBuf content = (ByteBuf) packet.content();
            seen.add(
                    new Received(
                            content.toString(StandardCharsets.US_ASCII),
                            (SocketAddress) packet.sender(),
                            (SocketAddress) packet.recipient()));
            packet.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            seen.add(cause);
        }

        Received next() throws InterruptedException {
            Object event = seen.poll(20, TimeUnit.SECONDS);
            assertNotNull(event, "nothing was received");
            return assertInstanceOf(Received.class, event);
        }
    }

    private static final class Received {
        final String text;
        final SocketAddress sender;
        final SocketAddress recipient;

        Received(String text, SocketAddress sender, SocketAddress recipient) {
            this.text = text;
            this.sender = sender;
            this.recipient = recipient;
        }
    }

    private Bootstrap bootstrap(Class<? extends Channel> type, Events events) {
        return new Bootstrap().group(group).channel(type).handler(events);
    }

    private GoPollDatagramChannel bound(Events events) throws InterruptedException {
        return (GoPollDatagramChannel)
                bootstrap(GoPollDatagramChannel.class, events).bind(LOOPBACK).sync().channel();
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private static NetworkInterface loopback() throws Exception {
        return NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
    }

    // ---- Addresses and states. ----

    @ParameterizedTest
    @EnumSource(
            value = SocketProtocolFamily.class,
            names = {"INET", "INET6"})
    void aChannelThatIsNotBoundHasNoAddresses(SocketProtocolFamily family) {
        GoPollDatagramChannel channel = new GoPollDatagramChannel(family);
        assertFalse(channel.isActive());
        assertFalse(channel.isConnected());
        assertNull(channel.localAddress());
        assertNull(channel.remoteAddress());
        channel.unsafe().closeForcibly();
    }

    @Test
    void aFamilyThatIsNotOfTheInternetIsRefused() {
        assertThrows(
                UnsupportedOperationException.class,
                () -> new GoPollDatagramChannel(SocketProtocolFamily.UNIX));
    }

    @Test
    void theFirstPacketGivesAnUnboundChannelItsAddress() throws Exception {
        Events events = new Events();
        GoPollDatagramChannel to = bound(events);
        Channel from =
                bootstrap(GoPollDatagramChannel.class, new Events())
                        .option(activeOnRegistration(), true)
                        .register()
                        .sync()
                        .channel();
        assertTrue(from.isActive());
        from.writeAndFlush(new DatagramPacket(text("x"), to.localAddress())).sync();
        InetSocketAddress local = (InetSocketAddress) from.localAddress();
        assertEquals(
                local.getPort(), ((InetSocketAddress) events.next().sender).getPort(), "the port");
    }

    @SuppressWarnings("deprecation")
    private static ChannelOption<Boolean> activeOnRegistration() {
        return ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION;
    }

    @Test
    void beingActiveOnRegistrationCannotBeChosenAfterwards() throws Exception {
        GoPollDatagramChannel channel = bound(new Events());
        assertThrows(
                IllegalStateException.class,
                () -> channel.config().setOption(activeOnRegistration(), true));
    }

    @Test
    void anAdoptedSocketKnowsItsAddressesAndItsPeer() throws Exception {
        GoPollDatagramChannel peer = bound(new Events());
        NetFd fd = NetFd.socket(Constants.AF_INET, Constants.SOCK_DGRAM);
        fd.connect(peer.localAddress(), a -> a.setInet(peer.localAddress(), Constants.AF_INET));
        GoPollDatagramChannel channel = new GoPollDatagramChannel(fd.sysfd());
        assertTrue(channel.isActive());
        assertTrue(channel.isConnected());
        assertEquals(peer.localAddress(), channel.remoteAddress());
        assertNotEquals(0, channel.localAddress().getPort());
        channel.unsafe().closeForcibly();
    }

    @Test
    void aDisconnectedChannelReceivesFromEverybodyAgain() throws Exception {
        Events events = new Events();
        GoPollDatagramChannel channel = bound(events);
        GoPollDatagramChannel first = bound(new Events());
        GoPollDatagramChannel second = bound(new Events());
        channel.connect(first.localAddress()).sync();
        assertTrue(channel.isConnected());
        assertEquals(first.localAddress(), channel.remoteAddress());
        channel.disconnect().sync();
        assertFalse(channel.isConnected());
        assertNull(channel.remoteAddress());
        assertTrue(channel.isActive());
        second.writeAndFlush(new DatagramPacket(text("x"), channel.localAddress())).sync();
        assertEquals(second.localAddress(), events.next().sender);
    }

    // ---- Sending and receiving. ----

    @Test
    void anEmptyPacketArrivesAndAnEmptyBufferIsNone() throws Exception {
        Events events = new Events();
        GoPollDatagramChannel to = bound(events);
        GoPollDatagramChannel from = bound(new Events());
        from.connect(to.localAddress()).sync();
        from.write(Unpooled.EMPTY_BUFFER);
        from.write(new DatagramPacket(Unpooled.EMPTY_BUFFER, to.localAddress()));
        from.write(Unpooled.EMPTY_BUFFER);
        from.writeAndFlush(text("after")).sync();
        assertEquals("", events.next().text);
        assertEquals("after", events.next().text);
    }

    @Test
    void everyKindOfMessageIsSentInOrder() throws Exception {
        Events events = new Events();
        GoPollDatagramChannel to = bound(events);
        GoPollDatagramChannel from = bound(new Events());
        from.connect(to.localAddress()).sync();
        List<ChannelFuture> futures = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String n = Integer.toString(i);
            switch (i % 4) {
                case 0:
                    futures.add(from.write(text(n)));
                    break;
                case 1:
                    futures.add(from.write(new DatagramPacket(text(n), to.localAddress())));
                    break;
                case 2:
                    futures.add(
                            from.write(new DefaultAddressedEnvelope<>(text(n), to.localAddress())));
                    break;
                default:
                    futures.add(
                            from.write(
                                    Unpooled.wrappedBuffer(
                                            text(n.substring(0, 1)).asReadOnly(),
                                            text(n.substring(1)))));
            }
        }
        from.flush();
        for (ChannelFuture future : futures) {
            future.sync();
        }
        for (int i = 0; i < 200; i++) {
            assertEquals(Integer.toString(i), events.next().text);
        }
    }

    @Test
    void aPacketThatCannotBeSentFailsAlone() throws Exception {
        Events events = new Events();
        GoPollDatagramChannel to = bound(events);
        GoPollDatagramChannel from = bound(new Events());
        ChannelFuture tooLong =
                from.write(
                        new DatagramPacket(
                                Unpooled.directBuffer(70_000).writeZero(70_000),
                                to.localAddress()));
        ChannelFuture fits = from.write(new DatagramPacket(text("fits"), to.localAddress()));
        from.flush();
        assertNotNull(tooLong.await().cause());
        assertTrue(
                tooLong.cause().getMessage().contains(to.localAddress().toString()),
                tooLong.cause()::toString);
        fits.sync();
        assertEquals("fits", events.next().text);
        assertTrue(from.isOpen());
    }

    @Test
    void anIpv6RecipientIsRefusedByAnIpv4Socket() throws Exception {
        Channel from =
                new Bootstrap()
                        .group(group)
                        .channelFactory(() -> new GoPollDatagramChannel(SocketProtocolFamily.INET))
                        .handler(new Events())
                        .bind(LOOPBACK)
                        .sync()
                        .channel();
        DatagramPacket packet = new DatagramPacket(text("x"), new InetSocketAddress("::1", 9));
        Throwable cause = from.writeAndFlush(packet).await().cause();
        assertInstanceOf(IllegalArgumentException.class, cause);
        assertEquals(0, packet.refCnt());
        assertTrue(from.isOpen());
    }

    @Test
    void aMessageOfAnotherTypeIsRefusedWithThoseThatAreTaken() throws Exception {
        Throwable cause = bound(new Events()).writeAndFlush("text").await().cause();
        assertInstanceOf(UnsupportedOperationException.class, cause);
        assertTrue(cause.getMessage().contains("DatagramPacket"), cause::getMessage);
    }

    @Test
    void aConnectedChannelHearsThatNobodyListens() throws Exception {
        InetSocketAddress nobody;
        try (DatagramSocket closed = new DatagramSocket(LOOPBACK)) {
            nobody = (InetSocketAddress) closed.getLocalSocketAddress();
        }
        Events events = new Events();
        GoPollDatagramChannel channel = bound(events);
        channel.connect(nobody).sync();
        channel.writeAndFlush(text("x")).sync();
        assertInstanceOf(PortUnreachableException.class, events.seen.poll(20, TimeUnit.SECONDS));
        assertTrue(channel.isActive());
    }

    @Test
    void aDatagramLongerThanTheBufferIsCutOff() throws Exception {
        Events events = new Events();
        Channel to =
                bootstrap(GoPollDatagramChannel.class, events)
                        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(4))
                        .bind(LOOPBACK)
                        .sync()
                        .channel();
        try (DatagramSocket from = new DatagramSocket()) {
            byte[] bytes = "abcdefgh".getBytes(StandardCharsets.US_ASCII);
            from.send(new java.net.DatagramPacket(bytes, 8, to.localAddress()));
            from.send(new java.net.DatagramPacket(bytes, 2, to.localAddress()));
        }
        assertEquals("abcd", events.next().text);
        IOException lost = assertInstanceOf(IOException.class, events.seen.take());
        assertEquals(
                "a datagram was longer than the 4 bytes that there was room for, and the rest is"
                        + " lost: RECVBUF_ALLOCATOR has to give it more",
                lost.getMessage());
        assertEquals("ab", events.next().text);
    }

    @Test
    void whatUdpGroHasJoinedIsNotCutOffByTheMaximumPayload() throws Exception {
        Events events = new Events();
        GoPollDatagramChannel to =
                (GoPollDatagramChannel)
                        bootstrap(GoPollDatagramChannel.class, events)
                                .option(GoPollChannelOption.UDP_GRO, true)
                                .option(GoPollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 2048)
                                .bind(LOOPBACK)
                                .sync()
                                .channel();
        GoPollDatagramChannel from = bound(new Events());
        Assumptions.assumeTrue(GoPollDatagramChannel.isSegmentedDatagramPacketSupported());
        int segments = 53;
        for (int round = 0; round < 2; round++) {
            from.writeAndFlush(
                            new SegmentedDatagramPacket(
                                    text("x".repeat(segments * 1000)), 1000, to.localAddress()))
                    .sync();
            for (int i = 0; i < segments; i++) {
                assertEquals(1000, events.next().text.length());
            }
        }
    }

    @Test
    void aHandlerThatClosesTheChannelEndsTheRead() throws Exception {
        Events events =
                new Events() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        super.channelRead(ctx, msg);
                        ctx.close();
                    }
                };
        GoPollDatagramChannel to = bound(events);
        to.config().setAutoRead(false);
        try (DatagramSocket from = new DatagramSocket()) {
            for (int i = 0; i < 10; i++) {
                from.send(new java.net.DatagramPacket(new byte[1], 1, to.localAddress()));
            }
        }
        to.config().setAutoRead(true);
        to.closeFuture().sync();
        group.submit(() -> {}).sync();
        assertTrue(events.seen.size() <= 2, events.seen::toString);
        assertFalse(events.seen.stream().anyMatch(Throwable.class::isInstance));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 64, 200})
    void scatteredReadsDeliverEveryPacketOnce(int room) throws Exception {
        Events events = new Events();
        GoPollDatagramChannel to = bound(events);
        to.config()
                .setAutoRead(false)
                .setMaxDatagramPayloadSize(16)
                .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(16 * room));
        try (DatagramSocket from = new DatagramSocket()) {
            for (int i = 0; i < 150; i++) {
                byte[] bytes = Integer.toString(i).getBytes(StandardCharsets.US_ASCII);
                from.send(new java.net.DatagramPacket(bytes, bytes.length, to.localAddress()));
            }
        }
        to.config().setAutoRead(true);
        for (int i = 0; i < 150; i++) {
            assertEquals(Integer.toString(i), events.next().text);
        }
    }

    @Test
    void theOriginalDestinationIsTheRecipientIfAskedFor() throws Exception {
        Events events = new Events();
        Channel to =
                bootstrap(GoPollDatagramChannel.class, events)
                        .option(GoPollChannelOption.IP_RECVORIGDSTADDR, true)
                        .bind(new InetSocketAddress(0))
                        .sync()
                        .channel();
        InetSocketAddress local = (InetSocketAddress) to.localAddress();
        InetSocketAddress other = new InetSocketAddress("127.0.0.5", local.getPort());
        bound(new Events()).writeAndFlush(new DatagramPacket(text("x"), other)).sync();
        assertEquals(other, events.next().recipient);
    }

    @Test
    void twoChannelsShareAPortByReusePort() throws Exception {
        Bootstrap bootstrap =
                bootstrap(GoPollDatagramChannel.class, new Events())
                        .option(GoPollChannelOption.SO_REUSEPORT, true);
        bootstrap.handler(
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }
                });
        Channel first = bootstrap.bind(LOOPBACK).sync().channel();
        Channel second = bootstrap.bind(first.localAddress()).sync().channel();
        assertEquals(first.localAddress(), second.localAddress());
    }

    // ---- Multicast, on the loopback interface. ----

    private GoPollDatagramChannel onLoopback(
            SocketProtocolFamily family, InetSocketAddress local, Events events) throws Exception {
        return (GoPollDatagramChannel)
                new Bootstrap()
                        .group(group)
                        .channelFactory(() -> new GoPollDatagramChannel(family))
                        .handler(events)
                        .option(ChannelOption.IP_MULTICAST_IF, loopback())
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .bind(local)
                        .sync()
                        .channel();
    }

    @ParameterizedTest
    @EnumSource(
            value = SocketProtocolFamily.class,
            names = {"INET", "INET6"})
    void aMemberOfAGroupReceivesUntilItLeaves(SocketProtocolFamily family) throws Exception {
        InetAddress multicast = InetAddress.getByName("239.1.2.3");
        Events events = new Events();
        GoPollDatagramChannel member = onLoopback(family, new InetSocketAddress(0), events);
        GoPollDatagramChannel sender =
                onLoopback(SocketProtocolFamily.INET, LOOPBACK, new Events());
        InetSocketAddress to = new InetSocketAddress(multicast, member.localAddress().getPort());
        InetSocketAddress direct = new InetSocketAddress("127.0.0.1", to.getPort());

        sender.writeAndFlush(new DatagramPacket(text("early"), to)).sync();
        member.joinGroup(to, loopback()).sync();
        sender.writeAndFlush(new DatagramPacket(text("member"), to)).sync();
        assertEquals("member", events.next().text);
        member.leaveGroup(to, loopback()).sync();
        sender.writeAndFlush(new DatagramPacket(text("late"), to)).sync();
        sender.writeAndFlush(new DatagramPacket(text("direct"), direct)).sync();
        assertEquals("direct", events.next().text);
    }

    @Test
    void aBlockedSenderIsNotHeardAndTheOthersAre() throws Exception {
        InetAddress multicast = InetAddress.getByName("239.1.2.4");
        Events events = new Events();
        GoPollDatagramChannel member =
                onLoopback(SocketProtocolFamily.INET, new InetSocketAddress("0.0.0.0", 0), events);
        GoPollDatagramChannel sender =
                onLoopback(SocketProtocolFamily.INET, LOOPBACK, new Events());
        GoPollDatagramChannel other =
                onLoopback(
                        SocketProtocolFamily.INET,
                        new InetSocketAddress("127.0.0.2", 0),
                        new Events());
        InetSocketAddress to = new InetSocketAddress(multicast, member.localAddress().getPort());
        assertNotNull(
                member.block(multicast, loopback(), LOOPBACK.getAddress()).await().cause(),
                "not a member yet");
        member.joinGroup(multicast).sync();
        member.block(multicast, LOOPBACK.getAddress()).sync();
        sender.writeAndFlush(new DatagramPacket(text("blocked"), to)).sync();
        other.writeAndFlush(new DatagramPacket(text("other"), to)).sync();
        assertEquals("other", events.next().text);
    }

    @Test
    void aMemberForOneSenderHearsOnlyThat() throws Exception {
        InetAddress multicast = InetAddress.getByName("232.1.2.5");
        Events events = new Events();
        GoPollDatagramChannel member =
                onLoopback(SocketProtocolFamily.INET, new InetSocketAddress("0.0.0.0", 0), events);
        GoPollDatagramChannel sender =
                onLoopback(SocketProtocolFamily.INET, LOOPBACK, new Events());
        GoPollDatagramChannel other =
                onLoopback(
                        SocketProtocolFamily.INET,
                        new InetSocketAddress("127.0.0.2", 0),
                        new Events());
        InetSocketAddress to = new InetSocketAddress(multicast, member.localAddress().getPort());
        member.joinGroup(multicast, loopback(), LOOPBACK.getAddress()).sync();
        other.writeAndFlush(new DatagramPacket(text("other"), to)).sync();
        sender.writeAndFlush(new DatagramPacket(text("source"), to)).sync();
        assertEquals("source", events.next().text);
        member.leaveGroup(multicast, loopback(), LOOPBACK.getAddress()).sync();
        assertNotNull(member.leaveGroup(multicast).await().cause(), "no member any more");
    }

    @Test
    void anIpv6GroupCanBeJoinedAndLeft() throws Exception {
        InetAddress multicast = InetAddress.getByName("ff01::77");
        GoPollDatagramChannel member =
                onLoopback(
                        SocketProtocolFamily.INET6, new InetSocketAddress("::", 0), new Events());
        InetSocketAddress group = new InetSocketAddress(multicast, 0);
        member.joinGroup(group, loopback()).sync();
        assertNotNull(member.joinGroup(group, loopback()).await().cause(), "a member already");
        member.leaveGroup(group, loopback()).sync();
        assertNotNull(member.leaveGroup(group, loopback()).await().cause(), "no member any more");
    }

    // ---- Config. ----

    @Test
    void optionsHaveTheValuesThatTheyWereSetTo() throws Exception {
        GoPollDatagramChannelConfig config = bound(new Events()).config();
        assertFalse(config.isIpMulticastAll());
        assertTrue(config.setIpMulticastAll(true).isIpMulticastAll());
        assertTrue(config.setBroadcast(true).isBroadcast());
        assertTrue(config.setReuseAddress(true).isReuseAddress());
        assertTrue(config.setReusePort(true).isReusePort());
        assertTrue(config.setFreeBind(true).isFreeBind());
        assertTrue(config.setLoopbackModeDisabled(true).isLoopbackModeDisabled());
        assertTrue(config.setIpRecvOrigDestAddr(true).isIpRecvOrigDestAddr());
        assertTrue(config.setUdpGro(true).isUdpGro());
        assertFalse(config.setUdpGro(false).isUdpGro());
        assertEquals(7, config.setTimeToLive(7).getTimeToLive());
        assertEquals(0x10, config.setTrafficClass(0x10).getTrafficClass());
        assertEquals(loopback(), config.setNetworkInterface(loopback()).getNetworkInterface());
        assertEquals(500, config.setMaxDatagramPayloadSize(500).getMaxDatagramPayloadSize());
        assertTrue(config.setSendBufferSize(20_000).getSendBufferSize() >= 20_000);
        assertTrue(config.setReceiveBufferSize(20_000).getReceiveBufferSize() >= 20_000);
        assertTrue(config.setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 9));
        assertEquals(9, config.getOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE));
        assertEquals(3, config.setMaxMessagesPerWrite(3).getMaxMessagesPerWrite());
        assertThrows(IllegalArgumentException.class, () -> config.setMaxDatagramPayloadSize(-1));
    }

    // ---- Unix. ----

    @Test
    void unixDatagramsCarryTheirSenders(@TempDir Path folder) throws Exception {
        Events events = new Events();
        DomainSocketAddress path = new DomainSocketAddress(folder.resolve("s").toFile());
        DomainSocketAddress name = new DomainSocketAddress("\0gopoll-" + System.nanoTime());
        Channel to =
                bootstrap(GoPollDomainDatagramChannel.class, events).bind(path).sync().channel();
        Channel named =
                bootstrap(GoPollDomainDatagramChannel.class, new Events())
                        .bind(name)
                        .sync()
                        .channel();
        Channel unnamed =
                bootstrap(GoPollDomainDatagramChannel.class, new Events())
                        .connect(path)
                        .sync()
                        .channel();
        named.writeAndFlush(new DomainDatagramPacket(text("named"), path)).sync();
        Received first = events.next();
        assertEquals(name, first.sender);
        assertEquals(path, first.recipient);
        unnamed.writeAndFlush(text("unnamed")).sync();
        assertEquals(new DomainSocketAddress(""), events.next().sender);
        assertEquals(path, unnamed.remoteAddress());
        assertEquals(path, to.localAddress());
    }

    @Test
    void aFullUnixReceiverHoldsTheSenderBackWithoutLoss(@TempDir Path folder) throws Exception {
        Events events = new Events();
        DomainSocketAddress path = new DomainSocketAddress(folder.resolve("s").toFile());
        Channel to =
                bootstrap(GoPollDomainDatagramChannel.class, events)
                        .option(ChannelOption.AUTO_READ, false)
                        .bind(path)
                        .sync()
                        .channel();
        Channel from =
                bootstrap(GoPollDomainDatagramChannel.class, new Events())
                        .connect(path)
                        .sync()
                        .channel();
        int count = 3_000;
        for (int i = 0; i < count; i++) {
            from.write(text(Integer.toString(i)));
        }
        ChannelFuture last = from.writeAndFlush(text("last"));
        group.submit(() -> {}).sync();
        assertFalse(last.isDone());
        to.config().setAutoRead(true);
        for (int i = 0; i < count; i++) {
            assertEquals(Integer.toString(i), events.next().text);
        }
        last.sync();
    }

    @Test
    void aUnixPathIsBoundAgainOnceItsChannelIsClosed(@TempDir Path folder) throws Exception {
        DomainSocketAddress path = new DomainSocketAddress(folder.resolve("s").toFile());
        Channel first =
                bootstrap(GoPollDomainDatagramChannel.class, new Events())
                        .bind(path)
                        .sync()
                        .channel();
        assertInstanceOf(
                BindException.class,
                bootstrap(GoPollDomainDatagramChannel.class, new Events())
                        .bind(path)
                        .await()
                        .cause());
        first.close().sync();
        Events events = new Events();
        bootstrap(GoPollDomainDatagramChannel.class, events).bind(path).sync();
        Channel sender =
                bootstrap(GoPollDomainDatagramChannel.class, new Events())
                        .connect(path)
                        .sync()
                        .channel();
        sender.writeAndFlush(text("hello")).sync();
        assertEquals("hello", events.next().text);
    }

    @Test
    void aUnixPathThatIsTooLongIsRefused() throws Exception {
        DomainSocketAddress tooLong = new DomainSocketAddress("x".repeat(200));
        Throwable cause =
                bootstrap(GoPollDomainDatagramChannel.class, new Events())
                        .bind(tooLong)
                        .await()
                        .cause();
        assertInstanceOf(IllegalArgumentException.class, cause);
    }
}
