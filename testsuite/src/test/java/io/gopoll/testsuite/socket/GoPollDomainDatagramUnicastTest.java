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
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.DatagramUnicastTest;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class GoPollDomainDatagramUnicastTest extends DatagramUnicastTest {

    @Override
    protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
        return GoPollSocketPermutation.INSTANCE.domainDatagram();
    }

    @Test
    void aBoundChannelHasAnAddress(TestInfo info) throws Throwable {
        run(
                info,
                (sb, cb) -> {
                    DomainSocketAddress address = GoPollSocketPermutation.newUnixAddress();
                    Channel channel =
                            cb.handler(new ChannelInboundHandlerAdapter())
                                    .bind(address)
                                    .sync()
                                    .channel();
                    assertEquals(address, channel.localAddress());
                    channel.close().sync();
                });
    }

    @Override
    protected boolean supportDisconnect() {
        return true;
    }

    @Override
    protected boolean isConnected(Channel channel) {
        return ((DomainDatagramChannel) channel).isConnected();
    }

    @Override
    protected SocketAddress newSocketAddress() {
        return GoPollSocketPermutation.newUnixAddress();
    }

    @Override
    protected Channel setupClientChannel(
            Bootstrap cb, byte[] bytes, CountDownLatch latch, AtomicReference<Throwable> errorRef)
            throws Throwable {
        return cb.handler(new Receiver(bytes, null, latch, errorRef, false))
                .bind(newSocketAddress())
                .sync()
                .channel();
    }

    @Override
    protected Channel setupServerChannel(
            Bootstrap sb,
            byte[] bytes,
            SocketAddress sender,
            CountDownLatch latch,
            AtomicReference<Throwable> errorRef,
            boolean echo)
            throws Throwable {
        return sb.handler(new Receiver(bytes, sender, latch, errorRef, echo))
                .bind(newSocketAddress())
                .sync()
                .channel();
    }

    private static final class Receiver extends SimpleChannelInboundHandler<DomainDatagramPacket> {
        private final ByteBuf expected;
        private final SocketAddress sender;
        private final CountDownLatch latch;
        private final AtomicReference<Throwable> error;
        private final boolean echo;

        Receiver(
                byte[] expected,
                SocketAddress sender,
                CountDownLatch latch,
                AtomicReference<Throwable> error,
                boolean echo) {
            this.expected = Unpooled.wrappedBuffer(expected);
            this.sender = sender;
            this.latch = latch;
            this.error = error;
            this.echo = echo;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
            try {
                assertNotNull(packet.sender());
                if (sender != null) {
                    assertEquals(sender, packet.sender());
                }
                assertEquals(expected, packet.content());
                assertEquals(ctx.channel().localAddress(), packet.recipient());
                if (echo) {
                    ByteBuf content = packet.content().retainedDuplicate();
                    ctx.writeAndFlush(new DomainDatagramPacket(content, packet.sender()));
                }
            } finally {
                latch.countDown();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            error.compareAndSet(null, cause);
        }
    }

    @Override
    protected ChannelFuture write(
            Channel cc, ByteBuf buf, SocketAddress remote, WrapType wrapType) {
        return cc.write(
                new DomainDatagramPacket(
                        wrap(buf, wrapType), assertInstanceOf(DomainSocketAddress.class, remote)));
    }

    private static ByteBuf wrap(ByteBuf buf, WrapType wrapType) {
        switch (wrapType) {
            case DUP:
                return buf.retainedDuplicate();
            case SLICE:
                return buf.retainedSlice();
            case READ_ONLY:
                return buf.retain().asReadOnly();
            case NONE:
                return buf.retain();
            default:
                throw new IllegalArgumentException("wrapType: " + wrapType);
        }
    }
}
