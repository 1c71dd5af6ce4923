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
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.channel.side.SideProbe;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.BlockingOperationException;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.internal.InternalThreadLocalMap;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.ThreadExecutorMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only goroutine event loops do, on both schedulers. */
@Timeout(120)
@EnabledForJreRange(min = JRE.JAVA_21)
class GoroutineEventLoopTest {

    private static final String SCHEDULER = "io.gopoll.scheduler";

    private GoroutineEventLoopGroup group;
    private final List<Socket> clients = new ArrayList<>();

    private GoroutineEventLoopGroup group(String scheduler, int processors) {
        System.setProperty(SCHEDULER, scheduler);
        assertEquals(scheduler, GoPoll.scheduler());
        group = new GoroutineEventLoopGroup(processors);
        return group;
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

    private Channel serve(Supplier<ChannelHandler> handler) throws InterruptedException {
        return new ServerBootstrap()
                .group(group)
                .channel(GoPollServerSocketChannel.class)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel ch) {
                                ch.pipeline().addLast(handler.get());
                            }
                        })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    private Socket connect(Channel server) throws IOException {
        Socket socket = new Socket();
        clients.add(socket);
        socket.setSoTimeout(60_000);
        socket.connect(server.localAddress());
        return socket;
    }

    private static int exchange(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
        return socket.getInputStream().read();
    }

    /** Answers each byte with itself, after whatever a test wants done. */
    private abstract static class Answer extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
            ByteBuf buf = (ByteBuf) msg;
            int value = buf.readUnsignedByte();
            buf.release();
            answer(ctx, value);
        }

        abstract void answer(ChannelHandlerContext ctx, int value) throws Exception;

        static ByteBuf of(int value) {
            return Unpooled.directBuffer(1).writeByte(value);
        }
    }

    // ---- Blocking. ----

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void handlersThatAllBlockAreServedAtOnce(String scheduler) throws Exception {
        group(scheduler, 1);
        int connections = 500;
        CountDownLatch all = new CountDownLatch(connections);
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value)
                                            throws Exception {
                                        // None goes on before all are here.
                                        all.countDown();
                                        all.await();
                                        Thread.sleep(1);
                                        ctx.writeAndFlush(of(value));
                                    }
                                });
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Socket socket = connect(server);
            socket.getOutputStream().write(i % 251);
            sockets.add(socket);
        }
        for (int i = 0; i < connections; i++) {
            assertEquals(i % 251, sockets.get(i).getInputStream().read());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void syncOnAFutureOfTheOwnChannelIsRefusedAndAwaitWaits(String scheduler) throws Exception {
        group(scheduler, 1);
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value)
                                            throws Exception {
                                        Future<?> later =
                                                ctx.executor()
                                                        .schedule(
                                                                () -> {},
                                                                20,
                                                                TimeUnit.MILLISECONDS);
                                        try {
                                            later.sync();
                                        } catch (BlockingOperationException e) {
                                            seen.add(e);
                                        }
                                        GoPoll.await(later);
                                        ChannelFuture write = ctx.writeAndFlush(of(value));
                                        GoPoll.await(write);
                                        seen.add(write.isSuccess());
                                    }
                                });
        assertEquals(7, exchange(connect(server), 7));
        assertInstanceOf(BlockingOperationException.class, seen.poll(20, TimeUnit.SECONDS));
        assertEquals(true, seen.poll(20, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void whileAHandlerAwaitsItIsNotCalledAgainAndMissesNothing(String scheduler) throws Exception {
        group(scheduler, 1);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch second = new CountDownLatch(1);
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value)
                                            throws Exception {
                                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                        if (value == 1) {
                                            second.await();
                                            GoPoll.await(
                                                    ctx.executor()
                                                            .schedule(
                                                                    () -> {},
                                                                    30,
                                                                    TimeUnit.MILLISECONDS));
                                        }
                                        GoPoll.await(ctx.writeAndFlush(of(value)));
                                        inside.decrementAndGet();
                                    }
                                });
        Socket socket = connect(server);
        socket.getOutputStream().write(1);
        while (inside.get() == 0) {
            Thread.onSpinWait();
        }
        socket.getOutputStream().write(2);
        second.countDown();
        assertEquals(1, socket.getInputStream().read());
        assertEquals(2, socket.getInputStream().read());
        assertEquals(1, most.get());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aHandlerConnectsInDirectStyle(String scheduler) throws Exception {
        group(scheduler, 1);
        Channel backend =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value) {
                                        ctx.writeAndFlush(of(value + 1));
                                    }
                                });
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value)
                                            throws Exception {
                                        CompletableFuture<Integer> reply =
                                                new CompletableFuture<>();
                                        ChannelFuture connect =
                                                new Bootstrap()
                                                        .group(ctx.channel().eventLoop())
                                                        .channel(GoPollSocketChannel.class)
                                                        .handler(
                                                                new Answer() {
                                                                    @Override
                                                                    void answer(
                                                                            ChannelHandlerContext c,
                                                                            int v) {
                                                                        reply.complete(v);
                                                                        ctx.writeAndFlush(of(v));
                                                                        c.close();
                                                                    }
                                                                })
                                                        .connect(backend.localAddress());
                                        GoPoll.await(connect);
                                        assertSame(
                                                ctx.channel().eventLoop(),
                                                connect.channel().eventLoop());
                                        GoPoll.await(connect.channel().writeAndFlush(of(value)));
                                    }
                                });
        assertEquals(42, exchange(connect(server), 41));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void syncOnAnotherChannelsFutureBlocksThisChannelOnly(String scheduler) throws Exception {
        group(scheduler, 1);
        AtomicReference<Channel> first = new AtomicReference<>();
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value)
                                            throws Exception {
                                        if (value == 1) {
                                            first.set(ctx.channel());
                                        } else if (value == 2) {
                                            first.get().closeFuture().sync();
                                        }
                                        ctx.writeAndFlush(of(value));
                                    }
                                });
        Socket waitedFor = connect(server);
        assertEquals(1, exchange(waitedFor, 1));
        Socket waiting = connect(server);
        waiting.getOutputStream().write(2);
        Socket other = connect(server);
        assertEquals(3, exchange(other, 3));
        waitedFor.close();
        assertEquals(2, waiting.getInputStream().read());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll"})
    void aHandlerThatNeverReturnsHoldsNobodyElseUp(String scheduler) throws Exception {
        group(scheduler, 1);
        AtomicInteger stop = new AtomicInteger();
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value) {
                                        while (value == 1 && stop.get() == 0) {
                                            Thread.onSpinWait();
                                        }
                                        ctx.writeAndFlush(of(value));
                                    }
                                });
        List<Socket> spinning = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Socket socket = connect(server);
            socket.getOutputStream().write(1);
            spinning.add(socket);
        }
        Socket other = connect(server);
        for (int i = 2; i < 100; i++) {
            assertEquals(i, exchange(other, i));
        }
        stop.set(1);
        for (Socket socket : spinning) {
            assertEquals(1, socket.getInputStream().read());
        }
        for (int i = 2; i < 100; i++) {
            assertEquals(i, exchange(other, i));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aHandlerThatReadsAFileThatBlocksHoldsNobodyElseUp(String scheduler) throws Exception {
        group(scheduler, 1);
        Process process = new ProcessBuilder("cat").start();
        InputStream blocking = process.getInputStream();
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value)
                                            throws Exception {
                                        ctx.writeAndFlush(of(value == 1 ? blocking.read() : value));
                                    }
                                });
        Socket stuck = connect(server);
        stuck.getOutputStream().write(1);
        Socket other = connect(server);
        for (int i = 2; i < 50; i++) {
            assertEquals(i, exchange(other, i));
        }
        process.getOutputStream().write(77);
        process.getOutputStream().close();
        assertEquals(77, stuck.getInputStream().read());
        assertEquals(0, process.waitFor());
    }

    // ---- As any event loop. ----

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void everyChannelHasALoopOfItsOwnRunByAVirtualThread(String scheduler) throws Exception {
        group(scheduler, 1);
        Set<EventLoop> loops = Collections.synchronizedSet(new HashSet<>());
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    private int count;

                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value) {
                                        loops.add(ctx.channel().eventLoop());
                                        assertTrue(
                                                PlatformDependent.isVirtualThread(
                                                        Thread.currentThread()));
                                        assertTrue(ctx.executor().inEventLoop());
                                        for (EventLoop loop : loops) {
                                            assertEquals(
                                                    loop == ctx.executor(), loop.inEventLoop());
                                        }
                                        assertSame(
                                                ctx.executor(),
                                                ThreadExecutorMap.currentExecutor());
                                        ctx.writeAndFlush(of(++count));
                                    }
                                });
        for (int i = 0; i < 5; i++) {
            Socket socket = connect(server);
            for (int j = 1; j < 10; j++) {
                assertEquals(j, exchange(socket, 0));
            }
        }
        assertEquals(5, loops.size());
    }

    @Test
    void onTheJdksSchedulerALoopKeepsItsThread() throws Exception {
        group("jdk", 1);
        Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    private Thread thread;
                                    private final ThreadLocal<Integer> count =
                                            ThreadLocal.withInitial(() -> 0);

                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value) {
                                        if (thread == null) {
                                            thread = Thread.currentThread();
                                            threads.add(thread);
                                        }
                                        assertSame(thread, Thread.currentThread());
                                        count.set(count.get() + 1);
                                        ctx.writeAndFlush(of(count.get()));
                                    }
                                });
        for (int i = 0; i < 5; i++) {
            Socket socket = connect(server);
            for (int j = 1; j < 10; j++) {
                assertEquals(j, exchange(socket, 0));
            }
        }
        assertEquals(5, threads.size());
    }

    @Test
    void onGoPollsSchedulerHandlersThatDoNotBlockShareAThreadAndOneThatBlocksKeepsIts()
            throws Exception {
        group("gopoll", 1);
        CountDownLatch go = new CountDownLatch(1);
        Set<Thread> quick = Collections.synchronizedSet(new HashSet<>());
        AtomicReference<Thread> blocked = new AtomicReference<>();
        ThreadLocal<Integer> local = new ThreadLocal<>();
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value)
                                            throws Exception {
                                        if (value == 0) {
                                            quick.add(Thread.currentThread());
                                        } else {
                                            Thread thread = Thread.currentThread();
                                            blocked.set(thread);
                                            local.set(value);
                                            go.await();
                                            assertSame(thread, Thread.currentThread());
                                            assertTrue(ctx.executor().inEventLoop());
                                            assertEquals(value, local.get());
                                        }
                                        ctx.writeAndFlush(of(value));
                                    }
                                });
        Socket slow = connect(server);
        slow.getOutputStream().write(7);
        while (blocked.get() == null) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < 5; i++) {
            Socket socket = connect(server);
            for (int j = 0; j < 10; j++) {
                assertEquals(0, exchange(socket, 0));
            }
        }
        assertFalse(quick.contains(blocked.get()));
        assertTrue(quick.size() < 5, () -> quick.size() + " threads for 5 channels");
        go.countDown();
        assertEquals(7, slow.getInputStream().read());
    }

    /**
     * A thread that is lent is known to those it was lent to before: they may do to it what they
     * like.
     */
    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void unparksAndInterruptsOfAThreadThatWasLentLoseAndDoubleNothing(String scheduler)
            throws Exception {
        group(scheduler, 2);
        Set<Thread> threads = Collections.newSetFromMap(new ConcurrentHashMap<>());
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    private int count;

                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value) {
                                        threads.add(Thread.currentThread());
                                        if (value % 4 == 0) {
                                            LockSupport.parkNanos(1000);
                                        }
                                        ctx.writeAndFlush(of(++count));
                                    }
                                });
        AtomicBoolean done = new AtomicBoolean();
        Thread pest =
                new Thread(
                        () -> {
                            while (!done.get()) {
                                for (Thread thread : threads) {
                                    LockSupport.unpark(thread);
                                    thread.interrupt();
                                }
                                Thread.yield();
                            }
                        });
        pest.start();
        try {
            Socket[] sockets = new Socket[8];
            for (int i = 0; i < sockets.length; i++) {
                sockets[i] = connect(server);
            }
            for (int round = 1; round < 250; round++) {
                for (Socket socket : sockets) {
                    socket.getOutputStream().write(round);
                }
                for (Socket socket : sockets) {
                    assertEquals(round, socket.getInputStream().read());
                }
            }
        } finally {
            done.set(true);
            pest.join();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void tasksAndTimersRunInOrder(String scheduler) throws Exception {
        EventLoop loop = group(scheduler, 2).next();
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < 10_000; i++) {
            int n = i;
            loop.execute(() -> order.add(n));
        }
        List<Integer> timers = new ArrayList<>();
        // In one task, so that none of them comes before all are set.
        loop.submit(
                        () -> {
                            ScheduledFuture<?> later =
                                    loop.schedule(() -> order.add(-2), 60, TimeUnit.MILLISECONDS);
                            ScheduledFuture<?> sooner =
                                    loop.schedule(() -> order.add(-1), 20, TimeUnit.MILLISECONDS);
                            loop.schedule(() -> order.add(-3), 40, TimeUnit.MILLISECONDS)
                                    .cancel(false);
                            loop.schedule(done::countDown, 80, TimeUnit.MILLISECONDS);
                            // On a busy machine 40 ms may have passed between the two.
                            timers.addAll(
                                    sooner.compareTo(later) < 0
                                            ? List.of(-1, -2)
                                            : List.of(-2, -1));
                        })
                .sync();
        assertTrue(done.await(20, TimeUnit.SECONDS));
        assertEquals(10_002, order.size());
        for (int i = 0; i < 10_000; i++) {
            assertEquals(i, order.get(i));
        }
        assertEquals(timers, order.subList(10_000, 10_002));
        AtomicInteger times = new AtomicInteger();
        Future<?> every =
                loop.scheduleAtFixedRate(times::incrementAndGet, 1, 1, TimeUnit.MILLISECONDS);
        while (times.get() < 5) {
            Thread.onSpinWait();
        }
        every.cancel(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aTimerThatComesLaterOrIsCancelledMovesNoOther(String scheduler) throws Exception {
        EventLoop loop = group(scheduler, 1).next();
        long start = System.nanoTime();
        AtomicReference<Future<?>> cancelled = new AtomicReference<>();
        AtomicReference<Future<Long>> late = new AtomicReference<>();
        AtomicReference<Future<Long>> early = new AtomicReference<>();
        // In one task, so that the one that is cancelled cannot come before.
        loop.submit(
                        () -> {
                            cancelled.set(loop.schedule(() -> {}, 20, TimeUnit.MILLISECONDS));
                            late.set(loop.schedule(System::nanoTime, 60, TimeUnit.MILLISECONDS));
                            early.set(loop.schedule(System::nanoTime, 40, TimeUnit.MILLISECONDS));
                            cancelled.get().cancel(false);
                        })
                .sync();
        assertTrue(
                early.get().get(30, TimeUnit.SECONDS) - start >= TimeUnit.MILLISECONDS.toNanos(40));
        assertTrue(
                late.get().get(30, TimeUnit.SECONDS) - start >= TimeUnit.MILLISECONDS.toNanos(60));
        assertTrue(cancelled.get().isCancelled());
        // Set while the loop sleeps until a later one.
        Future<?> never = loop.schedule(() -> {}, 1, TimeUnit.HOURS);
        loop.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).get(30, TimeUnit.SECONDS);
        assertTrue(never.cancel(false));
        group.shutdownGracefully(50, 1000, TimeUnit.MILLISECONDS).get(30, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void nextGoesThroughTheSameLoopsAndALoopOutlivesItsThread(String scheduler) throws Exception {
        group(scheduler, 2);
        EventLoop first = group.next();
        EventLoop second = group.next();
        assertNotSame(first, second);
        assertSame(first, group.next());
        for (int i = 0; i < 200; i++) {
            assertEquals(true, first.submit(() -> first.inEventLoop()).get(20, TimeUnit.SECONDS));
        }
        Set<EventExecutor> all = new HashSet<>();
        group.forEach(all::add);
        assertTrue(all.containsAll(Set.of(first, second)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aLoopThatEndsAndStartsAllTheTimeKnowsItsThread(String scheduler) throws Exception {
        EventLoop loop = group(scheduler, 2).next();
        AtomicInteger strangers = new AtomicInteger();
        Thread[] threads = new Thread[3];
        for (int i = 0; i < threads.length; i++) {
            threads[i] =
                    new Thread(
                            () -> {
                                for (int n = 0; n < 50_000; n++) {
                                    loop.execute(
                                            () -> {
                                                if (!loop.inEventLoop()) {
                                                    strangers.incrementAndGet();
                                                }
                                            });
                                    if (n % 4 == 0) {
                                        Thread.yield();
                                    }
                                }
                            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        loop.submit(() -> {}).sync();
        assertEquals(0, strangers.get());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aChannelMovesToAnotherLoopAndBack(String scheduler) throws Exception {
        group(scheduler, 2);
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value) {
                                        ctx.writeAndFlush(of(value));
                                    }
                                });
        BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
        Channel client =
                new Bootstrap()
                        .group(group)
                        .channel(GoPollSocketChannel.class)
                        .handler(
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value) {
                                        assertTrue(ctx.channel().eventLoop().inEventLoop());
                                        seen.add(value);
                                    }
                                })
                        .connect(server.localAddress())
                        .sync()
                        .channel();
        EventLoop own = client.eventLoop();
        EventLoop other = group.next();
        for (int i = 0; i < 100; i++) {
            client.writeAndFlush(Answer.of(i)).sync();
            client.deregister().sync();
            (i % 2 == 0 ? other : own).register(client).sync();
            assertEquals(i, seen.poll(20, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void anInterruptAndAnUncaughtExceptionDoNotEndTheLoop(String scheduler) throws Exception {
        group(scheduler, 1);
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value)
                                            throws Exception {
                                        if (value == 1) {
                                            Thread.currentThread().interrupt();
                                            assertThrows(
                                                    InterruptedException.class,
                                                    () -> Thread.sleep(1));
                                        } else if (value == 2) {
                                            Thread.currentThread().interrupt();
                                        } else if (value == 3) {
                                            ctx.executor()
                                                    .execute(
                                                            () -> {
                                                                throw new IllegalStateException(
                                                                        "of the test");
                                                            });
                                        } else if (value == 4) {
                                            ctx.writeAndFlush(of(value));
                                            throw new StackOverflowError("of the test");
                                        }
                                        ctx.writeAndFlush(of(value));
                                    }

                                    @Override
                                    public void exceptionCaught(
                                            ChannelHandlerContext ctx, Throwable cause) {
                                        // Expected of 4.
                                    }
                                });
        Socket socket = connect(server);
        for (int i = 1; i < 10; i++) {
            assertEquals(i, exchange(socket, i));
        }
    }

    @Test
    void anIdleLoopWithAThreadGivesBackNettysCachesAndKeepsTheUsersThreadLocals() throws Exception {
        group("jdk", 1);
        FastThreadLocal<String> fast = new FastThreadLocal<>();
        ThreadLocal<String> plain = new ThreadLocal<>();
        AtomicReference<WeakReference<Object>> map = new AtomicReference<>();
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value) {
                                        if (value == 1) {
                                            fast.set("fast");
                                            plain.set("plain");
                                            map.set(
                                                    new WeakReference<>(
                                                            InternalThreadLocalMap.get()));
                                        }
                                        seen.add(fast.get() + " " + plain.get());
                                        assertSame(
                                                ctx.executor(),
                                                ThreadExecutorMap.currentExecutor());
                                        ctx.writeAndFlush(of(value));
                                    }
                                });
        Socket socket = connect(server);
        assertEquals(1, exchange(socket, 1));
        assertEquals("fast plain", seen.take());
        long start = System.nanoTime();
        while (map.get().get() != null) {
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(60), "kept");
            System.gc();
        }
        assertEquals(2, exchange(socket, 2));
        assertEquals("fast plain", seen.take());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void noLoopThatIsAboutToSleepMissesTheShutdown(String scheduler) throws Exception {
        for (int i = 0; i < 300; i++) {
            group(scheduler, 2);
            Channel server = serve(() -> new ChannelInboundHandlerAdapter());
            List<Future<?>> tasks = new ArrayList<>();
            for (EventExecutor loop : group) {
                tasks.add(loop.submit(() -> {}));
            }
            tasks.get(i % tasks.size()).sync();
            Future<?> terminated = group.shutdownGracefully(0, 20, TimeUnit.SECONDS);
            assertTrue(terminated.await(20, TimeUnit.SECONDS), "round " + i);
            assertTrue(server.closeFuture().isDone());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void shutdownClosesEveryChannelAndRefusesWhatComesLater(String scheduler) throws Exception {
        group(scheduler, 2);
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value) {
                                        ctx.writeAndFlush(of(value));
                                    }
                                });
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Socket socket = connect(server);
            assertEquals(i, exchange(socket, i));
            sockets.add(socket);
        }
        EventLoop loop = group.next();
        assertTrue(
                group.shutdownGracefully(50, 20_000, TimeUnit.MILLISECONDS)
                        .await(30, TimeUnit.SECONDS));
        assertTrue(group.isTerminated());
        assertTrue(loop.isTerminated());
        assertFalse(server.isOpen());
        for (Socket socket : sockets) {
            assertEquals(-1, socket.getInputStream().read());
        }
        assertThrows(RejectedExecutionException.class, () -> loop.execute(() -> {}));
        Throwable late =
                new Bootstrap()
                        .group(group)
                        .channel(GoPollSocketChannel.class)
                        .handler(new ChannelInboundHandlerAdapter())
                        .connect(loopback(1))
                        .await()
                        .cause();
        assertNotNull(late);
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void loopsOfClosedChannelsAreGarbageButForSomeAndThreadLocalsAreClearedAtTheThreadsEnd(
            String scheduler) throws Exception {
        group(scheduler, 1);
        CountDownLatch removed = new CountDownLatch(1);
        FastThreadLocal<Object> local =
                new FastThreadLocal<>() {
                    @Override
                    protected void onRemoval(Object value) {
                        removed.countDown();
                    }
                };
        List<WeakReference<EventLoop>> loops = openAndClose(local, 64);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (loops.stream().filter(loop -> loop.get() != null).count() > 16
                && System.nanoTime() < end) {
            System.gc();
        }
        assertTrue(loops.stream().filter(loop -> loop.get() != null).count() <= 16);
        if (scheduler.equals("gopoll")) {
            // What is lent ends with the group.
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
        assertTrue(removed.await(20, TimeUnit.SECONDS));
    }

    private List<WeakReference<EventLoop>> openAndClose(FastThreadLocal<Object> local, int count)
            throws InterruptedException {
        List<Channel> servers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            servers.add(serve(() -> new ChannelInboundHandlerAdapter()));
        }
        List<WeakReference<EventLoop>> loops = new ArrayList<>();
        for (Channel server : servers) {
            EventLoop loop = server.eventLoop();
            loop.submit(() -> local.set("set")).sync();
            server.close().sync();
            loops.add(new WeakReference<>(loop));
        }
        return loops;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    @SuppressWarnings("deprecation") // the way that bootstraps go
    void aChannelOfAnotherTransportIsRefusedNamingBoth(String scheduler) throws Exception {
        group(scheduler, 1);
        Throwable cause = group.register(new NioSocketChannel()).await().cause();
        assertInstanceOf(IllegalStateException.class, cause);
        assertTrue(cause.getMessage().contains("NioSocketChannel"), cause::getMessage);
        assertTrue(cause.getMessage().contains("Goroutine"), cause::getMessage);
    }

    // ---- Awaiting in the middle of a turn. ----

    /** Collects what it reads. */
    private static final class Collect extends ChannelInboundHandlerAdapter {
        final BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf buf = (ByteBuf) msg;
            while (buf.isReadable()) {
                seen.add((int) buf.readUnsignedByte());
            }
            buf.release();
        }
    }

    private static ChannelFuture connect(EventLoop loop, SocketAddress to, ChannelHandler handler) {
        return new Bootstrap()
                .group(loop)
                .channel(GoPollSocketChannel.class)
                .handler(handler)
                .connect(to);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aConnectThatIsReadyBehindItsAwaiterIsSeen(String scheduler) throws Exception {
        group(scheduler, 1);
        try (ServerSocket peer = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            AtomicReference<ChannelFuture> connect = new AtomicReference<>();
            CountDownLatch sent = new CountDownLatch(1);
            Channel server =
                    serve(
                            () ->
                                    new Answer() {
                                        @Override
                                        public void channelActive(ChannelHandlerContext ctx)
                                                throws Exception {
                                            // What comes while this blocks is ready in one turn.
                                            sent.await();
                                            Thread.sleep(20);
                                            connect.set(
                                                    GoroutineEventLoopTest.connect(
                                                            ctx.channel().eventLoop(),
                                                            peer.getLocalSocketAddress(),
                                                            new Collect()));
                                            Thread.sleep(20);
                                        }

                                        @Override
                                        void answer(ChannelHandlerContext ctx, int value)
                                                throws Exception {
                                            GoPoll.await(connect.get());
                                            ctx.writeAndFlush(of(value));
                                        }
                                    });
            Socket client = connect(server);
            client.getOutputStream().write(7);
            sent.countDown();
            assertEquals(7, client.getInputStream().read());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void whatComesWithAnAwaitedConnectIsRead(String scheduler) throws Exception {
        group(scheduler, 1);
        Collect collect = new Collect();
        try (ServerSocket peer = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Channel server =
                    serve(
                            () ->
                                    new Answer() {
                                        @Override
                                        void answer(ChannelHandlerContext ctx, int value)
                                                throws Exception {
                                            ChannelFuture connect =
                                                    GoroutineEventLoopTest.connect(
                                                            ctx.channel().eventLoop(),
                                                            peer.getLocalSocketAddress(),
                                                            collect);
                                            ctx.writeAndFlush(of(value));
                                            Thread.sleep(50); // the greeting comes meanwhile
                                            GoPoll.await(connect);
                                        }
                                    });
            Socket client = connect(server);
            client.getOutputStream().write(7);
            try (Socket accepted = peer.accept()) {
                accepted.getOutputStream().write(42);
                assertEquals(42, collect.seen.poll(20, TimeUnit.SECONDS));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aPeerThatClosesAtOnceIsConnectedAndReadBefore(String scheduler) throws Exception {
        group(scheduler, 1);
        int connects = 2000;
        try (ServerSocket peer = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> served =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    for (int i = 0; i < connects; i++) {
                                        Socket accepted = peer.accept();
                                        accepted.getOutputStream().write(i % 251);
                                        accepted.close();
                                    }
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
            for (int i = 0; i < connects; i++) {
                Collect collect = new Collect();
                Channel channel =
                        connect(group.next(), peer.getLocalSocketAddress(), collect)
                                .sync()
                                .channel();
                assertEquals(i % 251, collect.seen.poll(20, TimeUnit.SECONDS));
                assertTrue(channel.closeFuture().await(20, TimeUnit.SECONDS));
            }
            served.get();
        }
    }

    /** Two channels have their turn, and the handler of the first waits for the second. */
    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void whoeverHasItsTurnBehindAnAwaiterGoesOn(String scheduler) throws Exception {
        group(scheduler, 1);
        byte[] sent = new byte[1 << 20];
        try (ServerSocket peer = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            EventLoop loop = group.next();
            AtomicReference<ChannelFuture> write = new AtomicReference<>();
            BlockingQueue<Boolean> awaited = new LinkedBlockingQueue<>();
            Channel awaiter =
                    connect(
                                    loop,
                                    peer.getLocalSocketAddress(),
                                    new ChannelInboundHandlerAdapter() {
                                        @Override
                                        public void channelRead(
                                                ChannelHandlerContext ctx, Object msg)
                                                throws Exception {
                                            ((ByteBuf) msg).release();
                                            GoPoll.await(write.get());
                                            awaited.add(true);
                                        }
                                    })
                            .sync()
                            .channel();
            try (Socket toAwaiter = peer.accept()) {
                Channel writer =
                        connect(loop, peer.getLocalSocketAddress(), new Collect()).sync().channel();
                try (Socket toWriter = peer.accept()) {
                    for (int round = 0; round < 10; round++) {
                        loop.submit(() -> awaiter.config().setAutoRead(false)).sync();
                        toAwaiter.getOutputStream().write(1);
                        // The edge is there, and nobody reads.
                        while (loop.submit(() -> SideProbe.isDrained(awaiter)).sync().getNow()) {
                            Thread.onSpinWait();
                        }
                        loop.submit(
                                        () -> {
                                            awaiter.read();
                                            write.set(
                                                    writer.writeAndFlush(
                                                            Unpooled.wrappedBuffer(sent)));
                                        })
                                .sync();
                        toWriter.getInputStream().readNBytes(sent.length);
                        assertEquals(true, awaited.poll(20, TimeUnit.SECONDS), "round " + round);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void awaitingAWriteInAListenerOfAnotherIsRefused(String scheduler) throws Exception {
        group(scheduler, 1);
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value) {
                                        ChannelFuture first = ctx.write(of(value));
                                        first.addListener(
                                                written -> {
                                                    try {
                                                        GoPoll.await(ctx.writeAndFlush(of(1)));
                                                        seen.add("awaited");
                                                    } catch (Throwable t) {
                                                        seen.add(t);
                                                    }
                                                });
                                        ctx.flush();
                                    }
                                });
        Socket client = connect(server);
        client.getOutputStream().write(0);
        assertEquals(0, client.getInputStream().read());
        assertEquals(1, client.getInputStream().read());
        assertInstanceOf(BlockingOperationException.class, seen.poll(20, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void handlersHaveTheContextClassLoaderOfWhoMadeTheGroup(String scheduler) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[0], before)) {
            thread.setContextClassLoader(loader);
            BlockingQueue<ClassLoader> seen = new LinkedBlockingQueue<>();
            group(scheduler, 1);
            Channel server =
                    serve(
                            () ->
                                    new Answer() {
                                        @Override
                                        void answer(ChannelHandlerContext ctx, int value) {
                                            seen.add(
                                                    Thread.currentThread().getContextClassLoader());
                                            ctx.writeAndFlush(of(value));
                                        }
                                    });
            assertEquals(3, exchange(connect(server), 3));
            assertEquals(loader, seen.take());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void whatIsScheduledWhileALoopEndsIsCancelled(String scheduler) throws Exception {
        group(scheduler, 1);
        BlockingQueue<Future<?>> scheduled = new LinkedBlockingQueue<>();
        Channel server =
                serve(
                        () ->
                                new Answer() {
                                    @Override
                                    void answer(ChannelHandlerContext ctx, int value) {
                                        ctx.writeAndFlush(of(value));
                                    }

                                    @Override
                                    public void channelInactive(ChannelHandlerContext ctx) {
                                        scheduled.add(
                                                ctx.executor()
                                                        .schedule(() -> {}, 1, TimeUnit.HOURS));
                                    }
                                });
        assertEquals(5, exchange(connect(server), 5));
        assertTrue(
                group.shutdownGracefully(0, 20, TimeUnit.SECONDS)
                        .awaitUninterruptibly(30, TimeUnit.SECONDS));
        assertTrue(scheduled.take().isCancelled());
    }
}
