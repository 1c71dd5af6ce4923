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
package io.gopoll.channel;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.Arrays;

/**
 * The small flushes of a turn in which many channels are ready: they are written one after the
 * other when the handlers have run, so that a peer with several of the connections is woken once
 * for many answers, and the code of reading and that of writing each stay in the CPU's caches. How
 * long an answer may wait for the handlers of other channels is bounded. The event loop's.
 */
final class LateFlushes {

    private static final String PROPERTY = "io.gopoll.lateFlushes";

    /**
     * Those of a new loop; null, which writes every flush straight away, unless they are asked for:
     * a handler that flushes and then waits for what the peer does about it would wait for ever.
     */
    static LateFlushes ifAskedFor() {
        return Boolean.getBoolean(PROPERTY) ? new LateFlushes() : null;
    }

    private LateFlushes() {}

    /** A turn with fewer ready channels writes straight away: too little would come together. */
    static final int MANY = 8;

    /**
     * After so many deliveries the clock is looked at: for each it would cost what is to be won.
     */
    static final int STRIDE = 8;

    /**
     * An answer waits no longer for other channels: a turn of 64 with quick handlers takes that.
     */
    private static final long MAX_WAIT_NANOS = 200_000;

    /** With slower handlers too few answers come together in that time to be worth the wait. */
    private static final long SLOW_NANOS = MAX_WAIT_NANOS / 16;

    /** One pause, as of the garbage collector, is not to count for long. */
    private static final long MAX_SAMPLE_NANOS = 4 * SLOW_NANOS;

    /**
     * So many are written without waiting further, a multiple of the stride: of the objects that
     * Netty's recyclers hold for each, more than that make garbage on their way back. One handler
     * that writes to many channels still puts off more.
     */
    private static final int MOST = 4 * STRIDE;

    /** More than that in one buffer is better written while it is in the CPU's cache. */
    private static final int MAX_BYTES = 16 * 1024;

    /** Those that were put off; each once. */
    private WriteSide[] late = new WriteSide[MANY];

    private int size;

    private boolean puttingOff;

    private long turnStart;

    /** Nothing that is put off now was flushed before this time. */
    private long waitStart;

    /**
     * What a delivery takes here, a moving average over the turns of many; with its write where
     * nothing is put off, so that it does not go to and fro near the limit.
     */
    private long averageNanos;

    /** Whether a small flush that is made now is to be put off. */
    boolean isPuttingOff() {
        return puttingOff;
    }

    /** Whether what is in the buffer is little enough. */
    static boolean isSmall(ChannelOutboundBuffer out, ChannelConfig config) {
        // Above the low water mark somebody may be waiting for the buffer to get emptier.
        return out.totalPendingWriteBytes()
                <= Math.min(MAX_BYTES, config.getWriteBufferLowWaterMark());
    }

    void add(WriteSide side) {
        if (size == late.length) {
            late = Arrays.copyOf(late, size * 2);
        }
        late[size++] = side;
    }

    /** A turn of many begins. */
    void begin() {
        turnStart = waitStart = System.nanoTime();
        puttingOff = averageNanos <= SLOW_NANOS;
    }

    /** Some have had their turn, and others follow. */
    void look() {
        if (size >= MOST || size > 0 && System.nanoTime() - waitStart > MAX_WAIT_NANOS) {
            boolean before = pause();
            writeAll();
            resume(before);
            waitStart = System.nanoTime();
        }
    }

    /** All have had their turn. */
    void end(int deliveries) {
        puttingOff = false;
        long sample = Math.min((System.nanoTime() - turnStart) / deliveries, MAX_SAMPLE_NANOS);
        averageNanos += (sample - averageNanos) >> 3;
        writeAll();
    }

    /** Flushes are written straight away, until {@link #resume}. */
    boolean pause() {
        boolean before = puttingOff;
        puttingOff = false;
        return before;
    }

    void resume(boolean before) {
        puttingOff = before;
    }

    private void writeAll() {
        int n = size;
        size = 0;
        Throwable unexpected = null;
        for (int i = 0; i < n; i++) {
            WriteSide side = late[i];
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
