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
 * What continues when a parked side of a {@link PollDesc} becomes runnable: a parked thread, or a
 * channel's continuation. It takes the place of the parked {@code g} in Go's runtime.
 */
public interface Waiter {

    /**
     * Called exactly once for each {@link PollDesc#park} that has returned {@code false} and was
     * not taken back. Called on the thread that made the side runnable (by readiness, a deadline or
     * a close), which holds no lock. Must neither block nor throw. {@link PollDesc#error} says
     * whether it was a deadline or a close.
     */
    void resume();
}
