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

import io.gopoll.poll.EpollPoller;
import io.gopoll.poll.NetPoller;
import io.gopoll.poll.ReadyList;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A poller and the thread that polls it, beside those who wait: Go's background netpoll. To resume
 * a virtual thread from it is a hand-over between threads. While much is ready it is paid once for
 * many: then the thread rests, and a virtual thread looks at the network in line with those that it
 * resumes. Before JDK 21 there is the thread alone.
 *
 * <p>Any thread may call everything here.
 */
public final class BackgroundPoller implements AutoCloseable {

    private static final AtomicInteger IDS = new AtomicInteger();

    /** How many are ready at once when the virtual thread takes over. */
    private static final int MUCH = 4;

    /** How many looks in a row find nothing when the thread takes over again. */
    private static final int IDLE_LOOKS = 2;

    private final NetPoller poller = new EpollPoller();
    private final boolean daemon;

    /** Under this. */
    private Thread thread;

    /** Null before JDK 21. Written before the thread starts. */
    private Thread looker;

    /** Whose turn it is to poll: the virtual thread's, or else the thread's. */
    private volatile boolean looking;

    private volatile boolean closed;

    /** The thread has closed the poller. Written before {@link #looking}. */
    private volatile boolean ended;

    /**
     * @param daemon whether the thread lets the JVM end
     * @throws IOException if there are no descriptors left
     */
    public BackgroundPoller(boolean daemon) throws IOException {
        this.daemon = daemon;
    }

    public NetPoller poller() {
        return poller;
    }

    /** Starts the thread, unless it has been started or closed. */
    public synchronized void start() {
        if (thread != null || closed) {
            return;
        }
        int id = IDS.incrementAndGet();
        thread = new Thread(this::await, "gopoll-poller-" + id);
        thread.setDaemon(daemon);
        if (VirtualThreads.unavailabilityCause() == null) {
            looker = VirtualThreads.unstarted("gopoll-looker-" + id, this::look);
            looker.start();
        }
        thread.start();
    }

    /** The thread: waits for the network until much is ready at once. */
    private void await() {
        while (!closed) {
            ReadyList ready = poller.poll(-1);
            boolean much = ready.size() >= MUCH;
            Polling.resume(ready);
            if (much && looker != null && !closed) {
                handOver(true, looker);
                while (looking) {
                    LockSupport.park(this);
                    Thread.interrupted(); // or it would not park any more
                }
            }
        }
        poller.close();
        ended = true;
        if (looker != null) {
            handOver(true, looker);
        }
    }

    /** The virtual thread: looks at the network until nothing comes any more. */
    private void look() {
        for (; ; ) {
            while (!looking) {
                LockSupport.park(this);
            }
            int idle = 0;
            while (idle < IDLE_LOOKS && !closed) {
                ReadyList ready = poller.poll(0);
                idle = ready.size() == 0 ? idle + 1 : 0;
                Polling.resume(ready);
                Thread.yield();
            }
            if (ended) {
                return;
            }
            handOver(false, thread);
        }
    }

    private void handOver(boolean toLooker, Thread to) {
        looking = toLooker;
        LockSupport.unpark(to);
    }

    /** Ends the thread and closes the poller, soon. No descriptor may be open in it. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (thread == null) {
            poller.close();
        } else {
            poller.wakeup();
        }
    }
}
