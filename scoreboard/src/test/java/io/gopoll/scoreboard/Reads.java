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

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.net.Socket;

/** Reading when it is asked for. */
final class Reads {

    private static final int MANY = 100_000;

    private Reads() {}

    @Reported(
            url = "https://github.com/netty/netty/issues/2254",
            title =
                    "Calling Channel.read() within channelReadComplete() not works when AutoRead is"
                            + " false",
            shows = "Without autoRead, read() in channelReadComplete() goes on.")
    static void readInReadComplete(Host host) throws Exception {
        Seen seen =
                new Seen() {
                    @Override
                    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
                        super.channelReadComplete(ctx);
                        ctx.read();
                    }
                };
        Socket peer = host.accept(seen, b -> b.childOption(ChannelOption.AUTO_READ, false));
        seen.channel().read();
        for (int i = 1; i <= 20; i++) {
            peer.getOutputStream().write(1);
            seen.awaitBytes(i);
        }
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/5061",
            title = "EPOLL ET Missed Reads",
            shows = "Without autoRead, read() in channelRead() goes on to the last byte.")
    static void readInARead(Host host) throws Exception {
        Seen seen = new Seen(ChannelHandlerContext::read);
        Socket peer =
                host.accept(
                        seen,
                        b ->
                                b.childOption(ChannelOption.AUTO_READ, false)
                                        .childOption(
                                                ChannelOption.RECVBUF_ALLOCATOR,
                                                new FixedRecvByteBufAllocator(1000)
                                                        .maxMessagesPerRead(1)));
        peer.getOutputStream().write(new byte[MANY]);
        seen.channel().read();
        seen.awaitBytes(MANY);
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/2371",
            title = "Potential data corruption in EpollSocketChannel",
            shows = "With autoRead switched off and on at each read, all bytes come in order.")
    static void autoReadOffAndOn(Host host) throws Exception {
        Seen seen =
                new Seen(
                        ctx -> {
                            Channel channel = ctx.channel();
                            channel.config().setAutoRead(false);
                            channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
                        });
        Socket peer = host.accept(seen, 1000);
        ByteBuf ints = io.netty.buffer.Unpooled.buffer(4 * MANY);
        for (int i = 0; i < MANY; i++) {
            ints.writeInt(i);
        }
        peer.getOutputStream().write(ints.array());
        seen.awaitBytes(4 * MANY);
        Host.check(java.util.Arrays.equals(ints.array(), seen.bytes()), "other bytes");
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/3007",
            title = "setAutoRead(false) does not always work (Linux only)",
            shows = "A server without autoRead accepts nobody, and all who wait once it is on.")
    static void suspendedServer(Host host) throws Exception {
        Seen seen = new Seen();
        Channel server = host.listen(seen, b -> b.option(ChannelOption.AUTO_READ, false));
        host.dial(server);
        Ends.roundTrips(host, 5);
        Host.turns(server, 50);
        Host.check(seen.events().isEmpty(), "accepted: " + seen.events());
        server.config().setAutoRead(true);
        seen.channel();
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/6724",
            title = "netty4-setautoreadfalse-with-epoll-transport",
            shows = "After autoRead is switched off, what comes later is not read.")
    static void nothingAfterAutoReadIsOff(Host host) throws Exception {
        Seen seen = new Seen(ctx -> ctx.channel().config().setAutoRead(false));
        Socket peer = host.accept(seen);
        peer.getOutputStream().write(1);
        seen.awaitEvent("readComplete");
        peer.getOutputStream().write(2);
        Ends.roundTrips(host, 10);
        Host.turns(seen.channel(), 50);
        Host.check(seen.bytes().length == 1, seen.bytes().length + " bytes");
        seen.channel().config().setAutoRead(true);
        seen.awaitBytes(2);
    }
}
