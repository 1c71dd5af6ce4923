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

import static io.gopoll.poll.Clock.NEVER;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The deadlines that somebody waits for, the earliest first: a 4-ary heap of {@link PollDesc}s.
 * Each is in the heap at most once, for both its sides.
 *
 * <p>A timer that fires only means "look at this desc". The desc itself knows what is due ({@link
 * PollDesc#nextDue}). So a deadline that is moved to a later time leaves its timer where it is:
 * when that fires, it finds the later deadline and is queued again. A desc is queued only while
 * somebody waits, so a deadline on an idle desc costs nothing here.
 *
 * <p>The fields of a desc that belong to the queue, {@link PollDesc#timerAt} and {@link
 * PollDesc#timerIndex}, are written under the lock of the queue only. An {@link #arm} may be late:
 * its desc may have been closed, and opened again, while it waited for the lock or even while it
 * had it. It then acts on what the present user of the desc waits for.
 *
 * <p>The heap has room for every desc of the poller ({@link #reserve}), so that no timer is lost
 * for lack of memory.
 */
final class TimerQueue {

    /** {@link PollDesc#timerAt} of a desc that nobody has armed since {@link #remove}. */
    static final long UNTIMED = NEVER;

    /** {@link PollDesc#timerAt} of a desc that has been armed since, and is not queued now. */
    static final long IDLE = NEVER - 1;

    private static final long AWAKE = 0;

    private final ReentrantLock lock = new ReentrantLock();
    private PollDesc[] heap = {};
    private int size;

    /**
     * When the head is due. Written under the lock. This and {@link #sleepUntil} keep the poller
     * from sleeping past a timer: {@link #arm} writes {@code next}, then reads {@code sleepUntil};
     * {@link #sleep} writes {@code sleepUntil}, then reads {@code next}. Both are volatile, so at
     * least one of the two sees what the other wrote.
     */
    private volatile long next = NEVER;

    /** Until when the poller sleeps; AWAKE while it does not. Written by the poller. */
    private volatile long sleepUntil = AWAKE;

    /** Makes room for so many descs. To be called before the last of them is handed out. */
    void reserve(int descs) {
        lock.lock();
        try {
            if (descs > heap.length) {
                heap = Arrays.copyOf(heap, descs);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Queues the desc for its earliest deadline that somebody waits for, unless it is queued for
     * that time or an earlier one already.
     *
     * @return true if the poller must be woken, because it sleeps beyond that time
     */
    boolean arm(PollDesc pd) {
        lock.lock();
        try {
            if (pd.timerAt == UNTIMED) {
                // Before nextDue looks at "closing", see PollDesc.unblock.
                pd.timerAt = IDLE;
            }
            long due = pd.nextDue();
            if (due >= pd.timerAt) {
                return false;
            }
            boolean queued = pd.timerAt != IDLE;
            pd.timerAt = due;
            if (!queued) {
                pd.timerIndex = size++;
            }
            siftUp(pd.timerIndex, pd);
            publishNext();
            return next < sleepUntil;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the desc out, if it is in. To be called when it is closing: it does not come back until
     * it is opened again.
     */
    void remove(PollDesc pd) {
        lock.lock();
        try {
            boolean queued = pd.timerAt < IDLE;
            pd.timerAt = UNTIMED;
            if (queued) {
                removeAt(pd.timerIndex);
                publishNext();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Says that the poller goes to sleep.
     *
     * @param limit the time at which it wants to wake in any case
     * @return the time at which it must wake
     */
    long sleep(long limit) {
        sleepUntil = Math.min(limit, next);
        return Math.min(limit, next);
    }

    /** Says that the poller has woken. */
    void awake() {
        sleepUntil = AWAKE;
    }

    /** Whether nobody waits for a deadline, so that the clock need not be read. Takes no lock. */
    boolean isEmpty() {
        return next == NEVER;
    }

    /**
     * Fires what is due at {@code now}, and adds the waiters to resume to the list. What the list
     * has no room for stays due.
     */
    void expire(long now, ReadyList ready) {
        // If another thread has the lock, the next poll tries again. It comes at once, because
        // sleep finds that something is due.
        if (next > now || !lock.tryLock()) {
            return;
        }
        try {
            while (size > 0 && heap[0].timerAt <= now && ready.hasRoom(2)) {
                PollDesc pd = heap[0];
                pd.expire(now, ready);
                // IDLE is written before nextDue reads waiters and deadlines: whoever is too late
                // to be seen by it sees IDLE, and arms the timer itself.
                pd.timerAt = IDLE;
                long due = pd.nextDue();
                if (due >= IDLE) {
                    removeAt(0);
                } else {
                    pd.timerAt = due;
                    siftDown(0, pd);
                }
            }
            publishNext();
        } finally {
            lock.unlock();
        }
    }

    /** How many descs are queued. */
    int size() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }

    private void publishNext() {
        long head = size == 0 ? NEVER : heap[0].timerAt;
        if (head != next) {
            next = head;
        }
    }

    private void removeAt(int index) {
        PollDesc last = heap[--size];
        heap[size] = null;
        if (index < size) {
            if (index > 0 && last.timerAt < heap[(index - 1) >> 2].timerAt) {
                siftUp(index, last);
            } else {
                siftDown(index, last);
            }
        }
    }

    private void siftUp(int index, PollDesc pd) {
        while (index > 0) {
            int parent = (index - 1) >> 2;
            if (heap[parent].timerAt <= pd.timerAt) {
                break;
            }
            place(index, heap[parent]);
            index = parent;
        }
        place(index, pd);
    }

    private void siftDown(int index, PollDesc pd) {
        for (int first; (first = (index << 2) + 1) < size; ) {
            int least = first;
            for (int child = first + 1; child < Math.min(first + 4, size); child++) {
                if (heap[child].timerAt < heap[least].timerAt) {
                    least = child;
                }
            }
            if (pd.timerAt <= heap[least].timerAt) {
                break;
            }
            place(index, heap[least]);
            index = least;
        }
        place(index, pd);
    }

    private void place(int index, PollDesc pd) {
        heap[index] = pd;
        pd.timerIndex = index;
    }
}
