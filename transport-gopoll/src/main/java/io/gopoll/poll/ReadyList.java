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
 * Waiters that became runnable, in order: Go's {@code gList}. Grows, is reused, belongs to one
 * thread.
 */
public final class ReadyList {

    private Waiter[] waiters = new Waiter[64];
    private int size;

    public int size() {
        return size;
    }

    public Waiter get(int index) {
        return waiters[index];
    }

    /** Null, which stands for nobody, is not added. */
    void add(Waiter waiter) {
        if (waiter == null) {
            return;
        }
        if (size == waiters.length) {
            waiters = Arrays.copyOf(waiters, size * 2);
        }
        waiters[size++] = waiter;
    }

    /** Forgets its waiters, so that they can be collected. */
    void clear() {
        Arrays.fill(waiters, 0, size, null);
        size = 0;
    }
}
