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
 * Whatever goes on when a parked side of a {@link PollDesc} becomes runnable: a parked thread, or a
 * channel's continuation. It stands where Go's runtime has the parked {@code g}.
 */
public interface Waiter {

    /**
     * Called exactly once for each {@link PollDesc#park} that returned {@code false}: by whoever
     * made the side runnable (readiness, a deadline, a close), on that one's thread, with no lock
     * held. Must neither block nor throw. What it was resumed for is told by {@link
     * PollDesc#error}.
     */
    void resume();
}
