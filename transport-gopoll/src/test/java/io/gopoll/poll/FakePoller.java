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
    final List<Integer> writersAdded = new ArrayList<>();
    final List<Integer> removed = new ArrayList<>();
    int interrupts;

    /** Of the last wait. */
    long waitedUntil;

    /** Whether an interrupt succeeds. */
    boolean interruptible = true;

    Runnable onInterrupt = () -> {};
    Runnable onAddWriter = () -> {};

    /** What a wait brings. */
    Consumer<ReadyList> events = ready -> {};

    @Override
    void add(PollDesc pd, boolean writer) {
        added.add(pd.fd());
    }

    @Override
    void addWriter(PollDesc pd) {
        onAddWriter.run();
        writersAdded.add(pd.fd());
    }

    @Override
    void remove(PollDesc pd) {
        removed.add(pd.fd());
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
    public void close() {}

    PollDesc open() {
        try {
            return open(7);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** An event of the present user of the desc: what becomes runnable is added to the list. */
    static void edge(PollDesc pd, int modes, ReadyList ready) {
        pd.event(pd.fdseq(), modes, 0, ready);
    }

    static void edge(PollDesc pd, int modes) {
        edge(pd, modes, new ReadyList(2));
    }

    @Override
    public boolean isClosed() {
        return false;
    }
}
