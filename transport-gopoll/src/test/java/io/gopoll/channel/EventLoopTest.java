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
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategy;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What a loop of the loop mode does beyond running tasks and channels. */
@Timeout(60)
class EventLoopTest {

    private static final InetSocketAddress LOOPBACK =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final ChannelGroup echoing = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            echoing.add(ctx.channel());
        }
    }

    private static final class Texts extends ChannelInboundHandlerAdapter {
        final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf buf = (ByteBuf) msg;
            seen.add(buf.toString(StandardCharsets.US_ASCII));
            buf.release();
        }

        void await(String text) throws InterruptedException {
            StringBuilder all = new StringBuilder();
            while (!all.toString().equals(text)) {
                String next = seen.poll(20, TimeUnit.SECONDS);
                assertNotNull(next, all::toString);
                all.append(next);
            }
        }
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private Channel echoServer(EventLoopGroup group) throws Exception {
        return new ServerBootstrap()
                .group(group)
                .channel(GoPollServerSocketChannel.class)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel ch) {
                                ch.pipeline().addLast(new Echo());
                            }
                        })
                .bind(LOOPBACK)
                .sync()
                .channel();
    }

    private void echoOnce(EventLoopGroup group) throws Exception {
        Channel server = echoServer(group);
        Texts texts = new Texts();
        Channel client =
                new Bootstrap()
                        .group(group)
                        .channel(GoPollSocketChannel.class)
                        .handler(texts)
                        .connect(server.localAddress())
                        .sync()
                        .channel();
        client.writeAndFlush(text("echo")).sync();
        texts.await("echo");
        client.close().sync();
        server.close().sync();
        assertTrue(echoing.newCloseFuture().await(20, TimeUnit.SECONDS));
    }

    /** A loop whose handler is told. */
    private static EventLoopGroup oneLoop(AtomicReference<GoPollIoHandler> handler) {
        IoHandlerFactory factory = GoPollIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(
                1,
                executor -> {
                    IoHandler made = factory.newHandler(executor);
                    handler.set((GoPollIoHandler) made);
                    return made;
                });
    }

    @Test
    void aLoopWithClosedDescriptorsRunsTasksAndWorksAgainAfterwards() throws Exception {
        AtomicReference<GoPollIoHandler> handler = new AtomicReference<>();
        EventLoopGroup group = oneLoop(handler);
        try {
            echoOnce(group);
            group.submit(() -> handler.get().closeFileDescriptors()).sync();
            CompletableFuture<Long> ran = new CompletableFuture<>();
            long start = System.nanoTime();
            group.schedule(() -> ran.complete(System.nanoTime()), 50, TimeUnit.MILLISECONDS);
            assertTrue(ran.get(20, TimeUnit.SECONDS) - start >= 50_000_000);
            Callable<String> task = () -> "ran";
            assertEquals("ran", group.submit(task).get(20, TimeUnit.SECONDS));

            Throwable early =
                    new Bootstrap()
                            .group(group)
                            .channel(GoPollServerSocketChannel.class)
                            .handler(new ChannelInboundHandlerAdapter())
                            .bind(LOOPBACK)
                            .await()
                            .cause();
            assertInstanceOf(IllegalStateException.class, early);

            group.submit(() -> handler.get().openFileDescriptors()).sync();
            echoOnce(group);
        } finally {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void whatWouldStopACheckpointIsClosedAndOpenedAgain() throws Exception {
        Set<String> before = socketsAndPollers();
        AtomicReference<GoPollIoHandler> handler = new AtomicReference<>();
        EventLoopGroup group = oneLoop(handler);
        try {
            echoOnce(group);
            group.submit(() -> handler.get().closeFileDescriptors()).sync();
            Set<String> checkpoint = socketsAndPollers();
            checkpoint.removeAll(before);
            assertEquals(Set.of(), checkpoint);

            group.submit(() -> handler.get().openFileDescriptors()).sync();
            echoOnce(group);
        } finally {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    /** The process's descriptors that are no files, as {@code 7 socket:[1234]}. */
    private static Set<String> socketsAndPollers() throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.collect(Collectors.toList())) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (!target.startsWith("/")) {
                        found.add(descriptor.getFileName() + " " + target);
                    }
                } catch (NoSuchFileException e) {
                    continue; // the one by which the folder was listed
                }
            }
        }
        return found;
    }

    @Test
    void descriptorsAreNotClosedUnderAnOpenChannel() throws Exception {
        AtomicReference<GoPollIoHandler> handler = new AtomicReference<>();
        EventLoopGroup group = oneLoop(handler);
        try {
            Channel server = echoServer(group);
            Throwable refused =
                    group.submit(() -> handler.get().closeFileDescriptors()).await().cause();
            assertInstanceOf(IllegalStateException.class, refused);
            server.close().sync();
            assertThrows(IllegalStateException.class, () -> handler.get().closeFileDescriptors());
        } finally {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void aLoopThatSpinsServesChannelsAndTasks() throws Exception {
        GoPollEventLoopGroup group =
                new GoPollEventLoopGroup(
                        1,
                        (ThreadFactory) null,
                        () ->
                                (supplier, hasTasks) ->
                                        hasTasks ? supplier.get() : SelectStrategy.BUSY_WAIT);
        try {
            echoOnce(group);
        } finally {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void aChannelMovesToAnotherLoopAndBackWithoutLosingData() throws Exception {
        GoPollEventLoopGroup group = new GoPollEventLoopGroup(2);
        try {
            Channel server = echoServer(group);
            Texts texts = new Texts();
            Channel client =
                    new Bootstrap()
                            .group(group)
                            .channel(GoPollSocketChannel.class)
                            .handler(texts)
                            .connect(server.localAddress())
                            .sync()
                            .channel();
            EventLoop first = client.eventLoop();
            EventLoop next = group.next();
            EventLoop second = next == first ? group.next() : next;
            for (int i = 0; i < 50; i++) {
                client.writeAndFlush(text("move" + i)).sync();
                client.deregister().sync();
                (i % 2 == 0 ? second : first).register(client).sync();
                texts.await("move" + i);
            }
        } finally {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void shutdownWaitsForTheQuietPeriod() throws Exception {
        GoPollEventLoopGroup group = new GoPollEventLoopGroup(1);
        group.submit(() -> {}).sync();
        long start = System.nanoTime();
        // Both in one task: the loop cannot end between them.
        Future<Future<?>> ended =
                group.submit(
                        () -> {
                            Future<?> end =
                                    group.shutdownGracefully(200, 10_000, TimeUnit.MILLISECONDS);
                            group.submit(() -> {});
                            return end;
                        });
        assertTrue(ended.get().await(20, TimeUnit.SECONDS));
        assertTrue(System.nanoTime() - start >= 200_000_000);
        assertTrue(group.isTerminated());
    }

    /** The loop may end before it has seen that it is to: then it takes no tasks any more. */
    @Test
    void aShutdownWithoutAQuietPeriodClosesChannelsAndLogsNothing() throws Exception {
        Logger netty = (Logger) LoggerFactory.getLogger("io.netty.channel");
        ListAppender<ILoggingEvent> warnings = new ListAppender<>();
        warnings.start();
        netty.addAppender(warnings);
        try {
            for (int i = 0; i < 200; i++) {
                EventLoopGroup group =
                        new MultiThreadIoEventLoopGroup(2, GoPollIoHandler.newFactory());
                Channel server =
                        new ServerBootstrap()
                                .group(group)
                                .channel(GoPollServerSocketChannel.class)
                                .childHandler(new ChannelInboundHandlerAdapter())
                                .bind(LOOPBACK)
                                .sync()
                                .channel();
                List<Channel> clients = new ArrayList<>();
                for (int j = 0; j < 4; j++) {
                    clients.add(
                            new Bootstrap()
                                    .group(group)
                                    .channel(GoPollSocketChannel.class)
                                    .handler(new ChannelInboundHandlerAdapter())
                                    .connect(server.localAddress())
                                    .sync()
                                    .channel());
                }
                ChannelFuture write = clients.get(0).write(Unpooled.wrappedBuffer(new byte[1]));
                group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
                for (Channel client : clients) {
                    assertTrue(client.closeFuture().await(5, TimeUnit.SECONDS));
                }
                assertTrue(server.closeFuture().await(5, TimeUnit.SECONDS));
                assertTrue(write.await(5, TimeUnit.SECONDS));
            }
        } finally {
            netty.detachAppender(warnings);
        }
        assertEquals(List.of(), warnings.list);
    }
}
