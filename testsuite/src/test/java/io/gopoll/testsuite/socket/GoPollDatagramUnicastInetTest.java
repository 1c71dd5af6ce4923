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
package io.gopoll.testsuite.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gopoll.channel.GoPollChannelOption;
import io.gopoll.channel.GoPollDatagramChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.DatagramUnicastInetTest;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoPollDatagramUnicastInetTest extends DatagramUnicastInetTest {

    private static final int SEGMENTS = 16;
    private static final int SEGMENT_SIZE = 512;

    @Override
    protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
        return GoPollSocketPermutation.INSTANCE.datagram(socketProtocolFamily());
    }

    @ParameterizedTest(name = "composite {0}, put together by the receiver''s kernel {1}")
    @CsvSource({"false, false", "true, false", "false, true", "true, true"})
    void aSegmentedPacketArrivesAsItsSegments(boolean composite, boolean gro) throws Throwable {
        assumeTrue(GoPollDatagramChannel.isSegmentedDatagramPacketSupported());
        for (BootstrapComboFactory<Bootstrap, Bootstrap> factory :
                GoPollSocketPermutation.INSTANCE.goPollDatagrams(SocketProtocolFamily.INET)) {
            sendSegments(factory.newServerInstance(), factory.newClientInstance(), composite, gro);
        }
    }

    private void sendSegments(Bootstrap sb, Bootstrap cb, boolean composite, boolean gro)
            throws Exception {
        int bytes = SEGMENTS * SEGMENT_SIZE;
        CountDownLatch latch = new CountDownLatch(SEGMENTS);
        if (gro) {
            sb.option(GoPollChannelOption.UDP_GRO, true);
            sb.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(bytes));
        }
        Channel receiver =
                sb.handler(
                                new SimpleChannelInboundHandler<DatagramPacket>() {
                                    @Override
                                    protected void channelRead0(
                                            ChannelHandlerContext ctx, DatagramPacket packet) {
                                        if (packet.content().readableBytes() == SEGMENT_SIZE) {
                                            latch.countDown();
                                        }
                                    }
                                })
                        .bind(newSocketAddress())
                        .sync()
                        .channel();
        Channel sender =
                cb.handler(new ChannelInboundHandlerAdapter())
                        .bind(newSocketAddress())
                        .sync()
                        .channel();
        try {
            assertEquals(gro, receiver.config().getOption(GoPollChannelOption.UDP_GRO));
            InetSocketAddress to = (InetSocketAddress) receiver.localAddress();
            ByteBuf content = composite ? pieces() : Unpooled.directBuffer(bytes).writeZero(bytes);
            sender.writeAndFlush(new SegmentedDatagramPacket(content, SEGMENT_SIZE, to)).sync();
            assertTrue(latch.await(10, TimeUnit.SECONDS), latch::toString);
        } finally {
            sender.close().sync();
            receiver.close().sync();
        }
    }

    private static CompositeByteBuf pieces() {
        CompositeByteBuf composite = Unpooled.compositeBuffer(SEGMENTS);
        for (int i = 0; i < SEGMENTS; i++) {
            composite.addComponent(
                    true, Unpooled.directBuffer(SEGMENT_SIZE).writeZero(SEGMENT_SIZE));
        }
        return composite;
    }
}
