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
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.netty4.NettyEventExecutorMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What Micrometer's binder for Netty, and whoever asks the loops themselves, finds out. */
class MicrometerTest {

    private static final String WORKERS = "netty.eventexecutor.workers";
    private static final String PENDING = "netty.eventexecutor.tasks.pending";
    private static final int CLIENTS = 10;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private EventLoopGroup group;

    @AfterEach
    void close() throws Exception {
        registry.close();
        if (group != null) {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void loopsHaveTheirPendingTasksByName() throws Exception {
        group = new GoPollEventLoopGroup(2);
        Channel channel = connect();
        new NettyEventExecutorMetrics(group).bindTo(registry);
        assertEquals(2, registry.get(WORKERS).gauge().value());
        assertEquals(2, registry.find(PENDING).gauges().size());

        SingleThreadEventLoop loop = (SingleThreadEventLoop) channel.eventLoop();
        Gauge pending = registry.get(PENDING).tag("name", loop.threadProperties().name()).gauge();
        whileBlocked(loop, () -> assertEquals(3, pending.value()));
        int channels = 0;
        for (EventExecutor each : group) {
            channels += ((SingleThreadEventLoop) each).registeredChannels();
        }
        // The server's, and both ends.
        assertEquals(1 + 2 * CLIENTS, channels);
    }

    @Test
    void goroutinesAreAsManyWorkersAsRunAtTheSameTime() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "there are no goroutines before JDK 21");
        GoroutineEventLoopGroup goroutines = new GoroutineEventLoopGroup(2);
        group = goroutines;
        Channel channel = connect();
        new NettyEventExecutorMetrics(group).bindTo(registry);
        assertEquals(2, registry.get(WORKERS).gauge().value());
        assertEquals(2, goroutines.executorCount());
        Set<String> names = new TreeSet<>();
        group.forEach(loop -> names.add(loop.toString()));
        assertEquals("[goroutine-loop-1, goroutine-loop-2]", names.toString());

        assertEquals(1 + 2 * CLIENTS, goroutines.registeredChannels());
        Gauge.builder(PENDING, goroutines, GoroutineEventLoopGroup::pendingTasks)
                .tag("name", "goroutines")
                .register(registry);
        EventLoop loop = channel.eventLoop();
        assertEquals(1, goroutines.registeredChannels(loop));
        assertTrue(loop.toString().contains(channel.id().asShortText()), loop.toString());
        whileBlocked(
                loop,
                () -> {
                    assertEquals(3, goroutines.pendingTasks(loop));
                    assertEquals(3, registry.get(PENDING).gauge().value());
                });
        assertThrows(
                IllegalArgumentException.class,
                () -> goroutines.pendingTasks(GlobalEventExecutor.INSTANCE));
    }

    /** Looks while a task runs and three wait. */
    private static void whileBlocked(EventLoop loop, Runnable look) throws Exception {
        CountDownLatch runs = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        loop.execute(
                () -> {
                    runs.countDown();
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        assertTrue(runs.await(20, TimeUnit.SECONDS));
        Future<?> last = null;
        for (int i = 0; i < 3; i++) {
            last = loop.submit(() -> {});
        }
        try {
            look.run();
        } finally {
            goOn.countDown();
        }
        assertTrue(last.await(20, TimeUnit.SECONDS));
    }

    /** Some connections, of which it returns one's client. All are registered. */
    private Channel connect() throws Exception {
        CountDownLatch accepted = new CountDownLatch(CLIENTS);
        Channel server =
                new ServerBootstrap()
                        .group(group)
                        .channel(GoPollServerSocketChannel.class)
                        .childHandler(new Counting(accepted))
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .sync()
                        .channel();
        Bootstrap client =
                new Bootstrap()
                        .group(group)
                        .channel(GoPollSocketChannel.class)
                        .handler(new Counting(new CountDownLatch(0)));
        Channel last = null;
        for (int i = 0; i < CLIENTS; i++) {
            last = client.connect(server.localAddress()).sync().channel();
        }
        assertTrue(accepted.await(20, TimeUnit.SECONDS));
        return last;
    }

    private static final class Counting extends ChannelInboundHandlerAdapter {
        private final CountDownLatch active;

        Counting(CountDownLatch active) {
            this.active = active;
        }

        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            active.countDown();
        }
    }
}
