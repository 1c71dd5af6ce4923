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
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.poll.DeadlineExceededException;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.PlatformDependent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Deadlines, on each kind of channel and in both modes. */
@Timeout(120)
class DeadlineChannelTest {

    private static final Duration SOON = Duration.ofMillis(30);
    private static final Duration LATER = Duration.ofMinutes(10);

    enum Mode {
        LOOP,
        GOROUTINE
    }

    enum Kind {
        TCP,
        UNIX,
        UDP
    }

    static Stream<Case> all() {
        return Stream.of(Mode.values())
                .filter(m -> m == Mode.LOOP || PlatformDependent.javaVersion() >= 21)
                .flatMap(m -> Stream.of(Kind.values()).map(k -> new Case(m, k)));
    }

    static Stream<Case> streams() {
        return all().filter(c -> c.kind != Kind.UDP);
    }

    record Case(Mode mode, Kind kind) {}

    private final List<EventLoopGroup> groups = new ArrayList<>();

    /** The side with the deadlines, and what came to it: texts and exceptions. */
    private Channel channel;

    private Channel peer;
    private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    private final BlockingQueue<Object> seenByPeer = new LinkedBlockingQueue<>();

    private static final class Collect extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<Object> to;

        Collect(BlockingQueue<Object> to) {
            this.to = to;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            Object content = msg instanceof DatagramPacket ? ((DatagramPacket) msg).content() : msg;
            to.add(Integer.valueOf(((ByteBuf) content).getByte(0)));
            ReferenceCountUtil.release(msg);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            to.add(cause);
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Channel ch : new Channel[] {channel, peer}) {
            if (ch != null) {
                ch.close().await();
            }
        }
        for (EventLoopGroup group : groups) {
            assertTrue(
                    group.shutdownGracefully(0, 10, TimeUnit.SECONDS).await(20, TimeUnit.SECONDS));
        }
    }

    private IoEventLoopGroup group(Mode mode) {
        IoEventLoopGroup group =
                mode == Mode.LOOP ? new GoPollEventLoopGroup(1) : new GoroutineEventLoopGroup(1);
        groups.add(group);
        return group;
    }

    /** A connected pair; the options are those of the side with the deadlines. */
    private void connect(Case c, Object... options) throws Exception {
        IoEventLoopGroup group = group(c.mode);
        Bootstrap client = new Bootstrap().group(group).handler(new Collect(seen));
        for (int i = 0; i < options.length; i += 2) {
            option(client, options[i], options[i + 1]);
        }
        if (c.kind == Kind.UDP) {
            SocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            client.channel(GoPollDatagramChannel.class);
            peer =
                    new Bootstrap()
                            .group(group)
                            .channel(GoPollDatagramChannel.class)
                            .handler(new Collect(seenByPeer))
                            .bind(any)
                            .sync()
                            .channel();
            channel = client.connect(peer.localAddress()).sync().channel();
            peer.connect(channel.localAddress()).sync();
            return;
        }
        boolean tcp = c.kind == Kind.TCP;
        BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        Channel server =
                new ServerBootstrap()
                        .group(group)
                        .channel(
                                tcp
                                        ? GoPollServerSocketChannel.class
                                        : GoPollServerDomainSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel ch) {
                                        ch.pipeline().addLast(new Collect(seenByPeer));
                                        accepted.add(ch);
                                    }
                                })
                        .bind(
                                tcp
                                        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)
                                        : new DomainSocketAddress("\0gopoll-" + UUID.randomUUID()))
                        .sync()
                        .channel();
        client.channel(tcp ? GoPollSocketChannel.class : GoPollDomainSocketChannel.class);
        channel = client.connect(server.localAddress()).sync().channel();
        peer = accepted.poll(20, TimeUnit.SECONDS);
        server.close().sync();
    }

    @SuppressWarnings("unchecked")
    private static <T> void option(Bootstrap bootstrap, Object option, Object value) {
        bootstrap.option((ChannelOption<T>) option, (T) value);
    }

    private DeadlineChannel deadlines() {
        return (DeadlineChannel) channel;
    }

    private void inLoop(Runnable task) throws Exception {
        channel.eventLoop().submit(task).sync();
    }

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    private static void send(Channel from, int value) {
        from.writeAndFlush(Unpooled.directBuffer(1).writeByte(value));
    }

    private Object next() throws InterruptedException {
        return next(seen);
    }

    private static Object next(BlockingQueue<Object> queue) throws InterruptedException {
        Object o = queue.poll(20, TimeUnit.SECONDS);
        assertNotNull(o, "nothing came");
        return o;
    }

    private void expectExceeded(String operation) throws InterruptedException {
        Throwable cause = assertInstanceOf(DeadlineExceededException.class, next());
        assertEquals(
                operation + " " + channel.remoteAddress() + ": deadline exceeded",
                cause.getMessage());
        assertTrue(channel.isOpen());
    }

    /** After this, whatever was to come to the loop has come. */
    private void turn() throws Exception {
        for (int i = 0; i < 3; i++) {
            channel.eventLoop().submit(() -> {}).sync();
        }
    }

    private void exchange(int value) throws Exception {
        send(peer, value);
        assertEquals(value, next());
        send(channel, value);
        assertEquals(value, next(seenByPeer));
    }

    // ---- Reading. ----

    @ParameterizedTest
    @MethodSource("all")
    void aReadThatWaitsFailsOnceAndReadingGoesOnWhenTheDeadlineIsMoved(Case c) throws Exception {
        connect(c);
        long at = in(SOON);
        deadlines().setReadDeadline(at);
        expectExceeded("read");
        assertTrue(System.nanoTime() >= at, "too early");
        turn();
        assertNull(seen.peek());

        send(peer, 1);
        send(channel, 2);
        assertEquals(2, next(seenByPeer));
        turn();
        assertNull(seen.peek(), "read after the deadline");

        deadlines().setReadDeadline(in(LATER));
        assertEquals(1, next());
        exchange(3);
    }

    @ParameterizedTest
    @MethodSource("all")
    void aDeadlineThatHasPassedFailsReadsThatCouldGoOn(Case c) throws Exception {
        connect(c, ChannelOption.AUTO_READ, false);
        send(peer, 1);
        deadlines().setReadDeadline(-1);
        for (int i = 0; i < 3; i++) {
            channel.read();
            expectExceeded("read");
        }
        deadlines().setReadDeadline(0);
        channel.read();
        assertEquals(1, next());
    }

    @ParameterizedTest
    @MethodSource("all")
    void aDeadlineThatPassesWhileNobodyReadsFailsTheNextRead(Case c) throws Exception {
        connect(c, ChannelOption.AUTO_READ, false);
        long at = in(SOON);
        deadlines().setReadDeadline(at);
        do {
            turn();
        } while (System.nanoTime() < at + SOON.toNanos());
        assertNull(seen.peek());
        channel.read();
        expectExceeded("read");
    }

    @ParameterizedTest
    @MethodSource("all")
    void aHandlerMayMoveTheDeadlineWhenItFails(Case c) throws Exception {
        connect(c);
        channel.pipeline()
                .addFirst(
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void exceptionCaught(ChannelHandlerContext ctx, Throwable t) {
                                ((DeadlineChannel) ctx.channel()).setReadDeadline(in(SOON));
                                ctx.fireExceptionCaught(t);
                            }
                        });
        deadlines().setReadDeadline(in(SOON));
        expectExceeded("read");
        expectExceeded("read");
        // By the loop, which may be in the handler once more.
        inLoop(
                () -> {
                    channel.pipeline().removeFirst();
                    deadlines().setReadDeadline(0);
                    seen.clear();
                });
        exchange(4);
    }

    @ParameterizedTest
    @MethodSource("all")
    void aDeadlineThatIsMovedAheadOrClearedDoesNotFire(Case c) throws Exception {
        connect(c);
        for (long to : new long[] {in(LATER), 0, Long.MAX_VALUE}) {
            long at = in(SOON);
            // In one task, or it could pass between the two.
            inLoop(
                    () -> {
                        deadlines().setReadDeadline(at);
                        deadlines().setWriteDeadline(at);
                        deadlines().setReadDeadline(to);
                        deadlines().setWriteDeadline(to);
                    });
            do {
                exchange(5);
            } while (System.nanoTime() < at + SOON.toNanos());
        }
        assertNull(seen.peek());
    }

    @ParameterizedTest
    @MethodSource("all")
    void aDeadlineThatIsMovedToSoonerFiresSooner(Case c) throws Exception {
        connect(c);
        deadlines().setDeadline(in(LATER));
        exchange(6);
        deadlines().setDeadline(in(SOON));
        expectExceeded("read");
        deadlines().setDeadline(in(LATER));
        exchange(7);
        channel.eventLoop().submit(() -> deadlines().setDeadline(in(SOON))).sync();
        expectExceeded("read");
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatIsTooFarAwayToBeToldNeverComes(Case c) throws Exception {
        connect(c, GoPollChannelOption.READ_DEADLINE, Duration.ofSeconds(Long.MAX_VALUE));
        exchange(8);
        deadlines().setDeadline(Instant.MAX);
        exchange(9);
        deadlines().setDeadline(Long.MAX_VALUE);
        exchange(10);
        assertTrue(
                channel.config().getOption(GoPollChannelOption.WRITE_DEADLINE).compareTo(LATER)
                        > 0);
    }

    @ParameterizedTest
    @MethodSource("all")
    void theOptionsAreRelativeAndTellWhatIsLeft(Case c) throws Exception {
        connect(c, GoPollChannelOption.READ_DEADLINE, SOON);
        expectExceeded("read");
        assertTrue(channel.config().getOption(GoPollChannelOption.READ_DEADLINE).isNegative());
        assertEquals(Duration.ZERO, channel.config().getOption(GoPollChannelOption.WRITE_DEADLINE));
        channel.config().setOption(GoPollChannelOption.READ_DEADLINE, Duration.ZERO);
        channel.config().setOption(GoPollChannelOption.WRITE_DEADLINE, LATER);
        exchange(11);
        Duration left = channel.config().getOption(GoPollChannelOption.WRITE_DEADLINE);
        assertTrue(left.compareTo(LATER) <= 0 && left.compareTo(LATER.dividedBy(2)) > 0);
        channel.config().setOption(GoPollChannelOption.WRITE_DEADLINE, Duration.ofNanos(-1));
        assertInstanceOf(
                DeadlineExceededException.class,
                channel.writeAndFlush(Unpooled.directBuffer(1).writeByte(1)).await().cause());
    }

    @ParameterizedTest
    @MethodSource("all")
    void aTimeOfDayDoesToo(Case c) throws Exception {
        connect(c);
        deadlines().setReadDeadline(Instant.now().plus(SOON));
        expectExceeded("read");
        deadlines().setReadDeadline((Instant) null);
        exchange(12);
        deadlines().setReadDeadline(Instant.EPOCH);
        expectExceeded("read");
        deadlines().setReadDeadline(Instant.MIN);
        expectExceeded("read");
    }

    @ParameterizedTest
    @MethodSource("streams")
    void theEndOfTheInputIsSeenWhenTheDeadlineIsMoved(Case c) throws Exception {
        connect(c);
        deadlines().setReadDeadline(-1);
        expectExceeded("read");
        send(peer, 13);
        peer.close().sync();
        turn();
        assertTrue(channel.isOpen());
        deadlines().setReadDeadline(0);
        assertEquals(13, next());
        assertTrue(channel.closeFuture().await(20, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @MethodSource("all")
    void aDeadlineGoesWithTheChannelToAnotherLoop(Case c) throws Exception {
        connect(c);
        deadlines().setReadDeadline(in(LATER));
        channel.deregister().sync();
        deadlines().setReadDeadline(in(SOON));
        EventLoop other = group(c.mode).next();
        other.register(channel).sync();
        expectExceeded("read");
        deadlines().setReadDeadline(0);
        exchange(14);
    }

    @ParameterizedTest
    @MethodSource("all")
    void onAClosedChannelNothingHappens(Case c) throws Exception {
        connect(c);
        channel.close().sync();
        deadlines().setDeadline(-1);
        deadlines().setDeadline(in(SOON));
        deadlines().setDeadline(0);
        turn();
        assertNull(seen.peek());
    }

    @ParameterizedTest
    @MethodSource("all")
    void manyThreadsMoveDeadlinesAndTheLastOneCounts(Case c) throws Exception {
        connect(c);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Thread thread =
                    new Thread(
                            () -> {
                                ThreadLocalRandom random = ThreadLocalRandom.current();
                                for (int n = 0; n < 3000; n++) {
                                    deadlines()
                                            .setReadDeadline(
                                                    switch (random.nextInt(4)) {
                                                        case 0 -> 0;
                                                        case 1 -> -1;
                                                        case 2 -> in(LATER);
                                                        default -> in(Duration.ofNanos(50_000));
                                                    });
                                    if (n % 16 == 0) {
                                        send(peer, 15);
                                    }
                                }
                            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        deadlines().setReadDeadline(0);
        Object last;
        do {
            // Once more each time: the system drops packets that nobody reads in time.
            send(peer, 16);
            last = next();
            if (last instanceof Throwable) {
                assertInstanceOf(DeadlineExceededException.class, last);
            }
        } while (!last.equals(16));
        deadlines().setReadDeadline(in(SOON));
        do {
            last = next();
        } while (!(last instanceof DeadlineExceededException));
    }

    // ---- Writing. ----

    @ParameterizedTest
    @MethodSource("streams")
    void writesThatWaitFailAndTheChannelWritesAgainWhenTheDeadlineIsMoved(Case c) throws Exception {
        connect(c);
        peer.config().setAutoRead(false);
        deadlines().setWriteDeadline(in(SOON));
        List<ChannelFuture> writes = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            writes.add(channel.write(Unpooled.directBuffer(1 << 20).writeZero(1 << 20)));
        }
        channel.flush();
        DeadlineExceededException cause = null;
        for (ChannelFuture write : writes) {
            assertTrue(write.await(20, TimeUnit.SECONDS));
            if (!write.isSuccess()) {
                cause = assertInstanceOf(DeadlineExceededException.class, write.cause());
            } else {
                assertNull(cause, "a write succeeded after one had failed");
            }
        }
        assertNotNull(cause);
        assertTrue(channel.isOpen());
        turn();
        assertTrue(channel.isWritable());
        assertNull(seen.peek(), "writes fail through their promises");

        deadlines().setWriteDeadline(in(LATER));
        ChannelFuture write = channel.writeAndFlush(Unpooled.directBuffer(1).writeByte(17));
        peer.config().setAutoRead(true);
        assertTrue(write.await(20, TimeUnit.SECONDS));
        assertTrue(write.isSuccess());
        Object last;
        do {
            last = next(seenByPeer);
        } while (!last.equals(17) && !seenByPeer.isEmpty());
    }

    @ParameterizedTest
    @MethodSource("streams")
    void aDeadlineThatIsSetWhileAWriteWaitsFailsIt(Case c) throws Exception {
        connect(c);
        peer.config().setAutoRead(false);
        ChannelFuture write = channel.writeAndFlush(Unpooled.directBuffer().writeZero(64 << 20));
        turn();
        assertFalse(write.isDone());
        deadlines().setWriteDeadline(in(LATER));
        turn();
        assertFalse(write.isDone());
        deadlines().setWriteDeadline(in(SOON));
        assertTrue(write.await(20, TimeUnit.SECONDS));
        assertInstanceOf(DeadlineExceededException.class, write.cause());
    }

    @ParameterizedTest
    @MethodSource("all")
    void writesAfterTheDeadlineFailUntilItIsCleared(Case c) throws Exception {
        connect(c);
        deadlines().setWriteDeadline(-1);
        for (int i = 0; i < 2; i++) {
            ChannelFuture write = channel.writeAndFlush(Unpooled.directBuffer(1).writeByte(1));
            Throwable cause = write.await().cause();
            assertInstanceOf(DeadlineExceededException.class, cause);
            assertEquals(
                    "write " + channel.remoteAddress() + ": deadline exceeded", cause.getMessage());
        }
        deadlines().setWriteDeadline(0);
        exchange(18);
    }

    // ---- The idle variant. ----

    @ParameterizedTest
    @MethodSource("all")
    void anIdleDeadlineFiresAgainAndAgainWhileNothingComes(Case c) throws Exception {
        long start = System.nanoTime();
        connect(c, GoPollChannelOption.READ_IDLE_DEADLINE, SOON);
        for (int i = 1; i <= 3; i++) {
            expectExceeded("read");
            assertTrue(System.nanoTime() - start >= i * SOON.toNanos(), "too early");
        }
        assertEquals(SOON, channel.config().getOption(GoPollChannelOption.READ_IDLE_DEADLINE));
        channel.config().setOption(GoPollChannelOption.READ_IDLE_DEADLINE, Duration.ZERO);
        turn();
        seen.clear();
        exchange(19);
        long off = System.nanoTime();
        do {
            turn();
        } while (System.nanoTime() - off < 2 * SOON.toNanos());
        assertNull(seen.peek());
    }

    @ParameterizedTest
    @MethodSource("all")
    void anIdleDeadlineDoesNotFireWhileSomethingComes(Case c) throws Exception {
        Duration idle = Duration.ofSeconds(2);
        connect(c, GoPollChannelOption.READ_IDLE_DEADLINE, idle);
        long start = System.nanoTime();
        do {
            exchange(20);
        } while (System.nanoTime() - start < idle.toNanos() * 5 / 4);
        assertNull(seen.peek());
        long last = System.nanoTime();
        exchange(21);
        expectExceeded("read");
        assertTrue(System.nanoTime() - last >= idle.toNanos(), "too early");
        exchange(22);
    }

    @ParameterizedTest
    @MethodSource("all")
    void anIdleDeadlineDoesNotFireWhileNobodyWantsToRead(Case c) throws Exception {
        connect(
                c,
                GoPollChannelOption.READ_IDLE_DEADLINE,
                SOON,
                ChannelOption.AUTO_READ,
                false,
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(64));
        long start = System.nanoTime();
        do {
            turn();
        } while (System.nanoTime() - start < 3 * SOON.toNanos());
        assertNull(seen.peek());
        start = System.nanoTime();
        channel.read();
        expectExceeded("read");
        assertTrue(System.nanoTime() - start >= SOON.toNanos(), "too early");
    }
}
