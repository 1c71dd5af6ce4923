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
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.gopoll.poll.Deadline;
import io.gopoll.poll.DeadlineExceededException;
import io.gopoll.poll.NetPoller;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Channels of a loop that polls with poll(2). */
@Timeout(60)
class PollPollerChannelTest {

    private static final String END = "end";

    /** Turns of the loop, each of which is one poll. */
    private final AtomicLong turns = new AtomicLong();

    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();

    /** What the accepted channels have read, and what has happened to them. */
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

    private EventLoopGroup group;
    private Channel server;

    /** A loop that counts its turns. */
    private final class Counting implements IoHandler {
        private final IoHandler loop;

        Counting(IoHandler loop) {
            this.loop = loop;
        }

        @Override
        public void initialize() {
            loop.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            turns.incrementAndGet();
            return loop.run(context);
        }

        @Override
        public void prepareToDestroy() {
            loop.prepareToDestroy();
        }

        @Override
        public void destroy() {
            loop.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return loop.register(handle);
        }

        @Override
        public void wakeup() {
            loop.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return loop.isCompatible(type);
        }
    }

    private final class Recorder extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            accepted.add(ctx.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            events.add(((ByteBuf) msg).toString(StandardCharsets.US_ASCII));
            ReferenceCountUtil.release(msg);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                events.add(END);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            events.add(cause);
        }
    }

    @BeforeEach
    void open() throws Exception {
        String before = System.getProperty(NetPoller.PROPERTY);
        System.setProperty(NetPoller.PROPERTY, "poll");
        try {
            IoHandlerFactory loops = GoPollIoHandler.newFactory();
            group =
                    new MultiThreadIoEventLoopGroup(
                            1, executor -> new Counting(loops.newHandler(executor)));
        } finally {
            if (before == null) {
                System.clearProperty(NetPoller.PROPERTY);
            } else {
                System.setProperty(NetPoller.PROPERTY, before);
            }
        }
        server =
                new ServerBootstrap()
                        .group(group)
                        .channel(GoPollServerSocketChannel.class)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel ch) {
                                        ch.pipeline().addLast(new Recorder());
                                    }
                                })
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .sync()
                        .channel();
    }

    @AfterEach
    void close() throws Exception {
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }

    private Socket connect() throws IOException {
        InetSocketAddress address = (InetSocketAddress) server.localAddress();
        return new Socket(address.getAddress(), address.getPort());
    }

    private Channel accept() throws InterruptedException {
        return accepted.poll(20, TimeUnit.SECONDS);
    }

    private Object event() throws InterruptedException {
        return events.poll(20, TimeUnit.SECONDS);
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String read(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
    }

    private static ByteBuf bytes(Channel ch, int length) {
        return ch.alloc().buffer(length).writeZero(length);
    }

    private static void stopReading(Channel ch) throws InterruptedException {
        ch.eventLoop().submit(() -> ch.config().setAutoRead(false)).sync();
    }

    /** Once it has done what has come before, a loop with nothing to do has next to no turns. */
    private void assertSleeps() throws InterruptedException {
        long now = turns.get();
        for (int i = 0; i < 50; i++) {
            long before = now;
            assertEquals(null, events.poll(200, TimeUnit.MILLISECONDS));
            now = turns.get();
            if (now - before <= 3) {
                return;
            }
        }
        fail("a loop with nothing to do turns, " + now + " times by now");
    }

    @Test
    void manyChannelsEchoInTurn() throws Exception {
        Socket[] peers = new Socket[50];
        Channel[] channels = new Channel[peers.length];
        for (int i = 0; i < peers.length; i++) {
            peers[i] = connect();
            channels[i] = accept();
        }
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < peers.length; i++) {
                String text = "round " + round + " of " + i;
                write(peers[i], text);
                StringBuilder read = new StringBuilder();
                while (read.length() < text.length()) {
                    read.append(event());
                }
                assertEquals(text, read.toString());
                ByteBuf answer = bytes(channels[i], 0);
                answer.writeCharSequence(text, StandardCharsets.US_ASCII);
                channels[i].writeAndFlush(answer);
                assertEquals(text, read(peers[i], text.length()));
            }
        }
        for (Socket peer : peers) {
            peer.close();
        }
        for (Channel ch : channels) {
            assertEquals(END, event());
            ch.close().sync();
        }
        assertSleeps();
    }

    @Test
    void bytesThatNobodyReadsDoNotKeepTheLoopAwake() throws Exception {
        try (Socket peer = connect()) {
            Channel ch = accept();
            stopReading(ch);
            write(peer, "one");
            assertSleeps();
            write(peer, "two");
            assertSleeps();
            ch.read();
            assertEquals("onetwo", event());
            write(peer, "three");
            assertSleeps();
            ch.config().setAutoRead(true);
            assertEquals("three", event());
            write(peer, "four");
            assertEquals("four", event());
            assertSleeps();
        }
    }

    @Test
    void aPeerThatHasEndedItsSideDoesNotKeepTheLoopAwake() throws Exception {
        try (Socket peer = connect()) {
            Channel ch = accept();
            stopReading(ch);
            write(peer, "last");
            assertSleeps();
            peer.shutdownOutput();
            assertEquals("last", event(), "the end is seen though nobody reads");
            assertEquals(END, event());
            assertSleeps();
            ch.writeAndFlush(bytes(ch, 3)).sync();
            assertEquals(3, read(peer, 3).length());
            assertSleeps();
        }
    }

    @Test
    void aFullSocketIsWrittenOnWhenItTakesMore() throws Exception {
        int size = 8 << 20;
        try (Socket peer = connect()) {
            Channel ch = accept();
            ChannelFuture written = ch.writeAndFlush(bytes(ch, size));
            assertSleeps();
            InputStream in = peer.getInputStream();
            assertEquals(size, in.readNBytes(size).length);
            written.sync();
            assertSleeps();
        }
    }

    @Test
    void whatComesAroundUrgentDataIsRead() throws Exception {
        try (Socket peer = connect()) {
            Channel ch = accept();
            write(peer, "before");
            assertEquals("before", event());
            peer.sendUrgentData('!');
            assertSleeps();
            write(peer, "after");
            assertEquals("after", event());
            assertTrue(ch.isActive());
            stopReading(ch);
            write(peer, "a");
            peer.sendUrgentData('!');
            write(peer, "b");
            assertSleeps();
            ch.config().setAutoRead(true);
            StringBuilder read = new StringBuilder();
            while (read.length() < 2) {
                read.append(event());
            }
            assertEquals("ab", read.toString());
            assertSleeps();
        }
    }

    @Test
    void aReadDeadlineIsTold() throws Exception {
        try (Socket peer = connect()) {
            Channel ch = accept();
            ((DeadlineChannel) ch).setReadDeadline(Deadline.in(TimeUnit.MILLISECONDS.toNanos(20)));
            assertInstanceOf(DeadlineExceededException.class, event());
            assertSleeps();
            ((DeadlineChannel) ch).setReadDeadline(Deadline.NONE);
            write(peer, "late");
            assertEquals("late", event());
        }
    }
}
