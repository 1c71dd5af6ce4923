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

import static io.netty.handler.codec.http.HttpVersion.HTTP_1_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A server that greets by the path that it is asked for, and its client. */
final class Http {

    private static final int MAX_CONTENT = 1 << 16;

    private Http() {}

    /**
     * @param blockMillis how long the server's handler sleeps before it answers
     */
    static String get(EventLoopGroup group, String path, long blockMillis) throws Exception {
        Channel server =
                Echo.listen(group, pipeline(HttpServerCodec::new, () -> new Server(blockMillis)));
        CompletableFuture<String> answer = new CompletableFuture<>();
        Channel client =
                Echo.connect(
                        group, server, pipeline(HttpClientCodec::new, () -> new Client(answer)));
        client.writeAndFlush(new DefaultFullHttpRequest(HTTP_1_1, HttpMethod.GET, path)).sync();
        String text = answer.get(30, TimeUnit.SECONDS);
        client.close().sync();
        server.close().sync();
        return text;
    }

    private static ChannelHandler pipeline(
            Supplier<ChannelHandler> codec, Supplier<ChannelHandler> handler) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast(codec.get(), new HttpObjectAggregator(MAX_CONTENT), handler.get());
            }
        };
    }

    private static final class Server extends SimpleChannelInboundHandler<FullHttpRequest> {

        private final long blockMillis;

        Server(long blockMillis) {
            this.blockMillis = blockMillis;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request)
                throws InterruptedException {
            Thread.sleep(blockMillis);
            FullHttpResponse response =
                    new DefaultFullHttpResponse(HTTP_1_1, HttpResponseStatus.OK);
            response.content().writeCharSequence("Hello, " + request.uri(), US_ASCII);
            HttpUtil.setContentLength(response, response.content().readableBytes());
            ctx.writeAndFlush(response);
        }
    }

    private static final class Client extends SimpleChannelInboundHandler<FullHttpResponse> {

        private final CompletableFuture<String> answer;

        Client(CompletableFuture<String> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
            answer.complete(response.content().toString(US_ASCII));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            answer.completeExceptionally(cause);
        }
    }
}
