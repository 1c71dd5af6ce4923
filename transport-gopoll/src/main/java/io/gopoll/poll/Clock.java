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
 * The time of deadlines and timers: monotonic nanoseconds, as Go's {@code nanotime}. A time is
 * always above zero, so that zero can mean "no deadline", and a negative number "fired".
 */
public final class Clock {

    /** A time that never comes. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final long ORIGIN = System.nanoTime() - 1;

    private Clock() {}

    /**
     * The time.
     *
     * @return nanoseconds since this class was initialized, above zero
     */
    public static long now() {
        return System.nanoTime() - ORIGIN;
    }

    /**
     * A time to come.
     *
     * @param nanos so many from now, 0 or more
     * @return that time; {@link #NEVER} if it overflows
     */
    public static long after(long nanos) {
        long time = now() + nanos;
        return time < 0 ? NEVER : time;
    }
}
