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

/**
 * Work that comes in bursts, one at a time and in order, as in a strand of Asio's: an event loop
 * that has a virtual thread only while it runs. Which thread that is, the {@link Scheduler} knows:
 * its own one, or one that was lent for the burst.
 *
 * <p>Memory effects: what a burst, or a thread that then called {@link #ready}, has done
 * happens-before the next burst.
 */
public interface Strand {

    /** What runs. */
    interface Work {

        /**
         * A burst: runs until there is nothing to do. It may block. Its last step says to whoever
         * makes it ready that it is over; after that the next one may run already, on another
         * thread.
         */
        void run();

        /** What the thread of a burst is called while it blocks. Any thread; it must not block. */
        String name();

        /** The time of {@link Strand#wakeAfter} has come. Any thread; it must not block. */
        void due();
    }

    /** Whether nobody else waits for what runs this burst. To be called within a burst. */
    boolean isAlone();

    /** Lets the next burst run, soon. To be called once for each, by any thread. */
    void ready();

    /**
     * Has {@link Work#due} called later: instead of what was said before, and once. To be called
     * within a burst.
     *
     * @param nanos at least 0, or -1 for never
     */
    void wakeAfter(long nanos);

    /**
     * The strand is likely to need no thread for a while: one that is its own ends after this
     * burst. To be called within a burst.
     */
    void release();
}
