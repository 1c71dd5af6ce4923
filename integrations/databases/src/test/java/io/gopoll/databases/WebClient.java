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

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** A connection to a {@link WebServer}, for one request at a time. */
final class WebClient extends SimpleChannelInboundHandler<FullHttpResponse> {

    /** What comes back. */
    record Answer(int status, String text) {
        boolean ok() {
            return status == 200;
        }
    }

    private final Channel channel;
    private volatile CompletableFuture<Answer> answer;

    WebClient(EventLoopGroup group, InetSocketAddress server) throws InterruptedException {
        channel =
                new Bootstrap()
                        .group(group)
                        .channel(NioSocketChannel.class)
                        .handler(new Pipeline())
                        .connect(server)
                        .sync()
                        .channel();
    }

    private final class Pipeline extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel ch) {
            ch.pipeline()
                    .addLast(new HttpClientCodec())
                    .addLast(new HttpObjectAggregator(65_536))
                    .addLast(WebClient.this);
        }
    }

    CompletableFuture<Answer> get(String path) {
        CompletableFuture<Answer> future = new CompletableFuture<>();
        answer = future;
        channel.writeAndFlush(
                        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, path))
                .addListener(
                        written -> {
                            if (!written.isSuccess()) {
                                future.completeExceptionally(written.cause());
                            }
                        });
        return future;
    }

    Channel channel() {
        return channel;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
        answer.complete(
                new Answer(
                        response.status().code(),
                        response.content().toString(StandardCharsets.UTF_8)));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (answer != null) {
            answer.completeExceptionally(new ClosedChannelException());
        }
    }
}
