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

import io.gopoll.poll.Clock;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.concurrent.locks.LockSupport;

/** A strand with a virtual thread of its own, which is parked between the bursts. */
final class JdkStrand implements Strand {

    private final JdkScheduler scheduler;
    private final Work work;

    /** Null while there is none. Written by whoever may start the next burst, and by a burst. */
    private volatile Thread thread;

    /** The next burst may run. */
    private volatile boolean ready;

    /** When work is due, or NEVER. The thread's. */
    private long due = Clock.NEVER;

    JdkStrand(JdkScheduler scheduler, Work work) {
        this.scheduler = scheduler;
        this.work = work;
    }

    /** What waits for the JDK's carriers cannot be known: this thread gives up its one soon. */
    @Override
    public boolean isAlone() {
        return true;
    }

    @Override
    public void ready() {
        ready = true;
        Thread t = thread;
        if (t == null) {
            t = scheduler.newThread(Scheduler.newName(), this::run);
            thread = t;
            t.start();
        } else {
            LockSupport.unpark(t);
        }
    }

    private void run() {
        Thread own = Thread.currentThread();
        try {
            do {
                awaitReady();
                ready = false;
                String name = work.name();
                if (!name.equals(own.getName())) {
                    own.setName(name);
                }
                work.run();
            } while (thread == own);
        } finally {
            FastThreadLocal.removeAll();
        }
    }

    private void awaitReady() {
        while (!ready) {
            if (due == Clock.NEVER) {
                LockSupport.park(this);
            } else {
                long left = due - Clock.now();
                if (left > 0) {
                    LockSupport.parkNanos(this, left);
                } else {
                    due = Clock.NEVER;
                    work.due();
                }
            }
            // It is nobody's to interrupt, and could not park any more.
            Thread.interrupted();
        }
    }

    @Override
    public void wakeAfter(long nanos) {
        due = nanos < 0 ? Clock.NEVER : Clock.after(nanos);
    }

    @Override
    public void release() {
        due = Clock.NEVER;
        thread = null;
    }
}
