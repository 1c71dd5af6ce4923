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

import java.time.Duration;
import java.time.Instant;

/**
 * A deadline as users set it: a time of {@link System#nanoTime}, 0 for none, below 0 for one that
 * has passed. {@link Long#MAX_VALUE} stands for every time that is too far away for a long.
 */
public final class Deadline {

    /** No deadline. */
    public static final long NONE = 0;

    /** A deadline that has passed. So has every other one below zero. */
    public static final long PAST = -1;

    private Deadline() {}

    /**
     * The deadline at a time of day. If the system's clock is set later on, the deadline does not
     * move.
     *
     * @param time null for no deadline
     * @return {@link #NONE} for null, {@link #PAST} for a time that is not to come
     */
    public static long at(Instant time) {
        if (time == null) {
            return NONE;
        }
        Duration left;
        try {
            left = Duration.between(Instant.now(), time);
        } catch (ArithmeticException e) {
            return time.isBefore(Instant.EPOCH) ? PAST : Long.MAX_VALUE;
        }
        return left.isZero() ? PAST : in(left);
    }

    /**
     * The deadline so long from now.
     *
     * @param left zero for no deadline, below zero for one that has passed
     * @return {@link #NONE} for zero, {@link #PAST} below it
     */
    public static long in(Duration left) {
        if (left.isZero()) {
            return NONE;
        }
        return left.isNegative() ? PAST : in(saturatedNanos(left));
    }

    /**
     * The deadline so many nanoseconds from now.
     *
     * @param nanos 0 or more
     * @return a time of {@link System#nanoTime}; {@link Long#MAX_VALUE} if it does not fit
     */
    public static long in(long nanos) {
        long at = System.nanoTime() + nanos;
        return at < 0 ? Long.MAX_VALUE : at;
    }

    /**
     * A duration as a number.
     *
     * @param duration of any length and sign
     * @return nanoseconds; the nearest long if they do not fit
     */
    public static long saturatedNanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /**
     * What {@link PollDesc#setDeadline} takes for this deadline.
     *
     * @param at a deadline
     * @return nanoseconds from now; 0 for none, below 0 if it has passed
     */
    public static long delay(long at) {
        if (at <= NONE) {
            return at;
        }
        long left = at - System.nanoTime();
        return left > 0 ? left : PAST;
    }

    /**
     * Whether a deadline has passed.
     *
     * @param at a deadline
     * @return false for none
     */
    public static boolean isPast(long at) {
        return at != NONE && (at < NONE || at <= System.nanoTime());
    }

    /**
     * Whether a timer that is set for one deadline comes soon enough for another one.
     *
     * @param timer the deadline that the timer is set for; {@link #NONE} if it is not set
     * @param at the deadline that it is asked for
     * @return true also if no deadline is asked for
     */
    public static boolean isSoonEnough(long timer, long at) {
        return at == NONE || (timer > NONE && at >= timer);
    }

    /**
     * The time until a deadline.
     *
     * @param at the deadline
     * @return zero for none, below zero if it has passed
     */
    public static Duration left(long at) {
        return Duration.ofNanos(delay(at));
    }
}
