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
package io.gopoll.channel.goroutine;

import io.gopoll.channel.loop.Registration;
import io.gopoll.channel.loop.Registrations;
import io.gopoll.channel.side.ReadDeadline;
import io.gopoll.channel.side.Sides;
import io.gopoll.channel.side.WriteDeadline;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.stream.Stream;

/**
 * A text like Go's goroutine dump: every channel of every group, what it waits for and since when.
 * Nobody is stopped for it, so it may miss what changes meanwhile.
 */
public final class Dump {

    /** A group, or a loop that polls itself, as long as somebody holds it. */
    public interface Source {

        /** The line above its channels. */
        String title();

        /** Adds its channels. */
        void describe(Dump dump);
    }

    private static final Set<Source> SOURCES =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private final long now = System.nanoTime();

    /** With so many channels all processors put the dump together: a stack takes some 20 us. */
    private static final int MANY = 100;

    private final List<Entry> entries = new ArrayList<>();

    private Dump() {}

    /** The source has channels from now on. */
    public static void add(Source source) {
        SOURCES.add(source);
    }

    public static String text() {
        List<Source> sources;
        synchronized (SOURCES) {
            sources = new ArrayList<>(SOURCES);
        }
        StringBuilder text = new StringBuilder();
        for (Source source : sources) {
            Dump dump = new Dump();
            source.describe(dump);
            dump.print(source.title(), text);
        }
        return text.length() == 0 ? "no GoPoll channels\n" : text.toString();
    }

    /** What a channel waits for; with equal stacks they are equal. */
    private static final class Wait {
        private final String what;
        private final StackTraceElement[] stack;
        private final int hash;

        Wait(String what, StackTraceElement[] stack) {
            this.what = what;
            this.stack = stack;
            this.hash = Objects.hash(what, Arrays.hashCode(stack));
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Wait
                    && hash == ((Wait) o).hash
                    && what.equals(((Wait) o).what)
                    && Arrays.equals(stack, ((Wait) o).stack);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /**
     * Adds the descriptors of a loop.
     *
     * @param busy what the loop is in; null if it waits for its descriptors
     * @param thread whose stack says what it is in; null if there is none
     * @param tasks how many wait in the loop
     */
    public void add(Registrations loop, String busy, Thread thread, int tasks) {
        for (Registration r : loop.snapshot()) {
            long since = busy == null ? r.since(now) : loop.now;
            entries.add(new Entry(r, busy, since, busy == null ? null : thread, tasks));
        }
    }

    /** A descriptor of a loop, and what is said of it. */
    private final class Entry {
        private final Registration r;
        private final String busy;
        private final long since;
        private final Thread thread;
        private final int tasks;
        private Wait wait;
        private String line;

        Entry(Registration r, String busy, long since, Thread thread, int tasks) {
            this.r = r;
            this.busy = busy;
            this.since = since;
            this.thread = thread;
            this.tasks = tasks;
        }

        void describe() {
            wait =
                    new Wait(
                            busy == null ? waitsFor(r) : busy,
                            thread == null ? new StackTraceElement[0] : stackOf(thread));
            StringBuilder text = new StringBuilder();
            text.append(name(r)).append(", since ").append(seconds(now - since));
            if (r.channel() != null) {
                addState(r.channel(), text);
            }
            if (tasks > 0) {
                text.append(", ").append(tasks).append(" tasks");
            }
            line = text.toString();
        }
    }

    /** Leaves out the frames that are the same for all handlers: those of the event loop. */
    static StackTraceElement[] stackOf(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        int length = stack.length;
        while (length > 1 && isLoops(stack[length - 1].getClassName())) {
            length--;
        }
        return Arrays.copyOf(stack, length);
    }

    private static boolean isLoops(String className) {
        return className.startsWith("io.gopoll.")
                || className.startsWith("java.lang.")
                || className.startsWith("io.netty.util.concurrent.");
    }

    private static String waitsFor(Registration r) {
        Channel channel = r.channel();
        if (r.isWriterParked()) {
            return channel == null || channel.isActive()
                    ? "wait until their sockets take more"
                    : "connect";
        }
        return channel == null || channel.config().isAutoRead()
                ? "wait for something to read"
                : "wait, and autoRead is off";
    }

    private static String name(Registration r) {
        Channel channel = r.channel();
        return channel == null ? r.handle.toString() : channel.toString();
    }

    private static void addState(Channel channel, StringBuilder line) {
        ReadDeadline read = Sides.of(channel).readSide().deadlineIfAny();
        if (read != null) {
            addDeadline("read", read.left(), line);
        }
        WriteDeadline write = Sides.of(channel).writeSide().deadlineIfAny();
        if (write != null) {
            addDeadline("write", write.left(), line);
        }
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        if (out != null && out.totalPendingWriteBytes() > 0) {
            line.append(", ").append(out.totalPendingWriteBytes()).append(" B to write");
        }
    }

    private static void addDeadline(String side, Duration left, StringBuilder line) {
        if (!left.isZero()) {
            line.append(", ").append(side).append(" deadline ");
            line.append(left.isNegative() ? "has passed" : "in " + seconds(left.toNanos()));
        }
    }

    private static String seconds(long nanos) {
        long millis = Math.max(0, nanos) / 1_000_000;
        String digits = Long.toString(1000 + millis % 1000);
        return millis / 1000 + "." + digits.substring(1) + " s";
    }

    private void print(String title, StringBuilder text) {
        Stream<Entry> all = entries.stream();
        (entries.size() < MANY ? all : all.parallel()).forEach(Entry::describe);
        Map<Wait, List<String>> waits = new LinkedHashMap<>();
        for (Entry entry : entries) {
            waits.computeIfAbsent(entry.wait, w -> new ArrayList<>()).add(entry.line);
        }
        text.append(title).append(": ").append(entries.size()).append(" channels\n");
        waits.forEach(
                (wait, lines) -> {
                    text.append("  ").append(lines.size()).append(' ').append(wait.what);
                    text.append(":\n");
                    for (String line : lines) {
                        text.append("    ").append(line).append('\n');
                    }
                    for (StackTraceElement element : wait.stack) {
                        text.append("        at ").append(element).append('\n');
                    }
                });
    }
}
