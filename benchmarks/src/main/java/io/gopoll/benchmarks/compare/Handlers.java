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
package io.gopoll.benchmarks.compare;

import io.gopoll.benchmarks.compare.Workload.Service;
import io.gopoll.channel.DeadlineChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** What a channel of a server of Netty's does: the same on every transport. */
final class Handlers extends ChannelInitializer<Channel> implements AutoCloseable {

    private static final int OFFLOADED_TO = 256;
    private static final int CHUNK = 64 << 10;
    private static final int READ_TIMEOUT_SECONDS = 30;

    private final Service service;
    private final SslContext tls;
    private final File body;
    private final EventExecutorGroup offloaded;
    private final ExecutorService foreign;
    private final Asking.Opener asking;

    /**
     * @param tls {@code null} for none
     * @param body a file of {@link Service#BODY} bytes, for a service that sends it
     * @param asking for a service that asks
     */
    Handlers(Service service, SslContext tls, File body, Asking.Opener asking) {
        this.service = service;
        this.tls = tls;
        this.body = body;
        this.asking = asking;
        offloaded =
                service == Service.BLOCK_OFFLOADED
                        ? new DefaultEventExecutorGroup(OFFLOADED_TO)
                        : null;
        foreign = service == Service.FOREIGN_WRITE ? Executors.newSingleThreadExecutor() : null;
    }

    @Override
    protected void initChannel(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        if (tls != null) {
            pipeline.addLast(tls.newHandler(channel.alloc()));
        }
        switch (service) {
            case ECHO -> pipeline.addLast(ECHO);
            case HTTP -> pipeline.addLast(new HttpServerCodec(), HTTP);
            case DOWNLOAD -> pipeline.addLast(new Download());
            case DOWNLOAD_FILE -> pipeline.addLast(new DownloadFile(body));
            case UPLOAD -> pipeline.addLast(new Upload());
            case BLOCK -> pipeline.addLast(BLOCK);
            case BLOCK_OFFLOADED -> pipeline.addLast(offloaded, BLOCK);
            case BACKEND, JDBC -> pipeline.addLast(new Ask(asking));
            case FOREIGN_WRITE -> pipeline.addLast(new ForeignWrite(foreign));
            case AUTO_READ -> pipeline.addLast(AUTO_READ);
            case DEADLINE -> {
                if (channel instanceof DeadlineChannel) {
                    pipeline.addLast(DEADLINE);
                } else {
                    pipeline.addLast(new ReadTimeoutHandler(READ_TIMEOUT_SECONDS), ECHO);
                }
            }
        }
    }

    @Override
    public void close() {
        if (offloaded != null) {
            offloaded.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        }
        if (foreign != null) {
            foreign.shutdown();
        }
    }

    private static class Handler extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close(); // the load generator tells of what it misses
        }
    }

    private static final Handler ECHO = new Echo();

    @Sharable
    private static class Echo extends Handler {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof DatagramPacket datagram) {
                ctx.write(new DatagramPacket(datagram.content(), datagram.sender()));
            } else {
                ctx.write(msg);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }

    private static final Handler DEADLINE = new Deadline();

    @Sharable
    private static final class Deadline extends Echo {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ((DeadlineChannel) ctx.channel())
                    .setReadDeadline(
                            System.nanoTime() + TimeUnit.SECONDS.toNanos(READ_TIMEOUT_SECONDS));
            super.channelRead(ctx, msg);
        }
    }

    private static final Handler HTTP = new Http();

    @Sharable
    private static final class Http extends Handler {

        private static final byte[] HELLO = "Hello, World!".getBytes(StandardCharsets.US_ASCII);

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof HttpRequest) {
                DefaultFullHttpResponse response =
                        new DefaultFullHttpResponse(
                                HttpVersion.HTTP_1_1,
                                HttpResponseStatus.OK,
                                Unpooled.wrappedBuffer(HELLO));
                response.headers()
                        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
                        .setInt(HttpHeaderNames.CONTENT_LENGTH, HELLO.length);
                ctx.write(response);
            }
            ReferenceCountUtil.release(msg);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }

    /** As much as the channel takes, and the rest when it takes more. */
    private static final class Download extends Handler {

        private static final ByteBuf BYTES =
                Unpooled.unreleasableBuffer(Unpooled.directBuffer(CHUNK).writerIndex(CHUNK));

        private long left;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            left += (long) ((ByteBuf) msg).readableBytes() * Service.BODY;
            ReferenceCountUtil.release(msg);
            write(ctx);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            write(ctx);
        }

        private void write(ChannelHandlerContext ctx) {
            while (left > 0 && ctx.channel().isWritable()) {
                left -= CHUNK;
                ctx.write(BYTES.duplicate());
            }
            ctx.flush();
        }
    }

    private static final class DownloadFile extends Handler {

        private final File body;

        DownloadFile(File body) {
            this.body = body;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            for (int i = ((ByteBuf) msg).readableBytes(); i > 0; i--) {
                ctx.write(new DefaultFileRegion(body, 0, Service.BODY));
            }
            ReferenceCountUtil.release(msg);
            ctx.flush();
        }
    }

    private static final class Upload extends Handler {

        private static final ByteBuf DONE =
                Unpooled.unreleasableBuffer(Unpooled.directBuffer(1).writeByte('x'));

        private long got;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            got += ((ByteBuf) msg).readableBytes();
            ReferenceCountUtil.release(msg);
            for (; got >= Service.BODY; got -= Service.BODY) {
                ctx.writeAndFlush(DONE.duplicate());
            }
        }
    }

    private static final Handler BLOCK = new Block();

    @Sharable
    private static final class Block extends Handler {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) throws InterruptedException {
            Thread.sleep(Service.BLOCK_MILLIS);
            ctx.writeAndFlush(msg);
        }
    }

    private static final class Ask extends Handler {

        private final Asking.Opener opener;
        private Asking asking;

        Ask(Asking.Opener opener) {
            this.opener = opener;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) throws IOException {
            asking = opener.open();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
            asking.ask((ByteBuf) msg);
            ctx.writeAndFlush(msg);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) throws IOException {
            if (asking != null) {
                asking.close();
            }
        }
    }

    private static final class ForeignWrite extends Handler {

        private final ExecutorService foreign;

        ForeignWrite(ExecutorService foreign) {
            this.foreign = foreign;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            foreign.execute(() -> ctx.writeAndFlush(msg));
        }
    }

    private static final Handler AUTO_READ = new AutoRead();

    @Sharable
    private static final class AutoRead extends Handler {

        private static final ChannelFutureListener ON =
                written -> written.channel().config().setAutoRead(true);

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.channel().config().setAutoRead(false);
            ctx.writeAndFlush(msg).addListener(ON);
        }
    }
}
