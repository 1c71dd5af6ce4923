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
 * The time of deadlines and timers: monotonic nanoseconds, always above zero, so that zero and the
 * negative numbers are free to mean "no deadline" and "fired", as with Go's {@code nanotime}.
 */
public final class Clock {

    /** A time that never comes. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final long ORIGIN = System.nanoTime() - 1;

    private Clock() {}

    public static long now() {
        return System.nanoTime() - ORIGIN;
    }

    /** The time {@code nanos} (not negative) from now; {@link #NEVER} if that overflows. */
    public static long after(long nanos) {
        long time = now() + nanos;
        return time < 0 ? NEVER : time;
    }
}
