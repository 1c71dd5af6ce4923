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
package io.gopoll.sched;

import io.gopoll.poll.NetPoller;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs virtual threads, and the pollers that resume them. There are two: {@link JdkScheduler} runs
 * them on the JDK's own scheduler, {@link GoScheduler} on processors after Go's G, P and M.
 *
 * <p>Any thread may call everything here.
 */
public abstract class Scheduler implements AutoCloseable {

    /** {@code gopoll} or {@code jdk}; without it GoPoll's own wherever it can be had. */
    private static final String PROPERTY = "io.gopoll.scheduler";

    private static final AtomicLong THREADS = new AtomicLong();

    Scheduler() {}

    /**
     * Why there are no virtual threads here, or null. It names what to do.
     *
     * @throws IllegalArgumentException if {@code io.gopoll.scheduler} is neither gopoll nor jdk
     */
    public static Throwable unavailabilityCause() {
        if (VirtualThreads.unavailabilityCause() != null) {
            return VirtualThreads.unavailabilityCause();
        }
        return kind().equals("gopoll") ? VirtualThreads.ownSchedulerUnavailabilityCause() : null;
    }

    /** Whether a thread is a virtual one; false before JDK 21. */
    public static boolean isVirtual(Thread thread) {
        return VirtualThreads.isVirtual(thread);
    }

    /**
     * Which scheduler {@link #open} opens.
     *
     * @return {@code "gopoll"} or {@code "jdk"}
     * @throws IllegalArgumentException if {@code io.gopoll.scheduler} is neither
     */
    public static String kind() {
        String kind = System.getProperty(PROPERTY, "");
        switch (kind) {
            case "":
                return VirtualThreads.ownSchedulerUnavailabilityCause() == null ? "gopoll" : "jdk";
            case "gopoll":
            case "jdk":
                return kind;
            default:
                throw new IllegalArgumentException(
                        PROPERTY + ": " + kind + " (expected: gopoll or jdk)");
        }
    }

    /**
     * Why {@link #kind} is the JDK's although nobody has asked for it, with what to do; null if it
     * is GoPoll's own, or was asked for.
     */
    public static String fallback() {
        Throwable cause = VirtualThreads.ownSchedulerUnavailabilityCause();
        return cause == null || kind().equals(System.getProperty(PROPERTY))
                ? null
                : "Goroutines run on the JDK's scheduler, which takes more CPU and keeps a thread for"
                        + " each channel: "
                        + cause.getMessage();
    }

    /**
     * Opens a scheduler. Its platform threads start with the first virtual one; they keep the JVM
     * up until {@link #close}.
     *
     * @param processors how many of its threads run at the same time, at least 1; the JDK's
     *     scheduler has its own measure of that
     * @throws UnsupportedOperationException if there are no virtual threads here, or if the
     *     scheduler that was asked for cannot be had
     * @throws IOException if there are no descriptors left
     */
    public static Scheduler open(int processors) throws IOException {
        Throwable cause = unavailabilityCause();
        if (cause != null) {
            throw new UnsupportedOperationException(cause.getMessage(), cause);
        }
        return kind().equals("gopoll") ? new GoScheduler(processors) : new JdkScheduler();
    }

    /** A virtual thread of this scheduler, not started yet. */
    public abstract Thread newThread(String name, Runnable task);

    /**
     * A strand, not ready yet.
     *
     * @param poller the index of the one that its descriptors are watched by
     */
    public abstract Strand newStrand(int poller, Strand.Work work);

    /** Whether a burst of a strand has a thread that was lent, or the strand's own. */
    public abstract boolean lendsThreads();

    static String newName() {
        return "goroutine-" + THREADS.incrementAndGet();
    }

    /** How many pollers there are. */
    public abstract int pollers();

    /** Where descriptors can be opened; somebody polls it all the time. */
    public abstract NetPoller poller(int index);

    /**
     * Ends the platform threads and closes the pollers, soon. To be called when all virtual threads
     * have ended, or are about to, and when no descriptor is open in the pollers.
     */
    @Override
    public abstract void close();

    /**
     * As {@link #close}, but does not wait for virtual threads that have not ended: if they can go
     * on later, they do so on the JDK's scheduler.
     */
    public abstract void abandon();
}
