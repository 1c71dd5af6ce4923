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
package io.gopoll.faults;

import io.gopoll.channel.GoPollChannelOption;
import io.gopoll.channel.GoPollDatagramChannel;
import io.gopoll.channel.GoPollDomainSocketChannel;
import io.gopoll.channel.GoPollServerDomainSocketChannel;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.UnixChannelOption;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The process whose system calls fail: {@code FaultyServer MODE FOLDER FILE}. It does what it is
 * told, a command in a line, and says what has come of it.
 */
final class FaultyServer {

    static final String ANSWER = "answer ";

    private static final int LOOPS = 2;

    private static final int PAYLOAD = 2048;

    private static final long PATIENCE_SECONDS = 15;

    private final Setup.Mode mode;
    private final Path folder;
    private final EventLoopGroup group;
    private final Handlers handlers;

    /** For names of Unix sockets. */
    private final AtomicInteger counter = new AtomicInteger();

    private FaultyServer(Setup.Mode mode, Path folder, Path file) {
        this.mode = mode;
        this.folder = folder;
        group = mode.newGroup(LOOPS);
        handlers = new Handlers(group, file.toFile());
    }

    public static void main(String[] args) throws Exception {
        Said.collectLog();
        FaultyServer server =
                new FaultyServer(Setup.Mode.valueOf(args[0]), Path.of(args[1]), Path.of(args[2]));
        System.out.println(ANSWER + server.start());
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String command; (command = in.readLine()) != null; ) {
                System.out.println(ANSWER + server.obey(command.split(" ")));
            }
        }
        Runtime.getRuntime().halt(0);
    }

    /** Its ports, in the order of {@link Service}; 0 where there is none. */
    private String start() throws InterruptedException {
        StringBuilder ports = new StringBuilder();
        for (Service service : Service.values()) {
            ChannelFuture bound =
                    service.isUdp() ? bindUdp(service) : bind(service, address(service));
            SocketAddress address = bound.sync().channel().localAddress();
            if (service == Service.ECHO) {
                handlers.echo(address);
            }
            ports.append(address instanceof InetSocketAddress inet ? inet.getPort() : 0)
                    .append(' ');
        }
        return ports.toString();
    }

    private SocketAddress address(Service service) {
        return service.isUnix()
                ? new DomainSocketAddress(service.path(folder).toString())
                : service.address(0);
    }

    private ChannelFuture bind(Service service, SocketAddress address) {
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(group)
                        .option(ChannelOption.SO_BACKLOG, 1024)
                        .childHandler(handlers.of(service));
        if (service.isUnix()) {
            bootstrap.channel(GoPollServerDomainSocketChannel.class);
        } else {
            bootstrap
                    .channel(GoPollServerSocketChannel.class)
                    .childOption(ChannelOption.SO_KEEPALIVE, true);
        }
        switch (service) {
            case HALF -> bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            case PROXY, SPLICE -> bootstrap.childOption(ChannelOption.AUTO_READ, false);
            case DESCRIPTORS ->
                    bootstrap.childOption(
                            UnixChannelOption.DOMAIN_SOCKET_READ_MODE,
                            DomainSocketReadMode.FILE_DESCRIPTORS);
            default -> {}
        }
        return bootstrap.bind(address);
    }

    private ChannelFuture bindUdp(Service service) {
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(group)
                        .channel(GoPollDatagramChannel.class)
                        .handler(handlers.of(service));
        if (service == Service.UDP_MANY) {
            bootstrap
                    .option(GoPollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, PAYLOAD)
                    .option(
                            ChannelOption.RECVBUF_ALLOCATOR,
                            new FixedRecvByteBufAllocator(16 * PAYLOAD));
        }
        return bootstrap.bind(service.address(0));
    }

    private String obey(String[] words) throws InterruptedException {
        return switch (words[0]) {
            case "said" -> Said.take();
            case "gc" -> {
                System.gc();
                yield "done";
            }
            default -> repeat(Action.valueOf(words[0]), Integer.parseInt(words[1]));
        };
    }

    private interface Step {
        void run() throws Exception;
    }

    /** How many times it has failed, or is not done; the failures are said. */
    private String repeat(Action action, int times) throws InterruptedException {
        int failed = 0;
        int late = 0;
        for (int i = 0; i < times; i++) {
            try {
                step(action).run();
            } catch (TimeoutException e) {
                late++;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                Said.exception(e);
                failed++;
            }
        }
        return failed + " " + late;
    }

    private Step step(Action action) {
        return switch (action) {
            case BIND -> () -> bindAndClose(Service.ECHO, Service.ECHO.address(0));
            case BIND_UNIX -> () -> bindAndClose(Service.UNIX, newUnixAddress());
            case OPEN_LOOP -> this::openLoop;
            case PASS -> this::pass;
        };
    }

    private DomainSocketAddress newUnixAddress() {
        return new DomainSocketAddress(folder.resolve("u" + counter.incrementAndGet()).toString());
    }

    private void bindAndClose(Service service, SocketAddress address) throws Exception {
        Channel channel = done(bind(service, address)).channel();
        done(channel.close());
    }

    private static ChannelFuture done(ChannelFuture future) throws Exception {
        if (!future.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new TimeoutException();
        }
        return future.sync();
    }

    /** On a thread of the server's, whose calls fail. */
    private void openLoop() throws Exception {
        EventLoopGroup opened =
                group.submit(() -> mode.newGroup(1)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        opened.submit(() -> {}).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!opened.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                .await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new TimeoutException();
        }
    }

    /** Sends its own descriptor over a Unix socket. */
    private void pass() throws Exception {
        BlockingQueue<Boolean> answered = new LinkedBlockingQueue<>();
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(group)
                        .channel(GoPollDomainSocketChannel.class)
                        .handler(new Answer(answered));
        GoPollDomainSocketChannel channel =
                (GoPollDomainSocketChannel)
                        done(bootstrap.connect(address(Service.DESCRIPTORS))).channel();
        try {
            done(channel.writeAndFlush(channel.fd()));
            Boolean answer = answered.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null) {
                throw new TimeoutException();
            }
            if (!answer) {
                throw new java.io.EOFException("the connection has ended");
            }
        } finally {
            done(channel.close());
        }
    }

    private static final class Answer extends SimpleChannelInboundHandler<ByteBuf> {

        private final BlockingQueue<Boolean> answered;

        Answer(BlockingQueue<Boolean> answered) {
            this.answered = answered;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            answered.add(true);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            answered.add(false);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            Said.exception(cause);
            ctx.close();
        }
    }
}
