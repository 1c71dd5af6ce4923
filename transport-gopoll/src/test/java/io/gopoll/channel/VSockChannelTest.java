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
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.SockAddr;
import io.gopoll.sys.Syscalls;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Streams through VSOCK, as far as this kernel has it. */
@Timeout(60)
class VSockChannelTest {

    private static final VSockAddress ANY =
            new VSockAddress(VSockAddress.VMADDR_CID_ANY, VSockAddress.VMADDR_PORT_ANY);

    private EventLoopGroup group = new GoPollEventLoopGroup(1);

    @BeforeAll
    static void lookForVsock() {
        int fd = socket();
        assumeTrue(
                fd >= 0, () -> "no AF_VSOCK in this kernel: " + Errno.newException("socket", fd));
        Syscalls.get().close(fd);
    }

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static int socket() {
        int type = Constants.SOCK_STREAM | Constants.SOCK_CLOEXEC;
        return Syscalls.get().socket(Constants.AF_VSOCK, type, 0);
    }

    /** Connects to a server by plain system calls: whether VSOCK has a loopback here. */
    private static void assumeLoopback(VSockAddress server) {
        SockAddr to = new SockAddr();
        to.setVsock(VSockAddress.VMADDR_CID_LOCAL, server.getPort());
        int fd = socket();
        int result = Syscalls.get().connect(fd, to.address(), to.length());
        Syscalls.get().close(fd);
        assumeTrue(
                result == 0,
                () ->
                        "VSOCK has no loopback here, which the module vsock_loopback gives: "
                                + Errno.newException("connect", result));
    }

    @Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }

    private static final class Texts extends ChannelInboundHandlerAdapter {
        final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf buf = (ByteBuf) msg;
            seen.add(buf.toString(StandardCharsets.US_ASCII));
            buf.release();
        }
    }

    private ChannelFuture bind(VSockAddress address) throws InterruptedException {
        return new ServerBootstrap()
                .group(group)
                .channel(GoPollServerVSockChannel.class)
                .childHandler(new Echo())
                .bind(address)
                .await();
    }

    private ChannelFuture connect(Texts texts, VSockAddress to) throws InterruptedException {
        return new Bootstrap()
                .group(group)
                .channel(GoPollVSockChannel.class)
                .handler(texts)
                .connect(to)
                .await();
    }

    @Test
    void aConnectionEchoes() throws Exception {
        echo();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void aConnectionEchoesOnGoroutineLoops() throws Exception {
        stop();
        group = new GoroutineEventLoopGroup(1);
        echo();
    }

    private void echo() throws Exception {
        VSockAddress server = (VSockAddress) bind(ANY).sync().channel().localAddress();
        assumeLoopback(server);
        Texts texts = new Texts();
        VSockAddress to = new VSockAddress(VSockAddress.VMADDR_CID_LOCAL, server.getPort());
        Channel client = connect(texts, to).sync().channel();
        client.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII)).sync();
        assertEquals("hello", texts.seen.poll(20, TimeUnit.SECONDS));
        assertEquals(to, client.remoteAddress());
        assertEquals(
                VSockAddress.VMADDR_CID_LOCAL, ((VSockAddress) client.localAddress()).getCid());
        client.close().sync();
    }

    @Test
    void aServerHasThePortThatTheSystemChose() throws Exception {
        VSockAddress address = (VSockAddress) bind(ANY).sync().channel().localAddress();
        assertEquals(VSockAddress.VMADDR_CID_ANY, address.getCid());
        assertNotEquals(VSockAddress.VMADDR_PORT_ANY, address.getPort());
    }

    @Test
    void aPortThatIsBoundIsNotBoundAgain() throws Exception {
        VSockAddress address = (VSockAddress) bind(ANY).sync().channel().localAddress();
        Throwable cause = bind(address).cause();
        assertInstanceOf(BindException.class, cause);
        assertTrue(cause.getMessage().contains(address.toString()), cause.toString());
    }

    @Test
    void aMachineThatIsNotThereCannotBeReached() throws Exception {
        // No hypervisor gives this context id, the highest there is.
        VSockAddress nobody = new VSockAddress(0xfffffffe, 1);
        ChannelFuture future = connect(new Texts(), nobody);
        assertInstanceOf(IOException.class, future.cause());
        assertTrue(future.cause().getMessage().contains(nobody.toString()), future.toString());
        future.channel().closeFuture().sync();
    }

    @Test
    void addressesAreUnsigned() {
        assertEquals(
                "VSockAddress{cid=4294967295, port=4294967295}", ANY.toString(), "as in vsock(7)");
        assertEquals(ANY, new VSockAddress(-1, -1));
        assertNotEquals(ANY, new VSockAddress(-1, 1));
        assertEquals(ANY.hashCode(), new VSockAddress(-1, -1).hashCode());
    }
}
