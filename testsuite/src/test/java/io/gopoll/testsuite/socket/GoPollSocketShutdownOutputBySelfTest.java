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
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannel;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketShutdownOutputBySelfTest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * One of Netty's tests here, a write after shutdownOutput, is disabled in Netty and takes two bytes
 * out of a buffer of one: what it is after is tested below.
 */
class GoPollSocketShutdownOutputBySelfTest extends SocketShutdownOutputBySelfTest {

    @Override
    protected List<BootstrapFactory<Bootstrap>> newFactories() {
        return GoPollSocketPermutation.INSTANCE.clientSocket();
    }

    @Test
    void aWriteAfterShutdownOutputFailsAndChangesNoWritability(TestInfo testInfo) throws Throwable {
        run(testInfo, GoPollSocketShutdownOutputBySelfTest::writeAfterShutdownOutput);
    }

    private static void writeAfterShutdownOutput(Bootstrap cb) throws Exception {
        AtomicInteger writabilityChanges = new AtomicInteger();
        cb.option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(2, 4))
                .handler(
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelWritabilityChanged(ChannelHandlerContext ctx) {
                                writabilityChanges.incrementAndGet();
                            }
                        });
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Channel client = cb.connect(server.getLocalSocketAddress()).sync().channel();
            try (Socket accepted = server.accept()) {
                ((DuplexChannel) client).shutdownOutput().sync();
                assertEquals(-1, accepted.getInputStream().read());

                ChannelFuture write = client.writeAndFlush(Unpooled.wrappedBuffer(new byte[8]));
                assertTrue(write.await(10_000));
                assertInstanceOf(ClosedChannelException.class, write.cause());
                assertEquals(0, writabilityChanges.get());
            } finally {
                client.close().sync();
            }
        }
    }
}
