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

import static io.netty.util.internal.ObjectUtil.checkNotNull;
import static io.netty.util.internal.ObjectUtil.checkPositiveOrZero;

import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Pipe;
import io.gopoll.sys.Syscalls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.channels.ClosedChannelException;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;

/**
 * The splices of one channel: what of its input goes, by splice(2) through a pipe, to another
 * channel or a file instead of the pipeline. Everything but {@link #add} belongs to the event loop.
 */
public final class Splices {

    private static final Syscalls SYS = Syscalls.get();

    private final StreamReadSide side;
    private final Channel channel;

    /** From any thread to the event loop; null until the first splice. */
    private volatile Queue<In> queue;

    /**
     * What others splice into this channel waits here until its socket takes it; null until then.
     */
    private SplicePipe pipe;

    private boolean endOfInput;

    /**
     * The pipe of the target is full, or may be: whoever empties it has this channel look again.
     */
    private boolean awaitsRoom;

    /**
     * The channels that found the pipe full; null until one has. They read on when some of it has
     * gone, or when this channel closes.
     */
    private Set<StreamReadSide> waiting;

    Splices(StreamReadSide side) {
        this.side = side;
        channel = side.channel;
    }

    /** What its sources have put into it goes out to this channel's socket. */
    private static final class SplicePipe extends Pipe {

        /** How many bytes are in it. */
        int bytes;

        SplicePipe() throws IOException {}

        /** Takes bytes out that nobody will write any more. They are the oldest ones. */
        void discard(int count) {
            NativeMemory memory = NativeMemory.allocate(Math.min(count, DISCARD));
            for (int left = count; left > 0; ) {
                int n = SYS.read(readEnd(), memory.address(), Math.min(left, memory.size()));
                if (n <= 0 && n != -Errno.EINTR) {
                    break;
                }
                left -= Math.max(0, n);
            }
            Reference.reachabilityFence(memory);
            bytes -= count;
        }
    }

    private static final int DISCARD = 16 * 1024;

    /** The pipe has room again, or is closed: sources that wait for room look again. */
    private void wakeWaiting() {
        Set<StreamReadSide> sources = waiting;
        if (sources != null && !sources.isEmpty()) {
            waiting = null;
            sources.forEach(ReadSide::again);
        }
    }

    private void awaitRoom(StreamReadSide source) {
        if (waiting == null) {
            waiting = new LinkedHashSet<>();
        }
        waiting.add(source);
    }

    public ChannelFuture add(StreamReadSide target, int len, ChannelPromise promise) {
        if (target.channel.eventLoop() != channel.eventLoop()) {
            throw new IllegalArgumentException("EventLoops are not the same.");
        }
        checkPositiveOrZero(len, "len");
        return add(new ToChannel(target, len, checkNotNull(promise, "promise")));
    }

    public ChannelFuture add(FileDescriptor fd, int offset, int len, ChannelPromise promise) {
        checkPositiveOrZero(len, "len");
        checkPositiveOrZero(offset, "offset");
        return add(new ToFile(fd, offset, len, checkNotNull(promise, "promise")));
    }

    private ChannelFuture add(In splice) {
        if (channel.isOpen()) {
            queue().add(splice);
            if (!channel.isOpen()) {
                // Closed meanwhile: the close may have emptied the queue before this was in it.
                channel.eventLoop().execute(this::failAll);
            }
        } else {
            splice.promise.tryFailure(new ClosedChannelException());
        }
        return splice.promise;
    }

    private Queue<In> queue() {
        Queue<In> q = queue;
        if (q == null) {
            synchronized (this) {
                q = queue;
                if (q == null) {
                    queue = q = PlatformDependent.newMpscQueue();
                }
            }
        }
        return q;
    }

    boolean isPending() {
        Queue<In> q = queue;
        return q != null && q.peek() != null;
    }

    boolean awaitsRoom() {
        return awaitsRoom;
    }

    boolean isEndOfInput() {
        return endOfInput;
    }

    /**
     * Goes on with the splice that is first in the queue.
     *
     * @return true if that splice is done; false if the input is drained or at its end, or the
     *     target is full
     */
    boolean read(GoPollRecvByteAllocatorHandle allocHandle) {
        awaitsRoom = false;
        In splice = queue.peek();
        if (!splice.read(allocHandle)) {
            return false;
        }
        // A close has emptied the queue itself.
        if (channel.isActive()) {
            queue.remove();
        }
        return true;
    }

    public void close() {
        if (pipe != null) {
            pipe.close();
            pipe = null;
        }
        failAll();
        wakeWaiting();
    }

    private void failAll() {
        Queue<In> q = queue;
        if (q == null) {
            return;
        }
        ClosedChannelException cause = null;
        for (In splice = q.poll(); splice != null; splice = q.poll()) {
            if (cause == null) {
                cause = new ClosedChannelException();
            }
            splice.promise.tryFailure(cause);
        }
    }

    /** A splice out of this channel. */
    private abstract class In {
        final ChannelPromise promise;

        /** How many bytes are left; {@link Integer#MAX_VALUE} stays what it is. */
        int len;

        In(int len, ChannelPromise promise) {
            this.len = len;
            this.promise = promise;
        }

        /**
         * @return true if this splice is done, well or badly
         */
        final boolean read(GoPollRecvByteAllocatorHandle allocHandle) {
            if (promise.isDone()) {
                // Cancelled, or failed by the target.
                return true;
            }
            try {
                if (len != 0 && !move(allocHandle)) {
                    return false;
                }
                if (len == 0) {
                    done();
                    return true;
                }
                return false;
            } catch (Throwable t) {
                promise.tryFailure(t);
                return true;
            }
        }

        /** Moves what can be moved now; false if nothing could. */
        abstract boolean move(GoPollRecvByteAllocatorHandle allocHandle) throws IOException;

        abstract void done();

        final void moved(int n) {
            if (len != Integer.MAX_VALUE) {
                len -= n;
            }
        }

        /**
         * Fills the pipe from the socket; returns how many bytes that were, 0 if there was nothing.
         */
        final int fill(Pipe into, GoPollRecvByteAllocatorHandle allocHandle) throws IOException {
            int want = Math.min(allocHandle.guess(), len);
            allocHandle.attemptedBytesRead(want);
            long n = side.netFd.spliceTo(into.writeEnd(), want);
            if (n == -Errno.EAGAIN) {
                // The socket is drained, or the pipe is full: then who empties it says so.
                side.drained = Drained.YES;
                allocHandle.lastBytesRead(0);
                return 0;
            }
            if (n < 0) {
                throw Errno.newException("splice", (int) n);
            }
            if (n == 0) {
                endOfInput = true;
                side.drained = Drained.YES;
                allocHandle.lastBytesRead(-1);
                return 0;
            }
            allocHandle.lastBytesRead((int) n);
            side.answered();
            return (int) n;
        }
    }

    private final class ToChannel extends In implements ChannelFutureListener {
        private final StreamReadSide target;

        /** How many writes of what was moved have not completed. */
        private int pendingWrites;

        ToChannel(StreamReadSide target, int len, ChannelPromise promise) {
            super(len, promise);
            this.target = target;
        }

        @Override
        boolean move(GoPollRecvByteAllocatorHandle allocHandle) throws IOException {
            Splices there = target.splices();
            if (there.pipe == null) {
                if (!target.channel.isOpen()) {
                    throw new ClosedChannelException();
                }
                // The target's, so that several channels can splice into it with their order kept.
                there.pipe = new SplicePipe();
            }
            int n = fill(there.pipe, allocHandle);
            if (n == 0) {
                if (there.pipe.bytes > 0 && !endOfInput) {
                    there.awaitRoom(side);
                    awaitsRoom = true;
                }
                return false;
            }
            there.pipe.bytes += n;
            moved(n);
            pendingWrites++;
            boolean autoRead = channel.config().isAutoRead();
            Out out = new Out(target, there.pipe, n, autoRead);
            ChannelPromise written = target.channel.newPromise();
            written.addListener(out);
            written.addListener(this);
            target.channel.unsafe().write(out, written);
            target.channel.unsafe().flush();
            if (autoRead && !written.isDone()) {
                // The target is full: read on when it has taken this, or the pipe would fill up.
                channel.config().setAutoRead(false);
            }
            return true;
        }

        /** All has been read; the last write says that it is done. */
        @Override
        void done() {
            if (pendingWrites == 0) {
                promise.trySuccess();
            }
        }

        @Override
        public void operationComplete(ChannelFuture future) {
            pendingWrites--;
            if (!future.isSuccess()) {
                promise.tryFailure(future.cause());
            } else if (len == 0 && pendingWrites == 0) {
                promise.trySuccess();
            }
        }
    }

    /** What was spliced into a channel's pipe, as a message in its outbound buffer. */
    public final class Out implements ChannelFutureListener {
        private final StreamReadSide target;
        private final SplicePipe from;
        private final boolean autoRead;
        private int len;

        Out(StreamReadSide target, SplicePipe from, int len, boolean autoRead) {
            this.target = target;
            this.from = from;
            this.len = len;
            this.autoRead = autoRead;
        }

        /** Writes until the socket is full; true if that was all. */
        boolean write() throws IOException {
            while (len > 0) {
                long n = target.netFd.spliceFrom(from.readEnd(), len);
                if (n == -Errno.EAGAIN) {
                    side.again();
                    return false;
                }
                if (n < 0) {
                    throw Errno.newException("splice", (int) n);
                }
                len -= (int) n;
                from.bytes -= (int) n;
                target.splices().wakeWaiting();
            }
            return true;
        }

        /**
         * It was written, or dropped with bytes of it in the pipe, before those of the next ones.
         */
        @Override
        public void operationComplete(ChannelFuture written) {
            Splices there = target.splices();
            if (len > 0 && there.pipe == from) {
                from.discard(len);
                there.wakeWaiting();
            }
            side.again();
            if (autoRead) {
                channel.config().setAutoRead(true);
            }
        }
    }

    private final class ToFile extends In {
        private final FileDescriptor fd;
        private final NativeMemory offset = NativeMemory.allocate(8);

        ToFile(FileDescriptor fd, int offset, int len, ChannelPromise promise) {
            super(len, promise);
            this.fd = fd;
            this.offset.buffer().putLong(0, offset);
        }

        @Override
        boolean move(GoPollRecvByteAllocatorHandle allocHandle) throws IOException {
            Pipe through = new Pipe();
            try {
                int n = fill(through, allocHandle);
                if (n == 0) {
                    return false;
                }
                moved(n);
                int left = n;
                while (left > 0) {
                    long out =
                            SYS.splice(
                                    through.readEnd(),
                                    0,
                                    fd.intValue(),
                                    offset.address(),
                                    left,
                                    Constants.SPLICE_F_MOVE);
                    if (out <= 0) {
                        throw Errno.newException("splice", out == 0 ? -Errno.EPIPE : (int) out);
                    }
                    left -= (int) out;
                }
                return true;
            } finally {
                through.close();
            }
        }

        @Override
        void done() {
            promise.trySuccess();
        }
    }
}
