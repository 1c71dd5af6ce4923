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
 * A network poller, independent of the operating system: Go's netpoll. A poller owns its {@link
 * PollDesc}s and the queue of their deadlines.
 */
public interface NetPoller extends AutoCloseable {

    /** {@code epoll} or {@code poll}; without it {@code epoll}. */
    String PROPERTY = "io.gopoll.poller";

    /**
     * Which poller {@link #newPoller} opens.
     *
     * @return {@code "epoll"} or {@code "poll"}
     * @throws IllegalArgumentException if {@code io.gopoll.poller} is neither
     */
    static String kind() {
        String kind = System.getProperty(PROPERTY, "epoll");
        if (!kind.equals("epoll") && !kind.equals("poll")) {
            throw new IllegalArgumentException(
                    PROPERTY + ": " + kind + " (expected: epoll or poll)");
        }
        return kind;
    }

    /**
     * Opens a poller: {@link EpollPoller}, or with {@code -Dio.gopoll.poller=poll} one on poll(2).
     * That one is for where there is no epoll, and to compare with: each wait costs as much time as
     * there are open descriptors.
     *
     * @return a new one, to be closed by the caller
     * @throws IOException if there are no descriptors left (EMFILE, ENFILE) or no memory
     * @throws IllegalArgumentException as {@link #kind}
     * @throws UnsupportedOperationException if system calls cannot be made here
     */
    static NetPoller newPoller() throws IOException {
        return kind().equals("poll") ? new PollPoller() : new EpollPoller();
    }

    /**
     * Watches both sides of a descriptor, edge-triggered, until {@link PollDesc#close}: Go's {@code
     * pollOpen}. Any thread.
     *
     * @param fd an open, non-blocking descriptor
     * @return where to wait for it; one that was used for another descriptor before, perhaps
     * @throws NotPollableException if it is a regular file or a directory
     * @throws IOException if the kernel refuses for another reason
     */
    PollDesc open(int fd) throws IOException;

    /**
     * As {@link #open}, but the writing side is watched only from the first park on it, which costs
     * one more epoll_ctl. For Unix sockets and UDP: the kernel reports them as writable each time
     * that the receiver takes what they have sent, whether or not anybody waits. TCP reports that
     * only after a write that did not fit (SOCK_NOSPACE).
     *
     * @param fd an open, non-blocking descriptor
     * @return where to wait for it; one that was used for another descriptor before, perhaps
     * @throws NotPollableException if it is a regular file or a directory
     * @throws IOException if the kernel refuses for another reason
     */
    PollDesc openReader(int fd) throws IOException;

    /**
     * Go's {@code netpoll}: finds what has become runnable, by readiness or by a deadline that has
     * passed. One thread at a time.
     *
     * @param delayNanos below 0 waits until something is runnable or {@link #wakeup} is called, 0
     *     does not wait, above 0 waits that many nanoseconds at most; a deadline that is due
     *     earlier ends the wait too
     * @return the waiters to resume; of one descriptor, the writing side comes before the reading
     *     side. The list belongs to the poller and is valid until the next call. It is empty if the
     *     wait was ended by {@link #wakeup} or the time, and may be empty for no reason
     * @throws IllegalStateException if the poller is closed, if another thread is in this method
     *     (which is not always noticed), or if the system call fails. No readiness, deadline or
     *     wakeup is lost: the next call finds them
     */
    ReadyList poll(long delayNanos);

    /**
     * How many polls have begun and ended: odd while a thread is in {@link #poll}. If it is even,
     * and the same as some time ago, nobody has polled since. Any thread.
     *
     * @return odd while a thread polls
     */
    long lastPoll();

    /**
     * Ends the {@link #poll} that waits, or the next one that would wait: Go's {@code
     * netpollBreak}. Any thread. Several calls before that poll ends cost one write to the eventfd.
     * Never throws.
     */
    void wakeup();

    /**
     * As {@link #close}, if no PollDesc is open. Any thread, but not while another one polls.
     *
     * @return false if one is open, and so is the poller
     */
    boolean closeIfUnused();

    /**
     * Whether it has been closed. Any thread.
     *
     * @return true from the {@link #close} on that has closed it
     */
    boolean isClosed();

    /**
     * Closes the poller's own descriptors.
     *
     * @throws IllegalStateException if one of its PollDescs is still open
     */
    @Override
    void close();
}
