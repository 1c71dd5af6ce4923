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
 * A deadline as users give it: a time of {@link System#nanoTime}, 0 for none, below 0 for one that
 * has passed. What is too far away to be told is {@link Long#MAX_VALUE}.
 */
public final class Deadline {

    public static final long NONE = 0;

    /** One that has passed; as all below zero. */
    public static final long PAST = -1;

    private Deadline() {}

    /**
     * @param time a time of day as it is now known: a clock that is set later moves nothing; null
     *     for no deadline
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
     * @param left from now on; zero for no deadline, below zero for one that has passed
     */
    public static long in(Duration left) {
        if (left.isZero()) {
            return NONE;
        }
        return left.isNegative() ? PAST : in(saturatedNanos(left));
    }

    /**
     * @param nanos from now on, 0 or more
     */
    public static long in(long nanos) {
        long at = System.nanoTime() + nanos;
        return at < 0 ? Long.MAX_VALUE : at;
    }

    /** In nanoseconds; the longest time if that is more than they can say. */
    public static long saturatedNanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /** The same in the terms of {@link PollDesc#setDeadline}. */
    public static long delay(long at) {
        if (at <= NONE) {
            return at;
        }
        long left = at - System.nanoTime();
        return left > 0 ? left : PAST;
    }

    public static boolean isPast(long at) {
        return at != NONE && (at < NONE || at <= System.nanoTime());
    }

    /** How long it still is; zero for none, below zero if it has passed. */
    public static Duration left(long at) {
        return Duration.ofNanos(delay(at));
    }
}
