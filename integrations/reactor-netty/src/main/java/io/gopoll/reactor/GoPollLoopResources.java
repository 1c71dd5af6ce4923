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
package io.gopoll.reactor;

import io.gopoll.channel.GoPollDatagramChannel;
import io.gopoll.channel.GoPollDomainDatagramChannel;
import io.gopoll.channel.GoPollDomainSocketChannel;
import io.gopoll.channel.GoPollIoHandler;
import io.gopoll.channel.GoPollServerDomainSocketChannel;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.gopoll.channel.GoroutineEventLoopGroup;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.NonBlocking;
import reactor.netty.FutureMono;
import reactor.netty.resources.LoopResources;

/**
 * Event loops and channels of GoPoll for Reactor Netty, TCP, UDP and Unix sockets, servers and
 * clients:
 *
 * <pre>{@code
 * LoopResources loops = GoPollLoopResources.create("http");
 * HttpServer.create().runOn(loops);
 * HttpClient.create().runOn(loops);
 * }</pre>
 *
 * <p>GoPoll has no native library, so it is used whatever {@code preferNative} says.
 */
public final class GoPollLoopResources implements LoopResources {

    private static final List<Class<? extends Channel>> CHANNELS =
            List.of(
                    GoPollSocketChannel.class,
                    GoPollServerSocketChannel.class,
                    GoPollDatagramChannel.class,
                    GoPollDomainSocketChannel.class,
                    GoPollServerDomainSocketChannel.class,
                    GoPollDomainDatagramChannel.class);

    private final EventLoopGroup servers;
    private final EventLoopGroup clients;

    private GoPollLoopResources(EventLoopGroup servers, EventLoopGroup clients) {
        this.servers = servers;
        this.clients = clients;
    }

    /**
     * The loop mode with as many daemon threads as Reactor Netty would have.
     *
     * @param prefix of the threads' names
     * @return new loops, which {@link #disposeLater()} ends
     * @throws UnsupportedOperationException if GoPoll is not available; the message says why
     */
    public static GoPollLoopResources create(String prefix) {
        return create(prefix, DEFAULT_IO_WORKER_COUNT, true);
    }

    /**
     * The loop mode: a thread for each loop, in which Reactor forbids to block. A client that is
     * used in a server's loop connects in the same one, as it does in Reactor Netty's own loops.
     *
     * @param prefix of the threads' names
     * @param workerCount how many loops, at least 1
     * @param daemon whether the JVM may end while the loops run
     * @return new loops, which {@link #disposeLater()} ends
     * @throws UnsupportedOperationException if GoPoll is not available; the message says why
     */
    public static GoPollLoopResources create(String prefix, int workerCount, boolean daemon) {
        EventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(
                        workerCount, new Threads(prefix, daemon), GoPollIoHandler.newFactory());
        return new GoPollLoopResources(loops, LoopResources.colocate(loops));
    }

    /**
     * The goroutine mode, on JDK 21 and later. Each connection of a server has a loop of its own:
     * its handlers may block, also by {@link Mono#block()}. A client asks for a loop before it has
     * a channel, so its connections share {@code workerCount} loops: what a client calls back must
     * not wait for another answer. The platform threads are no daemons: {@link #disposeLater()} has
     * to end them.
     *
     * @param workerCount how many loops run at the same time; 0 for as many as there are processors
     * @return new loops
     * @throws UnsupportedOperationException if GoPoll or its goroutine mode is not available; the
     *     message says why
     */
    public static GoPollLoopResources goroutine(int workerCount) {
        EventLoopGroup loops = new GoroutineEventLoopGroup(workerCount);
        return new GoPollLoopResources(loops, loops);
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return servers;
    }

    @Override
    public EventLoopGroup onClient(boolean useNative) {
        return clients;
    }

    @Override
    public <C extends Channel> Class<? extends C> onChannelClass(
            Class<C> type, EventLoopGroup group) {
        for (Class<? extends Channel> channel : CHANNELS) {
            if (type.isAssignableFrom(channel)) {
                return channel.asSubclass(type);
            }
        }
        throw new IllegalArgumentException(
                "type: " + type + " (expected: one of " + CHANNELS + ")");
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        return new ReflectiveChannelFactory<C>(onChannelClass(type, group)).newChannel();
    }

    @Override
    @SuppressWarnings("unchecked") // Reactor Netty takes futures of Void, and looks at no value
    public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
        return FutureMono.deferFuture(
                () ->
                        (Future<Void>)
                                clients.shutdownGracefully(
                                        quietPeriod.toMillis(),
                                        timeout.toMillis(),
                                        TimeUnit.MILLISECONDS));
    }

    @Override
    public boolean isDisposed() {
        return servers.isShuttingDown();
    }

    /** Threads in which Reactor throws when something blocks. */
    private static final class Threads extends DefaultThreadFactory {

        Threads(String prefix, boolean daemon) {
            super(prefix, daemon);
        }

        @Override
        protected Thread newThread(Runnable task, String name) {
            return new NonBlockingThread(task, name);
        }
    }

    private static final class NonBlockingThread extends FastThreadLocalThread
            implements NonBlocking {

        NonBlockingThread(Runnable task, String name) {
            super(task, name);
        }
    }
}
