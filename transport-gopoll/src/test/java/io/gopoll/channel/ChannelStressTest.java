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

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Connections on which everything happens at once: writes of all sizes, both directions, autoRead
 * and deadlines changed by other threads, half-closes and closes. What arrives is what was sent, in
 * order, to the end; nothing hangs.
 */
@Timeout(180)
class ChannelStressTest {

    private static final int PAIRS = 12;
    private static final int BYTES = 1 << 20;

    record Case(boolean goroutine, boolean unix, long seed) {}

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        long seed = Long.getLong("io.gopoll.test.seed", System.nanoTime());
        for (boolean goroutine : new boolean[] {false, true}) {
            if (!goroutine || PlatformDependent.javaVersion() >= 21) {
                cases.add(new Case(goroutine, false, seed));
                cases.add(new Case(goroutine, true, seed + 1));
            }
        }
        return cases.stream();
    }

    /** One end: writes a stream of its own, checks that of the other end. */
    private static final class End extends ChannelInboundHandlerAdapter {
        private final SplittableRandom expected;
        private final SplittableRandom content;
        private final Random choices;
        private final boolean closesEarly;
        private int received;
        private int sent;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final CountDownLatch active = new CountDownLatch(1);
        private final CountDownLatch done = new CountDownLatch(1);
        private final List<ChannelFuture> writes = Collections.synchronizedList(new ArrayList<>());
        volatile boolean whole;
        volatile Channel channel;

        End(long sends, long receives, long choices, boolean closesEarly) {
            this.content = new SplittableRandom(sends);
            this.expected = new SplittableRandom(receives);
            this.choices = new Random(choices);
            this.closesEarly = closesEarly;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            channel = ctx.channel();
            active.countDown();
            writeMore(ctx);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            writeMore(ctx);
        }

        private void writeMore(ChannelHandlerContext ctx) {
            while (sent < BYTES && ctx.channel().isWritable()) {
                int size = Math.min(BYTES - sent, size());
                ChannelFuture last = ctx.write(chunk(size));
                writes.add(last);
                sent += size;
                if (sent == BYTES) {
                    // Not at once: what is not written by then would fail. And before the flush,
                    // in which this method may be called again.
                    last.addListener(f -> ((DuplexChannel) ctx.channel()).shutdownOutput());
                }
                if (choices.nextBoolean() || sent == BYTES || !ctx.channel().isWritable()) {
                    ctx.flush();
                }
                if (closesEarly && sent > BYTES / 2) {
                    ctx.close();
                    return;
                }
            }
        }

        private int size() {
            return 1 + choices.nextInt(1 << choices.nextInt(18));
        }

        private ByteBuf chunk(int size) {
            byte[] bytes = new byte[size];
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) content.nextInt();
            }
            ByteBuf whole =
                    choices.nextBoolean()
                            ? Unpooled.wrappedBuffer(bytes)
                            : Unpooled.directBuffer(size).writeBytes(bytes);
            if (size < 3 || choices.nextInt(4) != 0) {
                return whole;
            }
            int cut = 1 + choices.nextInt(size - 1);
            CompositeByteBuf parts = Unpooled.compositeBuffer();
            parts.addComponent(true, whole.readRetainedSlice(cut));
            return parts.addComponent(true, whole);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf buf = (ByteBuf) msg;
            byte[] bytes = new byte[buf.readableBytes()];
            buf.readBytes(bytes);
            for (byte b : bytes) {
                if (b != (byte) expected.nextInt()) {
                    fail(new AssertionError("wrong byte at " + received));
                    ctx.close();
                    break;
                }
                received++;
            }
            buf.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownReadComplete.INSTANCE) {
                whole = received == BYTES;
                done.countDown();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // What the peer's close does to who still reads and writes.
            if (!(cause instanceof IOException)) {
                fail(cause);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            done.countDown();
        }

        private void fail(Throwable t) {
            failure.compareAndSet(null, t);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everythingArrivesInOrderWhateverHappensBeside(Case c) throws Exception {
        IoEventLoopGroup group =
                c.goroutine ? new GoroutineEventLoopGroup(2) : new GoPollEventLoopGroup(2);
        Random random = new Random(c.seed);
        BlockingQueue<End> servers = new LinkedBlockingQueue<>();
        Channel server =
                new ServerBootstrap()
                        .group(group)
                        .channel(
                                c.unix
                                        ? GoPollServerDomainSocketChannel.class
                                        : GoPollServerSocketChannel.class)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel ch) {
                                        ch.pipeline().addLast(servers.remove());
                                    }
                                })
                        .bind(
                                c.unix
                                        ? new DomainSocketAddress("\0gopoll-" + UUID.randomUUID())
                                        : new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), 0))
                        .sync()
                        .channel();
        List<End[]> pairs = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            long a = random.nextLong();
            long b = random.nextLong();
            End client = new End(a, b, random.nextLong(), i % 4 == 3);
            End accepted = new End(b, a, random.nextLong(), i % 8 == 7);
            servers.add(accepted);
            pairs.add(new End[] {client, accepted});
            new Bootstrap()
                    .group(group)
                    .channel(c.unix ? GoPollDomainSocketChannel.class : GoPollSocketChannel.class)
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .handler(client)
                    .connect(server.localAddress())
                    .sync();
            // The next one is accepted after this one, though perhaps by another loop.
            assertTrue(accepted.active.await(20, TimeUnit.SECONDS));
        }
        AtomicBoolean over = new AtomicBoolean();
        Thread disturber = new Thread(() -> disturb(pairs, over, new Random(c.seed)));
        disturber.start();
        try {
            for (End[] pair : pairs) {
                for (End end : pair) {
                    assertTrue(
                            end.done.await(90, TimeUnit.SECONDS),
                            () -> c + " hangs after " + end.received + " bytes");
                    assertNull(end.failure.get(), () -> c + ": " + end.failure.get());
                }
            }
        } finally {
            over.set(true);
            disturber.join();
        }
        for (int i = 0; i < PAIRS; i++) {
            for (End end : pairs.get(i)) {
                assertTrue(end.whole || i % 4 == 3, c + ": not the whole stream of pair " + i);
                end.channel.close().await();
                for (ChannelFuture write : end.writes) {
                    assertTrue(write.await(20, TimeUnit.SECONDS), c + ": a write hangs");
                }
            }
        }
        server.close().sync();
        assertTrue(group.shutdownGracefully(0, 10, TimeUnit.SECONDS).await(20, TimeUnit.SECONDS));
    }

    /** Another thread changes what may be changed at any time. */
    private static void disturb(List<End[]> pairs, AtomicBoolean over, Random random) {
        while (!over.get()) {
            Channel channel = pairs.get(random.nextInt(PAIRS))[random.nextInt(2)].channel;
            if (channel == null) {
                continue;
            }
            switch (random.nextInt(4)) {
                case 0 -> channel.config().setAutoRead(random.nextInt(4) != 0);
                case 1 -> channel.read();
                case 2 ->
                        ((DeadlineChannel) channel)
                                .setDeadline(System.nanoTime() + TimeUnit.HOURS.toNanos(1));
                default -> channel.flush();
            }
            if (random.nextInt(50) == 0) {
                for (End[] pair : pairs) {
                    for (End end : pair) {
                        if (end.channel != null) {
                            end.channel.config().setAutoRead(true);
                        }
                    }
                }
            }
        }
        for (End[] pair : pairs) {
            for (End end : pair) {
                if (end.channel != null) {
                    end.channel.config().setAutoRead(true);
                }
            }
        }
    }
}
