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
package io.gopoll.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server that works, in which calls begin to fail; and again it works when that is over. */
final class Trial {

    /**
     * What has come of a fault.
     *
     * @param injected how many calls were hit
     * @param ended how many connections, datagrams and commands were lost
     * @param said what the server has said
     * @param problems what must not be; empty if the server has survived
     */
    record Result(Fault fault, int injected, int ended, List<String> said, List<String> problems) {}

    /** A loop that sleeps takes less of a core than a third. */
    private static final long WINDOW_MILLIS = 150;

    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int WINDOWS = 20;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ServerProcess server;
    private final Bystanders bystanders;
    private final Path log;

    Trial(ServerProcess server, Bystanders bystanders, Path log) {
        this.server = server;
        this.bystanders = bystanders;
        this.log = log;
    }

    Result run(Fault fault) throws IOException, InterruptedException {
        int descriptors = server.descriptors();
        Tally tally = new Tally();
        List<String> problems = new ArrayList<>();
        Strace strace = new Strace(server, fault, log);
        try (strace) {
            Thread thread = bystanders.start(tally);
            try {
                fault.row().exercise().run(server, fault.when().times, tally);
            } finally {
                bystanders.stop();
                thread.join();
            }
            checkIdle(problems);
        }
        int injected = strace.injected();
        List<String> said = server.said();
        check(fault, tally, injected, said, problems);
        checkServed(problems);
        int leaked = fault.leaksDescriptor() ? injected : 0;
        checkDescriptors(descriptors + leaked, problems);
        return new Result(fault, injected, tally.count(Outcome.ENDED), said, problems);
    }

    private static void check(
            Fault fault, Tally tally, int injected, List<String> said, List<String> problems) {
        int ended = tally.count(Outcome.ENDED);
        if (injected == 0) {
            problems.add("no such call was made");
        }
        if (tally.count(Outcome.WRONG) + tally.count(Outcome.LATE) > 0) {
            problems.add("not all were answered: " + tally);
        }
        if (ended > (fault.mayEnd() ? injected : 0)) {
            problems.add("more have ended than were hit, " + injected + ": " + tally);
        }
        if (ended > 0 && said.isEmpty() && !fault.what().startsWith("retval")) {
            problems.add("has said nothing of an error: " + tally);
        }
    }

    /** Also while calls still fail. */
    private void checkIdle(List<String> problems) throws IOException, InterruptedException {
        long used = 0;
        for (int i = 0; i < WINDOWS; i++) {
            long before = server.cpuNanos();
            TimeUnit.MILLISECONDS.sleep(WINDOW_MILLIS);
            used = server.cpuNanos() - before;
            if (used < IDLE_NANOS) {
                return;
            }
        }
        problems.add(
                "spins: %d of the last %d ms"
                        .formatted(TimeUnit.NANOSECONDS.toMillis(used), WINDOW_MILLIS));
    }

    /** Nothing is wrong any more. */
    private void checkServed(List<String> problems) throws IOException {
        Tally tally = new Tally();
        bystanders.round(tally);
        for (Exercise exercise : Exercise.values()) {
            exercise.run(server, 1, tally);
        }
        List<String> said = server.said();
        if (!tally.isAllAnswered()) {
            problems.add("does not serve all afterwards: " + tally + " " + said);
        } else if (!said.isEmpty()) {
            problems.add("says of what is over: " + said);
        }
    }

    private void checkDescriptors(int expected, List<String> problems)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (server.descriptors() > expected) {
            if (System.nanoTime() > end) {
                problems.add(server.descriptors() - expected + " descriptors are left");
                return;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
