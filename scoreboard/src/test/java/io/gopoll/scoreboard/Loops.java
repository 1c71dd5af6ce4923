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

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;

/** Channels that move to another event loop. */
final class Loops {

    private Loops() {}

    @Reported(
            url = "https://github.com/netty/netty/issues/14923",
            title =
                    "Netty 4.2.0.RC4 - Channel `deregister` and `register` with a new EventLoop"
                            + " doesn't work as expected",
            shows = "After it has moved, a channel's handlers run in its new loop.")
    static void handlersMoveToo(Host host) throws Exception {
        AtomicBoolean elsewhere = new AtomicBoolean();
        Seen seen =
                new Seen(
                        ctx -> {
                            if (!ctx.executor().inEventLoop()
                                    || ctx.executor() != ctx.channel().eventLoop()) {
                                elsewhere.set(true);
                            }
                        });
        Socket peer = host.accept(seen);
        EventLoop other = move(host, seen.channel());
        peer.getOutputStream().write(1);
        seen.awaitBytes(1);
        Host.check(seen.channel().eventLoop() == other, "registered with another loop");
        Host.check(!elsewhere.get(), "a handler runs elsewhere");
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/4805",
            title =
                    "All tests for channel re-registering stop working after migration 4.0.33 ->"
                            + " 4.0.34",
            shows = "What comes while a channel moves, and after, is read.")
    static void readsGoOn(Host host) throws Exception {
        Seen seen = new Seen(Loops::answer);
        Socket peer = host.accept(seen);
        for (int i = 0; i < 10; i++) {
            Channel channel = seen.channel();
            Host.await(channel.deregister(), "deregister");
            peer.getOutputStream().write(1);
            Host.await(host.group.next().register(channel), "register");
            Host.check(peer.getInputStream().read() == 1, "no answer");
        }
        peer.close();
        seen.awaitInactive();
    }

    private static void answer(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(Unpooled.buffer().writeByte(1));
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/4923",
            title = "deregister().sync() strange behaviour",
            shows = "deregister() from another thread completes.")
    static void deregisterFromOutside(Host host) throws Exception {
        Seen seen = new Seen();
        host.accept(seen);
        Host.await(seen.channel().deregister(), "deregister");
        Host.check(!seen.channel().isRegistered(), "still registered");
        Host.check(seen.channel().isOpen(), "the channel is closed");
        Host.await(host.group.next().register(seen.channel()), "register");
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/4621",
            title = "[#4435] Always invoke the actual deregisteration later in the EventLoop.",
            shows = "A handler may deregister in a read, and goes on in the old loop until then.")
    static void deregisterInARead(Host host) throws Exception {
        AtomicBoolean left = new AtomicBoolean();
        Seen seen =
                new Seen(
                        ctx -> {
                            EventLoop loop = ctx.channel().eventLoop();
                            ctx.deregister();
                            left.set(!loop.inEventLoop() || !ctx.channel().isRegistered());
                        }) {
                    @Override
                    public void channelUnregistered(ChannelHandlerContext ctx) {
                        userEventTriggered(ctx, "unregistered");
                    }
                };
        Socket peer = host.accept(seen);
        peer.getOutputStream().write(1);
        seen.awaitUserEvent("unregistered"::equals, "channelUnregistered");
        Host.check(!left.get(), "deregistered within the read");
        Host.check(seen.channel().isOpen(), "the channel is closed");
        Host.await(host.group.next().register(seen.channel()), "register");
        Host.await(seen.channel().close(), "close");
    }

    private static EventLoop move(Host host, Channel channel) throws Exception {
        EventLoop old = channel.eventLoop();
        Host.await(channel.deregister(), "deregister");
        EventLoop other = host.group.next();
        while (other == old) {
            other = host.group.next();
        }
        Host.await(other.register(channel), "register");
        return other;
    }
}
