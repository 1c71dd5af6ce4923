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

import io.gopoll.poll.NetPoller;
import io.gopoll.poll.PollDesc;
import io.gopoll.poll.Watcher;
import io.gopoll.sched.Netpoll;
import io.gopoll.sched.Scheduler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How threads wait for a descriptor: Go's {@code internal/poll.pollDesc}. It has the descriptor
 * watched where it is waited for: see {@link Netpoll#nearer}.
 */
final class Watch implements Watcher {

    private final NetFd netFd;

    /** Written under this. */
    private volatile PollDesc pd;

    /** Under this. */
    private boolean evicted;

    /**
     * @throws IOException if the descriptor cannot be polled
     */
    Watch(NetFd netFd) throws IOException {
        this.netFd = netFd;
        pd = Netpoll.open(netFd::open);
        netFd.watchedBy(this, 0);
    }

    /**
     * Go's {@code prepare}: before each I/O, by whoever has that side's lock.
     *
     * @return OK, CLOSING or TIMEOUT of {@link PollDesc}
     */
    int prepare(int mode) {
        return pd.reset(mode);
    }

    /**
     * Go's {@code wait}: until the side is ready, by whoever has that side's lock. An interrupt
     * ends the wait of a virtual thread only, as with the JDK's sockets.
     *
     * @return OK, CLOSING, TIMEOUT or INTERRUPTED of {@link PollDesc}
     */
    int await(int mode) {
        return Scheduler.isVirtual(Thread.currentThread())
                ? pd.awaitInterruptibly(mode)
                : pd.await(mode);
    }

    /** Which poller the calling thread would have watch it instead; null if it is watched well. */
    @Nullable NetPoller nearer() {
        return Netpoll.nearer(pd.poller());
    }

    /** By whoever has the locks of both sides. If it cannot be moved, it stays where it is. */
    synchronized void moveTo(NetPoller poller) {
        if (evicted) {
            return;
        }
        try {
            pd = pd.moveTo(poller);
        } catch (IOException | IllegalStateException e) {
            // No room in that poller, or its scheduler has come to its end.
        }
    }

    /**
     * As {@link PollDesc#setDeadline}. Whoever is resumed takes no lock of this object before the
     * method has returned.
     */
    synchronized void setDeadline(long delayNanos, int modes) {
        pd.setDeadline(delayNanos, modes);
    }

    /** Go's {@code evict}: whoever waits, or will wait, gets CLOSING. Any thread, once. */
    void evict() {
        synchronized (this) {
            evicted = true;
        }
        // It does not move any more.
        pd.unblock();
    }

    /** After {@link #evict}, when nobody uses it any more: see {@link PollDesc#close}. */
    @Override
    public void abandon(int fdseq) {
        pd.close(netFd.isAdopted());
    }
}
