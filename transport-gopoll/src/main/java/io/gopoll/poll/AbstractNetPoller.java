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
package io.gopoll.poll;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What is the same for every operating system: Go's {@code netpoll.go}. A subclass adds what stands
 * in Go's {@code netpoll_epoll.go} or {@code netpoll_kqueue.go}.
 */
abstract class AbstractNetPoller implements NetPoller {

    final PollCache cache = new PollCache(this);
    final TimerQueue timers = new TimerQueue();

    private final ReadyList ready = new ReadyList();

    /**
     * Go's {@code netpollWakeSig}: true from the {@link #wakeup} that interrupts the poller to the
     * wait that ends because of it. In between there is nothing to do for others.
     */
    private final AtomicBoolean wakeSig = new AtomicBoolean();

    /** The interrupt has been seen, but by a poll that only looked. The polling thread's. */
    private boolean interrupted;

    /**
     * Go's {@code netpollopen}: tells the kernel to watch the reading side, edge-triggered, and the
     * writing side if {@code writer}.
     */
    abstract void add(int fd, int index, int fdseq, boolean writer) throws IOException;

    /** From now on the writing side too; if it is ready now, that is news. */
    abstract void addWriter(int fd, int index, int fdseq);

    /** Go's {@code netpollclose}. */
    abstract void remove(int fd);

    /**
     * Waits until there are events, or {@code until} (NEVER: without a limit; 0: not at all), and
     * gives each event to {@link #event}.
     *
     * @return true if {@link #interrupt} has been called since it last was true
     */
    abstract boolean waitForEvents(long until, ReadyList ready);

    /** Ends {@link #waitForEvents}, the next one if there is none. Any thread. */
    abstract void interrupt();

    /** An event of the kernel, for the desc of that index. */
    final void event(int index, int fdseq, int modes, int news, ReadyList ready) {
        cache.get(index).event(fdseq, modes, news, ready);
    }

    @Override
    public final PollDesc open(int fd) throws IOException {
        return open(fd, true);
    }

    @Override
    public final PollDesc openReader(int fd) throws IOException {
        return open(fd, false);
    }

    private PollDesc open(int fd, boolean writer) throws IOException {
        if (fd < 0) {
            throw new IllegalArgumentException("not a descriptor: " + fd);
        }
        PollDesc pd = cache.alloc();
        pd.open(fd, writer);
        boolean added = false;
        try {
            add(fd, pd.index, pd.fdseq(), writer);
            added = true;
        } finally {
            if (!added) {
                pd.unblock();
                pd.close(false);
            }
        }
        return pd;
    }

    @Override
    public final ReadyList poll(long delayNanos) {
        ready.clear();
        if (delayNanos == 0) {
            // Who only looks would not have slept, so the wakeup is not for him but for the next.
            interrupted |= waitForEvents(0, ready);
        } else {
            if (interrupted) {
                waitForEvents(0, ready);
            } else {
                long limit = delayNanos < 0 ? Clock.NEVER : Clock.after(delayNanos);
                interrupted = waitForEvents(timers.sleep(limit), ready);
                timers.awake();
            }
            if (interrupted) {
                interrupted = false;
                // After the wait, and before the caller looks for what it has been woken for.
                wakeSig.set(false);
            }
        }
        if (!timers.isEmpty()) {
            timers.expire(Clock.now(), ready);
        }
        return ready;
    }

    @Override
    public final boolean closeIfUnused() {
        if (cache.inUse() > 0) {
            return false;
        }
        close();
        return true;
    }

    @Override
    public final void wakeup() {
        if (wakeSig.compareAndSet(false, true)) {
            interrupt();
        }
    }
}
