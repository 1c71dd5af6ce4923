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

/**
 * Skeleton: the signatures that the layers above build on.
 */
public final class PollDesc {

    /** The reading side: Go's {@code 'r'}. */
    public static final int READ = 1;

    /** The writing side: Go's {@code 'w'}. */
    public static final int WRITE = 2;

    /** No error: Go's pollNoError. */
    public static final int OK = 0;

    /** The descriptor is being closed: Go's pollErrClosing. */
    public static final int CLOSING = 1;

    /** The side's deadline has passed: Go's pollErrTimeout. */
    public static final int TIMEOUT = 2;

    PollDesc() {}

    public int fd() {
        throw new UnsupportedOperationException();
    }

    /** Go's pollReset: error check, then the side's state back to nil. One mode. Call before the I/O. */
    public int reset(int mode) {
        throw new UnsupportedOperationException();
    }

    /** Go's netpollcheckerr: OK, CLOSING or TIMEOUT. One mode. No state change. */
    public int error(int mode) {
        throw new UnsupportedOperationException();
    }

    /**
     * Go's pollWait, split at the point where a goroutine would give up its thread. One mode.
     *
     * @return false if the waiter now is parked and will be resumed once; true if there is nothing to
     *     wait for: readiness was there and has been consumed, or {@link #error} has something to say
     */
    public boolean park(int mode, Waiter waiter) {
        throw new UnsupportedOperationException();
    }

    /**
     * Takes a parked waiter back.
     *
     * @return true if {@code waiter} was parked and now will not be resumed; false if it was not
     *     parked (any more): it was or will be resumed
     */
    public boolean unpark(int mode, Waiter waiter) {
        throw new UnsupportedOperationException();
    }

    /** Parks the calling thread (platform or virtual) until the side is ready: returns OK, CLOSING or TIMEOUT. */
    public int await(int mode) {
        throw new UnsupportedOperationException();
    }

    /** True once the kernel has reported RDHUP, HUP or ERR for this descriptor: reading must go on until it ends. */
    public boolean hungUp() {
        throw new UnsupportedOperationException();
    }

    /** Go's pollSetDeadline. Any thread. delayNanos > 0 from now, 0 clears, < 0 already past; modes may be READ|WRITE. */
    public void setDeadline(long delayNanos, int modes) {
        throw new UnsupportedOperationException();
    }

    /** Go's pollUnblock: from now on CLOSING; both waiters are resumed, timers stopped. */
    public void unblock() {
        throw new UnsupportedOperationException();
    }

    /**
     * Go's pollClose: only after unblock and with no waiter. Back to the cache.
     *
     * @param fdStaysOpen true if the descriptor must be taken out of the poller (epoll_ctl DEL); false
     *     if the caller closes it now, which takes it out without a system call of its own
     */
    public void close(boolean fdStaysOpen) {
        throw new UnsupportedOperationException();
    }
}
