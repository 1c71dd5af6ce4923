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
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a flush has written by when. */
@Timeout(60)
class FlushTest {

    private interface OnActive {
        void run(ChannelHandlerContext ctx) throws Exception;
    }

    private interface Reader {
        void read(InputStream in) throws Exception;
    }

    private static void serve(EventLoopGroup group, OnActive onActive, Reader reader)
            throws Exception {
        try {
            Channel server =
                    new ServerBootstrap()
                            .group(group)
                            .channel(GoPollServerSocketChannel.class)
                            .childHandler(
                                    new ChannelInitializer<Channel>() {
                                        @Override
                                        protected void initChannel(Channel ch) {
                                            ch.pipeline()
                                                    .addLast(
                                                            new ChannelInboundHandlerAdapter() {
                                                                @Override
                                                                public void channelActive(
                                                                        ChannelHandlerContext ctx)
                                                                        throws Exception {
                                                                    onActive.run(ctx);
                                                                }
                                                            });
                                        }
                                    })
                            .bind(InetAddress.getLoopbackAddress(), 0)
                            .sync()
                            .channel();
            try (Socket socket = new Socket()) {
                socket.setSoTimeout(30_000);
                socket.connect(server.localAddress());
                reader.read(socket.getInputStream());
            }
        } finally {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    /** Has nothing to give the first times that it is asked. */
    private static final class Dry extends AbstractReferenceCounted implements FileRegion {
        private final int dryTimes;
        private int asked;
        private long transferred;

        Dry(int dryTimes) {
            this.dryTimes = dryTimes;
        }

        @Override
        public long position() {
            return 0;
        }

        @Override
        @Deprecated
        public long transfered() {
            return transferred;
        }

        @Override
        public long transferred() {
            return transferred;
        }

        @Override
        public long count() {
            return 100;
        }

        @Override
        public long transferTo(WritableByteChannel target, long position) throws IOException {
            if (asked++ < dryTimes) {
                return 0;
            }
            int n = target.write(ByteBuffer.allocate((int) (100 - position)));
            transferred += n;
            return n;
        }

        @Override
        public FileRegion retain() {
            super.retain();
            return this;
        }

        @Override
        public FileRegion retain(int increment) {
            super.retain(increment);
            return this;
        }

        @Override
        public FileRegion touch() {
            return this;
        }

        @Override
        public FileRegion touch(Object hint) {
            return this;
        }

        @Override
        protected void deallocate() {}
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 30})
    void aRegionThatHasNothingToGiveForAWhileIsWrittenAndWhatIsBehindItToo(int dryTimes)
            throws Exception {
        serve(
                new GoPollEventLoopGroup(1),
                ctx -> {
                    ctx.write(new Dry(dryTimes));
                    ctx.writeAndFlush(Unpooled.directBuffer(1).writeByte(7));
                },
                in -> {
                    assertEquals(100, in.readNBytes(100).length);
                    assertEquals(7, in.read());
                });
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void whatTheSocketTakesIsWrittenBeforeFlushReturnsInAGoroutineLoop() throws Exception {
        int size = 600_000; // More than one turn writes; less than the socket takes.
        CountDownLatch read = new CountDownLatch(1);
        boolean[] inTime = new boolean[1];
        serve(
                new GoroutineEventLoopGroup(1),
                ctx -> {
                    ctx.channel().config().setOption(ChannelOption.SO_SNDBUF, size);
                    ctx.writeAndFlush(Unpooled.directBuffer(size).writeZero(size));
                    inTime[0] = read.await(20, TimeUnit.SECONDS);
                },
                in -> {
                    assertEquals(size, in.readNBytes(size).length);
                    read.countDown();
                });
        assertTrue(inTime[0]);
    }
}
