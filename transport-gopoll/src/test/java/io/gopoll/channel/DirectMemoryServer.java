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

import io.gopoll.channel.side.SideProbe;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process with little memory for direct buffers, whose handlers answer each message with what
 * they have read: {@code DirectMemoryServer loop|gopoll|jdk AUTOREAD}. It does what it is told, a
 * word in a line, and says what it has done.
 */
@Sharable
final class DirectMemoryServer extends ChannelInboundHandlerAdapter {

    /** No allocator has so much left. */
    private static final int BIG = 1 << 22;

    /** What is taken at most, should it have no limit. */
    private static final int TOO_MUCH = 256 << 20;

    private final Queue<Channel> channels = new ConcurrentLinkedQueue<>();
    private final AtomicInteger outOfMemory = new AtomicInteger();
    private final List<ByteBuffer> taken = new ArrayList<>();
    private final List<ByteBuf> takenOfNetty = new ArrayList<>();

    private DirectMemoryServer() {}

    public static void main(String[] args) throws Exception {
        EventLoopGroup group =
                args[0].equals("loop")
                        ? new MultiThreadIoEventLoopGroup(1, GoPollIoHandler.newFactory())
                        : new GoroutineEventLoopGroup(1);
        DirectMemoryServer handler = new DirectMemoryServer();
        boolean autoRead = Boolean.parseBoolean(args[1]);
        ServerBootstrap bootstrap = new ServerBootstrap();
        if (autoRead) {
            bootstrap.childOption(
                    ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(BIG));
        }
        Channel server =
                bootstrap
                        .group(group)
                        .channel(GoPollServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, 1024)
                        .childOption(ChannelOption.AUTO_READ, autoRead)
                        .childHandler(handler)
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel();
        System.out.println("port " + ((InetSocketAddress) server.localAddress()).getPort());
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String word; (word = in.readLine()) != null; ) {
                System.out.println("said " + handler.obey(word, group));
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private String obey(String words, EventLoopGroup group) throws Exception {
        String[] word = words.split(" ");
        switch (word[0]) {
            case "connected":
                awaitChannels(Integer.parseInt(word[1]));
                return "" + channels.size();
            case "take":
                return take();
            case "ready":
                return ready();
            case "free":
                taken.clear();
                takenOfNetty.forEach(ByteBuf::release);
                takenOfNetty.clear();
                System.gc();
                return "free";
            case "read":
                channels.forEach(channel -> channel.config().setAutoRead(true));
                return "reading";
            case "failed":
                return "" + outOfMemory;
            case "end":
                return ""
                        + group.shutdownGracefully(0, 30, TimeUnit.SECONDS)
                                .await(60, TimeUnit.SECONDS);
            default:
                throw new IllegalArgumentException(words);
        }
    }

    private void awaitChannels(int count) {
        while (channels.size() < count) {
            Thread.onSpinWait();
        }
    }

    private String take() {
        int total = 0;
        for (int size = 1 << 16; size > 0; size >>= 4) {
            try {
                while (total < TOO_MUCH) {
                    taken.add(ByteBuffer.allocateDirect(size));
                    total += size;
                }
            } catch (OutOfMemoryError e) {
                // Less than that is left.
            }
        }
        UnpooledByteBufAllocator netty = new UnpooledByteBufAllocator(true, true);
        for (int size = 1 << 16; size > 0; size >>= 4) {
            try {
                while (total < TOO_MUCH) {
                    takenOfNetty.add(netty.directBuffer(size));
                    total += size;
                }
            } catch (OutOfMemoryError e) {
                // As above.
            }
        }
        return total < TOO_MUCH ? "taken" : "no limit";
    }

    /** When an edge has told all channels that there is something to read. */
    private String ready() {
        for (Channel channel : channels) {
            while (!SideProbe.mayRead(channel)) {
                Thread.yield();
            }
        }
        return "ready";
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channels.add(ctx.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ctx.writeAndFlush(msg);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof OutOfMemoryError) {
            outOfMemory.incrementAndGet();
        } else {
            System.out.println("said " + cause);
        }
    }
}
