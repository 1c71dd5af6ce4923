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
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gopoll.net.Conn;
import io.gopoll.net.Listener;
import io.gopoll.net.Net;
import io.gopoll.poll.DeadlineExceededException;
import io.gopoll.sys.Constants;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Handlers hold all carriers, and do not let go before the test says so: sockets are served and
 * deadlines fire all the same. How soon is a median, compared with plain sockets of platform
 * threads at the same time: those wait for a processor of the machine, too, and for nothing else.
 */
@Timeout(120)
@EnabledForJreRange(min = JRE.JAVA_21)
class HeldCarriersTest {

    private static final String SCHEDULER = "io.gopoll.scheduler";

    /** Where {@link Initialized} finds what it waits for: another loader's class sees no other. */
    private static final String LATCH = "io.gopoll.channel.HeldCarriersTest";

    private static final int ROUNDS = 50;

    /** Pairs of platform threads that talk all the time, so that the poller has much to do. */
    private static final int TALKERS = 6;

    private static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Once, as when whoever has polled is found to be held: short of a handler's end. */
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final int DEADLINE_MILLIS = 5;

    /** What a handler is asked for. */
    private static final int HOLD = 1;

    private static final int DEADLINE = 2;

    private static final int ECHO = 3;

    @TempDir private Path folder;

    private GoroutineEventLoopGroup group;
    private Channel server;
    private Listener listener;
    private ServerSocket plain;
    private Holder holder;

    /** The last one is closed first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private final AtomicInteger holding = new AtomicInteger();
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

    // ---- What holds a carrier. ----

    enum Kind {
        COMPUTING,
        NATIVE_CODE,
        CLASS_INITIALIZER,
        FILE
    }

    /** Holds carriers until it is closed. */
    private interface Holder extends AutoCloseable {
        void hold() throws Exception;

        @Override
        void close() throws IOException;
    }

    private static final class Computing implements Holder {
        private volatile boolean over;

        @Override
        public void hold() {
            while (!over) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void close() {
            over = true;
        }
    }

    /** read(2) of a pipe that nobody writes to. */
    private static final class NativeCode implements Holder {
        private final int reader;
        private final int writer;

        NativeCode() {
            NativeMemory memory = NativeMemory.allocate(2 * Integer.BYTES);
            assertEquals(0, Syscalls.get().pipe2(memory.address(), Constants.O_CLOEXEC));
            reader = memory.buffer().getInt(0);
            writer = memory.buffer().getInt(Integer.BYTES);
            Reference.reachabilityFence(memory);
        }

        @Override
        public void hold() {
            NativeMemory memory = NativeMemory.allocate(1);
            assertEquals(0, Syscalls.get().read(reader, memory.address(), 1));
            Reference.reachabilityFence(memory);
        }

        /** Whoever reads finds the end. */
        @Override
        public void close() {
            Syscalls.get().close(writer);
        }
    }

    private static final class ClassInitializer implements Holder {
        private final CountDownLatch latch = new CountDownLatch(1);

        ClassInitializer() {
            System.getProperties().put(LATCH, latch);
        }

        @Override
        public void hold() throws Exception {
            Class.forName(Initialized.class.getName(), true, new Loader());
        }

        @Override
        public void close() {
            latch.countDown();
            System.getProperties().remove(LATCH);
        }
    }

    /** Never initialized here: each {@link Loader} has its own. */
    static final class Initialized {
        static {
            try {
                ((CountDownLatch) System.getProperties().get(LATCH)).await();
            } catch (InterruptedException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private Initialized() {}
    }

    private static final class Loader extends ClassLoader {
        Loader() {
            super(HeldCarriersTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(Initialized.class.getName())) {
                return super.loadClass(name, resolve);
            }
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private static final class Fifo implements Holder {
        private final String name;
        private final RandomAccessFile writer;

        Fifo(Path path) throws Exception {
            name = path.toString();
            assertEquals(0, new ProcessBuilder("mkfifo", name).start().waitFor());
            // As a reader, too: to open one side alone waits for the other.
            writer = new RandomAccessFile(name, "rw");
        }

        @Override
        public void hold() throws IOException {
            try (FileInputStream in = new FileInputStream(name)) {
                assertEquals(-1, in.read());
            }
        }

        @Override
        public void close() throws IOException {
            writer.close();
        }
    }

    private Holder holder(Kind kind) throws Exception {
        return switch (kind) {
            case COMPUTING -> new Computing();
            case NATIVE_CODE -> new NativeCode();
            case CLASS_INITIALIZER -> new ClassInitializer();
            case FILE -> new Fifo(folder.resolve("fifo"));
        };
    }

    // ---- Who is to be served. ----

    @Sharable
    private final class Handler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
            ByteBuf buf = (ByteBuf) msg;
            int value = buf.readUnsignedByte();
            buf.release();
            if (value == HOLD) {
                holding.incrementAndGet();
                holder.hold();
            } else if (value == DEADLINE) {
                try (Conn conn = dial()) {
                    awaitDeadline(conn);
                }
            }
            ctx.writeAndFlush(Unpooled.directBuffer(1).writeByte(value));
        }
    }

    private interface Task {
        void run() throws Exception;
    }

    private void start(Task task) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                task.run();
                            } catch (IOException e) {
                                if (!closing) {
                                    failures.add(e);
                                }
                            } catch (Throwable t) {
                                failures.add(t);
                            }
                        },
                        "of the test");
        thread.setDaemon(true);
        thread.start();
    }

    private volatile boolean closing;

    private void open(String scheduler, int processors) throws Exception {
        System.setProperty(SCHEDULER, scheduler);
        assertEquals(scheduler, GoPoll.scheduler());
        group = new GoroutineEventLoopGroup(processors);
        server =
                new ServerBootstrap()
                        .group(group)
                        .channel(GoPollServerSocketChannel.class)
                        .childHandler(new Handler())
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .sync()
                        .channel();
        listener = Net.listen("tcp", "127.0.0.1:0");
        open.push(listener);
        start(
                () -> {
                    for (; ; ) {
                        Conn conn = listener.accept();
                        open(conn);
                        start(() -> echo(conn.inputStream(), conn));
                    }
                });
        plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        open.push(plain);
        start(
                () -> {
                    for (; ; ) {
                        Socket socket = plain.accept();
                        open(socket);
                        start(
                                () -> {
                                    for (int b; (b = socket.getInputStream().read()) >= 0; ) {
                                        socket.getOutputStream().write(b);
                                    }
                                });
                    }
                });
    }

    private void open(AutoCloseable closeable) {
        synchronized (open) {
            open.push(closeable);
        }
    }

    private static void echo(InputStream in, Conn conn) throws IOException {
        for (int b; (b = in.read()) >= 0; ) {
            conn.write(new byte[] {(byte) b});
        }
    }

    private Conn dial() throws IOException {
        return Net.dial("tcp", listener.localAddress().toString().substring(1));
    }

    private static void exchange(Conn conn) throws IOException {
        byte[] one = {ECHO};
        conn.write(one);
        assertEquals(1, conn.read(one));
    }

    private static void exchange(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
        assertEquals(value, socket.getInputStream().read());
    }

    private static void awaitDeadline(Conn conn) throws IOException {
        conn.setReadDeadline(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MILLIS));
        try {
            conn.read(new byte[1]);
            throw new AssertionError("nobody has written");
        } catch (DeadlineExceededException e) {
            conn.setReadDeadline(0);
        }
    }

    private static void awaitTimeout(Socket socket) throws IOException {
        socket.setSoTimeout(DEADLINE_MILLIS);
        try {
            socket.getInputStream().read();
            throw new AssertionError("nobody has written");
        } catch (SocketTimeoutException e) {
            socket.setSoTimeout(60_000);
        }
    }

    private Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        open(socket);
        return socket;
    }

    private Socket connectToHandler() throws IOException {
        Socket socket = connect(((InetSocketAddress) server.localAddress()).getPort());
        // Accepted, and by now it has a loop of its own.
        exchange(socket, ECHO);
        return socket;
    }

    private void hold(Socket... sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.getOutputStream().write(HOLD);
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (holding.get() < sockets.length && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertEquals(sockets.length, holding.get(), "handlers that hold a carrier");
    }

    /** How long something takes, once for each round. */
    private static final class Times {
        private final long[] nanos = new long[ROUNDS];

        void measure(int round, Task task) throws Exception {
            long start = System.nanoTime();
            task.run();
            nanos[round] = System.nanoTime() - start;
        }

        long median() {
            long[] sorted = nanos.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }

        long longest() {
            return Arrays.stream(nanos).max().getAsLong();
        }

        /**
         * Within the limits, beyond what whoever needs a processor alone waits at the same time.
         */
        void assertSoon(String what, Times control) {
            assertTrue(
                    median() < LIMIT_NANOS + 2 * control.median()
                            && longest() < LONGEST_NANOS + 4 * control.longest(),
                    () -> what + ": " + this + ", plain sockets: " + control);
        }

        @Override
        public String toString() {
            return median() / 1000 + " us, " + longest() / 1000 + " us at most";
        }
    }

    @AfterEach
    void close() throws Exception {
        System.clearProperty(SCHEDULER);
        closing = true;
        if (holder != null) {
            holder.close();
        }
        synchronized (open) {
            for (AutoCloseable closeable : open) {
                closeable.close();
            }
        }
        if (group != null) {
            assertTrue(
                    group.shutdownGracefully(0, 20, TimeUnit.SECONDS)
                            .awaitUninterruptibly(30, TimeUnit.SECONDS));
        }
        assertTrue(failures.isEmpty(), failures::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "gopoll, 1, COMPUTING",
        "gopoll, 2, COMPUTING",
        "gopoll, 1, NATIVE_CODE",
        "gopoll, 2, NATIVE_CODE",
        "gopoll, 1, CLASS_INITIALIZER",
        "gopoll, 2, CLASS_INITIALIZER",
        "gopoll, 1, FILE",
        "gopoll, 2, FILE",
        "jdk, 1, COMPUTING",
        "jdk, 2, COMPUTING",
        "jdk, 1, NATIVE_CODE",
        "jdk, 2, NATIVE_CODE",
        "jdk, 1, CLASS_INITIALIZER",
        "jdk, 2, CLASS_INITIALIZER",
        "jdk, 1, FILE",
        "jdk, 2, FILE"
    })
    void socketsAreServedAndDeadlinesFireWhileHandlersHoldAllCarriers(
            String scheduler, int processors, Kind kind) throws Exception {
        open(scheduler, processors);
        boolean own = scheduler.equals("gopoll");
        int holders = own ? processors + 1 : Runtime.getRuntime().availableProcessors();
        holder = holder(kind);
        Socket[] held = new Socket[holders];
        for (int i = 0; i < holders; i++) {
            held[i] = connectToHandler();
        }
        Socket other = connectToHandler();
        Socket control = connect(plain.getLocalPort());
        AtomicInteger talks = new AtomicInteger();
        try (Conn conn = dial()) {
            for (int i = 0; i < TALKERS; i++) {
                Conn talker = dial();
                open(talker);
                start(
                        () -> {
                            while (!closing) {
                                exchange(talker);
                                talks.incrementAndGet();
                            }
                        });
            }
            exchange(conn);
            hold(held);
            int before = talks.get();
            Times plainTrips = new Times();
            Times plainTimeouts = new Times();
            Times trips = new Times();
            Times deadlines = new Times();
            Times handlerTrips = new Times();
            Times handlerDeadlines = new Times();
            for (int i = 0; i < ROUNDS; i++) {
                plainTrips.measure(i, () -> exchange(control, ECHO));
                plainTimeouts.measure(i, () -> awaitTimeout(control));
                trips.measure(i, () -> exchange(conn));
                deadlines.measure(i, () -> awaitDeadline(conn));
                if (own) {
                    handlerTrips.measure(i, () -> exchange(other, ECHO));
                    handlerDeadlines.measure(i, () -> exchange(other, DEADLINE));
                }
            }
            trips.assertSoon("a Conn of a platform thread", plainTrips);
            deadlines.assertSoon("a deadline of a platform thread's Conn", plainTimeouts);
            handlerTrips.assertSoon("another handler", plainTrips);
            handlerDeadlines.assertSoon("a deadline in another handler", plainTimeouts);
            assertTrue(talks.get() > before, "nobody talks any more");
            assertEquals(holders, holding.get());
        }
        closing = true;
        holder.close();
        for (Socket socket : held) {
            assertEquals(HOLD, socket.getInputStream().read());
        }
        exchange(other, DEADLINE);
    }

    /** On the JDK's scheduler as soon as that serves plain virtual threads at the same time. */
    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk"})
    void aHandlerInAnEndlessLoopLeavesAllOthersServed(String scheduler) throws Exception {
        boolean own = scheduler.equals("gopoll");
        assumeTrue(
                own || Runtime.getRuntime().availableProcessors() > 1,
                "the JDK's scheduler has one carrier, which the loop holds");
        open(scheduler, 1);
        holder = new Computing();
        Socket held = connectToHandler();
        Socket[] others = new Socket[20];
        for (int i = 0; i < others.length; i++) {
            others[i] = connectToHandler();
        }
        Socket control = own ? connect(plain.getLocalPort()) : virtualEcho();
        hold(held);
        Times controlTrips = new Times();
        Times[] trips = new Times[others.length];
        Arrays.setAll(trips, i -> new Times());
        for (int round = 0; round < ROUNDS; round++) {
            controlTrips.measure(round, () -> exchange(control, ECHO));
            for (int i = 0; i < others.length; i++) {
                Socket other = others[i];
                int value = round % 10 == 0 ? DEADLINE : ECHO;
                trips[i].measure(round, () -> exchange(other, value));
            }
        }
        for (Times each : trips) {
            each.assertSoon("another handler", controlTrips);
        }
        // Channels that come later, too.
        try (Socket later = connectToHandler()) {
            exchange(later, ECHO);
        }
        assertEquals(1, holding.get());
        closing = true;
        holder.close();
        assertEquals(HOLD, held.getInputStream().read());
    }

    /** Connected to a plain virtual thread that answers. */
    private Socket virtualEcho() throws Exception {
        BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Socket socket = connect(listening.getLocalPort());
            accepted.add(listening.accept());
            Runnable echo =
                    () -> {
                        try (Socket peer = accepted.remove()) {
                            for (int b; (b = peer.getInputStream().read()) >= 0; ) {
                                peer.getOutputStream().write(b);
                            }
                        } catch (IOException e) {
                            failures.add(e);
                        }
                    };
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, echo);
            exchange(socket, ECHO);
            return socket;
        }
    }
}
