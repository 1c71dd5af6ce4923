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
 * The JDK's scheduler, and a poller beside it: works wherever there are virtual threads, at the
 * price of a hand-over between threads for a resume. While much is ready it is paid once for many:
 * then the poller's thread rests, and a virtual thread looks at the network in line with those that
 * it resumes.
 */
final class JdkScheduler extends Scheduler {

    private static final AtomicInteger IDS = new AtomicInteger();

    private final NetPoller poller = new EpollPoller();

    /** How many are ready at once when the virtual thread takes over. */
    private static final int MUCH = 4;

    /** How many looks in a row find nothing when the thread takes over again. */
    private static final int IDLE_LOOKS = 2;

    /** Under this. */
    private Thread thread;

    private Thread looker;

    /** Whose turn it is to poll: the virtual thread's, or else the thread's. */
    private volatile boolean looking;

    private volatile boolean closed;

    /** The thread has closed the poller. Written before {@link #looking}. */
    private volatile boolean ended;

    JdkScheduler() throws IOException {}

    @Override
    public Thread newThread(String name, Runnable task) {
        startPolling();
        return VirtualThreads.unstarted(name, task);
    }

    private synchronized void startPolling() {
        if (thread == null && !closed) {
            int id = IDS.incrementAndGet();
            thread = new Thread(this::await, "gopoll-poller-" + id);
            thread.setDaemon(false);
            looker = VirtualThreads.unstarted("gopoll-looker-" + id, this::look);
            thread.start();
            looker.start();
        }
    }

    /** The thread: waits for the network until much is ready at once. */
    private void await() {
        while (!closed) {
            ReadyList ready = poller.poll(-1);
            boolean much = ready.size() >= MUCH;
            Polling.resume(ready);
            if (much && !closed) {
                handOver(true, looker);
                while (looking) {
                    LockSupport.park(this);
                }
            }
        }
        poller.close();
        ended = true;
        handOver(true, looker);
    }

    private void handOver(boolean toLooker, Thread to) {
        looking = toLooker;
        LockSupport.unpark(to);
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

    @Override
    public int pollers() {
        return 1;
    }

    @Override
    public NetPoller poller(int index) {
        return poller;
    }

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
