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
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.sys.Constants;
import io.gopoll.sys.Msghdrs;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.PeerCredentials;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Streams through Unix sockets, against each other and against Java's own. */
@Timeout(60)
class DomainSocketChannelTest {

    @TempDir Path folder;

    private EventLoopGroup group = new GoPollEventLoopGroup(2);
    private DomainSocketAddress address;

    @BeforeEach
    void start() {
        address = of(folder.resolve("s"));
    }

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** What a channel's pipeline sees, in order: texts, descriptors, events, errors and its end. */
    @Sharable
    private static class Events extends ChannelInboundHandlerAdapter {
        static final Object INACTIVE = "inactive";

        final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof ByteBuf) {
                ByteBuf buf = (ByteBuf) msg;
                seen.add(buf.toString(StandardCharsets.US_ASCII));
                buf.release();
            } else {
                seen.add(msg);
            }
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
            seen.add(INACTIVE);
        }

        Object next() throws InterruptedException {
            Object event = seen.poll(20, TimeUnit.SECONDS);
            assertNotNull(event, "nothing came");
            return event;
        }
    }

    @Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private ServerBootstrap server(ChannelInboundHandlerAdapter handler) {
        return new ServerBootstrap()
                .group(group)
                .channel(GoPollServerDomainSocketChannel.class)
                .childHandler(handler);
    }

    private Bootstrap client(ChannelInboundHandlerAdapter handler) {
        return new Bootstrap()
                .group(group)
                .channel(GoPollDomainSocketChannel.class)
                .handler(handler);
    }

    private GoPollDomainSocketChannel connect(Events events, DomainSocketAddress to)
            throws InterruptedException {
        return (GoPollDomainSocketChannel) client(events).connect(to).sync().channel();
    }

    // ---- Connections and their addresses. ----

    @Test
    void aConnectionEchoes() throws Exception {
        echo();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void aConnectionEchoesOnGoroutineLoops() throws Exception {
        stop();
        group = new GoroutineEventLoopGroup(2);
        echo();
    }

    private void echo() throws Exception {
        Channel server = server(new Echo()).bind(address).sync().channel();
        Events events = new Events();
        Channel client = connect(events, address);
        client.writeAndFlush(text("hello")).sync();
        assertEquals("hello", events.next());
        assertEquals(address, server.localAddress());
        assertEquals(address, client.remoteAddress());
        assertEquals("", ((DomainSocketAddress) client.localAddress()).path());
        client.close().sync();
        assertEquals(Events.INACTIVE, events.next());
    }

    @Test
    void javasOwnUnixSocketsAreAtTheOtherEnd() throws Exception {
        server(new Echo()).bind(address).sync();
        try (SocketChannel java = SocketChannel.open(UnixDomainSocketAddress.of(address.path()))) {
            java.write(ByteBuffer.wrap(new byte[] {7}));
            ByteBuffer answer = ByteBuffer.allocate(1);
            assertEquals(1, java.read(answer));
            assertEquals(7, answer.get(0));
        }
        Path other = folder.resolve("java");
        try (ServerSocketChannel java = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            java.bind(UnixDomainSocketAddress.of(other));
            Events events = new Events();
            connect(events, of(other));
            try (SocketChannel accepted = java.accept()) {
                accepted.write(StandardCharsets.US_ASCII.encode("hello"));
                assertEquals("hello", events.next());
            }
            assertEquals(Events.INACTIVE, events.next());
        }
    }

    @Test
    void aClientThatIsBoundIsKnownByItsPathAndLeavesItsFile() throws Exception {
        Events accepted =
                new Events() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        seen.add(ctx.channel().remoteAddress());
                    }
                };
        server(accepted).bind(address).sync();
        Path own = folder.resolve("client");
        DomainSocketAddress local = of(own);
        Channel client = client(new Events()).connect(address, local).sync().channel();
        assertEquals(local, client.localAddress());
        assertEquals(local, accepted.next());
        client.close().sync();
        assertEquals(Events.INACTIVE, accepted.next());
        assertTrue(Files.exists(own));
    }

    @Test
    void anAbstractNameNeedsNoFileAndIsFreeAfterwards() throws Exception {
        DomainSocketAddress name = new DomainSocketAddress("\0gopoll-" + System.nanoTime());
        for (int i = 0; i < 2; i++) {
            Channel server = server(new Echo()).bind(name).sync().channel();
            Events events = new Events();
            Channel client = connect(events, name);
            client.writeAndFlush(text("hello")).sync();
            assertEquals("hello", events.next());
            assertEquals(name, server.localAddress());
            assertEquals(name, client.remoteAddress());
            client.close().sync();
            server.close().sync();
        }
    }

    @Test
    void aServerDeletesItsFileWhenItIsClosed() throws Exception {
        Channel server = server(new Echo()).bind(address).sync().channel();
        assertTrue(Files.exists(folder.resolve("s")));
        server.close().sync();
        assertFalse(Files.exists(folder.resolve("s")));
    }

    @Test
    void aPathThatIsBoundIsNotBoundAgainAndStaysWithItsServer() throws Exception {
        server(new Echo()).bind(address).sync();
        ChannelFuture second = server(new Echo()).bind(address).await();
        assertInstanceOf(BindException.class, second.cause());
        assertTrue(second.cause().getMessage().contains(address.path()), second.toString());
        second.channel().closeFuture().sync();

        Events events = new Events();
        connect(events, address).writeAndFlush(text("hello")).sync();
        assertEquals("hello", events.next());
    }

    @Test
    void aFileThatASocketHasLeftBehindIsReplaced() throws Exception {
        try (ServerSocketChannel java = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            java.bind(UnixDomainSocketAddress.of(address.path()));
        }
        assertTrue(Files.exists(folder.resolve("s")), "Java deletes it");
        server(new Echo()).bind(address).sync();
        Events events = new Events();
        connect(events, address).writeAndFlush(text("hello")).sync();
        assertEquals("hello", events.next());
    }

    @Test
    void aFileThatIsNoSocketIsNotReplaced() throws Exception {
        Path file = file("text");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("s"));
        server(new Echo()).bind(address).sync();
        for (Path path : List.of(file, link, folder)) {
            ChannelFuture bind = server(new Echo()).bind(of(path)).await();
            assertInstanceOf(BindException.class, bind.cause());
        }
        assertEquals("text", Files.readString(file));
        assertTrue(Files.isSymbolicLink(link));
    }

    private static DomainSocketAddress of(Path path) {
        return new DomainSocketAddress(path.toFile());
    }

    @Test
    void aPathWhereNothingIsIsAFileNotFound() throws Exception {
        ChannelFuture future = client(new Events()).connect(address).await();
        assertInstanceOf(FileNotFoundException.class, future.cause());
        assertTrue(future.cause().getMessage().contains(address.path()), future.toString());
    }

    @Test
    void aPathThatIsTooLongIsRefused() throws Exception {
        // sun_path has 108 bytes, of which one is for the NUL at the end.
        DomainSocketAddress tooLong = new DomainSocketAddress("/" + "x".repeat(107));
        assertInstanceOf(
                IllegalArgumentException.class,
                client(new Events()).connect(tooLong).await().cause());
        assertInstanceOf(
                IllegalArgumentException.class, server(new Echo()).bind(tooLong).await().cause());
    }

    @Test
    void anAdoptedDescriptorIsAConnection() throws Exception {
        int[] pair = socketPair();
        Events events = new Events();
        Channel one = new GoPollDomainSocketChannel(pair[0]);
        Channel other = new GoPollDomainSocketChannel(pair[1], true);
        one.pipeline().addLast(events);
        other.pipeline().addLast(new Echo());
        assertTrue(one.isActive());
        group.register(other).sync();
        group.register(one).sync();
        one.writeAndFlush(text("hello")).sync();
        assertEquals("hello", events.next());
        other.close().sync();
        assertEquals(Events.INACTIVE, events.next());
        one.closeFuture().sync();
    }

    @Test
    void theProcessAtTheOtherEndIsKnown() throws Exception {
        server(new Echo()).bind(address).sync();
        GoPollDomainSocketChannel client = connect(new Events(), address);
        PeerCredentials peer = client.peerCredentials();
        assertEquals(ProcessHandle.current().pid(), peer.pid());
        assertEquals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"), peer.uid());
        int gid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
        assertArrayEquals(new int[] {gid}, peer.gids());
        client.close().sync();
        assertThrows(IOException.class, client::peerCredentials);
    }

    // ---- Config. ----

    @Test
    void optionsHaveTheValuesThatTheyWereSetTo() {
        GoPollDomainSocketChannel channel = new GoPollDomainSocketChannel();
        GoPollDomainSocketChannelConfig config = channel.config();
        assertSame(DomainSocketReadMode.BYTES, config.getReadMode());
        assertFalse(config.isAllowHalfClosure());
        config.setReadMode(DomainSocketReadMode.FILE_DESCRIPTORS)
                .setAllowHalfClosure(true)
                .setSendBufferSize(20_000)
                .setReceiveBufferSize(20_000)
                .setConnectTimeoutMillis(5)
                .setAutoRead(false);
        assertSame(
                DomainSocketReadMode.FILE_DESCRIPTORS,
                config.getOption(GoPollChannelOption.DOMAIN_SOCKET_READ_MODE));
        assertTrue(config.getOption(ChannelOption.ALLOW_HALF_CLOSURE));
        assertTrue(config.getOption(ChannelOption.SO_SNDBUF) >= 20_000);
        assertTrue(config.getOption(ChannelOption.SO_RCVBUF) >= 20_000);
        assertEquals(5, config.getOption(ChannelOption.CONNECT_TIMEOUT_MILLIS));
        assertFalse(config.getOption(ChannelOption.AUTO_READ));
        assertFalse(config.setOption(ChannelOption.TCP_NODELAY, true));
        channel.unsafe().closeForcibly();
    }

    // ---- Descriptors. ----

    /** A file with a text of its own, by which its descriptors are known. */
    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve(text), text);
    }

    private static int open(Path file) {
        byte[] name = file.toString().getBytes(StandardCharsets.UTF_8);
        NativeMemory path = NativeMemory.allocate(name.length + 1);
        path.buffer().put(0, name);
        int flags = Constants.O_RDONLY | Constants.O_CLOEXEC;
        int fd = Syscalls.get().open(path.address(), flags, 0);
        assertTrue(fd >= 0, file.toString());
        return fd;
    }

    private static int[] socketPair() {
        NativeMemory sv = NativeMemory.allocate(8);
        int type = Constants.SOCK_STREAM | Constants.SOCK_CLOEXEC;
        assertEquals(0, Syscalls.get().socketpair(Constants.AF_UNIX, type, 0, sv.address()));
        return new int[] {sv.buffer().getInt(0), sv.buffer().getInt(4)};
    }

    /** The files in the folder for which this process has a descriptor. */
    private List<Path> openFiles() throws IOException {
        List<Path> files = new ArrayList<>();
        Path real = folder.toRealPath();
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            for (Path fd : fds.toList()) {
                try {
                    Path file = Files.readSymbolicLink(fd);
                    if (file.startsWith(real)) {
                        files.add(file);
                    }
                } catch (NoSuchFileException e) {
                    continue; // closed meanwhile, as that of the list itself is
                }
            }
        }
        return files;
    }

    private static String contents(Object received) throws IOException {
        FileDescriptor fd = assertInstanceOf(FileDescriptor.class, received);
        return Files.readString(Path.of("/proc/self/fd/" + fd.intValue()));
    }

    @Test
    void descriptorsArriveInOrderBetweenTheBytesAndNoneIsLeftOpen() throws Exception {
        int count = 40;
        Events received = new Events();
        server(
                        new Events() {
                            private int descriptors;

                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                                GoPollDomainSocketChannelConfig config =
                                        ((GoPollDomainSocketChannel) ctx.channel()).config();
                                received.channelRead(ctx, msg);
                                if (!(msg instanceof FileDescriptor)) {
                                    config.setReadMode(DomainSocketReadMode.FILE_DESCRIPTORS);
                                    ctx.writeAndFlush(text("ready"));
                                } else if (++descriptors == count) {
                                    config.setReadMode(DomainSocketReadMode.BYTES);
                                }
                            }
                        })
                .bind(address)
                .sync();
        Events events = new Events();
        Channel client = connect(events, address);
        client.writeAndFlush(text("descriptors come")).sync();
        assertEquals("descriptors come", received.next());
        assertEquals("ready", events.next());

        List<FileDescriptor> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            FileDescriptor fd = new FileDescriptor(open(file("file" + i)));
            sent.add(fd);
            client.write(fd);
        }
        client.writeAndFlush(text("that was all")).sync();
        for (int i = 0; i < count; i++) {
            Object fd = received.next();
            assertEquals("file" + i, contents(fd));
            ((FileDescriptor) fd).close();
        }
        assertEquals("that was all", received.next());
        assertEquals(count, openFiles().size(), "the sender's are closed");
        for (FileDescriptor fd : sent) {
            assertEquals(0, Syscalls.get().close(fd.intValue()));
        }
        assertEquals(List.of(), openFiles());
    }

    @Test
    void allDescriptorsOfAMessageArriveAndAreClosedOnExec() throws Exception {
        int[] pair = socketPair();
        Msghdrs message = new Msghdrs(1, 3 * Msghdrs.controlSpace(Integer.BYTES));
        NativeMemory data = NativeMemory.allocate(1);
        message.send(0, data.address(), 1);
        int[] fds = {open(file("a")), open(file("b")), open(file("c"))};
        for (int fd : fds) {
            message.addFd(0, fd);
        }
        assertEquals(1, Syscalls.get().sendmsg(pair[0], message.address(), 0));
        for (int fd : fds) {
            assertEquals(0, Syscalls.get().close(fd));
        }

        Events events = new Events();
        GoPollDomainSocketChannel channel = new GoPollDomainSocketChannel(pair[1], true);
        channel.config().setReadMode(DomainSocketReadMode.FILE_DESCRIPTORS);
        channel.pipeline().addLast(events);
        group.register(channel).sync();
        for (String name : List.of("a", "b", "c")) {
            FileDescriptor fd = assertInstanceOf(FileDescriptor.class, events.next());
            assertEquals(name, contents(fd));
            int flags = Syscalls.get().fcntl(fd.intValue(), Constants.F_GETFD, 0);
            assertEquals(Constants.FD_CLOEXEC, flags & Constants.FD_CLOEXEC);
            fd.close();
        }
        assertEquals(List.of(), openFiles());
        assertEquals(0, Syscalls.get().close(pair[0]));
        // The end of a stream is one in this mode too.
        assertEquals(Events.INACTIVE, events.next());
    }

    @Test
    void descriptorsThatNobodyReadsAreClosedWithTheChannel() throws Exception {
        Events received = new Events();
        server(received).childOption(ChannelOption.AUTO_READ, false).bind(address).sync();
        Channel client = connect(new Events(), address);
        int fd = open(file("a"));
        client.writeAndFlush(new FileDescriptor(fd)).sync();
        assertEquals(0, Syscalls.get().close(fd));
        client.close().sync();
        // A peer's close is read up to also while autoRead is off: here the byte that it came with.
        assertEquals("\0", received.next());
        assertEquals(Events.INACTIVE, received.next());
        assertEquals(List.of(), openFiles());
    }

    // ---- Half-closure. ----

    @Test
    void halfClosureLeavesTheOtherDirectionOpen() throws Exception {
        Events accepted =
                new Events() {
                    @Override
                    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                        super.userEventTriggered(ctx, event);
                        if (event == ChannelInputShutdownReadComplete.INSTANCE) {
                            ctx.writeAndFlush(text("late")).addListener(f -> ctx.close());
                        }
                    }
                };
        server(accepted).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true).bind(address).sync();
        Events events = new Events();
        GoPollDomainSocketChannel client = connect(events, address);
        client.writeAndFlush(text("last")).sync();
        client.shutdownOutput().sync();
        assertTrue(client.isOutputShutdown());
        assertEquals("last", accepted.next());
        assertSame(ChannelOutputShutdownEvent.INSTANCE, events.next());
        assertEquals("late", events.next());
        assertEquals(Events.INACTIVE, events.next());
    }
}
