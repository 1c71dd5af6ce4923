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

import java.io.IOException;

/**
 * The platform-independent network poller: what Go's runtime calls netpoll. A poller owns its
 * {@link PollDesc}s and the queue of their deadlines.
 */
public interface NetPoller extends AutoCloseable {

    /**
     * Starts to watch a descriptor, both sides, edge-triggered, until {@link PollDesc#close}: Go's
     * {@code pollOpen}. Any thread.
     *
     * @throws IOException if the descriptor cannot be polled, as a regular file; the message says
     *     so
     */
    PollDesc open(int fd) throws IOException;

    /**
     * As {@link #open}, but the writing side is watched only from the first time on that somebody
     * parks on it, at the price of one more epoll_ctl then. For Unix sockets and UDP, which the
     * kernel reports as writable each time that what they have sent was taken, whether or not
     * anybody waits for it; TCP tells only whose write did not fit (SOCK_NOSPACE).
     *
     * @throws IOException if the descriptor cannot be polled
     */
    PollDesc openReader(int fd) throws IOException;

    /**
     * Go's {@code netpoll}: finds what became runnable by readiness or by a passed deadline. One
     * thread at a time.
     *
     * @param delayNanos below 0 waits until something is runnable or {@link #wakeup} is called, 0
     *     only looks, above 0 waits so many nanoseconds at most; a deadline that is due earlier
     *     ends the wait too
     * @return the waiters to resume, for one descriptor the writing side before the reading side;
     *     the list is the poller's own and valid until the next call. Empty if the wait has ended
     *     because of {@link #wakeup}, of the time, or for nothing
     * @throws IllegalStateException if the poller is closed, if another thread is in this method
     *     (not always noticed), or if the system call fails. The next call goes on: no readiness,
     *     deadline or wakeup is lost
     */
    ReadyList poll(long delayNanos);

    /**
     * How many polls have begun and ended: odd while a thread is in {@link #poll}. If it is even,
     * and the same as some time ago, nobody has polled since. Any thread.
     */
    long lastPoll();

    /**
     * Ends the {@link #poll} that waits, or else the next one that would: Go's {@code
     * netpollBreak}. Any thread. Coalesced: at most one write to the eventfd is in flight. Never
     * throws.
     */
    void wakeup();

    /**
     * As {@link #close}, if no PollDesc is open. Any thread, but not while another one polls.
     *
     * @return false if one is open, and so is the poller
     */
    boolean closeIfUnused();

    /** Whether it has been closed. Any thread. */
    boolean isClosed();

    /** Closes the poller's own descriptors. All its PollDescs must have been closed before. */
    @Override
    void close();
}
