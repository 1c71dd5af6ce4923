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
import java.io.IOException;

/**
 * The JDK's scheduler, with a poller beside it. It works wherever there are virtual threads; each
 * resume hands over from the poller's thread to a carrier.
 */
final class JdkScheduler extends Scheduler {

    private final BackgroundPoller background = new BackgroundPoller(false);

    JdkScheduler() throws IOException {}

    @Override
    public Thread newThread(String name, Runnable task) {
        background.start();
        return VirtualThreads.unstarted(name, task);
    }

    @Override
    public Strand newStrand(int poller, Strand.Work work) {
        return new JdkStrand(this, work);
    }

    @Override
    public String toString() {
        return "the JDK's scheduler";
    }

    @Override
    public boolean lendsThreads() {
        return false;
    }

    @Override
    public int pollers() {
        return 1;
    }

    @Override
    public NetPoller poller(int index) {
        return background.poller();
    }

    @Override
    public void close() {
        background.close();
    }

    /** Its threads are the JDK's anyway. */
    @Override
    public void abandon() {
        close();
    }
}
