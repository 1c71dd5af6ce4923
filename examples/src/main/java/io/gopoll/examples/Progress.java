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
package io.gopoll.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Says what goes on: in one line that is written over on a terminal, else in a line each. */
final class Progress {

    private static final int BAR = 24;
    private static final long TICK_NANOS = 200_000_000;
    private static final String CLEAR_LINE = "\r\033[K";

    private final PrintStream out;
    private final boolean terminal;
    private final Duration total;
    private Duration done = Duration.ZERO;

    Progress(PrintStream out, boolean terminal, Duration total) {
        this.out = out;
        this.terminal = terminal;
        this.total = total;
    }

    /** Whether standard output is a terminal. System.console() says yes to any on JDK 22. */
    static boolean onTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false; // no Linux, or a /proc that is hidden: plain lines do everywhere
        }
    }

    /** Does {@code work}, which takes about {@code time}, and shows meanwhile that it goes on. */
    <T> T during(String what, Duration time, Callable<T> work) throws Exception {
        if (!terminal) {
            out.println(what);
            return work.call();
        }
        Thread ticker = new Thread(() -> tick(what, time), "progress");
        ticker.setDaemon(true);
        ticker.start();
        try {
            return work.call();
        } finally {
            ticker.interrupt();
            ticker.join();
            done = done.plus(time);
            out.print(CLEAR_LINE);
            out.flush();
        }
    }

    private void tick(String what, Duration time) {
        long start = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            draw(what, Math.min(System.nanoTime() - start, time.toNanos()));
            LockSupport.parkNanos(TICK_NANOS);
        }
    }

    private void draw(String what, long nanosOfStep) {
        long nanos = done.toNanos() + nanosOfStep;
        int full = (int) Math.round(BAR * Math.min(1, (double) nanos / total.toNanos()));
        out.printf(
                "%s[%s%s] %s, %d s left",
                CLEAR_LINE,
                "#".repeat(full),
                ".".repeat(BAR - full),
                what,
                Math.round((total.toNanos() - nanos) / 1e9));
        out.flush();
    }
}
