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

import java.util.concurrent.locks.LockSupport;

/** A thread that waits for a side of a {@link PollDesc}. Only this thread calls the methods. */
final class ParkedThread implements Waiter {

    private final Thread thread;
    private volatile boolean resumed;

    ParkedThread(Thread thread) {
        this.thread = thread;
    }

    @Override
    public void resume() {
        resumed = true;
        LockSupport.unpark(thread);
    }

    void await(PollDesc pd, int mode) {
        if (!pd.park(mode, this)) {
            awaitResume();
        }
    }

    /** False if an interrupt has ended the wait; the interrupt flag stays set. */
    boolean awaitInterruptibly(PollDesc pd, int mode) {
        if (pd.park(mode, this)) {
            return true;
        }
        while (!resumed && !thread.isInterrupted()) {
            LockSupport.park(this);
        }
        if (pd.unpark(mode, this)) {
            return false;
        }
        // Somebody has taken the waiter and is about to unpark this thread. Wait for that, so that
        // it does not end a later park of the thread.
        awaitResume();
        return true;
    }

    /** Neither an interrupt nor an unpark for another reason ends the wait. */
    private void awaitResume() {
        boolean interrupted = false;
        while (!resumed) {
            LockSupport.park(this);
            // park returns at once while the flag is set.
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            thread.interrupt();
        }
    }

    @Override
    public String toString() {
        return thread.getName();
    }
}
