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

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A poller without a kernel and one descriptor in it. What the kernel would say, and when timers
 * fire, is for the test to say.
 */
class Machine extends AbstractNetPoller {

    static final long HOUR = TimeUnit.HOURS.toNanos(1);

    final ReadyList ready = new ReadyList(8);
    final AtomicInteger resumes = new AtomicInteger();
    final Waiter waiter = resumes::incrementAndGet;
    final AtomicInteger interrupts = new AtomicInteger();
    final PollDesc pd = reopen();

    final PollDesc reopen() {
        try {
            return open(0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    void add(PollDesc pd, boolean writer) {}

    @Override
    void arm(PollDesc pd, int mode) {}

    @Override
    void remove(PollDesc pd, boolean fdStaysOpen) {}

    /** Every poll finds that it has been interrupted, and nothing else. */
    @Override
    void waitForEvents(long until, ReadyList ready) {
        sawInterrupt();
    }

    @Override
    boolean interrupt() {
        interrupts.incrementAndGet();
        return true;
    }

    @Override
    void closeDescriptors() {}

    /** 1 if there was nothing to wait for, 0 if the waiter is parked. */
    final int park() {
        return pd.park(PollDesc.READ, waiter) ? 1 : 0;
    }

    /** The reading side becomes ready, and who waits for it is resumed. */
    final void edge() {
        pd.event(pd.fdseq(), PollDesc.READ, 0, 0, ready);
        resumeReady();
    }

    /** Fires the timers that are due so many hours from now, and resumes who waited. */
    final void hoursPass(int hours) {
        timers.expire(Clock.after(hours * HOUR), ready);
        resumeReady();
    }

    /** Afterwards: 1 if an edge has been kept. Clears the deadline, and parks if there was none. */
    final int token() {
        pd.setDeadline(0, PollDesc.READ);
        return park();
    }

    private void resumeReady() {
        for (int i = 0; i < ready.size(); i++) {
            ready.get(i).resume();
        }
        ready.clear();
    }
}
