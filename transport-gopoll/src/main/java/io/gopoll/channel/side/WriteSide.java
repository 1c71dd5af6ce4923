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

import io.gopoll.channel.loop.LateFlushes;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/**
 * The writing side of a channel: whether what was flushed is written at once or later, and what
 * waits for the socket. Subclasses know how to write to a kind of socket. Everything belongs to the
 * event loop unless it says otherwise.
 *
 * <pre>
 * what was flushed is written   until then its continuation is
 * at once                       idle, or queued: others had their turn before the rest
 * when the socket takes more    parked, {@link #full}
 * at the end of the loop's turn idle, {@link LateFlushes}
 * when its source has more      idle, with a timer, {@link FileRegions}
 * </pre>
 */
public abstract class WriteSide extends Side implements LateFlushes.Late {

    /** A write is under way: what it calls must not wait for another one. */
    private boolean writing;

    private volatile boolean shutdown;

    /** Null until one is set. Written once, under this. */
    private volatile WriteDeadline deadline;

    protected WriteSide(Channel channel, NetFd netFd) {
        super(channel, netFd);
    }

    /**
     * Writes what was flushed, until all is written, the socket is full, or others are to have
     * their turn.
     *
     * @param in has something flushed
     */
    public final void write(ChannelOutboundBuffer in) throws Exception {
        WriteDeadline d = deadline;
        if (d == null || !d.failIfPast(in)) {
            writeLoop(in);
        }
    }

    /** As {@link #write}; says by {@link #full} or {@link #queue} when the rest is written. */
    protected abstract void writeLoop(ChannelOutboundBuffer in) throws Exception;

    // ---- Its registration. ----

    @Override
    public final void opened() {
        super.opened();
        WriteDeadline d = deadline;
        if (d != null) {
            d.watched();
        }
    }

    /**
     * Goes on with what was flushed in another loop, and waited there for its turn or the socket.
     */
    public final void goOn() {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        if (out != null && !out.isEmpty()) {
            queue();
        }
    }

    // ---- The deadline. Any thread. ----

    public final WriteDeadline deadline() {
        WriteDeadline d = deadline;
        if (d == null) {
            synchronized (this) {
                d = deadline;
                if (d == null) {
                    deadline = d = new WriteDeadline(this);
                }
            }
        }
        return d;
    }

    /** Null if none ever was set. */
    public final WriteDeadline deadlineIfAny() {
        return deadline;
    }

    // ---- Writing, and waiting. ----

    /** Writes what was flushed, unless it is written later anyway. */
    public final void flush() {
        if (isPutOff()) {
            return;
        }
        boolean before = writing;
        writing = true;
        try {
            sides().writeFlushed();
        } finally {
            writing = before;
        }
    }

    /** Whether what was flushed is written later without further ado. */
    boolean isPutOff() {
        return isParked();
    }

    /** Its turn. */
    public final void ready() {
        if (!isShutdown()) {
            flush();
        }
    }

    /** Whether the caller was called by a write of this channel, as a listener is. */
    public final boolean isWriting() {
        return writing;
    }

    /** The socket is full: waits until it takes more, or the deadline passes. */
    final void full() {
        if (registration() != null) {
            WriteDeadline d = deadline;
            if (d != null) {
                d.parks();
            }
            registration().writer().parkFull();
        }
    }

    /** The socket takes more, but others are to have their turn. */
    final void queue() {
        if (registration() != null) {
            registration().writer().queue();
        }
    }

    /** Waits for a connect that is under way. */
    public final void awaitConnect() {
        registration().writer().park();
    }

    final boolean isParked() {
        return registration() != null && registration().isWriterParked();
    }

    final boolean isQueued() {
        return registration() != null && registration().isWriterQueued();
    }

    // ---- Before the end. ----

    /** Before anything after which no more can be written: writes what the socket takes. */
    public void flushRest() {}

    /** As {@link #flushRest}, by a close that may be another thread's, which does not write. */
    public final void flushBeforeClose() {
        if (channel.isRegistered() && channel.eventLoop().inEventLoop()) {
            flushRest();
        }
    }

    /** Writes what {@link LateFlushes} had put off. */
    @Override
    public void flushLate() {}

    /** Any thread. */
    public final boolean isShutdown() {
        return shutdown || !netFd.isOpen();
    }

    /**
     * shutdown(2) of the output, unless it is shut down already.
     *
     * @throws ClosedChannelException if the channel is closed
     */
    public final void shutdown() throws IOException {
        if (!netFd.isOpen()) {
            throw new ClosedChannelException();
        }
        if (!shutdown) {
            shutdown = true;
            netFd.shutdown(Constants.SHUT_WR);
        }
    }
}
