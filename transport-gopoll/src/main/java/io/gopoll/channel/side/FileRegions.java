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
package io.gopoll.channel.side;

import io.gopoll.channel.buffer.Memory;
import io.gopoll.channel.loop.Registration;
import io.gopoll.poll.SafeLogger;
import io.gopoll.sys.Errno;
import io.gopoll.sys.FileChannels;
import io.gopoll.sys.NativeMemory;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.TimeUnit;

/**
 * Writes file regions: a {@link DefaultFileRegion} by sendfile(2), any other through its own {@link
 * FileRegion#transferTo}. Belongs to the event loop.
 */
public final class FileRegions {

    private static final SafeLogger logger = SafeLogger.of(FileRegions.class);

    /** Netty keeps a region's file and progress to itself; its own transports reach them by JNI. */
    private static final Field FILE = field("file");

    private static final Field TRANSFERRED = field("transferred");

    private final StreamWriteSide side;
    private final WritableByteChannel target = new Target();

    /** The file position that sendfile moves on; null until the first use. */
    private NativeMemory offset;

    /** The region that {@link #file} and {@link #fd} belong to. */
    private FileRegion current;

    /**
     * What {@link #write} returns if the region has nothing to give just now: no edge will come.
     */
    static final int DRY = -1;

    /** So often a region that gives nothing is asked without a pause. */
    private static final int DRY_ROUNDS = 8;

    private static final int MAX_DRY_MILLIS = 10;

    /** Whether the socket has taken less than what the region's transfer had for it. */
    private boolean full;

    private FileChannel file;
    private int fd;

    /** How often in a row a region had nothing to give. */
    private int dryRounds;

    /**
     * The registration whose timer will ask again. A timer of an earlier registration does nothing.
     */
    private Registration timer;

    FileRegions(StreamWriteSide side) {
        this.side = side;
    }

    private static Field field(String name) {
        try {
            Field field = DefaultFileRegion.class.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            logger.debug("File regions are copied: their files can't be reached for sendfile", e);
            return null;
        }
    }

    /**
     * Writes once; returns what it takes from the write spin count.
     *
     * @param max bytes; a region that brings its own transfer may write more
     */
    int write(ChannelOutboundBuffer in, FileRegion region, long max) throws IOException {
        if (region.transferred() >= region.count()) {
            return done(in, 0);
        }
        if (current != region) {
            current = region;
            dryRounds = 0;
            fd =
                    region instanceof DefaultFileRegion
                            ? descriptorOf((DefaultFileRegion) region)
                            : -1;
        }
        if (fd >= 0 && !file.isOpen()) {
            // The number of its descriptor may be another file's by now.
            throw new ClosedChannelException();
        }
        full = false;
        long n =
                fd >= 0
                        ? sendfile((DefaultFileRegion) region, max)
                        : region.transferTo(target, region.transferred());
        if (n <= 0) {
            return n == -Errno.EAGAIN || full ? StreamWriteSide.FULL : DRY;
        }
        dryRounds = 0;
        in.progress(n);
        int spins = StreamWriteSide.spins(n);
        return region.transferred() >= region.count() ? done(in, spins) : spins;
    }

    /**
     * The region has nothing to give just now, and the socket would take it: it is asked again when
     * others have had their turn, and after some times in vain after a pause.
     */
    void askAgain() {
        Registration r = side.registration();
        if (r == null) {
            return;
        }
        if (dryRounds < DRY_ROUNDS) {
            dryRounds++;
            side.queue();
            return;
        }
        long millis = Math.min(dryRounds++ - DRY_ROUNDS + 1, MAX_DRY_MILLIS);
        if (timer != r) {
            timer = r;
            side.channel.eventLoop().schedule(() -> ask(r), millis, TimeUnit.MILLISECONDS);
        }
    }

    /** A channel that has moved asks again by itself, in the loop that it has come to. */
    private void ask(Registration r) {
        if (r.isValid()) {
            timer = null;
            side.queue();
        }
    }

    private int done(ChannelOutboundBuffer in, int spins) {
        current = null;
        file = null;
        in.remove();
        return spins;
    }

    private int descriptorOf(DefaultFileRegion region) throws IOException {
        region.open();
        try {
            if (FILE == null || TRANSFERRED == null) {
                return -1;
            }
            file = (FileChannel) FILE.get(region);
            return FileChannels.fd(file);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private long sendfile(DefaultFileRegion region, long max) throws IOException {
        if (offset == null) {
            offset = NativeMemory.allocate(Long.BYTES);
        }
        long transferred = region.transferred();
        offset.buffer().putLong(0, region.position() + transferred);
        long left = Math.min(region.count() - transferred, max);
        long n = side.netFd.sendfile(fd, offset.address(), left);
        if (n == 0) {
            // The file may have become shorter than the region, netty#8868.
            side.sides().validate(region, transferred);
        } else if (n < 0 && n != -Errno.EAGAIN) {
            throw Errno.newException("sendfile", (int) n);
        }
        if (n > 0) {
            try {
                TRANSFERRED.setLong(region, transferred + n);
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
        return n;
    }

    /** The channel's socket, to file regions that bring their own transfer. */
    private final class Target implements WritableByteChannel {

        @Override
        public int write(ByteBuffer src) throws IOException {
            int remaining = src.remaining();
            if (remaining == 0) {
                return 0;
            }
            int n;
            if (src.isDirect()) {
                n = side.netFd.write(Memory.address(src), remaining);
            } else {
                ByteBuf copy = side.channel.alloc().directBuffer(remaining);
                try {
                    copy.writeBytes(src.duplicate());
                    n = side.netFd.write(Memory.readableAddress(copy), remaining);
                } finally {
                    copy.release();
                }
            }
            if (n == -Errno.EAGAIN) {
                full = true;
                return 0;
            }
            if (n < 0) {
                throw Errno.newException("write", n);
            }
            full = n < remaining;
            src.position(src.position() + n);
            return n;
        }

        @Override
        public boolean isOpen() {
            return side.channel.isOpen();
        }

        @Override
        public void close() {
            side.channel.close();
        }
    }
}
