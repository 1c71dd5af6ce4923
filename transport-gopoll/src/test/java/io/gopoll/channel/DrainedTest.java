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
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.gopoll.sys.Constants;
import io.gopoll.sys.Msghdrs;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.unix.DomainSocketReadMode;
import java.lang.ref.Reference;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What makes a read stop early on a real kernel, while more lies in the socket for which no edge
 * comes any more: all of it arrives.
 */
@Timeout(60)
class DrainedTest {

    private static final int PART = 500;

    private EventLoopGroup group;

    private void start(boolean goroutine) {
        Assumptions.assumeTrue(!goroutine || Runtime.version().feature() >= 21);
        group = goroutine ? new GoroutineEventLoopGroup(1) : new GoPollEventLoopGroup(1);
    }

    @AfterEach
    void stop() {
        if (group != null) {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    /** Counts bytes; reads again by itself, where autoRead is off. */
    private static final class Bytes extends ChannelInboundHandlerAdapter {
        final BlockingQueue<Integer> read = new LinkedBlockingQueue<>();
        final BlockingQueue<Channel> active = new LinkedBlockingQueue<>();

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            active.add(ctx.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf buf =
                    (ByteBuf)
                            (msg instanceof AddressedEnvelope
                                    ? ((AddressedEnvelope<?, ?>) msg).content()
                                    : msg);
            read.add(buf.readableBytes());
            buf.release();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (!ctx.channel().config().isAutoRead()) {
                ctx.read();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {}

        void assertRead(int bytes) throws InterruptedException {
            int sum = 0;
            while (sum < bytes) {
                Integer n = read.poll(10, TimeUnit.SECONDS);
                assertNotNull(n, sum + " of " + bytes + " bytes");
                sum += n;
            }
            assertEquals(bytes, sum);
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    /** Runs something while the channel's loop is busy, so that the loop sees it all at once. */
    private static void whileBusy(Channel channel, Action action) throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        channel.eventLoop()
                .execute(
                        () -> {
                            busy.countDown();
                            try {
                                done.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        busy.await();
        try {
            action.run();
        } finally {
            done.countDown();
        }
    }

    @ParameterizedTest
    @CsvSource({"false, true", "false, false", "true, true", "true, false"})
    void bytesBehindUrgentDataOfTcpAreRead(boolean goroutine, boolean autoRead) throws Exception {
        start(goroutine);
        Bytes bytes = new Bytes();
        Channel server =
                new ServerBootstrap()
                        .group(group)
                        .channel(GoPollServerSocketChannel.class)
                        .childOption(ChannelOption.AUTO_READ, autoRead)
                        .childHandler(bytes)
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel();
        try (Socket client = new Socket()) {
            client.setTcpNoDelay(true);
            client.connect(server.localAddress());
            Channel accepted = bytes.active.take();
            accepted.read();
            for (int round = 0; round < 20; round++) {
                whileBusy(
                        accepted,
                        () -> {
                            client.getOutputStream().write(new byte[PART]);
                            client.sendUrgentData(1);
                            client.getOutputStream().write(new byte[PART]);
                        });
                bytes.assertRead(2 * PART);
            }
        }
    }

    /** A connection between Unix sockets: its sending descriptor, and the channel that reads. */
    private int pairWith(Bytes bytes, boolean autoRead) throws Exception {
        return pairWith(bytes, autoRead, peer -> {});
    }

    /**
     * @param before what the peer does before the channel is watched
     */
    private int pairWith(Bytes bytes, boolean autoRead, IntConsumer before) throws Exception {
        NativeMemory fds = NativeMemory.allocate(8);
        assertEquals(
                0,
                Syscalls.get()
                        .socketpair(Constants.AF_UNIX, Constants.SOCK_STREAM, 0, fds.address()));
        GoPollDomainSocketChannel channel =
                new GoPollDomainSocketChannel(fds.buffer().getInt(4), true);
        channel.config().setAutoRead(autoRead);
        channel.pipeline().addLast(bytes);
        before.accept(fds.buffer().getInt(0));
        group.register(channel).sync();
        channel.read();
        return fds.buffer().getInt(0);
    }

    private static long send(int fd, int length, int passed, int flags) {
        Msghdrs message = new Msghdrs(1, Msghdrs.controlSpace(Integer.BYTES));
        NativeMemory data = NativeMemory.allocate(length);
        message.send(0, data.address(), length);
        if (passed >= 0) {
            message.addFd(0, passed);
        }
        long n = Syscalls.get().sendmsg(fd, message.address(), flags);
        Reference.reachabilityFence(data);
        Reference.reachabilityFence(message);
        return n;
    }

    @ParameterizedTest
    @CsvSource({"false, true", "false, false", "true, true", "true, false"})
    void bytesBehindADescriptorAreRead(boolean goroutine, boolean autoRead) throws Exception {
        start(goroutine);
        Bytes bytes = new Bytes();
        int peer = pairWith(bytes, autoRead);
        Channel channel = bytes.active.take();
        for (int round = 0; round < 20; round++) {
            whileBusy(
                    channel,
                    () -> {
                        assertEquals(PART, send(peer, PART, -1, 0));
                        assertEquals(PART, send(peer, PART, peer, 0));
                        assertEquals(PART, send(peer, PART, -1, 0));
                    });
            bytes.assertRead(3 * PART);
        }
        assertEquals(0, Syscalls.get().close(peer));
    }

    /** One edge tells of all that was there before the channel. */
    @ParameterizedTest
    @CsvSource({"false, true", "false, false", "true, true", "true, false"})
    void bytesBehindDescriptorsThatOneEdgeTellsOfAreRead(boolean goroutine, boolean autoRead)
            throws Exception {
        start(goroutine);
        Bytes bytes = new Bytes();
        int peer =
                pairWith(
                        bytes,
                        autoRead,
                        fd -> {
                            for (int i = 0; i < 5; i++) {
                                assertEquals(PART, send(fd, PART, -1, 0));
                                assertEquals(PART, send(fd, PART, fd, 0));
                            }
                        });
        bytes.assertRead(10 * PART);
        assertEquals(0, Syscalls.get().close(peer));
    }

    @ParameterizedTest
    @CsvSource({"false, true", "false, false", "true, true", "true, false"})
    void bytesBehindOneOutOfBandOfAUnixSocketAreRead(boolean goroutine, boolean autoRead)
            throws Exception {
        start(goroutine);
        Bytes bytes = new Bytes();
        int peer = pairWith(bytes, autoRead);
        Channel channel = bytes.active.take();
        for (int round = 0; round < 20; round++) {
            whileBusy(
                    channel,
                    () -> {
                        assertEquals(PART, send(peer, PART, -1, 0));
                        long oob = send(peer, 1, -1, Constants.MSG_OOB);
                        Assumptions.assumeTrue(oob == 1, "MSG_OOB of Unix sockets, Linux 5.15");
                        assertEquals(PART, send(peer, PART, -1, 0));
                    });
            bytes.assertRead(2 * PART);
        }
        assertEquals(0, Syscalls.get().close(peer));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void datagramsBehindAPendingErrorAreRead(boolean goroutine) throws Exception {
        start(goroutine);
        Bytes bytes = new Bytes();
        InetSocketAddress address;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            address = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        Channel channel =
                new Bootstrap()
                        .group(group)
                        .channel(GoPollDatagramChannel.class)
                        .option(GoPollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, PART)
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new FixedRecvByteBufAllocator(16 * PART))
                        .handler(bytes)
                        .connect(address)
                        .sync()
                        .channel();
        for (int round = 0; round < 20; round++) {
            // All in one turn: nobody listens for the first, so that an error is pending, and then
            // datagrams come.
            channel.eventLoop()
                    .submit(
                            () -> {
                                channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[PART]));
                                try (DatagramSocket peer = new DatagramSocket(address)) {
                                    for (int i = 0; i < 3; i++) {
                                        peer.send(
                                                new DatagramPacket(
                                                        new byte[PART],
                                                        PART,
                                                        channel.localAddress()));
                                    }
                                }
                                return null;
                            })
                    .sync();
            bytes.assertRead(3 * PART);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bytesWithoutDescriptorsLeaveOthersTheirTurn(boolean goroutine) throws Exception {
        start(goroutine);
        Bytes bytes = new Bytes();
        int peer = pairWith(bytes, true);
        GoPollDomainSocketChannel channel = (GoPollDomainSocketChannel) bytes.active.take();
        BlockingQueue<Integer> completes = new LinkedBlockingQueue<>();
        ChannelInboundHandlerAdapter counter =
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelReadComplete(ChannelHandlerContext ctx) {
                        completes.add(1);
                    }
                };
        // By the loop, so that the handler misses nothing.
        channel.eventLoop().submit(() -> channel.pipeline().addFirst(counter)).sync();
        channel.config().setReadMode(DomainSocketReadMode.FILE_DESCRIPTORS);
        int length = 1600;
        assertEquals(length, send(peer, length, -1, 0));
        // 16 messages a turn, of one byte each.
        for (int turn = 0; turn < length / 16; turn++) {
            assertNotNull(completes.poll(10, TimeUnit.SECONDS), turn + " turns");
        }
        assertEquals(0, Syscalls.get().close(peer));
    }
}
