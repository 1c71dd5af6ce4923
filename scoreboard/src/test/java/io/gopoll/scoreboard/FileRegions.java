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

import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** Files, and what is written like one. */
final class FileRegions {

    private FileRegions() {}

    @Reported(
            url = "https://github.com/netty/netty/issues/2823",
            title = "Writing DefaultFileRegion with EpollSocketChannel may cause hang",
            shows = "A file that is larger than the socket's buffers gets through.")
    static void largeFile(Host host) throws Exception {
        byte[] content = random(16 * 1024 * 1024);
        send(host, content, 0, content.length);
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/2764",
            title = "Data corruption when sending a FileRegion via the epoll transport",
            shows = "A region that does not begin at the file's begin gives its own bytes.")
    static void positionIsKept(Host host) throws Exception {
        send(host, random(8 * 1024 * 1024), 1_234_567, 6_000_001);
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/2964",
            title = "zero-sized DefaultFileRegion leads to system stuck & high sys usage",
            shows = "An empty region is written at once.")
    static void emptyRegion(Host host) throws Exception {
        send(host, random(100), 50, 0);
    }

    private static void send(Host host, byte[] content, int position, int count) throws Exception {
        try (Temporary file = new Temporary(content)) {
            Seen seen = new Seen();
            Socket peer = host.accept(seen);
            ChannelFuture written =
                    seen.channel()
                            .writeAndFlush(new DefaultFileRegion(file.channel, position, count));
            written.addListener(f -> seen.channel().close());
            byte[] read = peer.getInputStream().readAllBytes();
            Host.await(written, "write");
            Host.check(read.length == count, read.length + " of " + count + " bytes");
            Host.check(
                    Arrays.equals(read, Arrays.copyOfRange(content, position, position + count)),
                    "other bytes than the file's");
        }
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/8868",
            title = "DefaultFileRegion.transferTo with invalid count may cause hang",
            shows = "A region that is longer than its file fails.")
    static void longerThanTheFile(Host host) throws Exception {
        try (Temporary file = new Temporary(random(1000))) {
            Seen seen = new Seen();
            Socket peer = host.accept(seen);
            ChannelFuture written =
                    seen.channel().writeAndFlush(new DefaultFileRegion(file.channel, 0, 2000));
            Host.check(
                    peer.getInputStream().readNBytes(1000).length == 1000,
                    "not even what there is");
            Host.awaitDone(written, "write");
            Host.check(written.cause() instanceof IOException, "write: " + written.cause());
        }
    }

    @Reported(
            url = "https://github.com/netty/netty/issues/16825",
            title =
                    "IoUring: generic FileRegion drain loop calls transferTo() past transferred()"
                            + " == count()",
            shows = "transferTo() is not called once the region has transferred all.")
    static void notPastItsEnd(Host host) throws Exception {
        AtomicInteger past = new AtomicInteger();
        Region region =
                new Region(1000) {
                    @Override
                    public long transferTo(WritableByteChannel target, long position)
                            throws IOException {
                        if (transferred >= count()) {
                            past.incrementAndGet();
                            return 0;
                        }
                        target.write(ByteBuffer.wrap(new byte[] {1}));
                        transferred = count();
                        return 1;
                    }
                };
        Seen seen = new Seen();
        host.accept(seen);
        Host.await(seen.channel().writeAndFlush(region), "write");
        Host.check(past.get() == 0, past + " times past its end");
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/16830",
            title = "IoUring: Allocate the full chunk buffer for the generic FileRegion fallback",
            shows = "A region may write more than its count, as one that encrypts does.")
    static void moreThanItsCount(Host host) throws Exception {
        byte[] more = random(5000);
        ByteBuffer left = ByteBuffer.wrap(more);
        Region region =
                new Region(1000) {
                    @Override
                    public long transferTo(WritableByteChannel target, long position)
                            throws IOException {
                        int written = target.write(left);
                        transferred = left.hasRemaining() ? transferred : count();
                        return written;
                    }
                };
        Seen seen = new Seen();
        Socket peer = host.accept(seen);
        seen.channel().writeAndFlush(region).addListener(f -> seen.channel().close());
        byte[] read = peer.getInputStream().readAllBytes();
        Host.check(read.length == 5000, read.length + " of 5000 bytes");
        Host.check(Arrays.equals(read, more), "other bytes");
    }

    @Reported(
            url = "https://github.com/netty/netty/pull/5825",
            title = "[#5800] Support any FileRegion implementation when using epoll transport",
            shows = "A FileRegion of one's own can be written.")
    static void regionOfOnesOwn(Host host) throws Exception {
        byte[] content = random(3_000_000);
        Region region =
                new Region(content.length) {
                    @Override
                    public long transferTo(WritableByteChannel target, long position)
                            throws IOException {
                        int from = (int) position;
                        int length = Math.min(100_000, content.length - from);
                        int written = target.write(ByteBuffer.wrap(content, from, length));
                        transferred += Math.max(0, written);
                        return written;
                    }
                };
        Seen seen = new Seen();
        Socket peer = host.accept(seen);
        seen.channel().writeAndFlush(region).addListener(f -> seen.channel().close());
        byte[] read = peer.getInputStream().readAllBytes();
        Host.check(Arrays.equals(read, content), read.length + " of " + content.length + " bytes");
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private static final class Temporary implements AutoCloseable {

        private final Path path = Files.createTempFile("region", ".bin");
        final FileChannel channel;

        Temporary(byte[] content) throws IOException {
            Files.write(path, content);
            channel = FileChannel.open(path, StandardOpenOption.READ);
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.delete(path);
        }
    }

    private abstract static class Region extends AbstractReferenceCounted implements FileRegion {

        private final long count;
        long transferred;

        Region(long count) {
            this.count = count;
        }

        @Override
        public long position() {
            return 0;
        }

        @Override
        @Deprecated
        public long transfered() {
            return transferred;
        }

        @Override
        public long transferred() {
            return transferred;
        }

        @Override
        public long count() {
            return count;
        }

        @Override
        public FileRegion retain() {
            super.retain();
            return this;
        }

        @Override
        public FileRegion retain(int increment) {
            super.retain(increment);
            return this;
        }

        @Override
        public FileRegion touch() {
            return this;
        }

        @Override
        public FileRegion touch(Object hint) {
            return this;
        }

        @Override
        protected void deallocate() {}
    }
}
