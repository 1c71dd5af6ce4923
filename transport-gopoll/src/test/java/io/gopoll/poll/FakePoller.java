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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A poller without a kernel: the test says what the events are. */
final class FakePoller extends AbstractNetPoller {

    final List<Integer> added = new ArrayList<>();
    final List<Integer> armed = new ArrayList<>();
    final List<Integer> removed = new ArrayList<>();
    int interrupts;

    /** Of the last wait. */
    long waitedUntil;

    /** Whether an interrupt succeeds. */
    boolean interruptible = true;

    Runnable onInterrupt = () -> {};
    Runnable onArm = () -> {};

    /** What a wait brings. */
    Consumer<ReadyList> events = ready -> {};

    @Override
    void add(PollDesc pd, boolean writer) {
        added.add(pd.fd());
    }

    @Override
    void arm(PollDesc pd, int mode) {
        onArm.run();
        armed.add(mode);
        pd.armed(mode);
    }

    @Override
    void remove(PollDesc pd, boolean fdStaysOpen) {
        if (fdStaysOpen) {
            removed.add(pd.fd());
        }
    }

    @Override
    void waitForEvents(long until, ReadyList ready) {
        waitedUntil = until;
        events.accept(ready);
    }

    @Override
    boolean interrupt() {
        interrupts++;
        onInterrupt.run();
        return interruptible;
    }

    @Override
    void closeDescriptors() {}

    PollDesc open() {
        try {
            return open(7);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** An event of the present user of the desc: what becomes runnable is added to the list. */
    static void edge(PollDesc pd, int modes, ReadyList ready) {
        pd.event(pd.fdseq(), modes, 0, 0, ready);
    }

    static void edge(PollDesc pd, int modes) {
        edge(pd, modes, new ReadyList(2));
    }
}
