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

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.channel.loop.LateFlushes;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many channels of one loop that are ready in one turn: their flushes are made late. */
@Timeout(60)
class LateFlushesTest {

    private static final int CLIENTS = 32;

    /** What the server does when a channel has read one byte. */
    private interface Answer {
        void to(ChannelHandlerContext ctx, byte read) throws Exception;
    }

    private EventLoopGroup group;
    private EventLoop loop;

    /** Where client i is connected to. */
    private final List<Channel> channels = new ArrayList<>();

    private final List<Socket> clients = new ArrayList<>();
    private final BlockingQueue<Throwable> caught = new LinkedBlockingQueue<>();
    private final CountDownLatch inactive = new CountDownLatch(CLIENTS);
    private volatile Answer answer;

    @BeforeEach
    void connect() throws Exception {
        System.setProperty("io.gopoll.lateFlushes", "true");
        group = new GoPollEventLoopGroup(1);
        loop = group.next();
        BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        Channel server =
                new ServerBootstrap()
                        .group(group)
                        .channel(GoPollServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel ch) {
                                        ch.pipeline().addLast(new Answering());
                                        accepted.add(ch);
                                    }
                                })
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel();
        InetSocketAddress address = (InetSocketAddress) server.localAddress();
        for (int i = 0; i < CLIENTS; i++) {
            Socket client = new Socket(address.getAddress(), address.getPort());
            client.setSoTimeout(20_000);
            clients.add(client);
            channels.add(accepted.take());
        }
    }

    @AfterEach
    void end() throws IOException {
        System.clearProperty("io.gopoll.lateFlushes");
        for (Socket client : clients) {
            client.close();
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Answering extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
            ByteBuf buf = (ByteBuf) msg;
            byte[] read = new byte[buf.readableBytes()];
            buf.readBytes(read);
            buf.release();
            for (byte b : read) {
                answer.to(ctx, b);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            caught.add(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            inactive.countDown();
        }
    }

    /** Lets all clients send a byte, their number, before the loop sees the first. */
    private void sendAtOnce() throws Exception {
        CountDownLatch release = hold();
        for (int i = 0; i < CLIENTS; i++) {
            clients.get(i).getOutputStream().write(i);
        }
        release.countDown();
    }

    /** The loop does nothing until what is returned is counted down. */
    private CountDownLatch hold() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        loop.execute(
                () -> {
                    held.countDown();
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        held.await();
        return release;
    }

    private static ByteBuf bytes(int... values) {
        ByteBuf buf = Unpooled.buffer(values.length);
        for (int value : values) {
            buf.writeByte(value);
        }
        return buf;
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private void assertReads(int client, int... expected) throws IOException {
        byte[] read = clients.get(client).getInputStream().readNBytes(expected.length);
        assertArrayEquals(bytes(expected).array(), read, "client " + client);
    }

    private void assertEnd(int client) throws IOException {
        assertEquals(-1, clients.get(client).getInputStream().read(), "client " + client);
    }

    @Test
    void everyAnswerArrivesInOrder() throws Exception {
        Queue<Future<?>> writes = new ConcurrentLinkedQueue<>();
        answer =
                (ctx, read) -> {
                    writes.add(ctx.writeAndFlush(bytes(read, 1)));
                    writes.add(ctx.write(bytes(2)));
                    writes.add(ctx.write(bytes(3)));
                    ctx.flush();
                    writes.add(ctx.writeAndFlush(bytes(4)));
                };
        for (int round = 0; round < 50; round++) {
            sendAtOnce();
            for (int i = 0; i < CLIENTS; i++) {
                assertReads(i, i, 1, 2, 3, 4);
            }
        }
        for (Future<?> write : writes) {
            write.sync();
        }
    }

    @Test
    void quickHandlersRunBeforeTheirAnswersAreWritten() throws Exception {
        Queue<Boolean> done = new ConcurrentLinkedQueue<>();
        answer = (ctx, read) -> done.add(ctx.writeAndFlush(bytes(read)).isDone());
        do {
            done.clear();
            sendAtOnce();
            for (int i = 0; i < CLIENTS; i++) {
                assertReads(i, i);
            }
        } while (done.contains(true));
    }

    /** A close that asks nobody does not lose what flush has accepted. */
    @ParameterizedTest
    @ValueSource(strings = {"closeForcibly", "descriptor", "close", "disconnect"})
    void whatWasFlushedIsSentBeforeAForcedClose(String how) throws Exception {
        answer =
                (ctx, read) -> {
                    ctx.writeAndFlush(bytes(read));
                    switch (how) {
                        case "closeForcibly":
                            ctx.channel().unsafe().closeForcibly();
                            break;
                        case "descriptor":
                            ((UnixChannel) ctx.channel()).fd().close();
                            break;
                        case "disconnect":
                            ctx.disconnect();
                            break;
                        default:
                            ctx.close();
                            break;
                    }
                };
        sendAtOnce();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, i);
            assertEnd(i);
        }
    }

    /** Not through the public API: there the time that many of them take would end the wait. */
    @Test
    void once32ArePutOffTheyAreWritten() throws Exception {
        loop.submit(
                        () -> {
                            List<Future<?>> writes = new ArrayList<>();
                            for (Channel channel : channels) {
                                writes.add(channel.write(bytes(1)));
                                channel.unsafe().outboundBuffer().addFlush();
                            }
                            LateFlushes flushes = LateFlushes.ifAskedFor();
                            flushes.begin();
                            for (Channel channel : channels) {
                                flushes.add(((AbstractGoPollChannel) channel).writeSide());
                            }
                            flushes.look();
                            for (Future<?> write : writes) {
                                assertTrue(write.isSuccess());
                            }
                            assertTrue(flushes.isPuttingOff());
                        })
                .sync();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, 1);
        }
    }

    @Test
    void ofFewNoneIsPutOff() throws Exception {
        BlockingQueue<Boolean> done = new LinkedBlockingQueue<>();
        answer = (ctx, read) -> done.add(ctx.writeAndFlush(bytes(read)).isDone());
        CountDownLatch release = hold();
        for (int i = 0; i < 4; i++) {
            clients.get(i).getOutputStream().write(i);
        }
        release.countDown();
        for (int i = 0; i < 4; i++) {
            assertTrue(done.take());
            assertReads(i, i);
        }
    }

    @Test
    void anAnswerDoesNotWaitForAllHandlersThatAreSlow() throws Exception {
        AtomicInteger handlers = new AtomicInteger();
        CountDownLatch oneCame = new CountDownLatch(1);
        answer =
                (ctx, read) -> {
                    ctx.writeAndFlush(bytes(read));
                    Thread.sleep(1);
                    if (handlers.incrementAndGet() == CLIENTS / 2) {
                        assertTrue(oneCame.await(20, TimeUnit.SECONDS));
                    }
                };
        for (Socket client : clients) {
            Thread reader =
                    new Thread(
                            () -> {
                                try {
                                    if (client.getInputStream().read() >= 0) {
                                        oneCame.countDown();
                                    }
                                } catch (IOException e) {
                                    caught.add(e);
                                }
                            });
            reader.setDaemon(true);
            reader.start();
        }
        sendAtOnce();
        assertTrue(oneCame.await(20, TimeUnit.SECONDS));
        loop.submit(() -> {}).sync();
        assertTrue(caught.isEmpty(), caught::toString);
    }

    @Test
    void whereHandlersAreSlowNothingIsPutOffAnyMore() throws Exception {
        Queue<Boolean> done = new ConcurrentLinkedQueue<>();
        answer =
                (ctx, read) -> {
                    done.add(ctx.writeAndFlush(bytes(read)).isDone());
                    Thread.sleep(1);
                };
        do {
            done.clear();
            sendAtOnce();
            for (int i = 0; i < CLIENTS; i++) {
                assertReads(i, i);
            }
        } while (done.contains(false));
    }

    @Test
    void aCloseComesAfterWhatWasFlushedBefore() throws Exception {
        Queue<String> order = new ConcurrentLinkedQueue<>();
        answer =
                (ctx, read) -> {
                    ctx.writeAndFlush(bytes(read, 1))
                            .addListener(f -> order.add(f.isSuccess() ? "written" : "failed"));
                    ctx.close().addListener(f -> order.add("closed"));
                };
        sendAtOnce();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, i, 1);
            assertEnd(i);
        }
        assertTrue(inactive.await(20, TimeUnit.SECONDS));
        for (int i = 0; i < CLIENTS; i++) {
            assertEquals("written", order.poll());
            assertEquals("closed", order.poll());
        }
    }

    @Test
    void aCloseByAListenerComesAfterTheAnswer() throws Exception {
        answer =
                (ctx, read) ->
                        ctx.writeAndFlush(bytes(read, 1)).addListener(ChannelFutureListener.CLOSE);
        sendAtOnce();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, i, 1);
            assertEnd(i);
        }
        assertTrue(inactive.await(20, TimeUnit.SECONDS));
    }

    @Test
    void aCloseThatLingersComesAfterWhatWasFlushedBefore() throws Exception {
        for (Channel channel : channels) {
            ((GoPollSocketChannel) channel).config().setSoLinger(5);
        }
        answer =
                (ctx, read) -> {
                    ctx.writeAndFlush(bytes(read, 1));
                    ctx.close();
                };
        sendAtOnce();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, i, 1);
            assertEnd(i);
        }
    }

    @Test
    void aChannelThatAnotherHandlerClosesHasItsAnswerWritten() throws Exception {
        Set<Integer> answered = ConcurrentHashMap.newKeySet();
        Queue<Integer> closed = new ConcurrentLinkedQueue<>();
        answer =
                (ctx, read) -> {
                    ctx.writeAndFlush(bytes(read));
                    answered.add((int) read);
                    // Of each two, whichever comes later closes the other.
                    int other = (read + CLIENTS / 2) % CLIENTS;
                    if (answered.contains(other)) {
                        channels.get(other).close();
                        closed.add(other);
                    }
                };
        sendAtOnce();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, i);
        }
        loop.submit(() -> {}).sync();
        assertEquals(CLIENTS / 2, closed.size());
        for (int client : closed) {
            assertEnd(client);
        }
    }

    @Test
    void anEndOfInputRightBehindARequestLeavesTheAnswer() throws Exception {
        answer = (ctx, read) -> ctx.writeAndFlush(bytes(read));
        CountDownLatch release = hold();
        for (int i = 0; i < CLIENTS; i++) {
            clients.get(i).getOutputStream().write(i);
            clients.get(i).shutdownOutput();
        }
        release.countDown();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, i);
            assertEnd(i);
        }
        assertTrue(inactive.await(20, TimeUnit.SECONDS));
    }

    @Test
    void shuttingTheOutputDownComesAfterWhatWasFlushedBefore() throws Exception {
        Queue<Future<?>> futures = new ConcurrentLinkedQueue<>();
        answer =
                (ctx, read) -> {
                    futures.add(ctx.writeAndFlush(bytes(read, 1)));
                    futures.add(((DuplexChannel) ctx.channel()).shutdownOutput());
                };
        sendAtOnce();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, i, 1);
            assertEnd(i);
        }
        for (Future<?> future : futures) {
            future.sync();
        }
    }

    @Test
    void disconnectingComesAfterWhatWasFlushedBefore() throws Exception {
        answer =
                (ctx, read) -> {
                    ctx.writeAndFlush(bytes(read, 1));
                    if (read % 2 == 0) {
                        ctx.disconnect();
                    } else {
                        ctx.channel().unsafe().disconnect(ctx.newPromise());
                    }
                };
        sendAtOnce();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, i, 1);
            assertEnd(i);
        }
    }

    @Test
    void handlersThatThrowAfterAFlushKeepNoAnswerBack() throws Exception {
        answer =
                (ctx, read) -> {
                    ctx.writeAndFlush(bytes(read));
                    if (read % 2 == 0) {
                        throw new IllegalStateException("as intended");
                    }
                };
        sendAtOnce();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, i);
        }
        loop.submit(() -> {}).sync();
        assertEquals(CLIENTS / 2, caught.size());
    }

    @Test
    void aChannelThatMovesToAnotherLoopTakesNoAnswerAlong() throws Exception {
        EventLoopGroup other = new GoPollEventLoopGroup(1);
        try {
            answer =
                    (ctx, read) -> {
                        ctx.writeAndFlush(bytes(read));
                        Channel channel = ctx.channel();
                        channel.deregister().addListener(f -> other.register(channel));
                    };
            CountDownLatch release = hold();
            for (int i = 0; i < CLIENTS; i++) {
                clients.get(i).getOutputStream().write(i);
            }
            release.countDown();
            for (int i = 0; i < CLIENTS; i++) {
                assertReads(i, i);
                while (channels.get(i).eventLoop() == loop || !channels.get(i).isRegistered()) {
                    Thread.sleep(1);
                }
            }
            answer = (ctx, read) -> ctx.writeAndFlush(bytes(read, ctx.executor() == loop ? 1 : 2));
            for (int i = 0; i < CLIENTS; i++) {
                clients.get(i).getOutputStream().write(i);
                assertReads(i, i, 2);
            }
        } finally {
            other.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void whatIsWrittenToOtherChannelsArrives() throws Exception {
        answer =
                (ctx, read) -> {
                    channels.get((read + 1) % CLIENTS).writeAndFlush(bytes(100));
                    channels.get((read + 2) % CLIENTS).writeAndFlush(bytes(100));
                };
        for (int round = 0; round < 10; round++) {
            sendAtOnce();
            for (int i = 0; i < CLIENTS; i++) {
                assertReads(i, 100, 100);
            }
        }
    }

    @Test
    void aListenerCanWriteToAnyChannel() throws Exception {
        answer =
                (ctx, read) ->
                        ctx.writeAndFlush(bytes(100))
                                .addListener(
                                        f -> {
                                            ctx.writeAndFlush(bytes(100));
                                            channels.get(CLIENTS - 1 - read)
                                                    .writeAndFlush(bytes(100));
                                        });
        for (int round = 0; round < 10; round++) {
            sendAtOnce();
            for (int i = 0; i < CLIENTS; i++) {
                assertReads(i, 100, 100, 100);
            }
        }
    }

    @Test
    void muchIsWrittenAtOnceAndBehindWhatWasPutOff() throws Exception {
        byte[] much = random(20_000);
        Queue<Boolean> done = new ConcurrentLinkedQueue<>();
        answer =
                (ctx, read) -> {
                    ChannelFuture little = ctx.writeAndFlush(bytes(read));
                    done.add(ctx.writeAndFlush(Unpooled.wrappedBuffer(much)).isDone());
                    done.add(little.isDone());
                    ctx.writeAndFlush(bytes(1));
                };
        sendAtOnce();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, i);
            assertArrayEquals(much, clients.get(i).getInputStream().readNBytes(much.length));
            assertReads(i, 1);
        }
        assertTrue(!done.contains(false));
    }

    @Test
    void manyFlushesFillTheSocketAndAllArrives() throws Exception {
        byte[] some = random(8000);
        int flushes = 500;
        answer =
                (ctx, read) -> {
                    for (int i = 0; i < flushes; i++) {
                        ctx.writeAndFlush(Unpooled.wrappedBuffer(some));
                    }
                };
        sendAtOnce();
        for (int i = 0; i < CLIENTS; i++) {
            for (int j = 0; j < flushes; j++) {
                assertArrayEquals(some, clients.get(i).getInputStream().readNBytes(some.length));
            }
        }
    }

    @Test
    void aFileIsWrittenAtOnceAndInOrder(@TempDir Path dir) throws Exception {
        Path file = Files.write(dir.resolve("file"), new byte[] {1, 2, 3});
        Queue<Boolean> done = new ConcurrentLinkedQueue<>();
        answer =
                (ctx, read) -> {
                    ctx.writeAndFlush(bytes(read));
                    ctx.write(bytes(0));
                    done.add(
                            ctx.writeAndFlush(new DefaultFileRegion(file.toFile(), 0, 3)).isDone());
                    ctx.writeAndFlush(bytes(4));
                };
        sendAtOnce();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, i, 0, 1, 2, 3, 4);
        }
        assertTrue(!done.contains(false));
    }

    @Test
    void ofPeersThatHaveGoneOnlyTheirOwnAnswersFail() throws Exception {
        Queue<ChannelFuture> writes = new ConcurrentLinkedQueue<>();
        answer = (ctx, read) -> writes.add(ctx.writeAndFlush(bytes(read)));
        CountDownLatch release = hold();
        for (int i = 0; i < CLIENTS; i++) {
            clients.get(i).getOutputStream().write(i);
        }
        for (int i = 0; i < CLIENTS; i += 2) {
            clients.get(i).setSoLinger(true, 0);
            clients.get(i).close();
        }
        release.countDown();
        for (int i = 1; i < CLIENTS; i += 2) {
            assertReads(i, i);
        }
        for (int i = 0; i < CLIENTS; i += 2) {
            channels.get(i).closeFuture().sync();
        }
        for (ChannelFuture write : writes) {
            assertTrue(write.await(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void whatATaskFlushesIsWrittenAtOnce() throws Exception {
        answer = (ctx, read) -> ctx.writeAndFlush(bytes(read));
        CountDownLatch release = hold();
        for (int i = 0; i < CLIENTS; i++) {
            clients.get(i).getOutputStream().write(i);
        }
        Future<Boolean> done =
                loop.submit(() -> channels.get(0).writeAndFlush(bytes(100)).isDone());
        release.countDown();
        assertTrue(done.get());
        for (int i = 1; i < CLIENTS; i++) {
            assertReads(i, i);
        }
    }

    @Test
    void theEndOfTheLoopLosesNothing() throws Exception {
        AtomicInteger answers = new AtomicInteger();
        answer =
                (ctx, read) -> {
                    ctx.writeAndFlush(bytes(read));
                    // The last one: those that come too late to be read are not what this is about.
                    if (answers.incrementAndGet() == CLIENTS) {
                        group.shutdownGracefully(50, 5000, TimeUnit.MILLISECONDS);
                    }
                };
        sendAtOnce();
        for (int i = 0; i < CLIENTS; i++) {
            assertReads(i, i);
            assertEnd(i);
        }
    }

    @Test
    void unlessAskedForAHandlerThatWaitsForThePeersAnswerIsServed() throws Exception {
        System.clearProperty("io.gopoll.lateFlushes");
        EventLoopGroup plain = new GoPollEventLoopGroup(1);
        try {
            int connections = 3 * LateFlushes.MANY;
            Semaphore answers = new Semaphore(0);
            BlockingQueue<Boolean> served = new LinkedBlockingQueue<>();
            Channel server =
                    new ServerBootstrap()
                            .group(plain)
                            .channel(GoPollServerSocketChannel.class)
                            .childHandler(
                                    new ChannelInitializer<Channel>() {
                                        @Override
                                        protected void initChannel(Channel ch) {
                                            ch.pipeline()
                                                    .addLast(new FlushesAndWaits(answers, served));
                                        }
                                    })
                            .bind(InetAddress.getLoopbackAddress(), 0)
                            .sync()
                            .channel();
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.connect(server.localAddress());
                Thread peer =
                        new Thread(
                                () -> {
                                    try {
                                        if (socket.getInputStream().read() >= 0) {
                                            answers.release();
                                        }
                                    } catch (IOException e) {
                                        // The test is over.
                                    }
                                });
                peer.start();
            }
            // All are ready in one turn of the loop.
            CountDownLatch go = new CountDownLatch(1);
            plain.execute(
                    () -> {
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            for (Socket socket : sockets) {
                socket.getOutputStream().write(1);
            }
            go.countDown();
            for (int i = 0; i < connections; i++) {
                assertEquals(true, served.poll(60, TimeUnit.SECONDS));
            }
            for (Socket socket : sockets) {
                socket.close();
            }
        } finally {
            plain.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    private static final class FlushesAndWaits extends ChannelInboundHandlerAdapter {
        private final Semaphore answers;
        private final BlockingQueue<Boolean> served;

        FlushesAndWaits(Semaphore answers, BlockingQueue<Boolean> served) {
            this.answers = answers;
            this.served = served;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
            ReferenceCountUtil.release(msg);
            ctx.writeAndFlush(Unpooled.directBuffer(1).writeByte(2));
            served.add(answers.tryAcquire(20, TimeUnit.SECONDS));
        }
    }
}
