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
package io.gopoll.net.fd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Go's {@code fdMutex}: counts who uses a descriptor, and gives its reading and its writing side to
 * one thread at a time. After a close nobody gets in, and whoever waits for a side gets false. The
 * thread that drops the last reference then destroys the descriptor.
 */
abstract class FdMutex {

    private static final long CLOSED = 1;
    private static final long RLOCK = 1L << 1;
    private static final long WLOCK = 1L << 2;
    private static final long REF = 1L << 3;
    private static final long REF_MASK = ((1L << 20) - 1) << 3;
    private static final long RWAIT = 1L << 23;
    private static final long RMASK = ((1L << 20) - 1) << 23;
    private static final long WWAIT = 1L << 43;
    private static final long WMASK = ((1L << 20) - 1) << 43;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(FdMutex.class, "state", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * Bit 0: closed, never cleared. Bits 1 and 2: the reading and the writing lock. Then, 20 bits
     * each: references (a lock is one, too), who waits to read, who waits to write. A lock is
     * handed on by a permit of its semaphore, after which the one that was let through tries again.
     */
    private volatile long state;

    /** Null until a thread first waits: the sockets of channels have no locks. */
    private volatile @Nullable Waiters waiters;

    private static final class Waiters {
        final Semaphore readers = new Semaphore(0);
        final Semaphore writers = new Semaphore(0);
    }

    private Semaphore waiters(boolean read) {
        Waiters w = waiters;
        if (w == null) {
            synchronized (this) {
                w = waiters;
                if (w == null) {
                    waiters = w = new Waiters();
                }
            }
        }
        return read ? w.readers : w.writers;
    }

    /** Called once, when it is closed and the last reference has been dropped. */
    abstract void destroy();

    /** Adds a reference; false if closed. */
    final boolean incref() {
        for (; ; ) {
            long old = state;
            if ((old & CLOSED) != 0) {
                return false;
            }
            long next = old + REF;
            checkOverflow(next & REF_MASK);
            if (STATE.compareAndSet(this, old, next)) {
                return true;
            }
        }
    }

    /** Closes, with a reference; false if it has been closed before. */
    final boolean increfAndClose() {
        for (; ; ) {
            long old = state;
            if ((old & CLOSED) != 0) {
                return false;
            }
            long next = (old | CLOSED) + REF;
            checkOverflow(next & REF_MASK);
            // Whoever waits is let through, to find that it is closed.
            next &= ~(RMASK | WMASK);
            if (STATE.compareAndSet(this, old, next)) {
                wake(true, (old & RMASK) / RWAIT);
                wake(false, (old & WMASK) / WWAIT);
                return true;
            }
        }
    }

    private void wake(boolean readers, long count) {
        if (count > 0) {
            waiters(readers).release((int) count);
        }
    }

    /** Drops a reference. */
    final void decref() {
        for (; ; ) {
            long old = state;
            if ((old & REF_MASK) == 0) {
                throw new IllegalStateException("decref without incref");
            }
            long next = old - REF;
            if (STATE.compareAndSet(this, old, next)) {
                destroyIfLast(next);
                return;
            }
        }
    }

    /**
     * Adds a reference and takes the reading or the writing lock; waits for it if need be.
     *
     * @return false if closed
     */
    final boolean rwlock(boolean read) {
        long bit = read ? RLOCK : WLOCK;
        long wait = read ? RWAIT : WWAIT;
        long mask = read ? RMASK : WMASK;
        for (; ; ) {
            long old = state;
            if ((old & CLOSED) != 0) {
                return false;
            }
            boolean free = (old & bit) == 0;
            long next = free ? (old | bit) + REF : old + wait;
            checkOverflow(next & (free ? REF_MASK : mask));
            Semaphore turn = free ? null : waiters(read);
            if (STATE.compareAndSet(this, old, next)) {
                if (turn == null) {
                    return true;
                }
                turn.acquireUninterruptibly();
                // The thread that released it has taken this one out of those who wait.
            }
        }
    }

    /** As {@link #rwlock}, without waiting; false if closed, or if somebody has the lock. */
    final boolean tryRwlock(boolean read) {
        long bit = read ? RLOCK : WLOCK;
        for (; ; ) {
            long old = state;
            if ((old & (CLOSED | bit)) != 0) {
                return false;
            }
            long next = (old | bit) + REF;
            checkOverflow(next & REF_MASK);
            if (STATE.compareAndSet(this, old, next)) {
                return true;
            }
        }
    }

    /** Gives the lock back and drops the reference. */
    final void rwunlock(boolean read) {
        long bit = read ? RLOCK : WLOCK;
        long wait = read ? RWAIT : WWAIT;
        long mask = read ? RMASK : WMASK;
        for (; ; ) {
            long old = state;
            if ((old & bit) == 0 || (old & REF_MASK) == 0) {
                throw new IllegalStateException("unlock of what is not locked");
            }
            long next = (old & ~bit) - REF;
            boolean waited = (old & mask) != 0;
            if (waited) {
                next -= wait;
            }
            if (STATE.compareAndSet(this, old, next)) {
                if (waited) {
                    waiters(read).release();
                }
                destroyIfLast(next);
                return;
            }
        }
    }

    final boolean isClosed() {
        return (state & CLOSED) != 0;
    }

    private void destroyIfLast(long state) {
        if ((state & (CLOSED | REF_MASK)) == CLOSED) {
            destroy();
        }
    }

    private static void checkOverflow(long count) {
        if (count == 0) {
            throw new IllegalStateException(
                    "too many concurrent operations on a single descriptor");
        }
    }
}
