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
package io.gopoll.channel.goroutine;

import io.gopoll.channel.buffer.Datagrams;
import io.gopoll.channel.buffer.Gathering;
import io.gopoll.poll.NetPoller;
import java.util.concurrent.atomic.AtomicReference;

/** A poller that many goroutine event loops share, with what they borrow for a system call. */
final class LoopPoller {

    /** Its place among the scheduler's. */
    final int index;

    final NetPoller poller;

    // Few loops run at the same time, mostly one. If two need the memory at once, the second one
    // allocates its own.
    private final AtomicReference<Gathering> gathering = new AtomicReference<>();
    private final AtomicReference<Datagrams> datagrams = new AtomicReference<>();

    /** The time when the poller had polled so often: see {@link #now}. */
    private volatile long now;

    private volatile long polls = -1;

    LoopPoller(int index, NetPoller poller) {
        this.index = index;
        this.poller = poller;
    }

    /**
     * When a burst began: a time of {@link System#nanoTime}, asked once for all bursts between two
     * polls. Where another thread polls meanwhile, it is asked for each.
     */
    long now() {
        long count = poller.lastPoll();
        if (count != polls || (count & 1) != 0) {
            now = System.nanoTime();
            polls = count;
        }
        return now;
    }

    Gathering gathering() {
        Gathering lent = gathering.getAndSet(null);
        return lent == null ? new Gathering() : lent;
    }

    void giveBack(Gathering lent) {
        gathering.set(lent);
    }

    Datagrams datagrams() {
        Datagrams lent = datagrams.getAndSet(null);
        return lent == null ? new Datagrams() : lent;
    }

    void giveBack(Datagrams lent) {
        datagrams.set(lent);
    }
}
