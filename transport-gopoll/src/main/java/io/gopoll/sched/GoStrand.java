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

import java.util.concurrent.Future;

/** A strand that waits in the queue of a processor for a {@link Worker} to run it. */
final class GoStrand extends Ready implements Strand {

    private final GoScheduler scheduler;
    private final Work work;

    /** Null if there is none. Belongs to the burst. */
    private Future<?> timer;

    GoStrand(GoScheduler scheduler, Processor processor, Work work) {
        super(processor);
        this.scheduler = scheduler;
        this.work = work;
    }

    /** A burst. A worker calls it. */
    void run() {
        work.run();
    }

    @Override
    public boolean isAlone() {
        return processor.isEmpty();
    }

    String name() {
        return work.name();
    }

    @Override
    public void ready() {
        scheduler.start();
        scheduler.ready(this);
    }

    @Override
    public void wakeAfter(long nanos) {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        if (nanos >= 0) {
            timer = scheduler.schedule(work::due, nanos);
        }
    }

    @Override
    public void release() {}
}
