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
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.InputStream;
import java.net.Socket;

/** Gathering writes, and writability. */
final class Writes {

    private Writes() {}

    @Reported(
            url = "https://github.com/netty/netty/issues/2647",
            title = "epoll transport fails on gathering write of more then 1024 buffers",
            shows = "5,000 direct buffers in one flush arrive, in order.")
    static void moreBuffersThanIovMax(Host host) throws Exception {
        writeInts(host, 5000, true);
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/2623",
            title =
                    "Epoll transport may cause StackOverflow when write many buffers via"
                            + " writev(...)",
            shows = "10,000 heap buffers in one flush arrive, in order.")
    static void manyHeapBuffers(Host host) throws Exception {
        writeInts(host, 10_000, false);
    }

    private static void writeInts(Host host, int count, boolean direct) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen);
        Channel channel = seen.channel();
        channel.eventLoop()
                .execute(
                        () -> {
                            for (int i = 0; i < count; i++) {
                                ByteBuf buffer =
                                        direct ? Unpooled.directBuffer(4) : Unpooled.buffer(4);
                                channel.write(buffer.writeInt(i));
                            }
                            channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                                    .addListener(f -> channel.close());
                        });
        byte[] read = peer.getInputStream().readAllBytes();
        Host.check(read.length == 4 * count, read.length + " of " + 4 * count + " bytes");
        ByteBuf ints = Unpooled.wrappedBuffer(read);
        for (int i = 0; i < count; i++) {
            int value = ints.readInt();
            Host.check(value == i, value + " instead of " + i);
        }
        Host.noException(seen);
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/7752",
            title =
                    "IovArray.add(ByteBuf) throws if buffer is a composite of a single direct buffer",
            shows = "A composite of one direct buffer can be among the buffers of a flush.")
    static void compositeOfOne(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen);
        Channel channel = seen.channel();
        CompositeByteBuf composite =
                Unpooled.compositeBuffer()
                        .addComponent(true, Unpooled.directBuffer().writeBytes(new byte[] {2, 3}));
        CompositeByteBuf empty = Unpooled.compositeBuffer();
        channel.write(Unpooled.directBuffer().writeByte(1));
        channel.write(composite);
        channel.write(empty);
        Host.await(channel.writeAndFlush(Unpooled.directBuffer().writeByte(4)), "write");
        InputStream in = peer.getInputStream();
        for (int i = 1; i <= 4; i++) {
            int value = in.read();
            Host.check(value == i, value + " instead of " + i);
        }
        Host.noException(seen);
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/3791",
            title = "Not try to write more then Integer.MAX_VALUE via writev",
            shows = "A flush of more than 2 GiB is under way, and does not fail.")
    static void moreThanTwoGigabytes(Host host) throws Exception {
        int megabytes = 2100;
        int enough = 64;
        Seen seen = new Seen();
        Socket peer = host.accept(seen);
        Channel channel = seen.channel();
        ByteBuf megabyte = Unpooled.directBuffer(1 << 20).writeZero(1 << 20);
        ChannelFuture first = channel.write(megabyte.retainedDuplicate());
        for (int i = 1; i < megabytes; i++) {
            channel.write(megabyte.retainedDuplicate());
        }
        megabyte.release();
        channel.flush();
        long read = peer.getInputStream().readNBytes(enough << 20).length;
        Host.check(read == (long) enough << 20, "the peer reads " + read + " bytes");
        Host.await(first, "the first write");
        Host.check(channel.isActive(), "the channel is closed");
        peer.setSoLinger(true, 0);
        peer.close();
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/1832",
            title = "Channel writability change notifications sometimes fail to fire",
            shows = "A channel filled by another thread becomes writable again, and says so.")
    static void writableAgain(Host host) throws Exception {
        Seen seen = new Seen();
        Socket peer = host.accept(seen);
        Channel channel = seen.channel();
        int written = 16 * 1024 * 1024;
        for (int i = 0; i < written; i += 8192) {
            channel.writeAndFlush(Unpooled.directBuffer(8192).writeZero(8192));
        }
        Host.turns(channel, 2);
        Host.check(!channel.isWritable(), "the channel is writable");
        Host.check(
                peer.getInputStream().readNBytes(written).length == written, "bytes are missing");
        seen.awaitWritable();
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/5075",
            title = "[#5028] Fix re-entrance issue with channelWritabilityChanged(...) and…",
            shows = "channelWritabilityChanged() may write and flush, and the order stays.")
    static void writeInWritabilityChanged(Host host) throws Exception {
        int count = 2000;
        int[] next = new int[1];
        Seen seen =
                new Seen() {
                    @Override
                    public void channelWritabilityChanged(ChannelHandlerContext ctx)
                            throws Exception {
                        fill(ctx.channel(), next, count);
                        super.channelWritabilityChanged(ctx);
                    }
                };
        Socket peer =
                host.accept(
                        seen,
                        b ->
                                b.childOption(
                                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                                        new WriteBufferWaterMark(1024, 2048)));
        Channel channel = seen.channel();
        channel.eventLoop().execute(() -> fill(channel, next, count));
        byte[] read = peer.getInputStream().readNBytes(400 * count);
        ByteBuf ints = Unpooled.wrappedBuffer(read);
        for (int i = 0; i < count; i++) {
            int value = ints.readInt();
            ints.skipBytes(396);
            Host.check(value == i, value + " instead of " + i);
        }
    }

    private static void fill(Channel channel, int[] next, int count) {
        while (channel.isWritable() && next[0] < count) {
            ByteBuf buffer = Unpooled.directBuffer(400).writeInt(next[0]++).writeZero(396);
            channel.writeAndFlush(buffer);
        }
    }
}
