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
package io.gopoll.testsuite;

import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoroutineEventLoopGroup;
import io.gopoll.testsuite.Blocking.Round;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A process whose handlers block: {@code BlockingServer OPERATION SERVICES}. It says {@code ready
 * PORT}, takes the number of a {@linkplain #CROWD round} as one byte, answers in a line, and ends
 * with its parent.
 */
@Sharable
final class BlockingServer extends ChannelInboundHandlerAdapter {

    static final String READY = "ready ";

    /** How many channels run the operation at the same time in its last round. */
    static final int CROWD = 256;

    static final int[] ROUNDS = {1, 1, CROWD};

    private static final long PARENT_CHECK_MILLIS = 500;

    private final BlockingOperation operation;
    private final Services services;
    private final Map<Integer, Round> rounds = new ConcurrentHashMap<>();

    private BlockingServer(BlockingOperation operation, Services services) {
        this.operation = operation;
        this.services = services;
    }

    public static void main(String[] args) throws InterruptedException {
        ProcessHandle parent = ProcessHandle.current().parent().orElseThrow();
        BlockingServer server =
                new BlockingServer(BlockingOperation.valueOf(args[0]), Services.parse(args[1]));
        Channel channel =
                new ServerBootstrap()
                        .group(new GoroutineEventLoopGroup(1))
                        .channel(GoPollServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, CROWD)
                        .childHandler(server)
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel();
        System.out.println(READY + ((InetSocketAddress) channel.localAddress()).getPort());
        while (parent.isAlive()) {
            Thread.sleep(PARENT_CHECK_MILLIS);
        }
        Runtime.getRuntime().halt(1);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf buf = (ByteBuf) msg;
        int number = buf.readByte();
        buf.release();
        Round round = rounds.computeIfAbsent(number, i -> new Round(ROUNDS[i]));
        String answer;
        try {
            answer = operation.body.run(new Blocking(ctx, services, round));
        } catch (Throwable t) {
            StringWriter trace = new StringWriter();
            t.printStackTrace(new PrintWriter(trace));
            System.out.print(trace);
            answer = t.toString().replace('\n', ' ');
        }
        if (answer != null) {
            answer(ctx, answer);
        }
    }

    static void answer(ChannelHandlerContext ctx, String text) {
        ctx.writeAndFlush(Unpooled.copiedBuffer(text + "\n", StandardCharsets.UTF_8));
    }
}
