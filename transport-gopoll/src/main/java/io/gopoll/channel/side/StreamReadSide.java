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
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Errno;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;

/** Reads bytes, or splices them to where the user has asked to. */
public class StreamReadSide extends ReadSide {

    private volatile boolean allowHalfClosure;

    /** Null until the first splice from or to this channel. Written once, under this. */
    private volatile Splices splices;

    public StreamReadSide(Channel stream, NetFd netFd) {
        super(stream, netFd);
    }

    @Override
    public final boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    public final void setAllowHalfClosure(boolean allowHalfClosure) {
        this.allowHalfClosure = allowHalfClosure;
    }

    /** Null if nothing was ever spliced from or to this channel. */
    public final Splices splicesIfAny() {
        return splices;
    }

    public final Splices splices() {
        Splices s = splices;
        if (s == null) {
            synchronized (this) {
                s = splices;
                if (s == null) {
                    splices = s = new Splices(this);
                }
            }
        }
        return s;
    }

    /** Whether more is left after a read that has given something. */
    Drained drained(int read, int attempted, boolean hungUp) {
        return Drained.localStream(read, attempted, hungUp);
    }

    @Override
    boolean awaitsEdge() {
        Splices splices = splicesIfAny();
        return super.awaitsEdge() && (splices == null || !splices.awaitsRoom());
    }

    @Override
    void readLoop(ChannelConfig config) {
        GoPollRecvByteAllocatorHandle allocHandle = allocHandle();
        ChannelPipeline pipeline = channel.pipeline();
        allocHandle.reset(config);

        ByteBuf buf = null;
        boolean end = false;
        Throwable cause = null;
        try {
            do {
                Splices s = splices;
                if (s != null && s.isPending()) {
                    if (s.read(allocHandle)) {
                        continue;
                    }
                    end = s.isEndOfInput();
                    break;
                }
                buf = allocHandle.allocate(config.getAllocator());
                int attempted = buf.writableBytes();
                allocHandle.attemptedBytesRead(attempted);
                int n = netFd.read(Memory.writableAddress(buf), attempted);
                if (n <= 0) {
                    buf.release();
                    buf = null;
                    end = nothingRead("read", n, allocHandle);
                    if (!end && isLookInVain(allocHandle)) {
                        return;
                    }
                    break;
                }
                buf.writerIndex(buf.writerIndex() + n);
                allocHandle.lastBytesRead(n);
                allocHandle.incMessagesRead(1);
                answered();
                drained = drained(n, attempted, allocHandle.isHungUp());
                ByteBuf message = buf;
                buf = null;
                pipeline.fireChannelRead(message);
                // The handler may have shut the input down or closed the channel.
            } while (!isOver() && allocHandle.continueReading());
        } catch (Throwable t) {
            cause = t;
        }
        if (buf != null) {
            buf.release();
        }
        complete(allocHandle, cause, end);
    }

    /**
     * A read has given nothing.
     *
     * @return whether that is the end of the input
     * @throws IOException if it has failed
     */
    final boolean nothingRead(String syscall, int n, GoPollRecvByteAllocatorHandle allocHandle)
            throws IOException {
        drained = Drained.YES;
        if (n == 0) {
            allocHandle.lastBytesRead(-1);
            answered();
            return true;
        }
        // Another thread may have closed the descriptor: that tells the rest.
        if (n != -Errno.EAGAIN && netFd.isOpen()) {
            throw Errno.newException(syscall, n);
        }
        allocHandle.lastBytesRead(0);
        return false;
    }

    /**
     * The end of a turn.
     *
     * @param cause what it has failed of, or null
     * @param end whether the end of the input was read
     */
    final void complete(GoPollRecvByteAllocatorHandle allocHandle, Throwable cause, boolean end) {
        complete(allocHandle, cause);
        // Without memory for its buffers a connection cannot go on, netty#10434.
        if (end
                || cause instanceof OutOfMemoryError
                || isAllocationProhibited(cause)
                || cause instanceof IOException) {
            endOfInput(true);
        }
    }

    /** By its name: the lowest Netty that GoPoll works with has no such class. */
    private static boolean isAllocationProhibited(Throwable cause) {
        return cause != null
                && cause.getClass()
                        .getName()
                        .equals("io.netty.util.LeakPresenceDetector$AllocationProhibitedException");
    }

    /** Of TCP, which promises an edge after a short read. */
    public static final class Tcp extends StreamReadSide {

        public Tcp(Channel stream, NetFd netFd) {
            super(stream, netFd);
        }

        @Override
        Drained drained(int read, int attempted, boolean hungUp) {
            return Drained.tcp(read, attempted, hungUp, registration().urgent());
        }
    }
}
