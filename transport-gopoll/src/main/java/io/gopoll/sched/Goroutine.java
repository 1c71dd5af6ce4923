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

/**
 * A virtual thread of a {@link GoScheduler}: Go's G. To the JDK it is the scheduler of that one
 * thread, which gives it the thread's continuation whenever it can go on.
 */
final class Goroutine implements Executor {

    private final GoScheduler scheduler;

    /** The processor that runs it, or has run it last. */
    Processor processor;

    /** Set once, before the thread starts. */
    Thread thread;

    /** The JDK gives the same one each time; written before the goroutine is queued. */
    private Runnable continuation;

    Goroutine(GoScheduler scheduler, Processor processor) {
        this.scheduler = scheduler;
        this.processor = processor;
    }

    /** Go's {@code ready}: the thread can go on. Any thread. */
    @Override
    public void execute(Runnable continuation) {
        this.continuation = continuation;
        scheduler.ready(this);
    }

    /** Goes on until the thread parks or ends. A carrier calls it. */
    void run() {
        continuation.run();
    }
}
