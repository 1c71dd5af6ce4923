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

import com.google.gson.Gson;
import io.gopoll.benchmarks.compare.LoadProcess.Outcome;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * The load generator where load.c cannot be compiled, and for TLS: the same command line, the same
 * answers. It costs more than load.c, so that the server waits for it.
 */
final class JavaLoad {

    private static final String HTTP_REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final long SECOND = 1_000_000_000;

    /** How long the loop may wait for events at most. */
    private static final long STEP = SECOND / 1000;

    /** How long to go on for a first exchange to be measured. */
    private static final long PATIENCE = 10 * SECOND;

    /** The kernel counts CPU time in these (USER_HZ, proc(5)). */
    private static final long TICK = SECOND / 100;

    private final String network;
    private final SocketAddress address;
    private final SslContext tls;
    private final int pipeline;
    private final boolean churn;
    private final int connections;
    private final int idle;
    private final double rate;
    private final long pid;
    private final ByteBuf request;
    private final long responseLength;
    private final long ramp;
    private final long measured;

    /** Run by the main thread, so that nothing else is touched by any other. */
    private final ManualIoEventLoop loop =
            new ManualIoEventLoop(Thread.currentThread(), NioIoHandler.newFactory());

    private final List<Connection> all = new ArrayList<>();

    /** Has one exchange and is closed: when it is answered, all before it have been accepted. */
    private final Connection probe = new Connection();

    private final Histogram histogram = new Histogram(3);
    private boolean measuring;

    /** When what is measured has begun. */
    private long begin;

    private long interval;
    private long startTime;
    private long total;
    private long exchanges;
    private int source;

    private JavaLoad(Map<String, String> arguments) throws IOException {
        network = arguments.get("network");
        address = address(network, arguments.get("address"));
        pipeline = Integer.parseInt(arguments.get("pipeline"));
        churn = "1".equals(arguments.get("churn"));
        connections = Integer.parseInt(arguments.get("connections"));
        idle = Integer.parseInt(arguments.get("idle"));
        rate = Double.parseDouble(arguments.get("rate"));
        pid = Long.parseLong(arguments.get("pid"));
        ramp = (long) (Double.parseDouble(arguments.get("ramp")) * SECOND);
        measured = (long) (Double.parseDouble(arguments.get("seconds")) * SECOND);
        responseLength = Long.parseLong(arguments.get("responseBytes")) * pipeline;
        String one =
                "http".equals(arguments.get("request"))
                        ? HTTP_REQUEST
                        : "x".repeat(Integer.parseInt(arguments.get("requestBytes")));
        byte[] bytes = one.repeat(pipeline).getBytes(StandardCharsets.US_ASCII);
        request =
                Unpooled.unreleasableBuffer(
                        Unpooled.directBuffer(bytes.length).writeBytes(bytes).asReadOnly());
        tls =
                arguments.containsKey("tls")
                        ? SslContextBuilder.forClient()
                                .sslProvider(SslProvider.OPENSSL)
                                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                                .endpointIdentificationAlgorithm(null)
                                .build()
                        : null;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> arguments = new HashMap<>();
        for (String argument : args) {
            int equals = argument.indexOf('=');
            arguments.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        new JavaLoad(arguments).run();
        System.exit(0); // Netty has threads that are no daemons
    }

    private static SocketAddress address(String network, String text) throws IOException {
        if (network.equals("unix")) {
            return UnixDomainSocketAddress.of(text);
        }
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(
                InetAddress.getByName(text.substring(0, colon)),
                Integer.parseInt(text.substring(colon + 1)));
    }

    private static void fail(Throwable cause) {
        System.err.println("load: " + cause);
        Runtime.getRuntime().halt(1);
    }

    private void run() throws IOException {
        for (int i = 0; i < idle; i++) {
            connect(new Connection());
        }
        for (int i = 0; i < connections; i++) {
            Connection connection = new Connection();
            all.add(connection);
            if (!churn) {
                connect(connection);
            }
        }
        while (!churn && !all.stream().allMatch(connection -> connection.active)) {
            loop.run(STEP);
        }
        probe.start(System.nanoTime());
        while (probe.busy) {
            loop.run(STEP);
        }
        System.out.println("connected");
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        if (in.readLine() != null) { // or else whoever started it is gone
            drive();
            in.readLine(); // closes when whoever started it has looked at the server
        }
    }

    private void drive() throws IOException {
        startTime = System.nanoTime();
        interval = rate > 0 ? (long) (SECOND * connections / rate) : 0;
        for (int i = 0; i < connections; i++) {
            Connection connection = all.get(i);
            connection.next = startTime + i * (interval / connections);
            if (interval == 0) {
                connection.start(startTime);
            }
        }
        runUntil(startTime + ramp);
        begin = System.nanoTime();
        long cpuBefore = cpu(pid);
        long ownBefore = cpu(ProcessHandle.current().pid());
        measuring = true;
        System.out.println("begin");
        runUntil(begin + measured);
        while (exchanges == 0 && System.nanoTime() < begin + measured + PATIENCE) {
            runUntil(System.nanoTime() + STEP);
        }
        long end = System.nanoTime();
        long cpu = cpu(pid) - cpuBefore;
        long own = cpu(ProcessHandle.current().pid()) - ownBefore;
        if (interval > 0) {
            for (Connection connection : all) {
                if (connection.busy) {
                    record(connection.due, end);
                }
                for (; connection.next < end; connection.next += interval) {
                    record(connection.next, end);
                }
            }
        }
        List<long[]> latencies = new ArrayList<>();
        for (HistogramIterationValue value : histogram.recordedValues()) {
            latencies.add(
                    new long[] {value.getValueIteratedTo(), value.getCountAtValueIteratedTo()});
        }
        Outcome outcome =
                new Outcome(
                        exchanges, total, end - begin, cpu, own, latencies.toArray(new long[0][]));
        System.out.println(new Gson().toJson(outcome));
    }

    /** Those that were due before what is measured began are not counted: a rest of the ramp. */
    private void record(long due, long time) {
        if (interval == 0 || due >= begin) {
            histogram.recordValue(time - due);
        }
    }

    /** At a fixed rate without a rest: its own waking up would be in the latency. */
    private void runUntil(long end) {
        for (long now; (now = System.nanoTime()) < end; ) {
            if (interval == 0) {
                loop.run(Math.min(STEP, end - now));
            } else {
                for (Connection connection : all) {
                    connection.startIfDue(now);
                }
                loop.runNow();
            }
        }
    }

    /** Many source addresses: one has no more than some 28,000 ports. */
    private void connect(Connection connection) {
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channel(
                                switch (network) {
                                    case "udp" -> NioDatagramChannel.class;
                                    case "unix" -> NioDomainSocketChannel.class;
                                    default -> NioSocketChannel.class;
                                })
                        .handler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        if (tls != null) {
                                            channel.pipeline()
                                                    .addLast(tls.newHandler(channel.alloc()));
                                        }
                                        channel.pipeline().addLast(connection);
                                    }
                                });
        if (network.equals("tcp")) {
            bootstrap.localAddress(new InetSocketAddress("127.0.0." + (1 + source++ % 200), 0));
        }
        bootstrap
                .connect(address)
                .addListener(
                        connected -> {
                            if (!connected.isSuccess()) {
                                fail(connected.cause());
                            }
                        });
    }

    /** User and system, in nanoseconds, ended threads included. */
    private static long cpu(long pid) throws IOException {
        if (pid == 0) {
            return 0;
        }
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK;
    }

    private final class Connection extends ChannelInboundHandlerAdapter {

        private boolean active;
        private ChannelHandlerContext context;
        private boolean busy;
        private long received;
        private long due;
        private long next;

        @Override
        public boolean isSharable() {
            return true; // one after the other, with churn
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            context = ctx;
            SslHandler ssl = ctx.pipeline().get(SslHandler.class);
            if (ssl == null) {
                active();
            } else {
                ssl.handshakeFuture()
                        .addListener(
                                done -> {
                                    if (!done.isSuccess()) {
                                        fail(done.cause());
                                    }
                                    active();
                                });
            }
        }

        /** Whether each exchange has a connection of its own. */
        private boolean isShort() {
            return churn || this == probe;
        }

        private void active() {
            active = true;
            if (isShort() && busy) {
                send();
            }
        }

        void startIfDue(long now) {
            if (!busy && next <= now) {
                long was = next;
                next += interval;
                start(was);
            }
        }

        void start(long when) {
            busy = true;
            due = when;
            received = 0;
            if (isShort()) {
                connect(this);
            } else {
                send();
            }
        }

        private void send() {
            context.writeAndFlush(request.duplicate())
                    .addListener(
                            sent -> {
                                if (!sent.isSuccess()) {
                                    fail(sent.cause());
                                }
                            });
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf bytes =
                    msg instanceof DatagramPacket datagram ? datagram.content() : (ByteBuf) msg;
            received += bytes.readableBytes();
            ReferenceCountUtil.release(msg);
            if (received > responseLength) {
                fail(new IOException("an answer of more than " + responseLength + " bytes"));
            }
            if (received == responseLength) {
                complete(ctx);
            }
        }

        private void complete(ChannelHandlerContext ctx) {
            long now = System.nanoTime();
            busy = false;
            if (isShort()) {
                ctx.close();
            }
            if (this == probe) {
                return;
            }
            total++;
            if (measuring) {
                exchanges++;
                record(due, now);
            }
            if (interval == 0) {
                start(now);
            } else {
                startIfDue(now);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!isShort()) {
                fail(new IOException("the server closed a connection"));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(cause);
        }
    }
}
