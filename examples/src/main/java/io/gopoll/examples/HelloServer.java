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
package io.gopoll.examples;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerExpectContinueHandler;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** HTTP/1.1 with keep-alive, the same pipeline whatever the transport: it greets whoever asks. */
final class HelloServer implements AutoCloseable {

    private static final long SHUTDOWN_SECONDS = 5;

    private final LongAdder requests = new LongAdder();
    private final Task work;
    private final ExecutorService threads;
    private final EventLoopGroup group;
    private final Channel channel;

    /**
     * Listens from now on.
     *
     * @param address port 0 takes any free one
     * @param work what the handler does before it answers
     * @throws Exception if the address cannot be had: whatever the transport's bind fails with
     */
    HelloServer(Transport transport, InetSocketAddress address, int loops, Task work)
            throws Exception {
        this(transport, address, loops, work, null);
    }

    /**
     * Listens from now on, with a handler that hands its work over.
     *
     * @param threads what runs the work, and is ended when the server is closed; {@code null} for
     *     the event loops
     */
    HelloServer(
            Transport transport,
            InetSocketAddress address,
            int loops,
            Task work,
            ExecutorService threads)
            throws Exception {
        this.work = work;
        this.threads = threads;
        group = transport.groups.apply(loops);
        try {
            channel =
                    new ServerBootstrap()
                            .group(group)
                            .channel(transport.serverChannel)
                            .option(ChannelOption.SO_BACKLOG, 1024)
                            .option(ChannelOption.SO_REUSEADDR, true)
                            .childHandler(new Pipeline())
                            .bind(address)
                            .sync()
                            .channel();
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    long requests() {
        return requests.sum();
    }

    /** Waits until the server is closed: its loops end after its channels. */
    void join() throws InterruptedException {
        group.terminationFuture().sync();
    }

    /** Closes the listener and every connection, and ends the threads. */
    @Override
    public void close() {
        group.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
        if (threads != null) {
            threads.shutdown();
        }
    }

    /** What a handler does before it answers. */
    interface Task {
        void run() throws Exception;
    }

    private final class Pipeline extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel ch) {
            ch.pipeline()
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpServerExpectContinueHandler())
                    .addLast(new Hello());
        }
    }

    private final class Hello extends SimpleChannelInboundHandler<HttpObject> {

        private static final ByteBuf GREETING =
                Unpooled.unreleasableBuffer(
                        Unpooled.directBuffer()
                                .writeBytes("Hello, World!\n".getBytes(StandardCharsets.US_ASCII))
                                .asReadOnly());

        private boolean keepAlive;
        private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpObject message)
                throws Exception {
            if (message.decoderResult().isFailure()) {
                ctx.writeAndFlush(response(HttpResponseStatus.BAD_REQUEST))
                        .addListener(ChannelFutureListener.CLOSE);
                return;
            }
            if (message instanceof HttpRequest) {
                keepAlive = HttpUtil.isKeepAlive((HttpRequest) message);
            }
            if (message instanceof LastHttpContent) {
                requests.increment();
                if (threads == null) {
                    work.run();
                    answer(ctx, keepAlive);
                } else {
                    handOver(ctx, keepAlive);
                }
            }
        }

        /** One after the other: answers go out in the order of their requests. */
        private void handOver(ChannelHandlerContext ctx, boolean keepAlive) {
            last =
                    last.thenRunAsync(
                            () -> {
                                try {
                                    work.run();
                                    answer(ctx, keepAlive);
                                    ctx.flush();
                                } catch (Exception e) {
                                    ctx.pipeline().fireExceptionCaught(e);
                                }
                            },
                            threads);
        }

        private static void answer(ChannelHandlerContext ctx, boolean keepAlive) {
            FullHttpResponse response = response(HttpResponseStatus.OK);
            if (keepAlive) {
                ctx.write(response);
            } else {
                HttpUtil.setKeepAlive(response, false);
                ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
            }
        }

        private static FullHttpResponse response(HttpResponseStatus status) {
            ByteBuf body =
                    status == HttpResponseStatus.OK ? GREETING.duplicate() : Unpooled.EMPTY_BUFFER;
            FullHttpResponse response =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
                    .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
            return response;
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            // Here and not after each write: pipelined requests are answered in one system call.
            ctx.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Clients reset connections, wrk at the end of each run: no news, but the end of this
            // one.
            ctx.close();
        }
    }
}
