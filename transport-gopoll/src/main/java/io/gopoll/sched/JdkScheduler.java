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
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The JDK's scheduler, and a platform thread beside it that polls: works wherever there are virtual
 * threads, at the price of a hand-over between threads for each resume.
 */
final class JdkScheduler extends Scheduler {

    private static final AtomicInteger IDS = new AtomicInteger();

    private final NetPoller poller = new EpollPoller();

    /** Under this. */
    private Thread thread;

    private volatile boolean closed;

    JdkScheduler() throws IOException {}

    @Override
    public Thread newThread(String name, Runnable task) {
        startPolling();
        return VirtualThreads.unstarted(name, task);
    }

    private synchronized void startPolling() {
        if (thread == null && !closed) {
            thread = new Thread(this::poll, "gopoll-poller-" + IDS.incrementAndGet());
            thread.setDaemon(false);
            thread.start();
        }
    }

    private void poll() {
        while (!closed) {
            Polling.resume(poller.poll(-1));
        }
        poller.close();
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
