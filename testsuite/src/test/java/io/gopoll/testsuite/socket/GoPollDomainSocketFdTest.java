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
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.channel.GoPollSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.AbstractSocketTest;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** Descriptors that are passed along, between GoPoll and epoll too. */
@Timeout(30)
class GoPollDomainSocketFdTest extends AbstractSocketTest {

    @Override
    protected SocketAddress newSocketAddress() {
        return GoPollSocketPermutation.newUnixAddress();
    }

    @Override
    protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
        return GoPollSocketPermutation.INSTANCE.domainSocket();
    }

    @Test
    void aDescriptorThatIsSentArrivesOpen(TestInfo info) throws Throwable {
        run(info, this::sendAndReceive);
    }

    private void sendAndReceive(ServerBootstrap sb, Bootstrap cb) throws Exception {
        GoPollSocketChannel sent = new GoPollSocketChannel();
        BlockingQueue<Object> received = new LinkedBlockingQueue<>();
        sb.childHandler(
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        ctx.writeAndFlush(sent.fd())
                                .addListener(
                                        future -> {
                                            if (!future.isSuccess()) {
                                                received.add(future.cause());
                                            }
                                        });
                    }
                });
        cb.handler(
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        received.add(msg);
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        received.add(cause);
                    }
                });
        cb.option(UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS);
        Channel sc = sb.bind().sync().channel();
        Channel cc = cb.connect(sc.localAddress()).sync().channel();
        try {
            FileDescriptor fd =
                    assertInstanceOf(FileDescriptor.class, received.poll(20, TimeUnit.SECONDS));
            assertTrue(fd.isOpen());
            fd.close();
            assertFalse(fd.isOpen());
            assertTrue(sent.isOpen());
            assertEquals(0, received.size(), received::toString);
        } finally {
            cc.close().sync();
            sc.close().sync();
            sent.unsafe().closeForcibly();
        }
    }
}
