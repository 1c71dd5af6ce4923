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

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.Arrays;

/**
 * The small flushes of a turn in which many channels are ready. They are written when the handlers
 * have run: a peer that has several of the connections is woken once for many answers, and the
 * CPU's caches hold the reading code first, then the writing code. How long an answer waits for
 * other channels is bounded. The event loop's.
 */
public final class LateFlushes {

    private static final String PROPERTY = "io.gopoll.lateFlushes";

    /**
     * For a new loop. Null, which means that every flush is written at once, unless the user asks
     * for late flushes: a handler that flushes and then waits for the peer's answer would wait for
     * ever.
     */
    public static LateFlushes ifAskedFor() {
        return Boolean.getBoolean(PROPERTY) ? new LateFlushes() : null;
    }

    private LateFlushes() {}

    /** With fewer ready channels every flush is written at once: too few would come together. */
    public static final int MANY = 8;

    /**
     * The clock is read once for so many deliveries. For each delivery it would cost as much as
     * late flushes save.
     */
    public static final int STRIDE = 8;

    /**
     * An answer waits no longer than this. A turn of 64 channels with quick handlers takes that
     * long.
     */
    private static final long MAX_WAIT_NANOS = 200_000;

    /** If handlers take longer than this, too few answers come together to be worth the wait. */
    private static final long SLOW_NANOS = MAX_WAIT_NANOS / 16;

    /**
     * A sample counts no more than this, so that one pause of the garbage collector does not
     * decide.
     */
    private static final long MAX_SAMPLE_NANOS = 4 * SLOW_NANOS;

    /**
     * So many are written without waiting further, a multiple of the stride: of the objects that
     * Netty's recyclers hold for each, more than that make garbage on their way back. One handler
     * that writes to many channels still puts off more.
     */
    private static final int MOST = 4 * STRIDE;

    /** A larger buffer is better written while it is in the CPU's cache. */
    private static final int MAX_BYTES = 16 * 1024;

    /** Who can be put off. */
    public interface Late {

        /** Writes what was put off. */
        void flushLate();
    }

    /** Those that were put off; each once. */
    private Late[] late = new Late[MANY];

    private int size;

    private boolean puttingOff;

    private long turnStart;

    /** Nothing that is put off now was flushed before this time. */
    private long waitStart;

    /**
     * A moving average of what a delivery takes in turns with many channels. If nothing is put off,
     * the write is part of it, so that the decision does not change back and forth near the limit.
     */
    private long averageNanos;

    /** Whether a small flush is put off at the moment. */
    public boolean isPuttingOff() {
        return puttingOff;
    }

    /** Whether the buffer holds little enough to be put off. */
    public static boolean isSmall(ChannelOutboundBuffer out, ChannelConfig config) {
        // Above the low water mark somebody may be waiting for the buffer to get emptier.
        return out.totalPendingWriteBytes()
                <= Math.min(MAX_BYTES, config.getWriteBufferLowWaterMark());
    }

    public void add(Late side) {
        if (size == late.length) {
            late = Arrays.copyOf(late, size * 2);
        }
        late[size++] = side;
    }

    /** A turn of many begins. */
    public void begin() {
        turnStart = waitStart = System.nanoTime();
        puttingOff = averageNanos <= SLOW_NANOS;
    }

    /** Some have had their turn, and others follow. */
    public void look() {
        if (size >= MOST || size > 0 && System.nanoTime() - waitStart > MAX_WAIT_NANOS) {
            boolean before = pause();
            writeAll();
            resume(before);
            waitStart = System.nanoTime();
        }
    }

    /** All have had their turn. */
    public void end(int deliveries) {
        puttingOff = false;
        long sample = Math.min((System.nanoTime() - turnStart) / deliveries, MAX_SAMPLE_NANOS);
        averageNanos += (sample - averageNanos) >> 3;
        writeAll();
    }

    /** Flushes are written straight away, until {@link #resume}. */
    public boolean pause() {
        boolean before = puttingOff;
        puttingOff = false;
        return before;
    }

    public void resume(boolean before) {
        puttingOff = before;
    }

    private void writeAll() {
        int n = size;
        size = 0;
        Throwable unexpected = null;
        for (int i = 0; i < n; i++) {
            Late side = late[i];
            late[i] = null;
            try {
                side.flushLate();
            } catch (Throwable t) {
                // The others are to be written all the same.
                unexpected = t;
            }
        }
        if (unexpected != null) {
            Registrations.handleUnexpected(unexpected);
        }
    }
}
