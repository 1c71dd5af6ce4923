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
package io.gopoll.channel.loop;

import io.gopoll.net.fd.NetFd;
import io.gopoll.poll.PollDesc;
import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One descriptor in one event loop: its {@link PollDesc}, and how each of its sides goes on. It is
 * the continuation of its reading side itself: an object less for each connection. Everything but
 * {@link #submit}, {@link #cancel} and {@link #isValid} belongs to the event loop.
 */
public abstract class Registration extends Continuation implements IoRegistration {

    private static final VarHandle CANCELLED;

    static {
        try {
            CANCELLED =
                    MethodHandles.lookup()
                            .findVarHandle(Registration.class, "cancelled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int NANOS_PER_MILLI = 1_000_000;

    public final Registrations loop;
    public final IoHandle handle;

    /** Neighbours in the loop's list of registrations. */
    Registration previous;

    Registration next;

    /** Null until it first waits. */
    private Continuation writer;

    @SuppressWarnings("unused")
    private volatile boolean cancelled;

    /** Null until {@link #open}: a socket that is not connected has nothing to say. */
    private PollDesc pd;

    /** When a side was parked last, as {@link Registrations#now}; in milliseconds. */
    private int since;

    protected Registration(Registrations loop, IoHandle handle) {
        this.loop = loop;
        this.handle = handle;
    }

    // ---- What its handle is. ----

    /** Whose descriptor it is; null if that is a user's own handle. Any thread. */
    public abstract Channel channel();

    protected abstract FileDescriptor fd();

    /**
     * The modes to wait for.
     *
     * @throws IllegalArgumentException if the handle does not take such a submission
     */
    protected abstract int modes(IoOps ops);

    /** What the handle is called with when a side can go on. */
    protected abstract IoEvent event(int mode);

    /** Closes the channel although the loop takes no tasks any more. */
    protected abstract void closeAtOnce();

    // ---- Its sides. ----

    @Override
    Registration registration() {
        return this;
    }

    @Override
    int mode() {
        return PollDesc.READ;
    }

    public Continuation reader() {
        return this;
    }

    private static final class Writer extends Continuation {
        private final Registration registration;

        Writer(Registration registration) {
            this.registration = registration;
        }

        @Override
        Registration registration() {
            return registration;
        }

        @Override
        int mode() {
            return PollDesc.WRITE;
        }
    }

    public Continuation writer() {
        if (writer == null) {
            writer = new Writer(this);
        }
        return writer;
    }

    /** Whether the writing side waits for the socket to take more. */
    public boolean isWriterParked() {
        return writer != null && writer.isParked();
    }

    /** Whether the writing side goes on after others have had their turn. */
    public boolean isWriterQueued() {
        return writer != null && writer.isQueued();
    }

    /** Null until the descriptor is in the poller, and after it has left. */
    PollDesc pollDesc() {
        return pd;
    }

    void parked() {
        since = (int) (loop.now / NANOS_PER_MILLI);
    }

    /**
     * When a side was parked last.
     *
     * @param now a time of {@link System#nanoTime}, as the result
     */
    public long since(long now) {
        long millis = Integer.toUnsignedLong((int) (now / NANOS_PER_MILLI) - since);
        return now - millis * NANOS_PER_MILLI;
    }

    /**
     * Adds the descriptor to the poller: the one epoll_ctl of its life.
     *
     * @throws IOException if it cannot be polled
     */
    private void open() throws IOException {
        if (pd == null && !cancelled) {
            pd = loop.poller().open(fd().intValue());
        }
    }

    /** As {@link #open()}, for a socket, which decides whether to watch its writing side. */
    public void open(NetFd netFd) throws IOException {
        if (pd == null && !cancelled) {
            pd = netFd.open(loop.poller());
        }
    }

    /** As {@link PollDesc#setDeadline}. */
    public void setDeadline(long delayNanos, int mode) {
        if (pd != null) {
            pd.setDeadline(delayNanos, mode);
        }
    }

    /** As {@link PollDesc#isPast}. */
    public boolean isPast(int mode) {
        return pd != null && pd.isPast(mode);
    }

    /**
     * Whether the peer has ended its side, or the descriptor has failed: reading goes on until it
     * ends.
     */
    public boolean hungUp() {
        return pd != null && pd.hungUp();
    }

    /** Whether the connection is gone, by a reset or a timeout. */
    public boolean failed() {
        return pd != null && pd.failed();
    }

    /** Whether the peer has sent urgent data, before which a read stops. */
    public boolean urgent() {
        return pd != null && pd.urgent();
    }

    @SuppressWarnings("unchecked")
    @Override
    public <T> T attachment() {
        return (T) this;
    }

    /**
     * Waits for the sides named, each until it is ready once.
     *
     * @return the modes waited for, or -1 if this registration is cancelled
     */
    @Override
    public long submit(IoOps ops) {
        int modes = modes(ops);
        if (cancelled) {
            return -1;
        }
        if (loop.inEventLoop()) {
            submit(modes);
        } else {
            loop.execute(() -> submit(modes));
        }
        return modes;
    }

    private void submit(int modes) {
        if (cancelled) {
            return;
        }
        try {
            open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        submit(modes, reader());
        submit(modes, writer());
    }

    private static void submit(int modes, Continuation side) {
        if ((modes & side.mode()) == 0) {
            side.withdraw();
        } else if (!side.isQueued()) {
            side.park();
        }
    }

    @Override
    public boolean isValid() {
        return !cancelled;
    }

    @Override
    public boolean cancel() {
        if (!CANCELLED.compareAndSet(this, false, true)) {
            return false;
        }
        if (loop.inEventLoop()) {
            remove();
        } else {
            loop.execute(this::remove);
        }
        return true;
    }

    private void remove() {
        loop.remove(this);
        if (pd != null) {
            pd.unblock();
            // A descriptor that is closed has left the epoll set by that. A channel is asked
            // itself, whose FileDescriptor is made only for those who want it.
            Channel channel = channel();
            pd.close(channel == null ? fd().isOpen() : channel.isOpen());
            pd = null;
        }
        handle.unregistered();
    }
}
