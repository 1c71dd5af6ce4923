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

import java.util.Arrays;

/**
 * Waiters that became runnable, in order: Go's {@code gList}. It is reused, belongs to one thread,
 * and does not grow: a waiter that has been taken out of its desc must have a place here, also when
 * there is no memory. So whoever adds makes sure of the room first.
 */
public final class ReadyList {

    private final Waiter[] waiters;
    private int size;

    ReadyList(int capacity) {
        waiters = new Waiter[capacity];
    }

    /**
     * How many waiters there are to resume.
     *
     * @return 0 or more
     */
    public int size() {
        return size;
    }

    /**
     * One of the waiters, in the order in which they are to be resumed.
     *
     * @param index 0 to {@link #size} - 1
     * @return never null
     */
    public Waiter get(int index) {
        return waiters[index];
    }

    /** Whether so many more can be added. */
    boolean hasRoom(int more) {
        return waiters.length - size >= more;
    }

    /** Null, which stands for nobody, is not added. */
    void add(Waiter waiter) {
        if (waiter != null) {
            waiters[size++] = waiter;
        }
    }

    /** Forgets its waiters, so that they can be collected. */
    void clear() {
        Arrays.fill(waiters, 0, size, null);
        size = 0;
    }
}
