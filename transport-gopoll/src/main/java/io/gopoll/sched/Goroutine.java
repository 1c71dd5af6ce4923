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
 *
 * <p>A virtual thread that is started by a virtual thread takes over its executor, and so do the
 * threads that it starts in turn: all of them hand their continuations in here. The first one that
 * comes in is the thread's own, since nobody is its child before it has started. Each of the others
 * is a goroutine of its own, and gets an object of its own for each time that it can go on: what is
 * left to know between two times is in the continuation.
 */
final class Goroutine extends Ready implements Executor {

    private final GoScheduler scheduler;

    /** Whose thread it is; null if it is no worker's. Set once, before the thread starts. */
    Worker worker;

    /** Set once, before the thread starts. Null for a child: see {@link #thread()}. */
    Thread thread;

    /**
     * Its thread's own: the JDK gives the same one each time. Null until the thread starts, then
     * never changed. Volatile for those who unpark a child whose start they have not seen.
     */
    private volatile Runnable continuation;

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

    /** A thread that was started by a goroutine, for one time that it can go on. */
    private Goroutine(GoScheduler scheduler, Processor processor, Runnable continuation) {
        this(scheduler, processor);
        this.continuation = continuation;
    }

    /** Go's {@code ready}: this thread, or one of its children, can go on. Any thread. */
    @Override
    public void execute(Runnable continuation) {
        Runnable own = this.continuation;
        if (own == null) {
            this.continuation = continuation;
        } else if (own != continuation) {
            scheduler.ready(new Goroutine(scheduler, processor, continuation));
            return;
        }
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

    /** Goes on until the thread parks or ends. A carrier calls it, or a thread of the JDK's. */
    void run() {
        continuation.run();
    }

    /** The thread; null if it is a child whose thread cannot be known. For reports. */
    Thread thread() {
        Thread t = thread;
        return t != null ? t : VirtualThreads.threadOf(continuation);
    }

    @Override
    public String toString() {
        Thread t = thread();
        return t == null ? "a goroutine" : t.toString();
    }
}
