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

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/**
 * Keeps a number of connections busy with one GET each at a time. It is always on NIO and on one
 * thread, so that whatever server it drives, it drives them alike.
 */
final class LoadGenerator implements AutoCloseable {

    private static final long GRACE_SECONDS = 10;

    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    /**
     * What one run saw.
     *
     * @param latency of each answer, in nanoseconds
     * @param nanos from the first request to the last answer
     */
    record Result(Histogram latency, long nanos) {

        long requests() {
            return latency.getTotalCount();
        }
    }

    /**
     * Sends requests for as long as is said, and waits for the last answers.
     *
     * @throws IOException if the server refuses or ends a connection, answers with anything but
     *     200, or answers some request not at all
     */
    Result run(InetSocketAddress server, int connections, Duration time)
            throws IOException, InterruptedException {
        EventLoop loop = group.next();
        Run run = new Run(server, time);
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channel(NioSocketChannel.class)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel ch) {
                                        ch.pipeline().addLast(new Connection(run));
                                    }
                                });
        List<Channel> channels = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                channels.add(bootstrap.connect(server).sync().channel());
            }
            loop.execute(() -> run.start(channels));
            return run.result.get(time.toSeconds() + GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException(
                    "A request to " + server + " has had no answer for seconds: the run is void",
                    e);
        } finally {
            for (Channel channel : channels) {
                channel.close().awaitUninterruptibly();
            }
            run.request.release();
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** The state of one run. All of it belongs to the one event loop. */
    private static final class Run {

        final InetSocketAddress server;
        final CompletableFuture<Result> result = new CompletableFuture<>();
        final ByteBuf request;

        private final Histogram latency = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        private final long nanos;
        private long start;
        private int waiting;

        Run(InetSocketAddress server, Duration time) {
            this.server = server;
            nanos = time.toNanos();
            String text =
                    "GET / HTTP/1.1\r\nHost: "
                            + server.getAddress().getHostAddress()
                            + ":"
                            + server.getPort()
                            + "\r\nUser-Agent: gopoll-demo\r\nAccept: */*\r\n\r\n";
            request = Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        }

        void start(List<Channel> channels) {
            start = System.nanoTime();
            waiting = channels.size();
            for (Channel channel : channels) {
                channel.pipeline().get(Connection.class).send();
            }
        }

        /** Whether to go on. */
        boolean answered(long now, long tookNanos) {
            latency.recordValue(Math.min(tookNanos, latency.getHighestTrackableValue()));
            if (now - start < nanos) {
                return true;
            }
            waiting--;
            if (waiting == 0) {
                result.complete(new Result(latency, now - start));
            }
            return false;
        }

        void failed(String what, Throwable cause) {
            result.completeExceptionally(
                    new IOException("The server at " + server + " " + what, cause));
        }
    }

    private static final class Connection extends ChannelInboundHandlerAdapter {

        private static final byte[] OK = "HTTP/1.1 200 ".getBytes(StandardCharsets.US_ASCII);

        private final Run run;
        private final byte[] head = new byte[1024];
        private ChannelHandlerContext ctx;
        private int received;

        /** Of a whole response, head and body; the first one tells, all others are like it. */
        private int length;

        private long sent;

        Connection(Run run) {
            this.run = run;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            this.ctx = ctx;
        }

        void send() {
            received = 0;
            sent = System.nanoTime();
            ctx.writeAndFlush(run.request.retainedDuplicate(), ctx.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            try {
                int n = Math.min(in.readableBytes(), head.length - received);
                if (n < in.readableBytes()) {
                    fail("answered with more than was asked for");
                    return;
                }
                in.readBytes(head, received, n);
                received += n;
            } finally {
                ReferenceCountUtil.release(in);
            }
            if (length == 0) {
                length = responseLength(new String(head, 0, received, StandardCharsets.US_ASCII));
            }
            if (length == 0 || received < length) {
                return;
            }
            if (received > length || !startsWith(head, OK)) {
                fail("answered: " + new String(head, 0, received, StandardCharsets.US_ASCII));
                return;
            }
            long now = System.nanoTime();
            if (run.answered(now, now - sent)) {
                send();
            }
        }

        /** 0 while the head is not there in full. */
        private static int responseLength(String text) {
            int end = text.indexOf("\r\n\r\n");
            if (end < 0) {
                return 0;
            }
            int body = 0;
            for (String line : text.substring(0, end).split("\r\n", -1)) {
                if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                    body = Integer.parseInt(line.substring(15).trim());
                }
            }
            return end + 4 + body;
        }

        private static boolean startsWith(byte[] bytes, byte[] prefix) {
            return java.util.Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
        }

        private void fail(String what) {
            run.failed(what, null);
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            run.failed("ended a connection", null); // of no effect once the run is over
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            run.failed("failed: " + cause.getMessage(), cause);
            ctx.close();
        }
    }
}
