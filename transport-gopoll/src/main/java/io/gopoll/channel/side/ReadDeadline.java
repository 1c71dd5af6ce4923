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
package io.gopoll.channel.side;

import io.gopoll.channel.loop.Touched;
import io.gopoll.poll.Deadline;
import io.gopoll.poll.PollDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;

/**
 * When the reads of a channel fail. What the user wants stands here; the poll descriptor's deadline
 * is a timer that comes at that time or before: if it comes before, it is set again for the later
 * deadline. So a deadline that is moved ahead, by any thread, costs a write to memory.
 *
 * <p>The fields that other threads than the loop use are volatile, because each thread writes its
 * own before it looks at the other's: whoever moves the deadline writes {@link #at}, then looks at
 * {@link #timer} and {@link #stopped}; the loop writes these, then looks at {@link #at} again.
 */
public final class ReadDeadline extends Touched {

    private static final VarHandle AT;

    static {
        try {
            AT = MethodHandles.lookup().findVarHandle(ReadDeadline.class, "at", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ReadSide side;

    /** When reads fail: see {@link Deadline}. */
    private volatile long at;

    /** Above zero: after each read, {@link #at} is moved to so many nanoseconds later. */
    private volatile long idle;

    /** The time that the poll descriptor has; written by the loop. */
    private volatile long timer;

    /** Reads have failed, and the reading side is not parked until the deadline is moved. */
    private volatile boolean stopped;

    ReadDeadline(ReadSide side) {
        this.side = side;
    }

    public Duration left() {
        return Deadline.left(at);
    }

    public Duration idle() {
        return Duration.ofNanos(idle);
    }

    /**
     * Any thread.
     *
     * @param nanoTime see {@link Deadline}
     */
    public void set(long nanoTime) {
        idle = 0;
        move(nanoTime);
    }

    /** Any thread. */
    public void setIdle(Duration duration) {
        long nanos = Math.max(0, Deadline.saturatedNanos(duration));
        idle = nanos;
        move(nanos == 0 ? Deadline.NONE : Deadline.in(nanos));
    }

    private void move(long nanoTime) {
        at = nanoTime;
        if (stopped || !Deadline.isSoonEnough(timer, nanoTime)) {
            side.inLoopIfWatched(this::moved);
        }
    }

    // ---- The loop's. ----

    /** The channel has come to a poller. */
    void watched() {
        timer = Deadline.NONE;
        stopped = false;
        if (at != Deadline.NONE) {
            setTimer();
        }
    }

    private void moved() {
        if (!side.isValid()) {
            return;
        }
        setTimer();
        if (stopped) {
            stopped = false;
            side.restart();
        }
    }

    private void setTimer() {
        long nanoTime;
        do {
            nanoTime = at;
            timer = nanoTime;
            side.registration().setDeadline(Deadline.delay(nanoTime), PollDesc.READ);
        } while (nanoTime != at);
    }

    /** Whether reads fail now. Without a look at the clock, unless the timer has fired. */
    boolean isExceeded() {
        if (!side.registration().isPast(PollDesc.READ)) {
            return false;
        }
        setTimer();
        return side.registration().isPast(PollDesc.READ);
    }

    boolean isIdle() {
        return idle > 0;
    }

    /** Reads have failed: nothing more is read until the deadline is moved. */
    void stop() {
        stopped = true;
        if (at != timer) {
            moved();
        }
    }

    /** Something was read in this turn, or somebody has begun to wait for it. */
    void touch() {
        if (!isTouched() && idle > 0) {
            side.registration().loop.touched(this);
        }
    }

    @Override
    protected void settle(long now) {
        long before = at;
        long nanos = idle;
        if (nanos > 0) {
            long moved = now + nanos;
            // Fails if another thread has moved it meanwhile: then that is what counts.
            AT.compareAndSet(this, before, moved < 0 ? Long.MAX_VALUE : moved);
        }
    }

    /** Nothing has come for as long as it may: the time starts again. */
    void restartIdle() {
        settle(System.nanoTime());
        setTimer();
    }
}
