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

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.channel.side.SideProbe;
import io.gopoll.sys.Constants;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.SockAddr;
import io.gopoll.sys.Syscalls;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.FileDescriptor;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A GoPoll channel against a plain Java socket: what each side sees of the other. */
@Timeout(60)
class StreamChannelTest {

    private static final int LARGE = 3 * 1024 * 1024;

    /** What one of the write spin count stands for. */
    private static final int SPIN = 16 * 1024;

    private EventLoopGroup group;
    private ServerSocket listener;

    @BeforeEach
    void start() throws IOException {
        group = new GoPollEventLoopGroup(2);
        listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        listener.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** What a channel's pipeline sees, in order. */
    private static class Events extends ChannelInboundHandlerAdapter {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        final CountDownLatch inactive = new CountDownLatch(1);

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf buf = (ByteBuf) msg;
            byte[] read = new byte[buf.readableBytes()];
            buf.readBytes(read);
            buf.release();
            synchronized (bytes) {
                bytes.writeBytes(read);
            }
            seen.add(read.length);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            seen.add(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            seen.add(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            inactive.countDown();
        }

        int count() {
            synchronized (bytes) {
                return bytes.size();
            }
        }

        void awaitBytes(int n) throws InterruptedException {
            while (count() < n) {
                assertNotNull(seen.poll(20, TimeUnit.SECONDS), "only " + count() + " of " + n);
            }
        }

        void awaitInactive() throws InterruptedException {
            assertTrue(inactive.await(20, TimeUnit.SECONDS));
        }

        Object next() throws InterruptedException {
            Object event = seen.poll(20, TimeUnit.SECONDS);
            assertNotNull(event);
            return event;
        }
    }

    private Bootstrap client(Events events) {
        return client(events, group);
    }

    private static Bootstrap client(ChannelHandler handler, EventLoopGroup group) {
        return new Bootstrap().group(group).channel(GoPollSocketChannel.class).handler(handler);
    }

    private GoPollSocketChannel connect(Bootstrap client) throws InterruptedException {
        return (GoPollSocketChannel)
                client.connect(listener.getLocalSocketAddress()).sync().channel();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static byte[] read(Socket socket, int n) throws IOException {
        socket.setSoTimeout(20_000);
        return socket.getInputStream().readNBytes(n);
    }

    /** Turns of the channel's loop, in which it would have read what it may not read yet. */
    private static void turns(Channel channel) throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            channel.eventLoop().submit(() -> {}).sync();
        }
    }

    // ---- Reading. ----

    @Test
    void autoReadOffDeliversNothingAndOnDeliversAll() throws Exception {
        Events events = new Events();
        Channel channel = connect(client(events));
        try (Socket peer = listener.accept()) {
            peer.getOutputStream().write(random(100));
            events.awaitBytes(100);

            // On the loop; from elsewhere a read that is pending already may still be answered.
            channel.eventLoop().submit(() -> channel.config().setAutoRead(false)).sync();
            for (int i = 0; i < 10; i++) {
                peer.getOutputStream().write(random(100));
                turns(channel);
            }
            assertEquals(100, events.count());

            channel.config().setAutoRead(true);
            events.awaitBytes(1100);
        }
        events.awaitInactive();
    }

    @Test
    void withoutAutoReadEachReadGivesOneBuffer() throws Exception {
        Events events = new Events();
        Channel channel =
                connect(
                        client(events)
                                .option(ChannelOption.AUTO_READ, false)
                                .option(
                                        ChannelOption.RECVBUF_ALLOCATOR,
                                        new io.netty.channel.FixedRecvByteBufAllocator(100)));
        try (Socket peer = listener.accept()) {
            peer.getOutputStream().write(random(300));
            for (int i = 1; i <= 3; i++) {
                channel.read();
                events.awaitBytes(i * 100);
                turns(channel);
                assertEquals(i * 100, events.count());
            }
        }
    }

    @Test
    void aPeersCloseIsSeenWithoutARead() throws Exception {
        Events events = new Events();
        connect(client(events).option(ChannelOption.AUTO_READ, false));
        byte[] sent = random(100_000);
        try (Socket peer = listener.accept()) {
            peer.getOutputStream().write(sent);
        }
        events.awaitInactive();
        assertArrayEquals(sent, events.bytes.toByteArray());
    }

    @Test
    void halfClosureLeavesTheOtherDirectionOpen() throws Exception {
        Events events = new Events();
        GoPollSocketChannel channel =
                connect(client(events).option(ChannelOption.ALLOW_HALF_CLOSURE, true));
        try (Socket peer = listener.accept()) {
            peer.shutdownOutput();
            while (!(events.next() instanceof ChannelInputShutdownReadComplete)) {
                // The shutdown event itself comes before.
            }
            assertTrue(channel.isInputShutdown());
            channel.writeAndFlush(Unpooled.wrappedBuffer(random(10))).sync();
            assertArrayEquals(random(10), read(peer, 10));

            ((DuplexChannel) channel).shutdownOutput().sync();
            assertEquals(-1, peer.getInputStream().read());
            assertTrue(channel.isActive());
            channel.close().sync();
        }
    }

    @Test
    void oneBusyChannelLetsTheOthersOfItsLoopHaveTheirTurn() throws Exception {
        EventLoopGroup one = new GoPollEventLoopGroup(1);
        try {
            AtomicLong busy = new AtomicLong();
            Events quiet = new Events();
            connect(
                    client(
                            new SimpleChannelInboundHandler<ByteBuf>() {
                                @Override
                                protected void channelRead0(
                                        ChannelHandlerContext ctx, ByteBuf msg) {
                                    busy.addAndGet(msg.readableBytes());
                                }
                            },
                            one));
            try (Socket busyPeer = listener.accept()) {
                connect(client(quiet, one));
                try (Socket quietPeer = listener.accept()) {
                    AtomicBoolean heard = new AtomicBoolean();
                    FutureTask<Long> flood =
                            new FutureTask<>(
                                    () -> {
                                        long sent = 0;
                                        for (; !heard.get(); sent += LARGE) {
                                            busyPeer.getOutputStream().write(random(LARGE));
                                        }
                                        return sent;
                                    });
                    new Thread(flood).start();
                    while (busy.get() < LARGE) {
                        assertFalse(flood.isDone());
                        Thread.onSpinWait();
                    }
                    quietPeer.getOutputStream().write(1);
                    quiet.awaitBytes(1);
                    heard.set(true);
                    long sent = flood.get(20, TimeUnit.SECONDS);
                    while (busy.get() < sent) {
                        Thread.onSpinWait();
                    }
                }
            }
        } finally {
            one.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void closingInChannelReadReadsNoFurther() throws Exception {
        CountDownLatch reads = new CountDownLatch(2);
        CountDownLatch inactive = new CountDownLatch(1);
        new Bootstrap()
                .group(group)
                .channel(GoPollSocketChannel.class)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new io.netty.channel.FixedRecvByteBufAllocator(64))
                .handler(
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                                ((ByteBuf) msg).release();
                                reads.countDown();
                                ctx.close();
                            }

                            @Override
                            public void channelInactive(ChannelHandlerContext ctx) {
                                inactive.countDown();
                            }
                        })
                .connect(listener.getLocalSocketAddress())
                .sync();
        try (Socket peer = listener.accept()) {
            peer.getOutputStream().write(random(1000));
            assertTrue(inactive.await(20, TimeUnit.SECONDS));
            assertEquals(1, reads.getCount());
        }
    }

    // ---- Writing. ----

    @Test
    void everyKindOfBufferArrivesInOrder() throws Exception {
        Channel channel = connect(client(new Events()));
        try (Socket peer = listener.accept()) {
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            List<ChannelFuture> writes = new ArrayList<>();
            for (int i = 0; i < 1500; i++) {
                byte[] bytes = random(1 + i % 700);
                expected.writeBytes(bytes);
                writes.add(channel.write(buffer(i, bytes)));
            }
            channel.flush();
            assertArrayEquals(expected.toByteArray(), read(peer, expected.size()));
            for (ChannelFuture write : writes) {
                write.sync();
            }
        }
    }

    private static ByteBuf buffer(int kind, byte[] bytes) {
        if (kind % 6 == 0) {
            return Unpooled.wrappedBuffer(bytes);
        }
        ByteBuf direct = Unpooled.directBuffer(bytes.length).writeBytes(bytes);
        switch (kind % 6) {
            case 1:
                return direct;
            case 2:
                return direct.asReadOnly();
            case 3:
                CompositeByteBuf composite = Unpooled.compositeBuffer();
                int half = bytes.length / 2;
                return composite.addComponents(
                        true,
                        direct.retainedSlice(0, half),
                        direct.slice(half, bytes.length - half));
            case 4:
                // Starts in the middle of its memory.
                ByteBuf padded = Unpooled.directBuffer(bytes.length + 8).writeLong(0);
                direct.release();
                return padded.writeBytes(bytes).skipBytes(8);
            default:
                ByteBuf mixed = Unpooled.wrappedBuffer(direct.copy(), Unpooled.EMPTY_BUFFER);
                direct.release();
                return mixed;
        }
    }

    @Test
    void aSlowReaderGetsEverythingAndTheWriterIsToldToWait() throws Exception {
        CompletableFuture<Boolean> unwritable = new CompletableFuture<>();
        Channel channel =
                connect(
                        client(
                                new Events() {
                                    @Override
                                    public void channelWritabilityChanged(
                                            ChannelHandlerContext ctx) {
                                        unwritable.complete(!ctx.channel().isWritable());
                                    }
                                }));
        try (Socket peer = listener.accept()) {
            byte[] sent = random(LARGE);
            ChannelFuture last = null;
            for (int i = 0; i < 4; i++) {
                last = channel.writeAndFlush(Unpooled.wrappedBuffer(sent));
            }
            assertTrue(unwritable.get(20, TimeUnit.SECONDS));
            for (int i = 0; i < 4; i++) {
                assertArrayEquals(sent, read(peer, LARGE));
            }
            last.sync();
        }
    }

    /** More would be taken by the socket, but others are to have their turn. */
    @Test
    void aTurnWrites16KiBForEachOfTheWriteSpinCount(@TempDir Path dir) throws Exception {
        byte[] sent = random(2 * SPIN);
        File file = Files.write(dir.resolve("file"), sent).toFile();
        Channel channel = connect(client(new Events()));
        try (Socket peer = listener.accept()) {
            List<Supplier<List<?>>> kinds =
                    List.of(
                            () -> List.of(Unpooled.copiedBuffer(sent)),
                            () -> quarters(sent),
                            () ->
                                    List.of(
                                            Unpooled.compositeBuffer()
                                                    .addComponents(true, quarters(sent))),
                            () -> List.of(new DefaultFileRegion(file, 0, sent.length)));
            for (Supplier<List<?>> kind : kinds) {
                ChannelFuture inTwoTurns = writtenWith(1, channel, kind.get(), false);
                assertArrayEquals(sent, read(peer, sent.length));
                inTwoTurns.sync();
                writtenWith(2, channel, kind.get(), true);
                assertArrayEquals(sent, read(peer, sent.length));
            }
        }
    }

    @Test
    void aCloseRightBehindALargeFlushSendsWhatTheSocketTakes() throws Exception {
        for (Consumer<GoPollSocketChannel> end :
                List.<Consumer<GoPollSocketChannel>>of(
                        Channel::close, Channel::disconnect, GoPollSocketChannel::shutdownOutput)) {
            GoPollSocketChannel channel = connect(client(new Events()));
            try (Socket peer = listener.accept()) {
                channel.config().setWriteSpinCount(1);
                byte[] sent = random(4 * SPIN);
                ChannelFuture write =
                        channel.eventLoop()
                                .submit(
                                        () -> {
                                            ChannelFuture f =
                                                    channel.writeAndFlush(
                                                            Unpooled.wrappedBuffer(sent));
                                            end.accept(channel);
                                            return f;
                                        })
                                .sync()
                                .getNow();
                assertArrayEquals(sent, read(peer, sent.length + 1));
                write.sync();
            }
        }
    }

    private static List<ByteBuf> quarters(byte[] bytes) {
        List<ByteBuf> quarters = new ArrayList<>();
        for (int i = 0, size = bytes.length / 4; i < 4; i++) {
            quarters.add(Unpooled.directBuffer(size).writeBytes(bytes, i * size, size));
        }
        return quarters;
    }

    private static ChannelFuture writtenWith(
            int spins, Channel channel, List<?> messages, boolean inOneTurn) throws Exception {
        return channel.eventLoop()
                .submit(
                        () -> {
                            channel.config().setWriteSpinCount(spins);
                            ChannelFuture last = null;
                            for (Object message : messages) {
                                last = channel.write(message);
                            }
                            channel.flush();
                            assertEquals(inOneTurn, last.isDone(), spins + " of " + messages);
                            return last;
                        })
                .sync()
                .getNow();
    }

    @Test
    void aFileIsSentFromAnOffset(@TempDir Path dir) throws Exception {
        byte[] content = random(LARGE);
        Path file = Files.write(dir.resolve("file"), content);
        Channel channel = connect(client(new Events()));
        try (Socket peer = listener.accept();
                FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
            byte[] expected = Arrays.copyOfRange(content, 1000, LARGE);
            ChannelFuture byFile =
                    channel.writeAndFlush(new DefaultFileRegion(file.toFile(), 1000, LARGE - 1000));
            assertArrayEquals(expected, read(peer, expected.length));
            byFile.sync();

            DefaultFileRegion region = new DefaultFileRegion(open, 1000, LARGE - 1000);
            ChannelFuture byChannel = channel.writeAndFlush(region.retain());
            assertArrayEquals(expected, read(peer, expected.length));
            byChannel.sync();
            assertEquals(LARGE - 1000, region.transferred());
            region.release();
        }
    }

    @Test
    void aFileThatIsShorterThanItsRegionFailsTheWrite(@TempDir Path dir) throws Exception {
        Path file = Files.write(dir.resolve("file"), random(1000));
        Channel channel = connect(client(new Events()).option(ChannelOption.AUTO_CLOSE, false));
        try (Socket peer = listener.accept()) {
            ChannelFuture write =
                    channel.writeAndFlush(new DefaultFileRegion(file.toFile(), 0, 2000)).await();
            assertInstanceOf(IOException.class, write.cause());
            assertArrayEquals(random(1000), read(peer, 1000));
        }
    }

    // ---- Splicing. ----

    @Test
    void aSpliceMovesBytesToAnotherChannelAndThePipelineGetsTheRest() throws Exception {
        EventLoopGroup one = new GoPollEventLoopGroup(1);
        try {
            Events fromEvents = new Events();
            GoPollSocketChannel from = connect(client(fromEvents, one));
            try (Socket source = listener.accept()) {
                GoPollSocketChannel to = connect(client(new Events(), one));
                try (Socket sink = listener.accept()) {
                    ChannelFuture splice = from.spliceTo(to, LARGE);
                    byte[] content = random(LARGE + 10);
                    Thread writer = writer(source, content);
                    assertArrayEquals(Arrays.copyOf(content, LARGE), read(sink, LARGE));
                    splice.sync();
                    fromEvents.awaitBytes(10);
                    writer.join();
                }
            }
        } finally {
            one.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    private static Thread writer(Socket socket, byte[] content) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                socket.getOutputStream().write(content);
                            } catch (IOException e) {
                                // The reader will miss the bytes and say so.
                                Thread.currentThread().interrupt();
                            }
                        });
        thread.start();
        return thread;
    }

    @Test
    void aSpliceMovesBytesToAFile(@TempDir Path dir) throws Exception {
        Path file = Files.write(dir.resolve("file"), new byte[100]);
        GoPollSocketChannel channel = connect(client(new Events()));
        int fd = open(file);
        try (Socket peer = listener.accept()) {
            byte[] content = random(LARGE);
            ChannelFuture splice = channel.spliceTo(new FileDescriptor(fd), 100, LARGE);
            peer.getOutputStream().write(content);
            splice.sync();
            byte[] written = Files.readAllBytes(file);
            assertArrayEquals(content, Arrays.copyOfRange(written, 100, written.length));
        } finally {
            Syscalls.get().close(fd);
        }
    }

    private static int open(Path file) {
        byte[] path = file.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        NativeMemory memory = NativeMemory.allocate(path.length + 1);
        memory.buffer().put(0, path);
        int fd = Syscalls.get().open(memory.address(), Constants.O_WRONLY, 0);
        assertTrue(fd >= 0, "open: " + fd);
        return fd;
    }

    @Test
    void aCloseFailsTheSplicesThatWait() throws Exception {
        GoPollSocketChannel channel = connect(client(new Events()));
        GoPollSocketChannel other = null;
        try (Socket peer = listener.accept()) {
            other = channel;
            ChannelFuture splice = channel.spliceTo(other, 100);
            channel.close().sync();
            assertInstanceOf(ClosedChannelException.class, splice.await().cause());
            assertInstanceOf(
                    ClosedChannelException.class, channel.spliceTo(other, 1).await().cause());
            assertEquals(-1, peer.getInputStream().read());
        }
    }

    // ---- Connecting and closing. ----

    @Test
    void aConnectThatIsNeverAnsweredTimesOutOrCanBeCancelled() throws Exception {
        List<Socket> filling = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (boolean answered = true; answered; ) {
                Socket socket = new Socket();
                filling.add(socket);
                try {
                    socket.connect(full.getLocalSocketAddress(), 100);
                } catch (SocketTimeoutException e) {
                    answered = false;
                }
            }
            ChannelFuture timed =
                    client(new Events())
                            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 100)
                            .connect(full.getLocalSocketAddress())
                            .await();
            assertInstanceOf(ConnectTimeoutException.class, timed.cause());
            timed.channel().closeFuture().sync();

            ChannelFuture cancelled = client(new Events()).connect(full.getLocalSocketAddress());
            while (!cancelled.channel().isRegistered()) {
                Thread.onSpinWait();
            }
            turns(cancelled.channel());
            assertTrue(cancelled.cancel(true));
            cancelled.channel().closeFuture().sync();
        } finally {
            for (Socket socket : filling) {
                socket.close();
            }
        }
    }

    @Test
    void addressesAreKnownWhenThereAreAny() throws Exception {
        GoPollSocketChannel fresh = new GoPollSocketChannel();
        group.register(fresh).sync();
        assertEquals(null, fresh.localAddress());
        assertEquals(null, fresh.remoteAddress());
        fresh.close().sync();

        GoPollSocketChannel channel = connect(client(new Events()));
        try (Socket peer = listener.accept()) {
            assertEquals(peer.getRemoteSocketAddress(), channel.localAddress());
            assertEquals(listener.getLocalSocketAddress(), channel.remoteAddress());
            InetSocketAddress local = channel.localAddress();
            channel.close().sync();
            assertEquals(local, channel.localAddress());
            assertEquals(listener.getLocalSocketAddress(), channel.remoteAddress());
        }
    }

    @Test
    void aLingeringCloseSendsAllThatWasWritten() throws Exception {
        Channel channel = connect(client(new Events()).option(ChannelOption.SO_LINGER, 10));
        try (Socket peer = listener.accept()) {
            byte[] sent = random(50_000);
            channel.writeAndFlush(Unpooled.wrappedBuffer(sent)).sync();
            channel.close().sync();
            assertArrayEquals(sent, read(peer, sent.length));
            assertEquals(-1, peer.getInputStream().read());
        }
    }

    @Test
    void aChannelThatMovesToAnotherLoopGoesOnWriting() throws Exception {
        GoPollSocketChannel channel = connect(client(new Events()));
        channel.config().setWriteSpinCount(1);
        try (Socket peer = listener.accept()) {
            // The first is deregistered while it waits for its turn, the second for the socket.
            for (int size : new int[] {4 * SPIN, 4 * LARGE}) {
                byte[] sent = random(size);
                AtomicReference<ChannelFuture> write = new AtomicReference<>();
                Callable<ChannelFuture> move =
                        () -> {
                            write.set(channel.writeAndFlush(Unpooled.wrappedBuffer(sent)));
                            return size == 4 * SPIN ? channel.deregister() : null;
                        };
                ChannelFuture moving = channel.eventLoop().submit(move).sync().getNow();
                if (moving == null) {
                    turns(channel);
                    moving = channel.deregister();
                }
                moving.sync();
                group.next().register(channel).sync();
                assertArrayEquals(sent, read(peer, sent.length));
                write.get().sync();
            }
        }
    }

    @Test
    void aChannelMovesToAnotherLoopWithItsData() throws Exception {
        Events events = new Events();
        GoPollSocketChannel channel = connect(client(events));
        try (Socket peer = listener.accept()) {
            for (int i = 1; i <= 6; i++) {
                io.netty.channel.EventLoop before = channel.eventLoop();
                channel.deregister().sync();
                peer.getOutputStream().write(random(100));
                io.netty.channel.EventLoop after = group.next();
                if (after == before) {
                    after = group.next();
                }
                after.register(channel).sync();
                assertNotEquals(before, channel.eventLoop());
                events.awaitBytes(i * 100);
            }
            channel.writeAndFlush(Unpooled.wrappedBuffer(random(10))).sync();
            assertArrayEquals(random(10), read(peer, 10));
        }
        events.awaitInactive();
    }

    @Test
    void connectionsThatReuseDescriptorsAtOnceDoNotMixTheirData() throws Exception {
        Channel server =
                new ServerBootstrap()
                        .group(group)
                        .channel(GoPollServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel ch) {
                                        ch.pipeline().addLast(new EchoAndClose());
                                    }
                                })
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel();
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(server.localAddress());
                socket.setSoTimeout(20_000);
                byte[] sent = new byte[1 + random.nextInt(2000)];
                random.nextBytes(sent);
                sent[sent.length - 1] = EchoAndClose.END;
                for (int k = 0; k < sent.length - 1; k++) {
                    sent[k] &= 0x7f;
                }
                socket.getOutputStream().write(sent);
                try (InputStream in = socket.getInputStream()) {
                    assertArrayEquals(sent, in.readAllBytes());
                }
            }
        }
    }

    private static final class EchoAndClose extends ChannelInboundHandlerAdapter {
        static final byte END = (byte) 0x80;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf buf = (ByteBuf) msg;
            boolean end = buf.getByte(buf.writerIndex() - 1) == END;
            ChannelFuture write = ctx.writeAndFlush(buf);
            if (end) {
                write.addListener(io.netty.channel.ChannelFutureListener.CLOSE);
            }
        }
    }

    @Test
    void anAdoptedDescriptorIsAConnection() throws Exception {
        Syscalls sys = Syscalls.get();
        int fd = sys.socket(Constants.AF_INET, Constants.SOCK_STREAM, 0);
        SockAddr address = new SockAddr();
        address.setInet((InetSocketAddress) listener.getLocalSocketAddress(), Constants.AF_INET);
        assertEquals(0, sys.connect(fd, address.address(), address.length()));
        try (Socket peer = listener.accept()) {
            Events events = new Events();
            GoPollSocketChannel channel = new GoPollSocketChannel(fd);
            channel.pipeline().addLast(events);
            assertEquals(fd, channel.fd().intValue());
            assertEquals(peer.getRemoteSocketAddress(), channel.localAddress());
            group.register(channel).sync();
            assertTrue(channel.isActive());

            peer.getOutputStream().write(random(8));
            events.awaitBytes(8);
            channel.writeAndFlush(Unpooled.wrappedBuffer(random(8))).sync();
            assertArrayEquals(random(8), read(peer, 8));
            channel.close().sync();
            assertEquals(-1, peer.getInputStream().read());
        }
    }

    @Test
    void anAdoptedListeningDescriptorAccepts() throws Exception {
        Syscalls sys = Syscalls.get();
        int fd = sys.socket(Constants.AF_INET, Constants.SOCK_STREAM, 0);
        SockAddr address = new SockAddr();
        address.setInet(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Constants.AF_INET);
        assertEquals(0, sys.bind(fd, address.address(), address.length()));
        assertEquals(0, sys.listen(fd, 10));
        GoPollServerSocketChannel server = new GoPollServerSocketChannel(fd);
        CountDownLatch accepted = new CountDownLatch(1);
        server.pipeline()
                .addLast(
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object child) {
                                ((Channel) child).unsafe().closeForcibly();
                                accepted.countDown();
                            }
                        });
        group.register(server).sync();
        try (Socket socket = new Socket()) {
            socket.connect(server.localAddress());
            assertTrue(accepted.await(20, TimeUnit.SECONDS));
        }
        server.close().sync();
    }

    @Test
    void tcpInfoTellsOfAnEstablishedConnection() throws Exception {
        GoPollSocketChannel channel = connect(client(new Events()));
        try (Socket peer = listener.accept()) {
            GoPollTcpInfo info = channel.tcpInfo();
            assertEquals(1, info.state());
            assertTrue(info.sndMss() > 0);
            assertTrue(info.rtt() > 0);
            assertFalse(peer.isClosed());
        }
    }

    @Test
    void aDescriptorThatAnotherThreadClosesEndsReadingAndWritingWithoutAnException()
            throws Exception {
        Events events = new Events();
        Channel channel =
                new Bootstrap()
                        .group(group)
                        .channel(GoPollSocketChannel.class)
                        .handler(events)
                        .connect(listener.getLocalSocketAddress())
                        .sync()
                        .channel();
        try (Socket peer = listener.accept()) {
            ChannelPromise written = channel.newPromise();
            channel.eventLoop()
                    .submit(
                            () -> {
                                // The loop has not heard of it: as a close from outside of a loop
                                // whose handler blocks.
                                ((AbstractGoPollChannel) channel).netFd().close();
                                channel.config().setAutoRead(true);
                                SideProbe.readAgain(channel);
                                channel.write(Unpooled.wrappedBuffer(new byte[1]), written);
                                channel.flush();
                            })
                    .sync();
            assertInstanceOf(ClosedChannelException.class, written.awaitUninterruptibly().cause());
            // Twice through the loop: what was queued has had its turn.
            channel.eventLoop().submit(() -> {}).sync();
            channel.eventLoop().submit(() -> {}).sync();
            assertEquals(List.of(), new ArrayList<>(events.seen));
            assertEquals(-1, peer.getInputStream().read());
        }
    }
}
