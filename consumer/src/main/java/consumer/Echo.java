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
package consumer;

import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A server that sends back what it gets, and its client. */
final class Echo {

    private Echo() {}

    /** What comes back, as many bytes as were sent. */
    static byte[] of(EventLoopGroup group, byte[] sent) throws Exception {
        Channel server = listen(group, new Server());
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        Channel client = connect(group, server, new Client(sent.length, received));
        client.writeAndFlush(Unpooled.wrappedBuffer(sent)).sync();
        byte[] back = received.get(30, TimeUnit.SECONDS);
        client.close().sync();
        server.close().sync();
        return back;
    }

    static Channel listen(EventLoopGroup group, ChannelHandler handler)
            throws InterruptedException {
        return new ServerBootstrap()
                .group(group)
                .channel(GoPollServerSocketChannel.class)
                .childHandler(handler)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    static Channel connect(EventLoopGroup group, Channel server, ChannelHandler handler)
            throws InterruptedException {
        return new Bootstrap()
                .group(group)
                .channel(GoPollSocketChannel.class)
                .handler(handler)
                .connect(server.localAddress())
                .sync()
                .channel();
    }

    @ChannelHandler.Sharable
    private static final class Server extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(message);
        }
    }

    private static final class Client extends SimpleChannelInboundHandler<ByteBuf> {

        private final byte[] received;
        private final CompletableFuture<byte[]> all;
        private int length;

        Client(int length, CompletableFuture<byte[]> all) {
            received = new byte[length];
            this.all = all;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
            int more = message.readableBytes();
            message.readBytes(received, length, more);
            length += more;
            if (length == received.length) {
                all.complete(received);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            all.completeExceptionally(cause);
        }
    }
}
