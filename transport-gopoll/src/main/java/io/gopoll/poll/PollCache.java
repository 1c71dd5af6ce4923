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

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The {@link PollDesc}s of one poller: Go's {@code pollCache}. They are reused and never freed: an
 * event that comes late must find a PollDesc, whose {@code fdseq} says that the event is stale.
 */
final class PollCache {

    private static final int MIN_SLOTS = 64;

    private final AbstractNetPoller poller;

    /** While a thread holds it, no desc is handed out and none is closed. */
    final ReentrantLock lock = new ReentrantLock();

    /**
     * By {@link PollDesc#index}. Each element is written once, under the lock, and published by the
     * write of this field that follows. The polling thread reads both without the lock.
     */
    private volatile PollDesc[] slots = {};

    /** How many slots are taken. Under the lock. */
    private int size;

    /**
     * The descs that are not in use, linked by {@link PollDesc#link}, the last used first. Under
     * the lock.
     */
    private PollDesc free;

    /** How many of the descs are in use. Under the lock. */
    private int inUse;

    PollCache(AbstractNetPoller poller) {
        this.poller = poller;
    }

    PollDesc alloc() {
        lock.lock();
        try {
            PollDesc pd = free;
            if (pd != null) {
                free = pd.link;
                pd.link = null;
            } else {
                // What can fail for lack of memory comes before anything is changed.
                PollDesc[] published = slots;
                if (size == published.length) {
                    published = Arrays.copyOf(published, Math.max(MIN_SLOTS, size * 2));
                    poller.timers.reserve(published.length);
                }
                pd = new PollDesc(poller, size);
                published[size++] = pd;
                slots = published;
            }
            inUse++;
            return pd;
        } finally {
            lock.unlock();
        }
    }

    /** Closes the desc, and keeps it for the next {@link #alloc}. */
    void free(PollDesc pd) {
        lock.lock();
        try {
            pd.retire();
            inUse--;
            pd.link = free;
            free = pd;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the kernel watches this descriptor for an open desc. */
    boolean isWatched(int fd) {
        lock.lock();
        try {
            for (int i = 0; i < size; i++) {
                if (slots[i].fd() == fd && slots[i].interest != 0) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** How many descs there are, open or not. Under the lock. */
    int size() {
        return size;
    }

    /** Above the index of every desc that has been handed out. Takes no lock. */
    int limit() {
        return slots.length;
    }

    /** The desc that an event names by its index; null if none has been handed out. */
    PollDesc get(int index) {
        return slots[index];
    }

    int inUse() {
        lock.lock();
        try {
            return inUse;
        } finally {
            lock.unlock();
        }
    }
}
