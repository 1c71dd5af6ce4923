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

import io.gopoll.channel.GoPoll;
import io.gopoll.channel.GoPollDatagramChannel;
import io.gopoll.channel.GoroutineEventLoopGroup;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How long {@link GoPoll#dump} takes while many handlers block. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@State(Scope.Benchmark)
@Fork(value = 2, jvmArgsAppend = "--add-opens=java.base/java.lang=ALL-UNNAMED")
@Warmup(iterations = 3)
@Measurement(iterations = 7)
public class DumpBenchmark {

    @Param({"1000", "10000"})
    private int handlers;

    private GoroutineEventLoopGroup group;
    private CountDownLatch blocked;
    private final CountDownLatch end = new CountDownLatch(1);

    /** Blocks as soon as its channel is active. */
    @Sharable
    private final class Blocks extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) throws InterruptedException {
            blocked.countDown();
            end.await();
        }
    }

    @Setup
    public void block() throws InterruptedException {
        group = new GoroutineEventLoopGroup();
        blocked = new CountDownLatch(handlers);
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(group)
                        .channel(GoPollDatagramChannel.class)
                        .handler(new Blocks());
        for (int i = 0; i < handlers; i++) {
            bootstrap.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        }
        if (!blocked.await(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException(blocked.getCount() + " handlers have not been called");
        }
    }

    @TearDown
    public void unblock() {
        end.countDown();
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Benchmark
    public String dump() {
        return GoPoll.dump();
    }
}
