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
package io.gopoll.testsuite;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.channel.GoPollEventLoopGroup;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.netty.channel.Channel;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.testsuite.transport.AbstractSingleThreadEventLoopTest;
import io.netty.util.concurrent.AutoScalingEventExecutorChooserFactory;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.Future;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Alone, because Netty has it end what it shuts down within 300 ms. */
@Tag("alone")
class GoPollEventLoopTest extends AbstractSingleThreadEventLoopTest {

    @Override
    protected boolean supportsChannelIteration() {
        return true;
    }

    @Override
    protected EventLoopGroup newEventLoopGroup() {
        return new GoPollEventLoopGroup();
    }

    /**
     * As Netty's, but it looks every second instead of every 100 ms: the tests look whether all
     * threads run before one of them is given up, and then wait for that 5 s or more.
     */
    private static final EventExecutorChooserFactory AUTO_SCALING =
            new AutoScalingEventExecutorChooserFactory(
                    SCALING_MIN_THREADS,
                    SCALING_MAX_THREADS,
                    1,
                    TimeUnit.SECONDS,
                    0.2,
                    0.9,
                    SCALING_MAX_THREADS,
                    SCALING_MAX_THREADS,
                    SCALING_PATIENCE_CYCLES);

    @Override
    protected EventLoopGroup newAutoScalingEventLoopGroup() {
        return new GoPollEventLoopGroup(
                SCALING_MAX_THREADS,
                (Executor) null,
                AUTO_SCALING,
                DefaultSelectStrategyFactory.INSTANCE);
    }

    @Override
    protected Channel newChannel() {
        return new GoPollSocketChannel();
    }

    @Override
    protected Class<? extends ServerChannel> serverChannelClass() {
        return GoPollServerSocketChannel.class;
    }

    @Test
    void aTaskInTheFarFutureDoesNotOverflowTheWait() throws Exception {
        EventLoopGroup group = new GoPollEventLoopGroup(1);
        try {
            Future<?> never =
                    group.next().schedule(() -> {}, Long.MAX_VALUE, TimeUnit.MILLISECONDS);
            assertTrue(group.next().submit(() -> {}).await(10, TimeUnit.SECONDS));
            assertFalse(never.isDone());
            assertTrue(never.cancel(true));
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
