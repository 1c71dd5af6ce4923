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

import io.gopoll.poll.PollDesc;
import io.gopoll.poll.Waiter;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One descriptor on one {@link GoPollIoHandler}. Each side is in one of three states: idle, parked
 * on the {@link PollDesc}, or queued at the handler because it can go on without the kernel.
 * Everything but {@link #submit}, {@link #cancel} and {@link #isValid} belongs to the event loop.
 */
final class GoPollIoRegistration implements IoRegistration {

    final GoPollIoHandler handler;
    final GoPollIoHandle handle;

    /** Neighbours in the handler's list of registrations. */
    GoPollIoRegistration previous;

    GoPollIoRegistration next;

    private final Side reader = new Side(PollDesc.READ);
    private final Side writer = new Side(PollDesc.WRITE);
    private final AtomicBoolean cancelled = new AtomicBoolean();

    /**
     * Null until the descriptor is added to the poller: a socket that is not connected has nothing
     * to say.
     */
    private PollDesc pd;

    /** The modes that are parked. */
    private int parked;

    /** The modes that are queued at the handler; never one that is parked. */
    private int queued;

    GoPollIoRegistration(GoPollIoHandler handler, GoPollIoHandle handle) {
        this.handler = handler;
        this.handle = handle;
    }

    /** One side, as the waiter that the poller resumes. */
    final class Side implements Waiter {
        private final int mode;

        Side(int mode) {
            this.mode = mode;
        }

        /** Resumed by a deadline or a close, outside the handler's own poll. */
        @Override
        public void resume() {
            if (handler.inEventLoop()) {
                queueParked();
            } else {
                handler.execute(this::queueParked);
            }
        }

        private void queueParked() {
            parked &= ~mode;
            queue(mode);
        }

        /** Resumed by the handler's own poll, which calls it directly. */
        void ready() {
            parked &= ~mode;
            deliver(mode);
        }
    }

    private void deliver(int mode) {
        if (!cancelled.get()) {
            handle.handle(this, GoPollIoEvent.of(mode));
        }
    }

    /** Runs the sides that were queued, the writing one first, as the poller does. */
    void runQueued() {
        int modes = queued;
        queued = 0;
        if ((modes & PollDesc.WRITE) != 0) {
            deliver(PollDesc.WRITE);
        }
        if ((modes & PollDesc.READ) != 0) {
            deliver(PollDesc.READ);
        }
    }

    /**
     * Adds the descriptor to the poller: the one epoll_ctl of its life.
     *
     * @throws IOException if it cannot be polled
     */
    void open() throws IOException {
        if (pd == null && !cancelled.get()) {
            pd = handler.poller().open(handle.fd().intValue());
        }
    }

    /**
     * Lets a side go on after the next look at the network, without waiting for it to get ready.
     */
    void queue(int mode) {
        if (queued == 0) {
            handler.queue(this);
        }
        queued |= mode;
    }

    /** Parks a side unless it waits already; if there is nothing to wait for, queues it. */
    void park(int mode) {
        if (pd == null || (parked & mode) != 0 || cancelled.get()) {
            return;
        }
        Side side = mode == PollDesc.READ ? reader : writer;
        queued &= ~mode;
        if (pd.park(mode, side)) {
            queue(mode);
        } else {
            parked |= mode;
        }
    }

    /**
     * Parks the writing side after a write that the socket did not take whole. READY, if it is
     * there, is from before that write: only this thread polls, so no edge can have been taken in
     * since.
     */
    void parkWriter() {
        if (pd != null
                && (parked & PollDesc.WRITE) == 0
                && pd.reset(PollDesc.WRITE) == PollDesc.OK) {
            park(PollDesc.WRITE);
        }
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
        if (cancelled.get()) {
            return -1;
        }
        int modes = ((GoPollIoOps) ops).modes;
        if (handler.inEventLoop()) {
            submit(modes);
        } else {
            handler.execute(() -> submit(modes));
        }
        return modes;
    }

    private void submit(int modes) {
        if (cancelled.get()) {
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
        queued &= ~mode;
        if ((parked & mode) != 0 && pd.unpark(mode, mode == PollDesc.READ ? reader : writer)) {
            parked &= ~mode;
        }
    }

    @Override
    public boolean isValid() {
        return !cancelled.get();
    }

    @Override
    public boolean cancel() {
        if (!cancelled.compareAndSet(false, true)) {
            return false;
        }
        if (handler.inEventLoop()) {
            remove();
        } else {
            handler.execute(this::remove);
        }
        return true;
    }

    private void remove() {
        handler.remove(this);
        if (pd != null) {
            pd.unblock();
            // A descriptor that is closed has left the epoll set by that.
            pd.close(handle.fd().isOpen());
            pd = null;
        }
        handle.unregistered();
    }
}
