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
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.poll.DeadlineExceededException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More channels are spliced to one than its pipe has room for. */
@Timeout(60)
class SplicesTest {

    private static final int SOURCES = 24;
    private static final int EACH = 16 * 1024;

    private final EventLoopGroup group = new GoPollEventLoopGroup(1);
    private final BlockingQueue<GoPollSocketChannel> accepted = new LinkedBlockingQueue<>();
    private final List<Socket> sockets = new ArrayList<>();
    private Channel server;
    private GoPollSocketChannel target;
    private Socket targetsPeer;

    @BeforeEach
    void open() throws Exception {
        server =
                new ServerBootstrap()
                        .group(group)
                        .channel(GoPollServerSocketChannel.class)
                        .childOption(ChannelOption.SO_SNDBUF, 8 * 1024)
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childHandler(
                                new ChannelInitializer<GoPollSocketChannel>() {
                                    @Override
                                    protected void initChannel(GoPollSocketChannel ch) {
                                        ch.pipeline()
                                                .addLast(
                                                        new ChannelInboundHandlerAdapter() {
                                                            @Override
                                                            public void channelActive(
                                                                    ChannelHandlerContext ctx) {
                                                                accepted.add(ch);
                                                            }
                                                        });
                                    }
                                })
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel();
        targetsPeer = new Socket();
        targetsPeer.setReceiveBufferSize(8 * 1024);
        target = connect(targetsPeer);
    }

    @AfterEach
    void close() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }

    private GoPollSocketChannel connect(Socket socket) throws Exception {
        sockets.add(socket);
        socket.setSoTimeout(30_000);
        socket.connect(server.localAddress());
        GoPollSocketChannel channel = accepted.poll(30, TimeUnit.SECONDS);
        assertNotNull(channel);
        return channel;
    }

    private List<ChannelFuture> spliceAll() throws Exception {
        List<ChannelFuture> futures = new ArrayList<>();
        for (int i = 0; i < SOURCES; i++) {
            Socket socket = new Socket();
            GoPollSocketChannel source = connect(socket);
            socket.getOutputStream().write(new byte[EACH]);
            futures.add(source.spliceTo(target, EACH));
            source.config().setAutoRead(true);
        }
        return futures;
    }

    @Test
    void allEndWhenTheTargetTakesTheirBytes() throws Exception {
        List<ChannelFuture> futures = spliceAll();
        assertEquals(
                SOURCES * EACH, targetsPeer.getInputStream().readNBytes(SOURCES * EACH).length);
        for (ChannelFuture future : futures) {
            assertTrue(future.await(30, TimeUnit.SECONDS));
            assertTrue(future.isSuccess(), () -> "" + future.cause());
        }
    }

    @Test
    void allFailWhenTheTargetCloses() throws Exception {
        List<ChannelFuture> futures = spliceAll();
        target.close().sync();
        int failed = 0;
        for (ChannelFuture future : futures) {
            assertTrue(future.await(30, TimeUnit.SECONDS), "a splice has not ended");
            failed += future.isSuccess() ? 0 : 1;
        }
        assertFalse(failed == 0);
    }

    @Test
    void theSourcesEndWhenTheirPeersClose() throws Exception {
        List<GoPollSocketChannel> sources = new ArrayList<>();
        for (int i = 0; i < SOURCES; i++) {
            Socket socket = new Socket();
            GoPollSocketChannel source = connect(socket);
            sources.add(source);
            socket.getOutputStream().write(new byte[EACH]);
            source.spliceTo(target, EACH);
            source.config().setAutoRead(true);
            socket.close();
        }
        assertEquals(
                SOURCES * EACH, targetsPeer.getInputStream().readNBytes(SOURCES * EACH).length);
        for (GoPollSocketChannel source : sources) {
            assertTrue(source.closeFuture().await(30, TimeUnit.SECONDS), "a source is still open");
        }
        assertTrue(target.isOpen());
    }

    /** The bytes of those that are dropped must not come out in place of the next ones'. */
    @Test
    void aDeadlineThatDropsASpliceLeavesNoBytesInThePipeAndTheSourceReadsOn() throws Exception {
        Socket socket = new Socket();
        GoPollSocketChannel source = connect(socket);
        byte[] first = new byte[512 * 1024];
        Arrays.fill(first, (byte) 1);
        Thread writer =
                new Thread(
                        () -> {
                            try {
                                socket.getOutputStream().write(first);
                            } catch (IOException e) {
                                // The test has ended.
                            }
                        });
        writer.start();
        ChannelFuture dropped = source.spliceTo(target, first.length);
        source.config().setAutoRead(true);
        // Nobody reads at the other end, so that the target is full soon.
        target.setWriteDeadline(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300));
        assertTrue(dropped.await(30, TimeUnit.SECONDS));
        assertInstanceOf(DeadlineExceededException.class, dropped.cause());
        target.setWriteDeadline(0);
        assertTrue(source.eventLoop().submit(() -> source.config().isAutoRead()).get());

        Socket another = new Socket();
        GoPollSocketChannel second = connect(another);
        byte[] bytes = new byte[EACH];
        Arrays.fill(bytes, (byte) 2);
        another.getOutputStream().write(bytes);
        ChannelFuture spliced = second.spliceTo(target, EACH);
        second.config().setAutoRead(true);
        InputStream in = targetsPeer.getInputStream();
        int b = in.read();
        while (b == 1) {
            b = in.read();
        }
        for (int i = 0; i < EACH; i++, b = i < EACH ? in.read() : b) {
            assertEquals(2, b, "byte " + i);
        }
        assertTrue(spliced.await(30, TimeUnit.SECONDS));
        assertTrue(spliced.isSuccess(), () -> "" + spliced.cause());
        source.close().sync();
        writer.join();
    }
}
