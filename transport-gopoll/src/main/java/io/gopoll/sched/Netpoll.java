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
package io.gopoll.sched;

import io.gopoll.poll.NetPoller;
import io.gopoll.poll.PollDesc;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * By whom the descriptors are watched that threads wait for: the process's part of Go's {@code
 * netpoll.go}. A goroutine of GoPoll's scheduler has them watched by the poller of the processor
 * that it runs on, so that no thread hands over to another when they get ready; all other threads
 * by one poller in the background.
 *
 * <p>Any thread may call everything here.
 */
public final class Netpoll {

    /** Null until the first use. Written under the class. */
    private static volatile @Nullable BackgroundPoller background;

    /** The pollers of ended schedulers that still have descriptors. */
    private static final Set<NetPoller> RETIRED = ConcurrentHashMap.newKeySet();

    /** How long a retired poller may outlive its last descriptor. */
    private static final long RETIRED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private Netpoll() {}

    /** Adds a descriptor to a poller. */
    @FunctionalInterface
    public interface Opener {

        /**
         * @throws IOException if it cannot be polled
         */
        PollDesc open(NetPoller poller) throws IOException;
    }

    /**
     * Has a descriptor watched for the calling thread and for all others.
     *
     * @throws IOException if it cannot be polled, or if there are no descriptors left for a poller
     */
    public static PollDesc open(Opener opener) throws IOException {
        NetPoller own = Carrier.currentPoller();
        if (own != null) {
            try {
                return opener.open(own);
            } catch (IllegalStateException e) {
                if (!own.isClosed()) {
                    throw e;
                }
                // The scheduler has come to its end meanwhile.
            }
        }
        return opener.open(background().poller());
    }

    /**
     * Who should watch a descriptor instead, because the calling thread is about to wait for it.
     * What a thread of another kind has opened, as connection pools do, moves to the poller of the
     * goroutine's processor once. Between two processors nothing moves: the one whose poller finds
     * the edge runs the goroutine.
     *
     * @return the poller of the calling goroutine's processor; null if the descriptor stays where
     *     it is
     */
    public static @Nullable NetPoller nearer(NetPoller watching) {
        NetPoller own = Carrier.currentPoller();
        return own != null && own != watching && needsHandOver(watching) ? own : null;
    }

    /** Whether a thread polls it that runs no goroutines. */
    private static boolean needsHandOver(NetPoller poller) {
        BackgroundPoller b = background;
        return b != null && b.poller() == poller || RETIRED.contains(poller);
    }

    /** A failure is not for good: there may be descriptors again the next time. */
    private static synchronized BackgroundPoller background() throws IOException {
        if (background == null) {
            BackgroundPoller poller = new BackgroundPoller(true);
            poller.start();
            background = poller;
        }
        return background;
    }

    /**
     * A scheduler is done with a poller: it is closed as soon as the last descriptor has left it,
     * and polled until then.
     */
    static void retire(NetPoller poller) {
        if (poller.closeIfUnused()) {
            return;
        }
        RETIRED.add(poller);
        Thread thread =
                new Thread(null, () -> pollToTheEnd(poller), "gopoll-retired-poller", 0, false);
        thread.setDaemon(true);
        thread.start();
    }

    private static void pollToTheEnd(NetPoller poller) {
        do {
            Polling.pollAndResume(poller, RETIRED_NANOS);
        } while (!poller.closeIfUnused());
        RETIRED.remove(poller);
    }
}
