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
package io.gopoll.simulation;

import io.gopoll.channel.GoPollDomainSocketChannel;
import io.gopoll.channel.GoPollIoHandler;
import io.gopoll.channel.GoPollServerDomainSocketChannel;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.SimulatedSyscalls;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A run of a program: GoPoll's event loops and channels on a kernel in memory, in one thread. It
 * ends with an AssertionError if anything is not as promised.
 */
final class Simulation {

    private static final int MOST_LINKS = 12;
    private static final int MOST_ROUNDS = 20_000;
    private static final int MOST_BYTES = 4000;
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    /** The other threads, one at a time: the simulation stands still meanwhile. */
    private static final ExecutorService OUTSIDE =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "outside");
                        thread.setDaemon(true);
                        return thread;
                    });

    private static final PooledByteBufAllocator ALLOCATOR =
            new PooledByteBufAllocator(true, 1, 1, 8192, 3, 0, 0, false);

    private final Program program;
    final Chance chance;
    final Kernel kernel;
    private final List<ManualIoEventLoop> loops = new ArrayList<>();
    private final List<ChannelEnd> channels = new ArrayList<>();
    private final List<ForeignEnd> foreigners = new ArrayList<>();
    private final List<Channel> servers = new ArrayList<>();

    /** Clients that a server has not accepted yet. */
    private final Map<StreamSocket, End> clients = new HashMap<>();

    /** Listening sockets of other processes, with the channels that connect to them. */
    private final List<StreamSocket> listeners = new ArrayList<>();

    /** What other threads do while a loop sleeps. */
    private final ArrayDeque<Runnable> outside = new ArrayDeque<>();

    /** Open files that another process has, too. */
    private final List<OpenFile> inherited = new ArrayList<>();

    /** The loop that has its turn. */
    private ManualIoEventLoop current;

    /** Another thread has given it a task. */
    private boolean woken;

    /** A loop sleeps that has been woken. */
    private boolean mustWake;

    /** No call fails. */
    private boolean isCalm;

    private String failure;

    /** Handlers do nothing of their own any more. */
    boolean isFinishing;

    private final long buffersBefore = buffers();
    private int submitted;
    private int executed;

    private Simulation(Program program) {
        this.program = program;
        chance = new Chance(Chance.mix(program.seed));
        kernel = new Kernel(chance);
        kernel.world = this::happens;
    }

    /** Runs it; returns what it has found, or null. */
    static String run(Program program) {
        return new Simulation(program).find();
    }

    /** Loads classes, which ask the kernel things when they are loaded: no call fails here. */
    static void warmUp(Program program) {
        Simulation simulation = new Simulation(program);
        simulation.isCalm = true;
        simulation.find();
    }

    private String find() {
        SimulatedSyscalls.instance().boot(kernel);
        SimulatedTime.of(kernel);
        Log.begin();
        try {
            run();
            return null;
        } catch (Throwable t) {
            Throwable cause = t instanceof ExecutionException ? t.getCause() : t;
            if (Boolean.getBoolean("gopoll.stack")) {
                cause.printStackTrace();
            }
            return cause instanceof AssertionError
                    ? String.valueOf(cause.getMessage())
                    : cause.toString();
        } finally {
            SimulatedSyscalls.instance().boot(null);
        }
    }

    /** What a handler finds: Netty would swallow an exception. */
    void fail(String what) {
        if (failure == null) {
            failure = what;
        }
    }

    private void checkNothingFailed() {
        if (failure == null) {
            failure = Log.worst();
        }
        if (failure != null) {
            throw new AssertionError(failure);
        }
    }

    // ---- From the beginning to the end. ----

    private void run() throws Exception {
        kernel.latency = !chance.oneIn(4);
        kernel.bufferSize(256 << chance.below(8));
        kernel.pipeSlots = chance.oneIn(2) ? Pipe.FEWEST_SLOTS : Pipe.DEFAULT_SLOTS;
        int faults = chance.oneIn(3) ? 0 : 4 << chance.below(8);
        for (int i = chance.below(3); i >= 0; i--) {
            loops.add(
                    new ManualIoEventLoop(
                            null,
                            Thread.currentThread(),
                            GoPollIoHandler.newFactory(),
                            SimulatedTime.TICKER));
        }
        addServer(false);
        addServer(true);
        settle();
        kernel.faults = isCalm ? 0 : faults;
        for (Program.Step step : program.steps) {
            chance.begin(step.seed());
            step(step.kind());
            checkNothingFailed();
        }
        finish();
    }

    private void finish() throws Exception {
        kernel.faults = 0;
        isFinishing = true;
        inherited.forEach(OpenFile::release);
        inherited.clear();
        for (ChannelEnd end : List.copyOf(channels)) {
            end.setReadDeadline(0);
            end.setAutoRead(true);
            end.channel.flush();
        }
        settle();
        while (readAll() | acceptAll()) {
            settle();
        }
        List<End> ends = ends();
        ends.forEach(End::check);
        for (End client : clients.values()) {
            if (!client.isClosed() && !client.toldError) {
                throw new AssertionError("nobody has accepted " + client);
            }
        }
        for (ChannelEnd end : channels) {
            end.checkAtRest();
        }
        for (int i = 0; i < ends.size(); i++) {
            if (i % 2 == 0) {
                ends.get(i).shutdownOutput();
            } else {
                ends.get(i).close();
            }
        }
        settle();
        while (readAll()) {
            settle();
        }
        ends.forEach(End::check);
        ends.forEach(End::close);
        servers.forEach(Channel::close);
        listeners.forEach(OpenFile::release);
        settle();
        channels.forEach(ChannelEnd::checkDone);
        if (executed != submitted) {
            throw new AssertionError(submitted - executed + " tasks have not run");
        }
        for (ManualIoEventLoop loop : loops) {
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            for (int i = 0; !loop.isTerminated(); i++) {
                kernel.pass(1000);
                loop.run(1000);
                if (i > 100) {
                    throw new AssertionError("a loop does not end");
                }
            }
        }
        checkNothingFailed();
        if (kernel.open() != 0) {
            throw new AssertionError("descriptors are left: " + kernel.describe());
        }
        long buffers = buffers() - buffersBefore;
        if (buffers != 0) {
            throw new AssertionError(buffers + " buffers are left");
        }
    }

    private static long buffers() {
        return ALLOCATOR.metric().directArenas().get(0).numActiveAllocations()
                + ALLOCATOR.metric().heapArenas().get(0).numActiveAllocations();
    }

    private List<End> ends() {
        List<End> all = new ArrayList<>(channels);
        all.addAll(foreigners);
        return all;
    }

    private boolean readAll() {
        boolean any = false;
        for (ForeignEnd end : foreigners) {
            while (end.read(Integer.MAX_VALUE)) {
                any = true;
            }
        }
        return any;
    }

    // ---- The world. ----

    private boolean happens(long until) {
        if (!outside.isEmpty() && chance.oneIn(2)) {
            Runnable action = outside.remove();
            woken = false;
            try {
                OUTSIDE.submit(action).get();
            } catch (InterruptedException | ExecutionException e) {
                throw new AssertionError(e.getCause());
            }
            mustWake = woken;
            return true;
        }
        if (kernel.deliverSome()) {
            kernel.pass(1000);
            return true;
        }
        if (mustWake) {
            mustWake = false;
            throw new AssertionError("a wakeup is lost");
        }
        return false;
    }

    private void turn(ManualIoEventLoop loop, long wait) {
        current = loop;
        if (wait == 0) {
            loop.runNow();
        } else {
            loop.run(wait);
        }
        mustWake = false;
        checkNothingFailed();
    }

    /** Goes on until nothing happens any more. */
    private void settle() {
        int quiet = 0;
        for (int i = 0; quiet < 3; i++) {
            if (i > MOST_ROUNDS) {
                throw new AssertionError("no rest: " + kernel + " " + channels);
            }
            // Another thread's doing concerns any loop, also one that has had its turn.
            boolean any = kernel.deliverSome() | !outside.isEmpty();
            for (ManualIoEventLoop loop : loops) {
                int sleeps = kernel.sleeps();
                turn(loop, REST_NANOS);
                any |= kernel.sleeps() == sleeps;
            }
            acceptAll();
            quiet = any ? 0 : quiet + 1;
        }
    }

    private boolean acceptAll() {
        boolean any = false;
        for (StreamSocket listener : listeners) {
            for (StreamSocket socket; (socket = listener.accept()) != null; ) {
                socket.retain();
                any = true;
                End client = clients.remove(socket.peer);
                ForeignEnd end = (ForeignEnd) client.other;
                end.socket = socket;
            }
        }
        return any;
    }

    // ---- Steps. ----

    private static <T> T oneOf(Chance chance, List<T> all) {
        return all.isEmpty() ? null : all.get(chance.below(all.size()));
    }

    private void step(Program.Kind kind) throws Exception {
        ChannelEnd channel = oneOf(chance, channels);
        ForeignEnd foreign = oneOf(chance, foreigners);
        switch (kind) {
            case TURN -> {
                ManualIoEventLoop loop = oneOf(chance, loops);
                turn(loop, chance.oneIn(2) ? 0 : chance.below(2_000_000));
            }
            case DELIVER -> {
                for (int i = chance.below(4); i >= 0; i--) {
                    kernel.deliverSome();
                }
                acceptAll();
            }
            case TIME -> kernel.pass(chance.below(200_000_000));
            case REST -> {
                int faults = kernel.faults;
                kernel.faults = 0;
                settle();
                channels.forEach(ChannelEnd::checkAtRest);
                kernel.faults = faults;
            }
            case CONNECT -> connect();
            case CONNECT_SPLICED -> connectSpliced();
            case OUTSIDE -> outside.add(outsideAction(channel));
            default -> {
                if (kind.name().startsWith("FOREIGN")) {
                    if (foreign != null) {
                        step(kind, foreign);
                    }
                } else if (channel != null) {
                    step(kind, channel);
                }
            }
        }
    }

    private Runnable outsideAction(ChannelEnd channel) {
        if (channel == null || chance.oneIn(2)) {
            return () -> {
                submitted++;
                woken = true;
                current.execute(() -> executed++);
            };
        }
        return switch (chance.below(3)) {
            case 0 -> () -> channel.setAutoRead(true);
            case 1 -> channel::close;
            default -> () -> channel.channel.flush();
        };
    }

    private void step(Program.Kind kind, ForeignEnd end) {
        switch (kind) {
            case FOREIGN_WRITE -> end.write(chance, MOST_BYTES);
            case FOREIGN_READ -> end.read(chance.size(MOST_BYTES));
            case FOREIGN_URGENT -> end.writeUrgent();
            case FOREIGN_SHUTDOWN -> end.shutdownOutput();
            case FOREIGN_CLOSE -> end.close();
            case FOREIGN_RESET -> end.reset();
            default -> throw new AssertionError(kind);
        }
    }

    private void step(Program.Kind kind, ChannelEnd end) {
        switch (kind) {
            case CHANNEL_WRITE -> end.write(chance, MOST_BYTES);
            case CHANNEL_FLUSH -> end.channel.flush();
            case CHANNEL_AUTO_READ -> end.setAutoRead(chance.oneIn(2));
            case CHANNEL_READ -> end.channel.read();
            case CHANNEL_SHUTDOWN -> {
                if (chance.oneIn(4)) {
                    end.shutdownInput();
                } else {
                    end.shutdownOutput();
                }
            }
            case CHANNEL_CLOSE -> end.close();
            case CHANNEL_DEADLINE ->
                    end.setReadDeadline(chance.oneIn(2) ? 0 : 1 + chance.below(300_000_000));
            case TIME_OUT -> {
                StreamSocket socket = end.socket();
                if (socket != null && socket.tcp && socket.peer != null) {
                    end.toldError = true;
                    end.other.toldError = true;
                    socket.peer.reset(Errno.ETIMEDOUT);
                    socket.reset(Errno.ETIMEDOUT);
                }
            }
            case INHERIT -> {
                StreamSocket socket = end.socket();
                if (socket != null) {
                    socket.retain();
                    inherited.add(socket);
                    if (chance.oneIn(2)) {
                        // What comes for the former user of the poller's place finds a new one.
                        end.close();
                        connect();
                        end.other.shutdownOutput();
                    }
                }
            }
            default -> throw new AssertionError(kind);
        }
    }

    // ---- Connections. ----

    private void configure(Channel channel, boolean mayRest) {
        channel.config().setAllocator(ALLOCATOR);
        channel.config().setWriteSpinCount(1 + chance.below(16));
        channel.config()
                .setRecvByteBufAllocator(
                        new FixedRecvByteBufAllocator(chance.size(4096))
                                .maxMessagesPerRead(1 + chance.below(16)));
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, chance.oneIn(2));
        if (mayRest && !isFinishing && chance.oneIn(4)) {
            channel.config().setAutoRead(false);
        }
    }

    @SuppressWarnings("deprecation")
    private void addServer(boolean unix) {
        Channel server =
                unix ? new GoPollServerDomainSocketChannel() : new GoPollServerSocketChannel();
        server.config().setAllocator(ALLOCATOR);
        server.config().setOption(ChannelOption.SO_BACKLOG, 1 + chance.below(8));
        server.pipeline()
                .addLast(
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext context, Object child) {
                                accepted((DuplexChannel) child);
                            }

                            @Override
                            public void exceptionCaught(
                                    ChannelHandlerContext context, Throwable cause) {
                                if (!(cause instanceof IOException)) {
                                    fail("the server is told of " + cause);
                                }
                            }
                        });
        oneOf(chance, loops).register(server);
        SocketAddress address =
                unix
                        ? new DomainSocketAddress("\0server")
                        : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server.bind(address);
        servers.add(server);
    }

    private void accepted(DuplexChannel child) {
        StreamSocket socket = (StreamSocket) kernel.file(((UnixChannel) child).fd().intValue());
        End client = clients.remove(socket.peer);
        configure(child, true);
        ChannelEnd end = new ChannelEnd(this, child, chance.oneIn(2), client.in, client.out);
        pair(end, client);
        channels.add(end);
        child.pipeline().addLast(end);
        register(end);
    }

    private void register(ChannelEnd end) {
        register(end, oneOf(chance, loops));
    }

    @SuppressWarnings("deprecation")
    private static void register(ChannelEnd end, ManualIoEventLoop loop) {
        loop.register(end.channel)
                .addListener(
                        f -> {
                            if (!f.isSuccess()) {
                                end.toldError = true;
                            }
                        });
    }

    private static void pair(End one, End other) {
        one.other = other;
        other.other = one;
    }

    /** An end of whom nobody has heard yet. */
    private static final class NobodyYet extends End {

        NobodyYet(Flow out, Flow in) {
            super(out, in);
            stoppedReading = true;
        }

        @Override
        boolean isClosed() {
            return true;
        }

        @Override
        void write(Chance chance, int most) {}

        @Override
        void shutdownOutput() {}

        @Override
        void close() {}
    }

    private void connect() {
        if (channels.size() >= MOST_LINKS) {
            return;
        }
        boolean unix = chance.oneIn(3);
        int family = unix ? Constants.AF_UNIX : Constants.AF_INET6;
        Flow out = new Flow(chance.next());
        Flow in = new Flow(chance.next());
        boolean toServer = chance.oneIn(2);
        if (toServer && chance.oneIn(2)) {
            StreamSocket socket = kernel.foreign(family);
            byte[] address = ((StreamSocket) kernel.file(fd(servers.get(unix ? 1 : 0)))).local;
            if (kernel.connectForeign(socket, address) < 0 && unix) {
                // The backlog is full: EAGAIN.
                socket.release();
                return;
            }
            ForeignEnd end = new ForeignEnd(socket, out, in);
            clients.put(socket, end);
            pair(end, new NobodyYet(in, out));
            foreigners.add(end);
            return;
        }
        DuplexChannel channel;
        try {
            channel = unix ? new GoPollDomainSocketChannel() : new GoPollSocketChannel();
        } catch (ChannelException noDescriptor) {
            return;
        }
        configure(channel, true);
        ChannelEnd end = new ChannelEnd(this, channel, chance.oneIn(2), out, in);
        StreamSocket socket = end.socket();
        clients.put(socket, end);
        SocketAddress address;
        if (toServer) {
            address = servers.get(unix ? 1 : 0).localAddress();
            pair(end, new NobodyYet(in, out));
        } else {
            StreamSocket listener = kernel.foreign(family);
            address = address(kernel.listenForeign(listener, 1));
            listeners.add(listener);
            ForeignEnd foreign = new ForeignEnd(null, in, out);
            pair(end, foreign);
            foreigners.add(foreign);
        }
        channels.add(end);
        channel.pipeline().addLast(end);
        register(end);
        channel.connect(address, end.otherPromise())
                .addListener(
                        f -> {
                            if (!f.isSuccess()) {
                                if (f.cause() instanceof ClosedChannelException
                                        && !end.closedItself
                                        && !end.toldError) {
                                    fail("closed while it connected, and nobody knows why");
                                }
                                end.toldError = true;
                                end.other.toldError = true;
                                channel.close();
                            }
                        });
    }

    /**
     * Two or three connections of other processes: what comes by one or two of them goes out by the
     * other.
     */
    private void connectSpliced() {
        if (channels.size() + 3 > MOST_LINKS) {
            return;
        }
        ManualIoEventLoop loop = oneOf(chance, loops);
        List<ChannelEnd> sources = new ArrayList<>();
        for (int i = chance.below(2); i >= 0; i--) {
            ChannelEnd source = adopt(loop, new Flow(chance.next()), new Flow(chance.next()));
            if (source != null) {
                sources.add(source);
            }
        }
        if (sources.isEmpty()) {
            return;
        }
        MergedFlow out = new MergedFlow(sources);
        ChannelEnd target = adopt(loop, out, new Flow(chance.next()));
        if (target == null) {
            sources.forEach(End::close);
            return;
        }
        target.isTarget = true;
        for (ChannelEnd source : sources) {
            source.spliceTo(target);
            // Much at once, so that the target and its pipe are full now and then.
            for (int i = chance.below(8); i > 0; i--) {
                source.other.write(chance, MOST_BYTES);
            }
        }
    }

    /**
     * A channel for a Unix socket whose other end another process has; null without descriptors.
     */
    private ChannelEnd adopt(ManualIoEventLoop loop, Flow out, Flow in) {
        int fd = kernel.connected();
        if (fd < 0) {
            return null;
        }
        StreamSocket socket = (StreamSocket) kernel.file(fd);
        DuplexChannel channel = new GoPollDomainSocketChannel(fd);
        configure(channel, false);
        ChannelEnd end = new ChannelEnd(this, channel, false, out, in);
        ForeignEnd foreign = new ForeignEnd(socket.peer, in, out);
        pair(end, foreign);
        foreigners.add(foreign);
        channels.add(end);
        channel.pipeline().addLast(end);
        register(end, loop);
        return end;
    }

    private static int fd(Channel channel) {
        return ((UnixChannel) channel).fd().intValue();
    }

    private static SocketAddress address(byte[] address) {
        return address[0] == Constants.AF_UNIX
                ? new DomainSocketAddress(
                        new String(address, 2, address.length - 2, StandardCharsets.ISO_8859_1))
                : new InetSocketAddress(
                        InetAddress.getLoopbackAddress(),
                        (address[2] & 0xff) << 8 | address[3] & 0xff);
    }
}
