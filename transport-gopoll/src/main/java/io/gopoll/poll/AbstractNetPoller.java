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
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is the same for every operating system: Go's {@code netpoll.go}. A subclass adds what stands
 * in Go's {@code netpoll_epoll.go} or {@code netpoll_aix.go}.
 *
 * <p>A poll allocates nothing. Everything that it takes (an edge, a waiter, a timer) has its place
 * from the beginning, so that nothing is lost when there is no memory.
 */
abstract class AbstractNetPoller implements NetPoller {

    /** How many events one poll can bring. */
    static final int MAX_EVENTS = 1024;

    /** How many descs' timers can always fire in one poll, however many events there are. */
    private static final int MIN_TIMERS = 256;

    private static final SafeLogger logger = SafeLogger.of(NetPoller.class);

    private static final VarHandle POLLS;

    static {
        // Loaded now: without descriptors it may not be possible any more.
        Clock.now();
        try {
            POLLS =
                    MethodHandles.lookup()
                            .findVarHandle(AbstractNetPoller.class, "polls", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final PollCache cache = new PollCache(this);
    final TimerQueue timers = new TimerQueue();

    /** Both sides of a desc can become runnable at once. */
    private final ReadyList ready = new ReadyList(2 * (MAX_EVENTS + MIN_TIMERS));

    /** The caller has got the list: the next poll begins a new one. The polling thread's. */
    private boolean returned;

    /** See {@link #lastPoll}. Written by the polling thread. */
    @SuppressWarnings("unused")
    private volatile long polls;

    /**
     * Go's {@code netpollWakeSig}: true from the {@link #wakeup} that interrupts the poller until
     * the poll that it ends. Other wakeups in between have nothing to do.
     */
    private final AtomicBoolean wakeSig = new AtomicBoolean();

    /**
     * An interrupt has been seen, and no poll that may wait has ended since. The polling thread's.
     */
    private boolean interrupted;

    /**
     * Keeps {@link #interrupt} from writing to a number that {@link #close} has given back. Next to
     * never contended: there is one interrupt at a time.
     */
    final ReentrantLock closeLock = new ReentrantLock();

    /** Written under closeLock. */
    private volatile boolean closed;

    /** A wakeup could not interrupt the poller: at least the next poll must not wait. */
    private volatile boolean missed;

    /**
     * Go's {@code netpollopen}: tells the kernel to watch the reading side, edge-triggered, and the
     * writing side if {@code writer}.
     */
    abstract void add(PollDesc pd, boolean writer) throws IOException;

    /**
     * Go's {@code netpollarm}: watches a side that is not {@link PollDesc#isArmed armed}, and arms
     * it. Reports an edge if it is ready already.
     */
    abstract void arm(PollDesc pd, int mode);

    /**
     * Go's {@code netpollclose}.
     *
     * @param fdStaysOpen see {@link PollDesc#close}
     */
    abstract void remove(PollDesc pd, boolean fdStaysOpen);

    /** As {@link PollDesc#abandon}. To close a descriptor is enough for most kernels. */
    void abandon(PollDesc pd, int fdseq) {}

    /**
     * Waits until there are events, or {@code until} (NEVER: without a limit; 0: not at all), gives
     * up to {@link #MAX_EVENTS} of them to {@link #event}, and says so if it has seen an {@link
     * #interrupt}.
     *
     * @throws IllegalStateException if it cannot wait; no event has been taken then
     */
    abstract void waitForEvents(long until, ReadyList ready);

    /**
     * Ends {@link #waitForEvents}, the next one if there is none. Any thread.
     *
     * @return false if that was not possible
     */
    abstract boolean interrupt();

    /** The poller's own ones; under {@link #closeLock}, once. */
    abstract void closeDescriptors();

    /** {@link #waitForEvents} has seen an {@link #interrupt}. */
    final void sawInterrupt() {
        interrupted = true;
    }

    /**
     * An event of the kernel, for the desc of that index.
     *
     * @return what {@link PollDesc#event} returns
     */
    final boolean event(int index, int fdseq, int modes, int news, int disarmed, ReadyList ready) {
        return cache.get(index).event(fdseq, modes, news, disarmed, ready);
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
            add(pd, writer);
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
        long count = polls;
        if ((count & 1) != 0) {
            throw new IllegalStateException("another thread is in poll: one at a time may be");
        }
        POLLS.setRelease(this, count + 1);
        try {
            find(delayNanos);
            returned = true;
            return ready;
        } finally {
            POLLS.setRelease(this, count + 2);
        }
    }

    private void find(long delayNanos) {
        if (returned) {
            returned = false;
            ready.clear();
        } else if (ready.size() > 0) {
            // From a poll that has failed before its end.
            return;
        }
        boolean waits = delayNanos != 0;
        if (waits && !interrupted && !missed) {
            long limit = delayNanos < 0 ? Clock.NEVER : Clock.after(delayNanos);
            try {
                waitForEvents(timers.sleep(limit), ready);
            } finally {
                timers.awake();
            }
        } else {
            waitForEvents(0, ready);
        }
        // A poll that does not wait leaves the wakeup to the next one that would.
        if (waits && (interrupted || missed)) {
            interrupted = false;
            missed = false;
            // After the wait, and before the caller looks for what it was woken for.
            wakeSig.set(false);
        }
        if (!timers.isEmpty()) {
            timers.expire(Clock.now(), ready);
        }
    }

    @Override
    public final boolean closeIfUnused() {
        if (cache.inUse() > 0) {
            return false;
        }
        close();
        return true;
    }

    /**
     * {@inheritDoc} Not while another thread polls. A {@link #wakeup} after it does nothing.
     *
     * @throws IllegalStateException if PollDescs are still open
     */
    @Override
    public final void close() {
        int open = cache.inUse();
        if (open > 0) {
            throw new IllegalStateException(
                    open + " PollDescs of this poller are still open: close them first");
        }
        closeLock.lock();
        try {
            if (!closed) {
                closed = true;
                closeDescriptors();
            }
        } finally {
            closeLock.unlock();
        }
    }

    @Override
    public final boolean isClosed() {
        return closed;
    }

    final void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("this poller has been closed");
        }
    }

    @Override
    public final void wakeup() {
        if (!wakeSig.compareAndSet(false, true)) {
            return;
        }
        boolean sent = false;
        try {
            sent = interrupt();
        } catch (Throwable t) {
            logger.error("Unable to wake a poller", t);
        } finally {
            if (!sent) {
                missed = true;
                // The next wakeup tries again.
                wakeSig.set(false);
            }
        }
    }

    @Override
    public final long lastPoll() {
        return polls;
    }
}
