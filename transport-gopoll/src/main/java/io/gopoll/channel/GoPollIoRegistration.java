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
package io.gopoll.channel;

import io.gopoll.net.NetFd;
import io.gopoll.poll.PollDesc;
import io.gopoll.poll.Waiter;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One descriptor on one event loop. Each side is in one of three states: idle, parked on the {@link
 * PollDesc}, or queued at the loop because it can go on without the kernel. Everything but {@link
 * #submit}, {@link #cancel} and {@link #isValid} belongs to the event loop.
 */
final class GoPollIoRegistration implements IoRegistration {

    private static final VarHandle CANCELLED;

    static {
        try {
            CANCELLED =
                    MethodHandles.lookup()
                            .findVarHandle(GoPollIoRegistration.class, "cancelled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Registrations loop;
    final GoPollIoHandle handle;

    /** Neighbours in the loop's list of registrations. */
    GoPollIoRegistration previous;

    GoPollIoRegistration next;

    private final Side reader = new Side(PollDesc.READ);

    /** Null until it first waits. */
    private Side writer;

    @SuppressWarnings("unused")
    private volatile boolean cancelled;

    /**
     * Null until the descriptor is added to the poller: a socket that is not connected has nothing
     * to say.
     */
    private PollDesc pd;

    /** When a side was parked last, as {@link Registrations#now}. */
    long since;

    /** The next in the loop's queue, and whether this one is in it. */
    GoPollIoRegistration nextQueued;

    private boolean inQueue;

    /**
     * The next of those that look for more before the loop sleeps, and whether this one is there.
     */
    GoPollIoRegistration nextLook;

    private boolean inLooks;

    /** Whether the reading side is to look for more; not any more once it has had a turn. */
    private boolean look;

    /** The modes that are parked. */
    private byte parked;

    /** The modes that are queued at the loop; never one that is parked. */
    private byte queued;

    /** While a handler of this descriptor's awaits something; null otherwise. */
    private PeerWatch peerWatch;

    GoPollIoRegistration(Registrations loop, GoPollIoHandle handle) {
        this.loop = loop;
        this.handle = handle;
    }

    /** One side, as the waiter that the poller resumes. */
    final class Side implements Waiter {
        private final int mode;

        /** The next one that was resumed, while it is on its way to the loop. */
        Side next;

        Side(int mode) {
            this.mode = mode;
        }

        @Override
        public void resume() {
            loop.resume(this);
        }

        /** It was resumed, and so is not parked any more. */
        void resumed() {
            parked = (byte) (parked & ~mode);
        }

        /** It was resumed, and has its turn after the next poll. */
        void queue() {
            resumed();
            GoPollIoRegistration.this.queue(mode);
        }

        /** Has its turn now. */
        void deliver() {
            if (mode == PollDesc.READ) {
                look = false;
            }
            if (!cancelled) {
                GoPollIoRegistration before = loop.current;
                loop.current = GoPollIoRegistration.this;
                try {
                    handle.handle(GoPollIoRegistration.this, GoPollIoEvent.of(mode));
                } finally {
                    loop.current = before;
                }
            }
        }

        int mode() {
            return mode;
        }
    }

    private Side side(int mode) {
        if (mode == PollDesc.READ) {
            return reader;
        }
        if (writer == null) {
            writer = new Side(PollDesc.WRITE);
        }
        return writer;
    }

    /**
     * Runs the sides that were queued, the writing one first, as the poller does.
     *
     * @param modes those that may run; the others are queued again
     * @return whether one has run
     */
    boolean runQueued(int modes) {
        int run = queued & modes;
        queued = (byte) (queued & ~modes);
        inQueue = false;
        if (queued != 0) {
            enqueue();
        }
        try {
            if ((run & PollDesc.WRITE) != 0) {
                side(PollDesc.WRITE).deliver();
            }
        } finally {
            if ((run & PollDesc.READ) != 0) {
                reader.deliver();
            }
        }
        return run != 0;
    }

    /**
     * Adds the descriptor to the poller: the one epoll_ctl of its life.
     *
     * @throws IOException if it cannot be polled
     */
    void open() throws IOException {
        if (pd == null && !cancelled) {
            pd = loop.poller().open(handle.fd().intValue());
        }
    }

    /** As {@link #open()}, of a socket, which knows best how. */
    void open(NetFd netFd) throws IOException {
        if (pd == null && !cancelled) {
            pd = netFd.open(loop.poller());
        }
    }

    /**
     * Lets a side go on after the next look at the network, without waiting for it to get ready.
     */
    void queue(int mode) {
        queued = (byte) (queued | mode);
        enqueue();
    }

    private void enqueue() {
        if (!inQueue) {
            inQueue = true;
            loop.queue(this);
        }
    }

    /**
     * Lets the reading side look for more when the loop has nothing else to do, unless it has a
     * turn before.
     */
    void look() {
        look = true;
        if (!inLooks) {
            inLooks = true;
            loop.look(this);
        }
    }

    void runLook() {
        inLooks = false;
        if (look && !isQueued(PollDesc.READ)) {
            reader.deliver();
        }
    }

    /** Parks a side unless it waits already; if there is nothing to wait for, queues it. */
    void park(int mode) {
        if (pd == null || (parked & mode) != 0 || cancelled) {
            return;
        }
        if (mode == PollDesc.READ && peerWatch != null) {
            peerWatch.end();
        }
        Side side = side(mode);
        queued = (byte) (queued & ~mode);
        since = loop.now;
        if (pd.park(mode, side)) {
            queue(mode);
        } else {
            parked = (byte) (parked | mode);
        }
    }

    /** Parks the writing side after a write that the socket did not take whole. */
    void parkWriter() {
        if (pd != null && (parked & PollDesc.WRITE) == 0) {
            loop.parkWriter(this);
        }
    }

    /** Parks a side for news only: what it was told before does not count. */
    void resetAndPark(int mode) {
        if (pd.reset(mode) == PollDesc.OK) {
            park(mode);
        } else {
            // It is to find out by itself what is wrong.
            queue(mode);
        }
    }

    /** As {@link PollDesc#setDeadline}. */
    void setDeadline(long delayNanos, int mode) {
        if (pd != null) {
            pd.setDeadline(delayNanos, mode);
        }
    }

    /** As {@link PollDesc#isPast}. */
    boolean isPast(int mode) {
        return pd != null && pd.isPast(mode);
    }

    boolean isQueued(int mode) {
        return (queued & mode) != 0;
    }

    boolean isParked(int mode) {
        return (parked & mode) != 0;
    }

    /**
     * Whether the peer has ended its side, or the descriptor has failed: reading goes on until it
     * ends.
     */
    boolean hungUp() {
        return pd != null && pd.hungUp();
    }

    /** Whether the connection is gone, by a reset or a timeout. */
    boolean failed() {
        return pd != null && pd.failed();
    }

    /**
     * Waits for the end of the connection while the reading side does not: while it has its turn,
     * or waits for it. It takes the reading side's edges for that, and hands them back.
     */
    final class PeerWatch implements Waiter {
        private final PollDesc watched = pd;
        private boolean waits;

        /** An edge has come that the reading side is to have. */
        private boolean edge;

        private volatile boolean resumed;

        private PeerWatch() {}

        @Override
        public void resume() {
            resumed = true;
            loop.wake();
        }

        private void go() {
            if (waits && resumed) {
                waits = false;
                edge = true;
            }
            if (waits || pd != watched || (parked & PollDesc.READ) != 0) {
                return;
            }
            // Once for an edge that has come before, and once to wait. A reading deadline that has
            // passed ends both: then there is no waiting, and no watch.
            for (int i = 0; i < 2 && !waits; i++) {
                resumed = false;
                waits = !pd.park(PollDesc.READ, this);
                edge |= !waits;
            }
        }

        void end() {
            if (peerWatch == this) {
                peerWatch = null;
            }
            if (waits) {
                waits = false;
                edge |= !watched.unpark(PollDesc.READ, this);
            }
            if (edge && pd == watched && !isQueued(PollDesc.READ)) {
                pd.handBack(PollDesc.READ);
            }
            edge = false;
        }
    }

    /** To be called before each wait of the loop. */
    void watchPeerOn() {
        if (peerWatch != null) {
            peerWatch.go();
        }
    }

    /**
     * Begins to watch; null if somebody does that already, or if there is nothing to be watched.
     */
    PeerWatch watchPeer() {
        if (peerWatch != null || pd == null || cancelled) {
            return null;
        }
        peerWatch = new PeerWatch();
        return peerWatch;
    }

    /** Whether the peer has sent urgent data, before which a read stops. */
    boolean urgent() {
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
        if (!(ops instanceof GoPollIoOps)) {
            throw new IllegalArgumentException(
                    "IoOps of type "
                            + StringUtil.simpleClassName(ops)
                            + " not supported (expected: GoPollIoOps)");
        }
        if (cancelled) {
            return -1;
        }
        int modes = ((GoPollIoOps) ops).modes;
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
        for (int mode = PollDesc.READ; mode <= PollDesc.WRITE; mode <<= 1) {
            if ((modes & mode) != 0) {
                if ((queued & mode) == 0) {
                    park(mode);
                }
            } else {
                withdraw(mode);
            }
        }
    }

    private void withdraw(int mode) {
        queued = (byte) (queued & ~mode);
        if ((parked & mode) != 0 && pd.unpark(mode, side(mode))) {
            parked = (byte) (parked & ~mode);
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
            // A descriptor that is closed has left the epoll set by that.
            pd.close(handle.fd().isOpen());
            pd = null;
        }
        handle.unregistered();
    }
}
