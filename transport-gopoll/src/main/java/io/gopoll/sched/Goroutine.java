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

import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;

/**
 * A virtual thread as its scheduler sees it: Go's G. The JDK hands in its continuation whenever it
 * can go on.
 */
final class Goroutine extends Ready implements Executor {

    private final GoScheduler scheduler;

    /** Set once, before the thread starts. */
    Thread thread;

    /** The JDK gives the same one each time; written before the goroutine is queued. */
    private Runnable continuation;

    /**
     * The carrier that is just resuming it and wants to run it itself. Nobody else ever finds
     * itself in here, so what others read does not matter.
     */
    private Carrier resumer;

    /** Whether a carrier has started it by {@link #resume}. The resumers' own. */
    private boolean started;

    /** It was given to the resumer, not queued. The resumer's. */
    private boolean taken;

    Goroutine(GoScheduler scheduler, Processor processor) {
        super(processor);
        this.scheduler = scheduler;
    }

    /** Go's {@code ready}: the thread can go on. Any thread. */
    @Override
    public void execute(Runnable continuation) {
        this.continuation = continuation;
        Carrier carrier = resumer;
        if (carrier != null && carrier == Thread.currentThread()) {
            taken = true;
        } else {
            scheduler.ready(this);
        }
    }

    /**
     * Starts or unparks it, to run it next without its going through the queue. A carrier calls it.
     *
     * @return false if another thread has been first, and has queued it
     */
    boolean resume(Carrier carrier) {
        taken = false;
        resumer = carrier;
        try {
            if (started) {
                LockSupport.unpark(thread);
            } else {
                started = true;
                thread.start();
            }
        } finally {
            resumer = null;
        }
        return taken;
    }

    /** Goes on until the thread parks or ends. A carrier calls it. */
    void run() {
        continuation.run();
    }
}
