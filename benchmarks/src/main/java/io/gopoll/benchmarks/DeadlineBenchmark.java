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
package io.gopoll.benchmarks;

import io.gopoll.channel.GoPollIoHandler;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a time limit costs a read: a deadline that is moved before each, beside Netty's handlers. A
 * handler's cost is its row less {@link #noHandler}; a deadline's is its row.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DeadlineBenchmark {

    private static final int LIMIT_SECONDS = 30;
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    private static final Object MESSAGE = new Object();

    /** The end of a pipeline that reads. */
    private static final class Last extends ChannelInboundHandlerAdapter {
        private int reads;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            reads++;
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {}
    }

    private final ManualIoEventLoop loop =
            new ManualIoEventLoop(null, GoPollIoHandler.newFactory());
    private GoPollSocketChannel channel;
    private long time;

    private EmbeddedChannel plain;
    private EmbeddedChannel readTimeout;
    private EmbeddedChannel idleState;

    @Setup
    public void connect() throws Exception {
        loop.setOwningThread(Thread.currentThread());
        Channel server =
                run(
                        new ServerBootstrap()
                                .group(loop)
                                .channel(GoPollServerSocketChannel.class)
                                .childHandler(new Last())
                                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
        channel =
                (GoPollSocketChannel)
                        run(
                                new Bootstrap()
                                        .group(loop)
                                        .channel(GoPollSocketChannel.class)
                                        .handler(new Last())
                                        .connect(server.localAddress()));
        channel.setReadDeadline(System.nanoTime() + LIMIT);
        time = System.nanoTime() + 2 * LIMIT;
        plain = new EmbeddedChannel(new Last());
        readTimeout = new EmbeddedChannel(new ReadTimeoutHandler(LIMIT_SECONDS), new Last());
        idleState = new EmbeddedChannel(new IdleStateHandler(LIMIT_SECONDS, 0, 0), new Last());
    }

    private Channel run(ChannelFuture future) throws Exception {
        while (!future.isDone()) {
            loop.run(0);
        }
        return future.sync().channel();
    }

    @TearDown
    public void close() throws Exception {
        Future<?> closed = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        while (!closed.isDone()) {
            loop.run(0);
        }
        plain.finishAndReleaseAll();
        readTimeout.finishAndReleaseAll();
        idleState.finishAndReleaseAll();
    }

    /** Where the time is known, as it is to whoever serves many channels a turn. */
    @Benchmark
    public void moveDeadline() {
        channel.setReadDeadline(++time);
    }

    /** Where the clock is asked for each. */
    @Benchmark
    public void moveDeadlineByTheClock() {
        channel.setReadDeadline(System.nanoTime() + 2 * LIMIT);
    }

    @Benchmark
    public long clock() {
        return System.nanoTime();
    }

    @Benchmark
    public void noHandler() {
        read(plain);
    }

    @Benchmark
    public void readTimeoutHandler() {
        read(readTimeout);
    }

    @Benchmark
    public void idleStateHandler() {
        read(idleState);
    }

    private static void read(EmbeddedChannel ch) {
        ch.pipeline().fireChannelRead(MESSAGE).fireChannelReadComplete();
    }
}
