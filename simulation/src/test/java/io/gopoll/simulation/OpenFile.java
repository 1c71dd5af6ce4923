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
package io.gopoll.simulation;

import java.util.ArrayList;
import java.util.List;

/** An open file description: what descriptors, of this process or another one, refer to. */
abstract class OpenFile {

    /** Of epoll.h, those that the kernel has besides the ones that everybody knows. */
    static final int RDNORM = 0x40;

    static final int RDBAND = 0x80;
    static final int WRNORM = 0x100;
    static final int WRBAND = 0x200;

    private final List<Epoll.Watch> watches = new ArrayList<>(2);

    private int references;

    boolean nonBlocking;

    /** The events that hold just now. */
    abstract int poll();

    /** Whether epoll takes it. */
    boolean isPollable() {
        return true;
    }

    /** The last reference is gone. */
    void released() {}

    final boolean isReleased() {
        return references == 0;
    }

    final void retain() {
        references++;
    }

    final void release() {
        if (--references == 0) {
            for (Epoll.Watch watch : List.copyOf(watches)) {
                watch.end();
            }
            released();
        }
    }

    final boolean isShared() {
        return references > 1;
    }

    final List<Epoll.Watch> watches() {
        return watches;
    }

    /**
     * Wakes whoever waits in epoll.
     *
     * @param events of what kind; 0 for those that wait for anything, as sk_state_change does
     */
    final void wake(int events) {
        for (int i = 0; i < watches.size(); i++) {
            watches.get(i).wake(events);
        }
    }
}
