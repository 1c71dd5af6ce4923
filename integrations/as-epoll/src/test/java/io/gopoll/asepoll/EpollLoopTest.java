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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoop;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.Native;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Groups, loops, handles of users and bare sockets. */
@SuppressWarnings("deprecation") // EpollEventLoopGroup
class EpollLoopTest {

    private static final int SECONDS = 60;

    private static void stop(EventLoopGroup group) {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @ParameterizedTest
    @MethodSource("io.gopoll.asepoll.Loops#all")
    void aGroupSaysThatItIsEpoll(Loops loops) {
        EventLoopGroup group = loops.open(2);
        try {
            assertInstanceOf(MultiThreadIoEventLoopGroup.class, group);
            IoEventLoopGroup io = (IoEventLoopGroup) group;
            assertTrue(io.isIoType(EpollIoHandler.class));
            assertFalse(io.isIoType(NioIoHandler.class));
            assertTrue(io.isCompatible(EpollIoHandle.class));
            assertTrue(io.next().isCompatible(EpollIoHandle.class));
            Set<EventExecutor> all = new HashSet<>();
            group.forEach(all::add);
            assertEquals(2, all.size());
            assertTrue(all.contains(group.next()));
        } finally {
            stop(group);
        }
        assertTrue(group.isShutdown() && group.isTerminated() && group.isShuttingDown());
        assertTrue(group.terminationFuture().isDone());
    }

    @Test
    void everyConstructorMakesAGroup() {
        Executor executor = new ThreadPerTaskExecutor(new DefaultThreadFactory("as-epoll"));
        List<EpollEventLoopGroup> groups = new ArrayList<>();
        groups.add(new EpollEventLoopGroup());
        groups.add(new EpollEventLoopGroup(new DefaultThreadFactory("as-epoll")));
        groups.add(new EpollEventLoopGroup(1, DefaultSelectStrategyFactory.INSTANCE));
        groups.add(new EpollEventLoopGroup(1, new DefaultThreadFactory("as-epoll"), 16));
        groups.add(new EpollEventLoopGroup(1, executor));
        groups.add(
                new EpollEventLoopGroup(
                        1,
                        executor,
                        DefaultEventExecutorChooserFactory.INSTANCE,
                        DefaultSelectStrategyFactory.INSTANCE,
                        RejectedExecutionHandlers.reject(),
                        max -> new LinkedBlockingQueue<>(),
                        max -> new LinkedBlockingQueue<>()));
        for (EpollEventLoopGroup group : groups) {
            assertInstanceOf(EpollEventLoop.class, group.next());
            assertEquals(5, group.submit(() -> 5).syncUninterruptibly().getNow());
            stop(group);
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void handlersOfGoroutineLoopsMayAllBlock() throws Exception {
        int clients = 16;
        CountDownLatch blocked = new CountDownLatch(clients);
        EventLoopGroup group = Loops.GOROUTINE_GROUP.open(1);
        List<Socket> sockets = new ArrayList<>();
        try {
            Channel server =
                    new ServerBootstrap()
                            .group(group)
                            .channel(EpollServerSocketChannel.class)
                            .childHandler(
                                    new ChannelInboundHandlerAdapter() {
                                        @Override
                                        public void channelActive(ChannelHandlerContext ctx)
                                                throws Exception {
                                            blocked.countDown();
                                            // Only when all others block here too.
                                            assertTrue(blocked.await(SECONDS, TimeUnit.SECONDS));
                                            ctx.writeAndFlush(ctx.alloc().buffer().writeByte(7));
                                        }

                                        @Override
                                        public boolean isSharable() {
                                            return true;
                                        }
                                    })
                            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                            .sync()
                            .channel();
            int port = ((InetSocketAddress) server.localAddress()).getPort();
            for (int i = 0; i < clients; i++) {
                sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            for (Socket socket : sockets) {
                socket.setSoTimeout(SECONDS * 1000);
                InputStream in = socket.getInputStream();
                assertEquals(7, in.read());
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
            stop(group);
        }
    }

    @Test
    void itIsAvailableUnlessItIsTurnedOff() {
        assertTrue(Epoll.isAvailable());
        assertNull(Epoll.unavailabilityCause());
        Epoll.ensureAvailability();
        System.setProperty("io.netty.transport.noNative", "true");
        try {
            assertFalse(Epoll.isAvailable());
            assertTrue(Epoll.unavailabilityCause().getMessage().contains("noNative"));
        } finally {
            System.clearProperty("io.netty.transport.noNative");
        }
    }

    /** Of an eventfd. */
    @SuppressWarnings("try") // IoHandle.close() may throw anything
    private static final class Events implements EpollIoHandle {

        final FileDescriptor fd = Native.newEventFd();
        final BlockingQueue<EpollIoOps> events = new LinkedBlockingQueue<>();

        /** How many events leave the count where it is, so that the descriptor stays ready. */
        final AtomicInteger unread = new AtomicInteger();

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            if (unread.getAndDecrement() <= 0) {
                Native.eventFdRead(fd.intValue());
            }
            events.add(((EpollIoEvent) event).ops());
        }

        @Override
        public void close() throws Exception {
            fd.close();
        }
    }

    @Test
    void aHandleOfTheUsersIsToldOfItsDescriptor() throws Exception {
        MultiThreadIoEventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        Events handle = new Events();
        try {
            IoRegistration registration = group.register(handle).sync().getNow();
            assertTrue(registration.isValid());
            registration.submit(EpollIoOps.EPOLLIN);
            // Level-triggered: told again as long as the count is not taken.
            handle.unread.set(3);
            Native.eventFdWrite(handle.fd.intValue(), 1);
            for (int i = 0; i < 4; i++) {
                EpollIoOps ops = handle.events.poll(SECONDS, TimeUnit.SECONDS);
                assertTrue(ops.contains(EpollIoOps.EPOLLIN), () -> ops.toString());
            }
            // Edge-triggered, and for nothing that it has not asked for.
            registration.submit(EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLET));
            for (int i = 0; i < 100; i++) {
                Native.eventFdWrite(handle.fd.intValue(), 1);
                assertTrue(
                        handle.events.poll(SECONDS, TimeUnit.SECONDS).contains(EpollIoOps.EPOLLIN));
            }
            registration.submit(EpollIoOps.NONE);
            Native.eventFdWrite(handle.fd.intValue(), 1);
            assertEquals(5, group.submit(() -> 5).sync().getNow());
            assertTrue(handle.events.isEmpty());
            registration.submit(EpollIoOps.EPOLLIN);
            assertTrue(handle.events.poll(SECONDS, TimeUnit.SECONDS).contains(EpollIoOps.EPOLLIN));
            assertTrue(registration.cancel());
            assertFalse(registration.isValid());
            assertEquals(-1, registration.submit(EpollIoOps.EPOLLIN));
        } finally {
            handle.close();
            stop(group);
        }
    }

    @Test
    void bareSocketsConnect() throws Exception {
        LinuxSocket server = LinuxSocket.newSocketStream();
        LinuxSocket client = LinuxSocket.newSocketStream();
        try {
            server.setReuseAddress(true);
            assertTrue(server.isReuseAddress());
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            server.listen(5);
            boolean connected = client.connect(server.localAddress());
            while (!connected) {
                connected = client.finishConnect();
            }
            assertEquals(server.localAddress(), client.remoteAddress());
            client.setTcpNoDelay(true);
            assertTrue(client.isTcpNoDelay());
            ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, 2, 3, 4});
            assertEquals(0, client.recv(bytes, 0, 4));
            assertEquals(3, client.send(bytes, 1, 4));
            client.shutdown();
            assertTrue(client.isShutdown());
            assertEquals(-1, client.recv(bytes, 0, 4));
        } finally {
            client.close();
            server.close();
        }
        assertFalse(client.isOpen() || server.isOpen());
    }

    @Test
    void opsAreSets() {
        EpollIoOps both = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLOUT);
        assertTrue(both.contains(EpollIoOps.EPOLLIN) && both.contains(EpollIoOps.EPOLLOUT));
        assertEquals(EpollIoOps.EPOLLOUT, both.without(EpollIoOps.EPOLLIN));
        assertEquals(both, EpollIoOps.valueOf(5));
        assertEquals(Native.EPOLLIN, EpollIoOps.EPOLLIN.value());
    }
}
