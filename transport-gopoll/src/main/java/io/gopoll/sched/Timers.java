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
import io.gopoll.poll.SafeLogger;
import io.netty.util.internal.DefaultPriorityQueue;
import io.netty.util.internal.PriorityQueue;
import io.netty.util.internal.PriorityQueueNode;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The timers of the goroutines of one processor: the timers of Go's P. The JDK has a thread for
 * timers, which wakes up for each one and hands the virtual thread over. Here the carrier looks
 * itself, between two goroutines and when it goes to sleep.
 */
final class Timers {

    private static final SafeLogger logger = SafeLogger.of(Timers.class);

    /** Under this: a carrier that has just lost its processor may add to it, too. */
    private final PriorityQueue<Timer> queue = new DefaultPriorityQueue<>(Timer::compareTo, 16);

    /** When the first one is due, NEVER if there is none. Written under queue. */
    private volatile long due = Clock.NEVER;

    /**
     * Runs a task later.
     *
     * @param delayNanos at least 0
     */
    ScheduledFuture<?> add(Runnable task, long delayNanos) {
        Timer timer = new Timer(task, Clock.after(delayNanos));
        synchronized (queue) {
            queue.add(timer);
            due = queue.peek().due;
        }
        return timer;
    }

    /** Nanoseconds until the first one is due, 0 if it is, -1 if there is none. */
    long delay() {
        long d = due;
        return d == Clock.NEVER ? -1 : Math.max(0, d - Clock.now());
    }

    /** Runs those that are due. The processor's owner calls it. */
    void run() {
        if (due == Clock.NEVER) {
            return;
        }
        long now = Clock.now();
        while (due <= now) {
            Timer timer;
            synchronized (queue) {
                timer = queue.peek();
                if (timer == null || timer.due > now) {
                    return;
                }
                remove(timer);
            }
            timer.run();
        }
    }

    /** The processor has ended: another executor takes over what has not come. */
    void handOver(ScheduledExecutorService to) {
        for (; ; ) {
            Timer timer;
            synchronized (queue) {
                timer = queue.peek();
                if (timer == null) {
                    return;
                }
                remove(timer);
            }
            to.schedule(timer, Math.max(0, timer.due - Clock.now()), TimeUnit.NANOSECONDS);
        }
    }

    private void remove(Timer timer) {
        queue.removeTyped(timer);
        Timer first = queue.peek();
        due = first == null ? Clock.NEVER : first.due;
    }

    private final class Timer extends FutureTask<Void>
            implements ScheduledFuture<Void>, PriorityQueueNode {

        private final long due;
        private int index = INDEX_NOT_IN_QUEUE;

        Timer(Runnable task, long due) {
            super(task, null);
            this.due = due;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - Clock.now(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(due, ((Timer) other).due);
        }

        /** A cancelled timer leaves the queue at once. */
        @Override
        protected void done() {
            if (isCancelled()) {
                synchronized (queue) {
                    remove(this);
                }
            }
        }

        @Override
        protected void setException(Throwable t) {
            logger.error("Unable to end a sleep", t);
            super.setException(t);
        }

        @Override
        public int priorityQueueIndex(DefaultPriorityQueue<?> queue) {
            return index;
        }

        @Override
        public void priorityQueueIndex(DefaultPriorityQueue<?> queue, int i) {
            index = i;
        }
    }
}
