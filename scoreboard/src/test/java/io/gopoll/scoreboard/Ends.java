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
package io.gopoll.scoreboard;

import io.gopoll.channel.GoPollSocketChannel;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** How a connection ends, at either side. */
final class Ends {

    private static final int MANY = 100_000;

    private Ends() {}

    @Reported(
            url = "https://github.com/netty/netty/pull/3729",
            title = "Ensure all data is read from socket when EPOLLRDUP is received",
            shows = "All bytes are read before the peer's end is told.")
    static void bytesBeforeTheEnd(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen, 64);
        peer.getOutputStream().write(new byte[MANY]);
        peer.close();
        seen.awaitInactive();
        int count = seen.bytes().length;
        Host.check(count == MANY, count + " of " + MANY + " bytes before channelInactive");
        Host.noException(seen);
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/4317",
            title = "Epoll level-triggered discards last packets when remote end disconnects",
            shows = "A last packet that comes together with the end is read.")
    static void lastPacketWithTheEnd(Host host) throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch sent = new CountDownLatch(1);
        Seen seen =
                new Seen(
                        ctx -> {
                            busy.countDown();
                            awaitUninterruptibly(sent);
                        });
        Socket peer = host.accept(seen);
        peer.getOutputStream().write(1);
        awaitUninterruptibly(busy);
        peer.getOutputStream().write("kick".getBytes("US-ASCII"));
        peer.close();
        sent.countDown();
        seen.awaitInactive();
        Host.check(seen.bytes().length == 5, seen.bytes().length + " of 5 bytes");
        Host.noException(seen);
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/6303",
            title =
                    "Bytes are dropped when using epoll and auto read = false when peer closes"
                            + " connection",
            shows = "Without autoRead, read() still gives what came before the peer's end.")
    static void bytesBeforeTheEndOneReadAtATime(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen, Ends::oneKilobyteARead);
        peer.getOutputStream().write(new byte[50_000]);
        peer.close();
        Channel channel = seen.channel();
        while (channel.isOpen() && seen.bytes().length < 50_000) {
            int before = seen.count("readComplete");
            channel.read();
            awaitReadComplete(seen, channel, before);
        }
        channel.read();
        seen.awaitInactive();
        Host.check(seen.bytes().length == 50_000, seen.bytes().length + " of 50000 bytes");
    }

    private static void awaitReadComplete(Seen seen, Channel channel, int before) throws Exception {
        long end = System.nanoTime() + Host.LIMIT.toNanos();
        while (seen.count("readComplete") == before && channel.isOpen()) {
            Host.check(System.nanoTime() < end, "read() gives nothing of what has come");
            Host.turns(channel, 1);
        }
    }

    private static io.netty.bootstrap.ServerBootstrap oneKilobyteARead(
            io.netty.bootstrap.ServerBootstrap bootstrap) {
        return bootstrap
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(1024).maxMessagesPerRead(1));
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/6173",
            title = "Native epoll transport should honor AUTO_READ flag",
            shows = "Without autoRead nothing is read unasked, even when the peer closes.",
            onGoPoll = "channelRead without read()",
            note =
                    "GoPoll sees a peer's close at once, as epoll does, and for that reads what came"
                            + " before: [compatibility](compatibility.md).")
    static void nothingIsReadUnasked(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen, b -> b.childOption(ChannelOption.AUTO_READ, false));
        peer.getOutputStream().write(new byte[10_240]);
        peer.close();
        roundTrips(host, 20);
        Host.turns(seen.channel(), 100);
        Host.check(seen.count("read") == 0, "channelRead without read()");
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/5082",
            title = "Channel (EPOLL) gets closed before response is consumed #2",
            shows = "A client that asks for each read has the whole answer before the end.")
    static void answerOneReadAtATime(Host host) throws Exception {
        try (java.net.ServerSocket server = host.listenOutside()) {
            for (int i = 0; i < 30; i++) {
                Seen seen = new Seen(ChannelHandlerContext::read);
                Channel channel =
                        host.channel(
                                host.client(seen)
                                        .option(ChannelOption.AUTO_READ, false)
                                        .connect(server.getLocalSocketAddress()));
                channel.read();
                Socket peer = host.accepted(server);
                peer.getOutputStream().write(new byte[5000]);
                peer.close();
                seen.awaitInactive();
                int count = seen.bytes().length;
                Host.check(count == 5000, count + " of 5000 bytes before channelInactive");
            }
        }
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/7550",
            title = "Detecting client disconnection when autoRead=false",
            shows = "Without autoRead and read(), a reset by the peer is seen.")
    static void resetIsSeenWithoutReading(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen, b -> b.childOption(ChannelOption.AUTO_READ, false));
        peer.setSoLinger(true, 0);
        peer.close();
        seen.awaitInactive();
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/7255",
            title =
                    "A lot of ChannelInputShutdownReadComplete events fired for NIO channel with"
                            + " ALLOW_HALF_CLOSURE",
            shows = "ChannelInputShutdownReadComplete comes once.")
    static void inputShutdownOnce(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer =
                host.accept(
                        seen,
                        b ->
                                b.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                                        .childOption(ChannelOption.AUTO_READ, false));
        peer.shutdownOutput();
        seen.channel().read();
        seen.awaitUserEvent(
                ChannelInputShutdownEvent.INSTANCE::equals, "ChannelInputShutdownEvent");
        for (int i = 0; i < 20; i++) {
            seen.channel().read();
            Host.turns(seen.channel(), 1);
        }
        Object complete = ChannelInputShutdownReadComplete.INSTANCE;
        seen.awaitUserEvent(complete::equals, "ChannelInputShutdownReadComplete");
        roundTrips(host, 10);
        Host.turns(seen.channel(), 100);
        int count = seen.countUserEvents(complete);
        Host.check(count == 1, "ChannelInputShutdownReadComplete " + count + " times");
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/7801",
            title = "NIO read spin event loop spin when half closed",
            shows = "After the peer's half-close the loop does not turn round without work.")
    static void noSpinWhenHalfClosed(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen, b -> b.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        peer.shutdownOutput();
        seen.awaitUserEvent(
                ChannelInputShutdownEvent.INSTANCE::equals, "ChannelInputShutdownEvent");
        Host.turns(seen.channel(), 10);
        int before = seen.count("readComplete");
        Host.turns(seen.channel(), 200);
        roundTrips(host, 10);
        int more = seen.count("readComplete") - before;
        Host.check(more <= 2, more + " times channelReadComplete after the end");
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/14193",
            title = "Rectify socket half-closed behavior with 4.1",
            shows = "With autoRead, a half-close gives both events, after the last bytes.")
    static void bothEventsOfAHalfClose(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen, b -> b.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        peer.getOutputStream().write(new byte[MANY]);
        peer.shutdownOutput();
        seen.awaitUserEvent(
                ChannelInputShutdownReadComplete.INSTANCE::equals,
                "ChannelInputShutdownReadComplete");
        Host.check(seen.bytes().length == MANY, "the event comes before the last bytes");
        int count = seen.countUserEvents(ChannelInputShutdownEvent.INSTANCE);
        Host.check(count == 1, "ChannelInputShutdownEvent " + count + " times");
        Host.check(seen.channel().isActive(), "the channel is closed");
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/3457",
            title = "(Another) Invalid FileDescriptor causing infinite loop",
            shows = "A channel that is closed in its first read is not read on.")
    static void closeInTheFirstRead(Host host) throws Exception {
        Seen seen = new Seen(ctx -> ctx.close());
        Socket peer = host.accept(seen, 1024);
        peer.getOutputStream().write(new byte[50_000]);
        seen.awaitInactive();
        Host.turns(seen.channel(), 50);
        Host.check(seen.count("read") == 1, seen.count("read") + " reads");
        Host.noException(seen);
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/5048",
            title = "Not attempt to read from fd when channel is closed during read loop. …",
            shows = "shutdownInput() in a read leads to no exception.")
    static void shutdownInputInARead(Host host) throws Exception {
        Seen seen = new Seen(ctx -> ((DuplexChannel) ctx.channel()).shutdownInput());
        Socket peer =
                host.accept(
                        seen,
                        b ->
                                b.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                                        .childOption(
                                                ChannelOption.RECVBUF_ALLOCATOR,
                                                new FixedRecvByteBufAllocator(1024)));
        peer.getOutputStream().write(new byte[20_000]);
        seen.awaitEvent("read");
        Host.turns(seen.channel(), 50);
        roundTrips(host, 5);
        Host.noException(seen);
        Host.check(seen.channel().isOpen(), "the channel is closed");
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/4968",
            title = "EPOLL SO_LINGER=0 sends FIN+RST",
            shows = "close() with SO_LINGER 0 resets the connection, with no end before.")
    static void lingerZeroResets(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen, b -> b.childOption(ChannelOption.SO_LINGER, 0));
        seen.channel().close();
        try {
            int read = peer.getInputStream().read();
            throw new AssertionError("the peer reads " + read);
        } catch (SocketException e) {
            Host.check(e.getMessage().contains("reset"), e.toString());
        }
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/7162",
            title =
                    "Fix assertion error when closing / shutdown native channel and SO_LINGER is"
                            + " set.",
            shows = "With SO_LINGER, shutdownOutput() and then close() succeed.")
    static void shutdownAndCloseWithLinger(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen, b -> b.childOption(ChannelOption.SO_LINGER, 10));
        Host.await(((DuplexChannel) seen.channel()).shutdownOutput(), "shutdownOutput");
        Host.check(peer.getInputStream().read() == -1, "the peer sees no end");
        Host.await(seen.channel().close(), "close");
        seen.awaitInactive();
        Host.noException(seen);
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/4449",
            title = "High CPU usage with SO_LINGER and sudden connection close (4.0.26.Final+)",
            shows = "With SO_LINGER, a close that meets the peer's reset is told once.")
    static void resetWithLinger(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen, b -> b.childOption(ChannelOption.SO_LINGER, 1));
        peer.setSoLinger(true, 0);
        peer.close();
        ChannelFuture closed = seen.channel().close();
        Host.await(closed, "close");
        seen.awaitInactive();
        Host.turns(seen.channel(), 20);
        Host.check(seen.count("inactive") == 1, seen.count("inactive") + " times inactive");
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/7143",
            title = "AbstractChannel should call doClose even after shutdownOutput",
            shows = "close() after shutdownOutput() closes the socket.")
    static void closeAfterShutdownOutput(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen);
        Host.await(((DuplexChannel) seen.channel()).shutdownOutput(), "shutdownOutput");
        Host.await(seen.channel().close(), "close");
        seen.awaitInactive();
        Host.check(peer.getInputStream().read() == -1, "the peer sees no end");
        awaitReset(peer);
    }

    /** Nobody has the other end any more: the kernel answers with a reset. */
    private static void awaitReset(Socket peer) throws Exception {
        long end = System.nanoTime() + Host.LIMIT.toNanos();
        try {
            while (System.nanoTime() < end) {
                peer.getOutputStream().write(1);
                TimeUnit.MILLISECONDS.sleep(1);
            }
        } catch (IOException expected) {
            return;
        }
        throw new AssertionError("the socket is still open");
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/17237",
            title =
                    "io_uring: close() never completes when shutdownOutput() races an in-flight"
                            + " write",
            shows = "close() after shutdownOutput() completes while a write waits for room.")
    static void closeWhileAWriteIsInFlight(Host host) throws Exception {
        Seen seen = new Seen();
        host.accept(seen);
        Channel channel = seen.channel();
        ChannelFuture written =
                channel.writeAndFlush(Unpooled.directBuffer().writeZero(32 * 1024 * 1024));
        ((DuplexChannel) channel).shutdownOutput();
        Host.await(channel.close(), "close");
        Host.awaitDone(written, "write");
        Host.check(!written.isSuccess(), "a write that was cut off succeeds");
        seen.awaitInactive();
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/13072",
            title =
                    "Pending writes (flush) not flushed when client invokes"
                            + " socket.shutdownOutput() with out closing the socket.",
            shows = "After the peer's half-close a large answer still gets through.")
    static void answerAfterHalfClose(Host host) throws Exception {
        int size = 8 * 1024 * 1024;
        Seen seen =
                new Seen(
                        ctx ->
                                ctx.writeAndFlush(Unpooled.directBuffer().writeZero(size))
                                        .addListener(f -> ctx.close()));
        Socket peer = host.accept(seen, b -> b.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        peer.getOutputStream().write(1);
        peer.shutdownOutput();
        int count = peer.getInputStream().readAllBytes().length;
        Host.check(count == size, count + " of " + size + " bytes");
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/5781",
            title =
                    "Correct throw ClosedChannelException when attempt to call shutdown*(....) on"
                            + " closed EpollSocketChannel.",
            shows = "shutdownOutput() of a closed channel fails with ClosedChannelException.")
    static void shutdownOfAClosedChannel(Host host) throws Exception {
        Seen seen = new Seen();
        host.accept(seen);
        Host.await(seen.channel().close(), "close");
        ChannelFuture shutdown = ((DuplexChannel) seen.channel()).shutdownOutput();
        Host.awaitDone(shutdown, "shutdownOutput");
        Host.check(
                shutdown.cause() instanceof ClosedChannelException,
                "shutdownOutput: " + shutdown.cause());
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/7041",
            title = "Shutting down the outbound side of the channel should not accept futu…",
            shows = "shutdownOutput() fails pending and later writes with a clear exception.")
    static void writesAfterShutdownOutput(Host host) throws Exception {
        Seen seen = new Seen();
        host.accept(seen);
        Channel channel = seen.channel();
        ChannelFuture pending = channel.write(Unpooled.buffer().writeByte(1));
        Host.await(((DuplexChannel) channel).shutdownOutput(), "shutdownOutput");
        ChannelFuture later = channel.writeAndFlush(Unpooled.buffer().writeByte(2));
        for (ChannelFuture write : List.of(pending, later)) {
            Host.awaitDone(write, "write");
            Host.check(
                    write.cause() instanceof ChannelOutputShutdownException
                            || write.cause() instanceof ClosedChannelException,
                    "write: " + write.cause());
        }
        Host.check(channel.isOpen(), "the channel is closed");
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/4091",
            title = "Epoll HttpServer ClosedChannelException death spiral",
            shows = "A handler that throws and closes the channel hears of it once.")
    static void throwAndClose(Host host) throws Exception {
        Seen seen =
                new Seen(
                        ctx -> {
                            throw new IllegalStateException("thrown on purpose");
                        }) {
                    @Override
                    public synchronized void exceptionCaught(
                            ChannelHandlerContext ctx, Throwable cause) {
                        super.exceptionCaught(ctx, cause);
                        ctx.close();
                    }
                };
        Socket peer = host.accept(seen, 1024);
        peer.getOutputStream().write(new byte[50_000]);
        seen.awaitInactive();
        Host.turns(seen.channel(), 50);
        int count = seen.exceptions().size();
        Host.check(count == 1, count + " times exceptionCaught: " + seen.exceptions());
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/12123",
            title = "About the bug of spliceTo()",
            shows = "A channel that is spliced to another has its end told, after the last bytes.",
            note = "On epoll the last bytes are lost in some runs.")
    static void endOfASplice(Host host) throws Exception {
        Seen from = new Seen();
        Socket source = host.accept(from);
        ServerSocket server = host.listenOutside();
        Channel to =
                host.channel(
                        host.client(new Seen(), from.channel().eventLoop())
                                .connect(server.getLocalSocketAddress()));
        Socket target = host.accepted(server);
        splice(host, from.channel(), to);
        source.getOutputStream().write(new byte[MANY]);
        source.close();
        int count = readAsMuch(target, MANY);
        Host.check(count == MANY, count + " of " + MANY + " bytes");
        from.awaitInactive();
    }

    /** How many bytes come of so many. */
    private static int readAsMuch(Socket socket, int count) throws IOException {
        byte[] bytes = new byte[count];
        int sum = 0;
        try {
            for (int n = 0; n >= 0 && sum < count; sum += Math.max(0, n)) {
                n = socket.getInputStream().read(bytes);
            }
        } catch (SocketTimeoutException e) {
            return sum;
        }
        return sum;
    }

    @SuppressWarnings("deprecation") // epoll's, which has no other
    private static void splice(Host host, Channel from, Channel to) {
        if (host.isGoPoll()) {
            ((GoPollSocketChannel) from).spliceTo((GoPollSocketChannel) to, Integer.MAX_VALUE);
        } else if (from instanceof EpollSocketChannel source) {
            source.spliceTo((EpollSocketChannel) to, Integer.MAX_VALUE);
        } else {
            throw new Lacks("splice");
        }
    }

    /** Connections that come and go meanwhile: what should not happen has time to happen. */
    static void roundTrips(Host host, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            Seen other = new Seen(ctx -> ctx.writeAndFlush(Unpooled.buffer().writeByte(1)));
            Socket peer = host.accept(other);
            peer.getOutputStream().write(1);
            Host.check(peer.getInputStream().read() == 1, "no answer to others");
            peer.close();
            other.awaitInactive();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            if (!latch.await(Host.LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("nothing has been read");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
