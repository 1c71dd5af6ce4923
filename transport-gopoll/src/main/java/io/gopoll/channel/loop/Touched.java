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

/**
 * A deadline that moves with each read, as the node of its loop's list of those to be moved when
 * the turn is over.
 */
public abstract class Touched {

    /** The next in the list. */
    Touched next;

    /** Whether it is in the list. */
    boolean touched;

    protected final boolean isTouched() {
        return touched;
    }

    /**
     * The end of the turn in which it was touched.
     *
     * @param now a time of {@link System#nanoTime}
     */
    protected abstract void settle(long now);
}
