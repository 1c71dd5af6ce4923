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

import io.gopoll.channel.GoPollChannelOption;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.AbstractDatagramTest;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several datagrams by one recvmmsg(2). */
class GoPollDatagramScatteringReadTest extends AbstractDatagramTest {

    private static final int SIZE = 512;
    private static final int PACKETS = 4;

    @Override
    protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
        return GoPollSocketPermutation.INSTANCE.goPollDatagrams(SocketProtocolFamily.INET);
    }

    @ParameterizedTest(name = "connected {0}, room for {1} packets")
    @CsvSource({"false, 4", "false, 2", "true, 4", "true, 2"})
    void aReadTakesAsManyPacketsAsThereIsRoomFor(boolean connected, int room, TestInfo info)
            throws Throwable {
        run(info, (sb, cb) -> readAll(sb, cb, connected, SIZE, room));
    }

    @ParameterizedTest(name = "connected {0}")
    @ValueSource(booleans = {false, true})
    void aBufferForOnePacketReadsOne(boolean connected, TestInfo info) throws Throwable {
        run(info, (sb, cb) -> readAll(sb, cb, connected, 1400, 1));
    }

    private void readAll(Bootstrap sb, Bootstrap cb, boolean connected, int payload, int room)
            throws Exception {
        sb.option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(payload, payload * room, 64 * 1024));
        sb.option(GoPollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, payload);
        sb.option(ChannelOption.AUTO_READ, false);
        Receiver receiver = new Receiver();
        Channel sc = sb.handler(receiver).bind(newSocketAddress()).sync().channel();
        Channel cc =
                cb.handler(new ChannelInboundHandlerAdapter())
                        .bind(newSocketAddress())
                        .sync()
                        .channel();
        try {
            if (connected) {
                sc.connect(cc.localAddress()).sync();
            }
            InetSocketAddress to = (InetSocketAddress) sc.localAddress();
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < PACKETS; i++) {
                byte[] bytes = new byte[SIZE - i];
                bytes[0] = (byte) i;
                sent.add(cc.localAddress() + ByteBufUtil.hexDump(bytes));
                cc.write(new DatagramPacket(Unpooled.directBuffer().writeBytes(bytes), to));
            }
            cc.flush();
            cc.writeAndFlush(Unpooled.EMPTY_BUFFER).sync();
            sc.config().setAutoRead(true);
            assertEquals(sent, receiver.all.get(10, TimeUnit.SECONDS));
            if (room > 1) {
                assertTrue(receiver.mostPerRead > 1, "each packet had a read of its own");
            }
        } finally {
            cc.close().sync();
            sc.close().sync();
        }
    }

    private static final class Receiver extends ChannelInboundHandlerAdapter {
        final CompletableFuture<List<String>> all = new CompletableFuture<>();
        volatile int mostPerRead;
        private final List<String> received = new ArrayList<>();
        private int thisRead;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            DatagramPacket packet = (DatagramPacket) msg;
            received.add(packet.sender() + ByteBufUtil.hexDump(packet.content()));
            mostPerRead = Math.max(mostPerRead, ++thisRead);
            packet.release();
            if (received.size() == PACKETS) {
                all.complete(received);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            thisRead = 0;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            all.completeExceptionally(cause);
        }
    }
}
