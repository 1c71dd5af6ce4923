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
import io.gopoll.examples.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** UDP. */
final class Datagrams {

    private Datagrams() {}

    @Reported(
            url = "https://github.com/netty/netty/issues/13015",
            title =
                    "EpollDatagramChannel NullPointerException when sending to unresolved address"
                            + " leading to ChannelOutputShutdown",
            shows = "A datagram to an unresolved address fails, and the channel goes on.")
    static void unresolvedAddress(Host host) throws Exception {
        Packets packets = new Packets();
        Channel channel = bind(host, host.udp(packets));
        ChannelFuture failed =
                channel.writeAndFlush(
                        new DatagramPacket(
                                Unpooled.buffer().writeByte(1),
                                InetSocketAddress.createUnresolved("nowhere.invalid", 9)));
        Host.awaitDone(failed, "write");
        Host.check(!failed.isSuccess(), "a write to nowhere succeeds");
        Host.check(channel.isOpen(), "the channel is closed");
        InetSocketAddress self = (InetSocketAddress) channel.localAddress();
        Host.await(
                channel.writeAndFlush(new DatagramPacket(Unpooled.buffer().writeByte(2), self)),
                "the next write");
        Host.check(packets.take().content[0] == 2, "another datagram");
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/16131",
            title = "Wrap ECONNREFUSED in PortUnreachableException for UDP",
            shows =
                    "A connected channel whose peer is gone fails with PortUnreachableException, and"
                            + " stays open.")
    static void portUnreachable(Host host) throws Exception {
        InetSocketAddress nobody;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            nobody = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        Seen seen = new Seen();
        Channel channel = host.channel(host.udp(seen).connect(nobody));
        long end = System.nanoTime() + Host.LIMIT.toNanos();
        Throwable told = null;
        while (told == null && System.nanoTime() < end) {
            ChannelFuture write = channel.writeAndFlush(Unpooled.buffer().writeByte(1));
            Host.awaitDone(write, "write");
            told = write.cause();
            if (told == null && !seen.exceptions().isEmpty()) {
                told = seen.exceptions().get(0);
            }
        }
        Host.check(told instanceof PortUnreachableException, "told of: " + told);
        Host.check(channel.isOpen(), "the channel is closed");
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/3454",
            title = "[#3066] EpollDatagramChannel never calls fireChannelActive() after conne...",
            shows = "A datagram channel that is connected, not bound, becomes active.")
    static void activeByConnect(Host host) throws Exception {
        try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            Seen seen = new Seen();
            host.channel(host.udp(seen).connect(peer.getLocalSocketAddress()));
            seen.channel();
        }
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/9996",
            title = "Copy IPV6-mapped-IPV4 addresses correctly in native code",
            shows = "Read many at a time, a datagram over IPv4 has its sender's IPv4 address.")
    static void mappedSender(Host host) throws Exception {
        Packets packets = new Packets();
        Channel channel = host.channel(manyAtATime(host, host.udp(packets)).bind(0));
        int port = ((InetSocketAddress) channel.localAddress()).getPort();
        try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            peer.send(packet(10, port));
            Packet packet = packets.take();
            Host.check(
                    packet.sender.getAddress() instanceof Inet4Address
                            && packet.sender.equals(peer.getLocalSocketAddress()),
                    "sender: " + packet.sender);
        }
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/13399",
            title = "Respect the number of bytes read per datagram when using recvmmsg",
            shows = "Read many at a time, each datagram has its own length.")
    static void lengthOfEach(Host host) throws Exception {
        Packets packets = new Packets();
        Channel channel =
                bind(
                        host,
                        manyAtATime(host, host.udp(packets))
                                .option(ChannelOption.AUTO_READ, false));
        int port = ((InetSocketAddress) channel.localAddress()).getPort();
        int[] lengths = {1400, 1, 700, 0, 1399, 2};
        try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            for (int length : lengths) {
                peer.send(packet(length, port));
            }
            channel.config().setAutoRead(true);
            for (int length : lengths) {
                int read = packets.take().content.length;
                Host.check(read == length, read + " bytes instead of " + length);
            }
        }
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/11141",
            title = "io.netty.channel.epoll.EpollChannelOption#IP_RECVORIGDSTADDR not working",
            shows = "With IP_RECVORIGDSTADDR the recipient is the address that was sent to.")
    static void originalDestination(Host host) throws Exception {
        ChannelOption<Boolean> option =
                option(host, GoPollChannelOption.IP_RECVORIGDSTADDR, "IP_RECVORIGDSTADDR");
        Packets packets = new Packets();
        Channel channel = host.channel(host.udp(packets).option(option, true).bind("0.0.0.0", 0));
        int port = ((InetSocketAddress) channel.localAddress()).getPort();
        try (DatagramSocket peer = new DatagramSocket()) {
            java.net.DatagramPacket packet = packet(10, port);
            packet.setAddress(InetAddress.getByName("127.0.0.3"));
            peer.send(packet);
            InetSocketAddress recipient = packets.take().recipient;
            Host.check(
                    recipient.equals(new InetSocketAddress("127.0.0.3", port)),
                    "recipient: " + recipient);
        }
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/17492",
            title = "Fix UDP_GRO segment size is lost when reading with recvmmsg",
            shows = "Read many at a time with UDP_GRO, what the kernel has joined is told apart.")
    static void segmentsReadManyAtATime(Host host) throws Exception {
        Packets packets = new Packets();
        ChannelOption<Boolean> gro = option(host, GoPollChannelOption.UDP_GRO, "UDP_GRO");
        Channel receiver = bind(host, manyAtATime(host, host.udp(packets), 4000).option(gro, true));
        Channel sender = bind(host, host.udp(new Packets()));
        ByteBuf content = Unpooled.directBuffer().writeZero(2000);
        Host.await(
                sender.writeAndFlush(
                        new SegmentedDatagramPacket(
                                content, 500, (InetSocketAddress) receiver.localAddress())),
                "write of segments");
        int count = 0;
        while (count < 2000) {
            Packet packet = packets.take();
            count += packet.content.length;
            Host.check(
                    packet.segment == 500 || packet.content.length == 500,
                    packet.content.length + " bytes in one datagram, segments of 500 lost");
        }
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/11120",
            title = "Add support for UDP_GRO",
            shows = "The same, read one at a time.")
    static void segmentsReadOneAtATime(Host host) throws Exception {
        Packets packets = new Packets();
        ChannelOption<Boolean> gro = option(host, GoPollChannelOption.UDP_GRO, "UDP_GRO");
        Channel receiver =
                bind(
                        host,
                        host.udp(packets)
                                .option(gro, true)
                                .option(
                                        ChannelOption.RECVBUF_ALLOCATOR,
                                        new FixedRecvByteBufAllocator(4000)));
        Channel sender = bind(host, host.udp(new Packets()));
        Host.await(
                sender.writeAndFlush(
                        new SegmentedDatagramPacket(
                                Unpooled.directBuffer().writeZero(2000),
                                500,
                                (InetSocketAddress) receiver.localAddress())),
                "write of segments");
        int count = 0;
        while (count < 2000) {
            Packet packet = packets.take();
            count += packet.content.length;
            Host.check(
                    packet.segment == 500 || packet.content.length == 500,
                    packet.content.length + " bytes in one datagram, segments of 500 lost");
        }
    }

    private static Channel bind(Host host, Bootstrap bootstrap) throws Exception {
        return host.channel(bootstrap.bind("127.0.0.1", 0));
    }

    private static Bootstrap manyAtATime(Host host, Bootstrap bootstrap) {
        return manyAtATime(host, bootstrap, 1500);
    }

    /** By recvmmsg, where the transport has it. */
    private static Bootstrap manyAtATime(Host host, Bootstrap bootstrap, int length) {
        bootstrap.option(
                ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(8 * length));
        if (host.transport == Transport.EPOLL) {
            bootstrap.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, length);
        } else if (host.isGoPoll()) {
            bootstrap.option(GoPollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, length);
        }
        return bootstrap;
    }

    private static ChannelOption<Boolean> option(
            Host host, ChannelOption<Boolean> ofGoPoll, String name) {
        if (host.isGoPoll()) {
            return ofGoPoll;
        }
        if (host.transport == Transport.EPOLL) {
            return name.equals("UDP_GRO")
                    ? EpollChannelOption.UDP_GRO
                    : EpollChannelOption.IP_RECVORIGDSTADDR;
        }
        throw new Lacks(name);
    }

    private static java.net.DatagramPacket packet(int length, int port) throws IOException {
        return new java.net.DatagramPacket(
                new byte[length], length, InetAddress.getByName("127.0.0.1"), port);
    }

    private static final class Packet {
        final byte[] content;
        final InetSocketAddress sender;
        final InetSocketAddress recipient;
        final int segment;

        Packet(DatagramPacket packet) {
            content = new byte[packet.content().readableBytes()];
            packet.content().getBytes(packet.content().readerIndex(), content);
            sender = packet.sender();
            recipient = packet.recipient();
            segment = packet instanceof SegmentedDatagramPacket s ? s.segmentSize() : 0;
        }
    }

    private static final class Packets extends SimpleChannelInboundHandler<DatagramPacket> {

        private final BlockingQueue<Packet> read = new LinkedBlockingQueue<>();
        private final List<Throwable> exceptions = new ArrayList<>();

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
            read.add(new Packet(packet));
        }

        @Override
        public synchronized void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            exceptions.add(cause);
        }

        Packet take() throws InterruptedException {
            Packet packet = read.poll(Host.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            synchronized (this) {
                Host.check(packet != null, "no datagram; exceptions: " + exceptions);
            }
            return packet;
        }
    }
}
