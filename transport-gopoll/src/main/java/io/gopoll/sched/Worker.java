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

import io.gopoll.poll.SafeLogger;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A virtual thread that is lent to strands. It runs one burst after the other, without going back
 * to its carrier, until one of them blocks: then it stays with that strand, and the carrier takes
 * another worker for the next. So strands that do not block share a stack, and cost no more than a
 * loop's turn; one that blocks has a stack of its own for as long.
 */
final class Worker implements Runnable {

    /**
     * After so many bursts it ends when it would rest, and another takes its place. The methods
     * that a thread begins with are interpreted in the first threads, and stay so on their stacks
     * for as long as those live: the JVM freezes and thaws a stack with such frames one by one, at
     * several times the cost.
     */
    static final int BURSTS = 512;

    /** A cached worker ends with its caches. */
    private static final int CACHED_BURSTS = 128 * BURSTS;

    private static final SafeLogger logger = SafeLogger.of(Worker.class);

    private final GoScheduler scheduler;
    final Goroutine goroutine;

    /** What its thread is called while it is in no burst that blocks. */
    private final String name;

    /**
     * Whether Netty's recyclers and allocators treat it as an event loop's thread. That takes
     * memory for each, so only a few are: those that are taken first.
     */
    final boolean cached;

    /**
     * The strand to run next. Null while the worker is idle; written by whoever takes the worker
     * from the idle ones.
     */
    private volatile GoStrand strand;

    /** Whose burst it is in; null between two. Its own, and the carrier's that it leaves. */
    private GoStrand current;

    /** Whether its thread is called as {@link #current}. As that. */
    private boolean named;

    /** It is to end. Set instead of a strand. */
    private volatile boolean ended;

    Worker(GoScheduler scheduler, Processor processor, boolean cached) {
        this.scheduler = scheduler;
        this.cached = cached;
        this.name = Scheduler.newName();
        this.goroutine = scheduler.newGoroutine(processor, name, this);
        goroutine.worker = this;
    }

    // ---- Whoever has taken it from the idle ones, or has made it. ----

    void give(GoStrand next) {
        strand = next;
    }

    void end() {
        ended = true;
        LockSupport.unpark(goroutine.thread);
    }

    /**
     * Its thread has left the carrier, which calls this. If that was within a burst, the thread
     * gets the strand's name, for who looks at the threads of the process. It may be on another
     * carrier by now, and have a name that is out of date.
     */
    void unmounted() {
        GoStrand blocked = current;
        if (blocked != null && !named) {
            named = true;
            VirtualThreads.setName(goroutine.thread, blocked.name());
        }
    }

    // ---- Its own. ----

    @Override
    public void run() {
        try {
            if (cached) {
                FastThreadLocalThread.runWithFastThreadLocal(this::work);
            } else {
                work();
            }
        } finally {
            FastThreadLocal.removeAll();
            scheduler.workerEnded(this);
        }
    }

    private void work() {
        int left = cached ? CACHED_BURSTS : BURSTS;
        while (awaitStrand()) {
            GoStrand next = strand;
            strand = null;
            do {
                current = next;
                try {
                    next.run();
                } catch (Throwable t) {
                    logger.error("Unexpected exception in a strand", t);
                }
                current = null;
                if (named) {
                    named = false;
                    VirtualThreads.setName(goroutine.thread, name);
                }
                // What was for one strand is not to end what the next one waits in.
                Thread.interrupted();
                left--;
                next = scheduler.nextStrand();
            } while (next != null);
            // The last loop may be garbage soon.
            ThreadExecutorMap.setCurrentExecutor(null);
            if (left <= 0 || !scheduler.idle(this)) {
                return;
            }
        }
    }

    /** False if it is to end. */
    private boolean awaitStrand() {
        while (strand == null) {
            if (ended) {
                return false;
            }
            LockSupport.park(this);
            Thread.interrupted();
        }
        return true;
    }
}
