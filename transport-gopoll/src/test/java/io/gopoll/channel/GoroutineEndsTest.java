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
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.DefaultNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** How channels, loops and groups end while handlers block, and what they leave behind. */
@Timeout(120)
@EnabledForJreRange(min = JRE.JAVA_21)
class GoroutineEndsTest {

    private static final String SCHEDULER = "io.gopoll.scheduler";

    private GoroutineEventLoopGroup group;
    private final List<Socket> clients = new ArrayList<>();

    private void group(String scheduler) {
        System.setProperty(SCHEDULER, scheduler);
        assertEquals(scheduler, GoPoll.scheduler());
        group = new GoroutineEventLoopGroup(1);
    }

    @AfterEach
    void stop() throws IOException {
        System.clearProperty(SCHEDULER);
        for (Socket client : clients) {
            client.close();
        }
        if (group != null) {
            assertTrue(
                    group.shutdownGracefully(0, 20, TimeUnit.SECONDS)
                            .awaitUninterruptibly(30, TimeUnit.SECONDS));
        }
    }

    /** What a handler does with the first byte that it reads. */
    private interface Work {
        void run(ChannelHandlerContext ctx) throws Exception;
    }

    private final class Handler extends ChannelInboundHandlerAdapter {
        private final Work work;

        Handler(Work work) {
            this.work = work;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ReferenceCountUtil.release(msg);
            channels.add(ctx.channel());
            try {
                work.run(ctx);
                ended.add("returned");
            } catch (Throwable t) {
                ended.add(t);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            ended.add("inactive");
        }
    }

    /** The channels whose handlers work. */
    private final BlockingQueue<Channel> channels = new LinkedBlockingQueue<>();

    /** What became of the handlers. */
    private final BlockingQueue<Object> ended = new LinkedBlockingQueue<>();

    private Channel serve(Work work) throws InterruptedException {
        return new ServerBootstrap()
                .group(group)
                .channel(GoPollServerSocketChannel.class)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel ch) {
                                ch.pipeline().addLast(new Handler(work));
                            }
                        })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    /** Connects and sends a byte. */
    private Socket client(Channel server) throws IOException {
        Socket socket = new Socket();
        clients.add(socket);
        socket.setSoTimeout(60_000);
        socket.connect(server.localAddress());
        socket.getOutputStream().write(1);
        return socket;
    }

    private <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(30, TimeUnit.SECONDS);
        assertNotNull(next, "nothing came");
        return next;
    }

    private void awaitWorking(int handlers) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (channels.size() < handlers && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertEquals(handlers, channels.size());
    }

    // ---- Channels. ----

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aCloseFreesTheDescriptorAndIsDoneWhileTheHandlerBlocks(String scheduler) throws Exception {
        group(scheduler);
        CountDownLatch blocked = new CountDownLatch(1);
        BlockingQueue<ChannelFuture> writes = new LinkedBlockingQueue<>();
        Channel server =
                serve(
                        ctx -> {
                            blocked.await();
                            writes.add(ctx.writeAndFlush(Unpooled.directBuffer(1).writeByte(2)));
                        });
        Socket client = client(server);
        AbstractGoPollChannel channel = (AbstractGoPollChannel) next(channels);
        Path fd = Path.of("/proc/self/fd/" + channel.fd().intValue());
        String socket = Files.readSymbolicLink(fd).toString();

        assertTrue(channel.close().await(30, TimeUnit.SECONDS));
        assertTrue(channel.closeFuture().await(30, TimeUnit.SECONDS));
        assertFalse(channel.isOpen());
        assertFalse(channel.isActive());
        assertEquals(-1, client.getInputStream().read());
        assertFalse(
                Files.exists(fd) && Files.readSymbolicLink(fd).toString().equals(socket),
                "the descriptor is still open");
        assertTrue(ended.isEmpty(), "the handler has not returned");

        blocked.countDown();
        ChannelFuture write = next(writes);
        assertTrue(write.await(30, TimeUnit.SECONDS));
        assertInstanceOf(IOException.class, write.cause());
        assertEquals("returned", next(ended));
        assertEquals("inactive", next(ended));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aDisconnectOfAConnectionIsACloseAlsoWhileTheHandlerBlocks(String scheduler)
            throws Exception {
        group(scheduler);
        CountDownLatch blocked = new CountDownLatch(1);
        Channel server = serve(ctx -> blocked.await());
        Socket client = client(server);
        Channel channel = next(channels);

        assertTrue(channel.disconnect().await(30, TimeUnit.SECONDS));
        assertFalse(channel.isOpen());
        assertEquals(-1, client.getInputStream().read());
        assertTrue(ended.isEmpty(), "the handler has not returned");

        blocked.countDown();
        assertEquals("returned", next(ended));
        assertEquals("inactive", next(ended));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aHandlerThatBlocksSeesThatItsChannelIsNotActiveAnyMore(String scheduler) throws Exception {
        group(scheduler);
        Channel server =
                serve(
                        ctx -> {
                            while (ctx.channel().isActive()) {
                                Thread.sleep(1);
                            }
                            ChannelFuture write =
                                    ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
                            ended.add(write.cause());
                        });
        client(server);
        assertTrue(next(channels).close().await(30, TimeUnit.SECONDS));
        assertInstanceOf(ClosedChannelException.class, next(ended));
        assertEquals("returned", next(ended));
        assertEquals("inactive", next(ended));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aDatagramChannelThatIsClosedWhileItsHandlerBlocksSaysThatItIsInactive(String scheduler)
            throws Exception {
        group(scheduler);
        Channel channel =
                new Bootstrap()
                        .group(group)
                        .channel(GoPollDatagramChannel.class)
                        .handler(
                                new Handler(
                                        ctx -> {
                                            while (ctx.channel().isActive()) {
                                                Thread.sleep(1);
                                            }
                                        }))
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .sync()
                        .channel();
        try (DatagramSocket sender = new DatagramSocket()) {
            sender.send(new DatagramPacket(new byte[1], 1, channel.localAddress()));
        }
        assertEquals(channel, next(channels));
        assertTrue(channel.close().await(30, TimeUnit.SECONDS));
        assertEquals("returned", next(ended));
        assertEquals("inactive", next(ended));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void anAwaitEndsWhenTheChannelCloses(String scheduler) throws Exception {
        group(scheduler);
        Channel server = serve(ctx -> GoPoll.await(ctx.executor().newPromise()));
        client(server);
        Channel channel = next(channels);
        assertTrue(channel.close().await(30, TimeUnit.SECONDS));
        assertInstanceOf(ClosedChannelException.class, next(ended));
        // Not before: the handler that waits is not called meanwhile.
        assertEquals("inactive", next(ended));
    }

    /** Another channel on the loop of the one that was accepted; its handler works, too. */
    private Channel beside(Channel server, Channel channel, Work work) throws Exception {
        return new Bootstrap()
                .group(channel.eventLoop())
                .channel(GoPollSocketChannel.class)
                .handler(new Handler(work))
                .connect(server.localAddress())
                .sync()
                .channel();
    }

    /** Sends a byte as soon as it is there, and then reads. */
    private static final class Talker extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Unpooled.directBuffer(1).writeByte(1));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ReferenceCountUtil.release(msg);
        }
    }

    private Channel talker() throws Exception {
        return new ServerBootstrap()
                .group(group)
                .channel(GoPollServerSocketChannel.class)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel ch) {
                                ch.pipeline().addLast(new Talker());
                            }
                        })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void anAwaitEndsWhenItsOwnChannelClosesOfThoseThatShareALoop(String scheduler)
            throws Exception {
        group(scheduler);
        Channel talker = talker();
        Channel server = serve(ctx -> {});
        client(server);
        Channel loops = next(channels);
        assertEquals("returned", next(ended));
        Channel other = beside(talker, loops, ctx -> GoPoll.await(ctx.executor().newPromise()));
        assertEquals(other, next(channels));
        assertEquals(loops.eventLoop(), other.eventLoop());
        assertTrue(other.close().await(30, TimeUnit.SECONDS));
        assertInstanceOf(ClosedChannelException.class, next(ended));
        assertEquals("inactive", next(ended));
        assertTrue(loops.isOpen());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void anAwaitOutlivesTheOtherChannelsOfItsLoop(String scheduler) throws Exception {
        group(scheduler);
        Channel talker = talker();
        Channel server = serve(ctx -> {});
        client(server);
        Channel loops = next(channels);
        assertEquals("returned", next(ended));
        Promise<Void> promise = group.next().newPromise();
        Channel other = beside(talker, loops, ctx -> GoPoll.await(promise));
        assertEquals(other, next(channels));
        assertTrue(loops.close().await(30, TimeUnit.SECONDS));
        assertEquals("inactive", next(ended));
        // A turn of the loop later it still waits.
        other.eventLoop().submit(() -> {}).sync();
        assertTrue(ended.isEmpty(), ended::toString);
        promise.setSuccess(null);
        assertEquals("returned", next(ended));
        // In a task nobody knows whose handler it is: not that of the channel that has closed.
        other.eventLoop().submit(() -> GoPoll.await(other.eventLoop().submit(() -> {}))).sync();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void anAwaitEndsWhenThePeerIsGone(String scheduler) throws Exception {
        group(scheduler);
        Channel server = serve(ctx -> GoPoll.await(ctx.executor().newPromise()));
        Socket client = client(server);
        Channel channel = next(channels);
        reset(client);
        assertInstanceOf(ClosedChannelException.class, next(ended));
        assertEquals("inactive", next(ended));
        assertFalse(channel.isOpen());
    }

    /** Its close is a reset. */
    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void anAwaitInAnAwaitEndsWhenThePeerIsGone(String scheduler) throws Exception {
        group(scheduler);
        BlockingQueue<Object> inner = new LinkedBlockingQueue<>();
        Channel server =
                serve(
                        ctx -> {
                            ctx.executor()
                                    .execute(
                                            () -> {
                                                inner.add("begun");
                                                try {
                                                    GoPoll.await(ctx.executor().newPromise());
                                                } catch (Exception e) {
                                                    inner.add(e);
                                                }
                                            });
                            GoPoll.await(ctx.executor().newPromise());
                        });
        Socket client = client(server);
        next(channels);
        assertEquals("begun", next(inner));
        // An edge that says nothing of the kind, and is not to be lost.
        client.getOutputStream().write(2);
        reset(client);
        assertInstanceOf(ClosedChannelException.class, next(inner));
        assertInstanceOf(ClosedChannelException.class, next(ended));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aPeerThatHasEndedItsSideIsAnswered(String scheduler) throws Exception {
        group(scheduler);
        Promise<Void> promise = group.next().newPromise();
        Channel server =
                serve(
                        ctx -> {
                            GoPoll.await(promise);
                            ctx.writeAndFlush(Unpooled.directBuffer(1).writeByte(2));
                        });
        Socket client = client(server);
        Channel channel = next(channels);
        client.shutdownOutput();
        // The loop has seen it, and has had further turns.
        awaitHungUp(channel);
        for (int i = 0; i < 3; i++) {
            channel.eventLoop().submit(() -> {}).sync();
        }
        assertTrue(ended.isEmpty(), ended::toString);
        promise.setSuccess(null);
        assertEquals(2, client.getInputStream().read());
        assertEquals("returned", next(ended));
        assertEquals("inactive", next(ended));
    }

    private static void awaitHungUp(Channel channel) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!((AbstractGoPollChannel) channel).readSide().registration().hungUp()
                && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertTrue(((AbstractGoPollChannel) channel).readSide().registration().hungUp());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void whatComesWhileAHandlerAwaitsIsReadAllTheSame(String scheduler) throws Exception {
        group(scheduler);
        AtomicInteger reads = new AtomicInteger();
        BlockingQueue<Promise<Void>> promises = new LinkedBlockingQueue<>();
        Channel server =
                serve(
                        ctx -> {
                            reads.incrementAndGet();
                            for (int i = 0; i < 2; i++) {
                                Promise<Void> promise = ctx.executor().newPromise();
                                promises.add(promise);
                                GoPoll.await(promise);
                            }
                        });
        Socket client = client(server);
        for (int i = 1; i <= 300; i++) {
            Promise<Void> first = next(promises);
            assertEquals(i, reads.get());
            if (i % 3 == 0) {
                // So that it comes before the wait, in it, or after it.
                first.setSuccess(null);
                client.getOutputStream().write(2);
            } else {
                client.getOutputStream().write(2);
                if (i % 3 == 1) {
                    next(channels).eventLoop().submit(() -> {}).sync();
                }
                first.setSuccess(null);
            }
            next(promises).setSuccess(null);
        }
    }

    // ---- The dump. ----

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void theDumpHasEveryChannelWithWhatItWaitsForAndEqualStacksOnce(String scheduler)
            throws Exception {
        group(scheduler);
        CountDownLatch blocked = new CountDownLatch(1);
        // So many that several threads put it together.
        int count = 150;
        Channel server = serve(ctx -> blocked.await());
        for (int i = 0; i < count; i++) {
            client(server);
        }
        awaitWorking(count);
        try {
            // Between the channel's being noted and its handler's wait.
            String dump;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            do {
                dump = GoPoll.dump();
            } while (!dump.contains("  " + count + " in a handler:") && System.nanoTime() < end);
            assertTrue(dump.contains("  " + count + " in a handler:"), dump);
            for (Channel channel : channels) {
                assertTrue(dump.contains(channel.id().asShortText()), dump);
            }
            assertTrue(dump.contains(server.id().asShortText()), dump);
            assertTrue(dump.contains("1 wait for something to read"), dump);
            assertEquals(1, dump.split("CountDownLatch.await\\(", -1).length - 1, dump);
        } finally {
            blocked.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void whileAHandlerBlocksItsThreadIsCalledAsTheChannel(String scheduler) throws Exception {
        group(scheduler);
        BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
        CountDownLatch blocked = new CountDownLatch(1);
        Channel server =
                serve(
                        ctx -> {
                            threads.add(Thread.currentThread());
                            blocked.await();
                        });
        Socket client = client(server);
        Thread thread = next(threads);
        String peer = ":" + client.getLocalPort();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!thread.getName().contains(peer) && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        String name = thread.getName();
        blocked.countDown();
        assertTrue(name.contains(next(channels).id().asShortText()), name);
        assertTrue(name.contains(peer), name);
    }

    // ---- Groups. ----

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void awaitsOfFuturesThatNobodyCompletesEndWithTheGroup(String scheduler) throws Exception {
        group(scheduler);
        Promise<Void> never = group.next().newPromise();
        Channel server = serve(ctx -> GoPoll.await(never));
        int count = 200;
        for (int i = 0; i < count; i++) {
            client(server);
        }
        awaitWorking(count);
        for (Socket client : clients) {
            client.close();
        }
        assertTrue(group.shutdownGracefully(0, 60, TimeUnit.SECONDS).await(30, TimeUnit.SECONDS));
        int closed = 0;
        for (Object end : ended) {
            closed += end instanceof ClosedChannelException ? 1 : 0;
        }
        assertEquals(count, closed, ended::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void handlersOfALaterGroupAreServedByTheJdksSockets(String scheduler) throws Exception {
        try (ServerSocket echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread answers =
                    new Thread(
                            () -> {
                                try {
                                    for (; ; ) {
                                        try (Socket socket = echo.accept()) {
                                            int read = socket.getInputStream().read();
                                            // So that whoever asks waits for the answer.
                                            Thread.sleep(2);
                                            socket.getOutputStream().write(read);
                                        }
                                    }
                                } catch (IOException | InterruptedException e) {
                                    // The test is over.
                                }
                            });
            answers.start();
            for (int i = 0; i < 3; i++) {
                group(scheduler);
                Channel server =
                        serve(
                                ctx -> {
                                    try (Socket socket =
                                            new Socket(
                                                    echo.getInetAddress(), echo.getLocalPort())) {
                                        socket.setSoTimeout(30_000);
                                        socket.getOutputStream().write(7);
                                        assertEquals(7, socket.getInputStream().read());
                                    }
                                });
                for (int j = 0; j < 8; j++) {
                    client(server);
                }
                for (int j = 0; j < 8; j++) {
                    assertEquals("returned", next(ended));
                }
                assertTrue(
                        group.shutdownGracefully(0, 20, TimeUnit.SECONDS)
                                .await(30, TimeUnit.SECONDS));
                for (int j = 0; j < 8; j++) {
                    assertEquals("inactive", next(ended));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aGroupEndsAtItsTimeoutAndInterruptsWhoBlocks(String scheduler) throws Exception {
        group(scheduler);
        Channel server = serve(ctx -> Thread.sleep(TimeUnit.HOURS.toMillis(1)));
        int count = 300;
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sockets.add(client(server));
        }
        awaitWorking(count);
        Future<?> end = group.shutdownGracefully(0, 200, TimeUnit.MILLISECONDS);
        assertTrue(end.await(30, TimeUnit.SECONDS));
        assertTrue(end.isSuccess());
        assertTrue(group.isTerminated());
        for (Channel channel : channels) {
            assertFalse(channel.isOpen());
            assertTrue(channel.closeFuture().await(30, TimeUnit.SECONDS));
            assertTrue(channel.eventLoop().terminationFuture().await(30, TimeUnit.SECONDS));
        }
        for (Socket socket : sockets) {
            assertEquals(-1, socket.getInputStream().read());
        }
        int interrupted = 0;
        for (int i = 0; i < 2 * count; i++) {
            interrupted += next(ended) instanceof InterruptedException ? 1 : 0;
        }
        assertEquals(count, interrupted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void handlersThatNeverReturnAreNamedAndDoNotKeepTheGroup(String scheduler) throws Exception {
        group(scheduler);
        CountDownLatch end = new CountDownLatch(1);
        Channel server = serve(ctx -> neverReturn(end));
        client(server);
        client(server);
        awaitWorking(2);
        Logger logger = (Logger) LoggerFactory.getLogger(GoroutineEventLoopGroup.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            assertTrue(
                    group.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS)
                            .await(30, TimeUnit.SECONDS));
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (log.list.isEmpty() && System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            String said = log.list.get(0).getFormattedMessage();
            assertTrue(said.contains("neverReturn"), said);
            assertTrue(said.startsWith("2 handlers"), said);
        } finally {
            logger.detachAppender(log);
            end.countDown();
        }
        // They go on all the same, and come to their end.
        for (int i = 0; i < 4; i++) {
            next(ended);
        }
    }

    private static void neverReturn(CountDownLatch end) {
        boolean returned = false;
        while (!returned) {
            try {
                end.await();
                returned = true;
            } catch (InterruptedException ignored) {
                // As those do who do not know better.
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aTaskOfALoopWhoseGroupHasEndedIsRefused(String scheduler) throws Exception {
        group(scheduler);
        Channel server = serve(ctx -> Thread.sleep(TimeUnit.HOURS.toMillis(1)));
        client(server);
        Channel channel = next(channels);
        assertTrue(
                group.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS)
                        .await(30, TimeUnit.SECONDS));
        try {
            channel.eventLoop().execute(() -> {});
        } catch (RejectedExecutionException expected) {
            return;
        }
        throw new AssertionError("a task was taken and will not run");
    }

    // ---- Loops that serve another channel. ----

    /** Tasks of a loop whose channel has closed make bursts, each of which finds it unused. */
    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void noTwoChannelsThatAreOpenShareALoop(String scheduler) throws Exception {
        group(scheduler);
        Channel server = serve(ctx -> {});
        Set<EventLoop> inUse = ConcurrentHashMap.newKeySet();
        AtomicInteger shared = new AtomicInteger();
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(group)
                        .channel(GoPollSocketChannel.class)
                        .handler(new Nothing())
                        .remoteAddress(server.localAddress());
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            threads[t] =
                    new Thread(
                            () -> {
                                for (int i = 0; i < 500; i++) {
                                    Channel channel =
                                            bootstrap.connect().syncUninterruptibly().channel();
                                    EventLoop loop = channel.eventLoop();
                                    if (!inUse.add(loop)) {
                                        shared.incrementAndGet();
                                    }
                                    for (int j = 0; j < 3; j++) {
                                        loop.execute(() -> {});
                                    }
                                    inUse.remove(loop);
                                    channel.close();
                                    for (int j = 0; j < 20; j++) {
                                        loop.execute(() -> {});
                                        Thread.yield();
                                    }
                                }
                            });
            threads[t].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, shared.get());
    }

    @ChannelHandler.Sharable
    private static final class Nothing extends ChannelInboundHandlerAdapter {}

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void awaitsLeaveNothingBehindAtTheChannel(String scheduler) throws Exception {
        group(scheduler);
        Channel server =
                serve(
                        ctx -> {
                            for (int i = 0; i < 20_000; i++) {
                                GoPoll.await(ctx.executor().submit(() -> {}));
                            }
                        });
        client(server);
        Channel channel = next(channels);
        assertEquals("returned", next(ended));
        String listeners = listenersOf(channel.closeFuture());
        assertTrue(listeners.length() < 10_000, () -> listeners.length() + " characters");
    }

    /** What a promise of Netty's will call, as text: an array of as many as there are. */
    private static String listenersOf(Future<?> future) throws Exception {
        StringBuilder all = new StringBuilder();
        for (Field field : DefaultPromise.class.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && field.getName().contains("istener")) {
                field.setAccessible(true);
                Object value = field.get(future);
                if (value != null && value.getClass().getSimpleName().contains("Listeners")) {
                    for (Field f : value.getClass().getDeclaredFields()) {
                        f.setAccessible(true);
                        Object v = f.get(value);
                        all.append(v instanceof Object[] ? Arrays.toString((Object[]) v) : v);
                    }
                }
            }
        }
        return all.toString();
    }

    // ---- What is kept for an executor. ----

    /** Counts the resolvers that Netty keeps, one for each executor. */
    private static final class Resolvers extends AddressResolverGroup<InetSocketAddress> {
        final AtomicInteger made = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();

        @Override
        protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
            made.incrementAndGet();
            return new InetSocketAddressResolver(executor, new DefaultNameResolver(executor)) {
                @Override
                public void close() {
                    closed.incrementAndGet();
                    super.close();
                }
            };
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void connectionsOneAfterTheOtherShareAFewResolvers(String scheduler) throws Exception {
        group(scheduler);
        Channel server = serve(ctx -> {});
        Resolvers resolvers = new Resolvers();
        for (int i = 0; i < 500; i++) {
            connect(server, resolvers).close().sync();
        }
        // Of 500, and not one: on a busy machine a loop comes back late.
        assertTrue(resolvers.made.get() <= 100, () -> resolvers.made + " resolvers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void connectionsAtTheSameTimeLeaveAFewResolversAndNoneWhenTheGroupHasEnded(String scheduler)
            throws Exception {
        group(scheduler);
        Channel server = serve(ctx -> {});
        Resolvers resolvers = new Resolvers();
        List<Channel> open = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            open.add(connect(server, resolvers));
        }
        assertEquals(200, resolvers.made.get());
        for (Channel channel : open) {
            channel.close().sync();
        }
        awaitAtMost(16, resolvers);
        group.shutdownGracefully(0, 20, TimeUnit.SECONDS).sync();
        awaitAtMost(0, resolvers);
    }

    private static void awaitAtMost(int left, Resolvers resolvers) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (resolvers.made.get() - resolvers.closed.get() > left && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertTrue(
                resolvers.made.get() - resolvers.closed.get() <= left,
                () -> resolvers.made + " made, " + resolvers.closed + " closed");
    }

    private Channel connect(Channel server, AddressResolverGroup<?> resolvers)
            throws InterruptedException {
        return new Bootstrap()
                .group(group)
                .channel(GoPollSocketChannel.class)
                .resolver(resolvers)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(
                        InetSocketAddress.createUnresolved(
                                "localhost", ((InetSocketAddress) server.localAddress()).getPort()))
                .sync()
                .channel();
    }
}
