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
package io.gopoll.channel.loop;

import io.gopoll.poll.PollDesc;
import io.gopoll.poll.Waiter;

/**
 * How one side of a descriptor goes on in its event loop: the waiter that the poller resumes, and
 * the node of the loop's lists. Everything but {@link #resume} belongs to the event loop.
 */
public abstract class Continuation implements Waiter {

    private static final byte PARKED = 1;
    private static final byte QUEUED = 2;
    private static final byte LOOKS = 4;
    private static final byte IN_QUEUE = 8;
    private static final byte IN_LOOKS = 16;

    /** The next one that was resumed, while it is on its way to the loop. */
    Continuation nextResumed;

    /** The next in the loop's queue. */
    Continuation nextQueued;

    /** The next of those that look before the loop sleeps. */
    Continuation nextLook;

    /**
     * What it waits for. The first three are independent of each other: a side may be parked, so
     * that it hears of a hang-up, and queued, because it can go on without the kernel.
     *
     * <pre>
     *           set by                           cleared by
     * PARKED    park, watch, without news        resumed; withdraw
     * QUEUED    queue; park, watch, with news    its turn; parkFull; withdraw
     * LOOKS     look                             a turn, for whatever reason
     *
     * IN_QUEUE, IN_LOOKS   it is a node of that list: nothing is taken out of the middle of one
     * </pre>
     */
    private byte state;

    abstract Registration registration();

    /** {@link PollDesc#READ} or {@link PollDesc#WRITE}. */
    abstract int mode();

    private boolean is(byte flag) {
        return (state & flag) != 0;
    }

    private void set(byte flag) {
        state = (byte) (state | flag);
    }

    private void clear(byte flag) {
        state = (byte) (state & ~flag);
    }

    boolean isParked() {
        return is(PARKED);
    }

    public boolean isQueued() {
        return is(QUEUED);
    }

    // ---- Waiting. ----

    /** Waits for the poller, unless it waits already; queued if there is news for it. */
    public void park() {
        park(true);
    }

    /**
     * @param drained whether an edge is to come with the next byte; without that there may be bytes
     *     that the side has been told of, and it waits for a hang-up or a deadline
     */
    public void park(boolean drained) {
        PollDesc pd = registration().pollDesc();
        if (pd == null || !registration().isValid()) {
            return;
        }
        if (isParked()) {
            if (drained) {
                pd.arm(mode());
            }
            return;
        }
        registration().parked();
        park(pd, drained);
    }

    private void park(PollDesc pd, boolean drained) {
        if (drained ? pd.park(mode(), this) : pd.watch(mode(), this)) {
            queue();
        } else {
            set(PARKED);
        }
    }

    /**
     * Waits for news of the connection although the side has its turn, or waits for one: what comes
     * gives it another turn.
     */
    public void watch() {
        PollDesc pd = registration().pollDesc();
        if (pd == null || !registration().isValid()) {
            return;
        }
        // Once for news that has come before, and once to wait. A deadline that has passed ends
        // both at once: then nothing is watched.
        for (int i = 0; i < 2 && !isParked(); i++) {
            park(pd, false);
        }
    }

    /** Waits after a write that the socket did not take whole. */
    public void parkFull() {
        PollDesc pd = registration().pollDesc();
        if (pd == null || isParked()) {
            return;
        }
        clear(QUEUED);
        // Where only this thread polls, news can't have come in since that write. Where another one
        // polls it may have: if it is older than the write, the next write finds the socket full.
        if (registration().loop.isOnlyPoller() && pd.reset(mode()) != PollDesc.OK) {
            // The side finds out by itself what is wrong.
            queue();
        } else {
            park();
        }
    }

    /** Goes on after the next look at the network, without waiting for the kernel. */
    public void queue() {
        set(QUEUED);
        if (!is(IN_QUEUE)) {
            set(IN_QUEUE);
            registration().loop.queue(this);
        }
    }

    /** Looks when the loop has nothing else to do, unless it has a turn before. */
    public void look() {
        set(LOOKS);
        if (!is(IN_LOOKS)) {
            set(IN_LOOKS);
            registration().loop.look(this);
        }
    }

    /** Waits for nothing any more. */
    void withdraw() {
        clear(QUEUED);
        if (isParked() && registration().pollDesc().unpark(mode(), this)) {
            clear(PARKED);
        }
    }

    // ---- Going on. ----

    /** By the poller, a deadline or a close. Any thread. */
    @Override
    public void resume() {
        registration().loop.resume(this);
    }

    /** It was resumed, and has its turn now. */
    public void runResumed() {
        clear(PARKED);
        run();
    }

    /** It was resumed, and has its turn after the next poll. */
    public void queueResumed() {
        clear(PARKED);
        queue();
    }

    /**
     * The queue has come to it.
     *
     * @param modes those that may run; others are queued again
     * @return whether it has run
     */
    boolean runQueued(int modes) {
        clear(IN_QUEUE);
        if (!isQueued()) {
            return false;
        }
        if ((mode() & modes) == 0) {
            queue();
            return false;
        }
        clear(QUEUED);
        run();
        return true;
    }

    void runLook() {
        clear(IN_LOOKS);
        if (is(LOOKS) && !isQueued()) {
            run();
        }
    }

    private void run() {
        clear(LOOKS);
        Registration r = registration();
        if (!r.isValid()) {
            return;
        }
        Registration before = r.loop.current;
        r.loop.current = r;
        try {
            r.handle.handle(r, r.event(mode()));
        } finally {
            r.loop.current = before;
        }
    }
}
