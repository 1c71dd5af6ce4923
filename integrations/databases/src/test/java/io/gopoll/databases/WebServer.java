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
package io.gopoll.databases;

import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoroutineEventLoopGroup;
import io.gopoll.poll.DeadlineExceededException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** HTTP on goroutine event loops, with a handler that does what the request's path says. */
final class WebServer implements AutoCloseable {

    /** What a path asks for. */
    interface Page {
        void run(Channel channel, String argument) throws Exception;
    }

    /** What has happened to handlers, in order. */
    final Queue<String> events = new ConcurrentLinkedQueue<>();

    /** Every connection that is open, by its client's address. */
    final Map<SocketAddress, Channel> channels = new ConcurrentHashMap<>();

    /** How many requests handlers have begun with. */
    final AtomicInteger started = new AtomicInteger();

    private final Map<String, Page> pages;
    private final EventLoopGroup group = new GoroutineEventLoopGroup(2);
    private final InetSocketAddress address;

    WebServer(Map<String, Page> pages) throws InterruptedException {
        this.pages = pages;
        address =
                (InetSocketAddress)
                        new ServerBootstrap()
                                .group(group)
                                .channel(GoPollServerSocketChannel.class)
                                .option(ChannelOption.SO_BACKLOG, 1024)
                                .childHandler(new Pipeline())
                                .bind(InetAddress.getLoopbackAddress(), 0)
                                .sync()
                                .channel()
                                .localAddress();
    }

    InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        close(10_000);
    }

    /** Waits no longer than that for handlers to return by themselves. */
    void close(long millis) {
        group.shutdownGracefully(0, millis, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    private final class Pipeline extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel ch) {
            channels.put(ch.remoteAddress(), ch);
            ch.pipeline()
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpObjectAggregator(1024))
                    .addLast(new Handler());
        }
    }

    private final class Handler extends SimpleChannelInboundHandler<FullHttpRequest> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            String[] path = request.uri().split("/", 3);
            HttpResponseStatus status = HttpResponseStatus.OK;
            String text = "done";
            started.incrementAndGet();
            try {
                pages.get(path[1]).run(ctx.channel(), path.length > 2 ? path[2] : "");
            } catch (Exception e) {
                status = HttpResponseStatus.SERVICE_UNAVAILABLE;
                text = e.toString();
            }
            FullHttpResponse response =
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            status,
                            Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
            response.headers()
                    .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
            events.add(path[1]);
            ctx.writeAndFlush(response)
                    .addListener(
                            written -> {
                                if (!written.isSuccess()) {
                                    events.add(written.cause().getClass().getSimpleName());
                                }
                            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof DeadlineExceededException) {
                events.add("deadline");
            }
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            channels.values().remove(ctx.channel());
        }
    }
}
