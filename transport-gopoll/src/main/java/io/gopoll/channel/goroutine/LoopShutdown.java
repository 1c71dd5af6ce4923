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
package io.gopoll.channel.goroutine;

/**
 * The end of a goroutine loop. It closes its channels, runs what that has submitted, waits for
 * further tasks until there were none for the quiet period, or until the timeout, and then takes
 * none any more.
 */
final class LoopShutdown {

    /** In this order. */
    private enum State {
        /** Tasks are taken. */
        SHUTTING_DOWN,
        /** Only what the loop itself has to do for its end is taken. */
        SHUTDOWN,
        TERMINATED
    }

    private final StrandEventExecutor loop;
    private final long quietPeriod;
    private final long timeout;

    private volatile State state = State.SHUTTING_DOWN;

    /** A turn has acted on it. The burst's, as all that follows. */
    private boolean seen;

    private long start;
    private long lastExecution;

    /** How long to wait for further tasks, in nanoseconds; -1 for not at all. */
    private long quiet = -1;

    /**
     * @param quietPeriod in nanoseconds, as {@code timeout}
     */
    LoopShutdown(StrandEventExecutor loop, long quietPeriod, long timeout) {
        this.loop = loop;
        this.quietPeriod = quietPeriod;
        this.timeout = timeout;
    }

    /** One that takes no tasks from its beginning. */
    static LoopShutdown atOnce(StrandEventExecutor loop) {
        LoopShutdown shutdown = new LoopShutdown(loop, 0, 0);
        shutdown.state = State.SHUTDOWN;
        return shutdown;
    }

    /** Any thread. */
    boolean isShutdown() {
        return state != State.SHUTTING_DOWN;
    }

    /** Any thread. */
    boolean isTerminated() {
        return state == State.TERMINATED;
    }

    /** Whether no turn has acted on it. Read late by other threads is good enough. */
    boolean isNews() {
        return !seen;
    }

    void seen() {
        seen = true;
    }

    /** Tasks were run. */
    void executed() {
        lastExecution = loop.now();
    }

    long quiet() {
        return quiet;
    }

    /** The group had terminated before. */
    void terminatedWithoutATurn() {
        state = State.TERMINATED;
    }

    /** The end of a turn. */
    void turn() {
        seen = true;
        if (state == State.TERMINATED) {
            return;
        }
        loop.registrations().closeAll();
        loop.cancelScheduled();
        if (start == 0) {
            start = loop.now();
            lastExecution = start;
        }
        while (loop.runTasks()) {
            // What closing has submitted.
        }
        long now = loop.now();
        quiet = Math.min(quietPeriod - (now - lastExecution), timeout - (now - start));
        if (quiet <= 0) {
            terminate();
        }
    }

    private void terminate() {
        state = State.SHUTDOWN;
        do {
            loop.registrations().closeAll();
        } while (loop.runTasks());
        state = State.TERMINATED;
        loop.runLastTasks();
        // What came in between the two, or was scheduled by what they have run.
        loop.registrations().closeAll();
        loop.cancelScheduled();
        quiet = -1;
        loop.terminated();
    }
}
