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

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts how often it was resumed. */
final class CountingWaiter implements Waiter {

    private final AtomicInteger resumes = new AtomicInteger();
    private final Semaphore permits = new Semaphore(0);

    @Override
    public void resume() {
        resumes.incrementAndGet();
        permits.release();
    }

    int resumes() {
        return resumes.get();
    }

    /** Waits for the next resume. */
    void awaitResume() throws InterruptedException {
        if (!permits.tryAcquire(20, TimeUnit.SECONDS)) {
            throw new AssertionError("not resumed within 20 seconds");
        }
    }
}
