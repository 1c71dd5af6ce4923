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
package io.gopoll.frameworks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.netty.util.internal.SystemPropertyUtil;
import java.util.Collection;
import java.util.Random;

/** What goes over the connections, and what these are. */
final class Traffic {

    static final int SECONDS = 200;
    static final int REQUESTS = 2000;
    static final int CONCURRENT = 50;

    private static final byte[] LARGE = new byte[16 * 1024 * 1024];

    static {
        new Random(1).nextBytes(LARGE);
    }

    private Traffic() {}

    static byte[] large() {
        return LARGE.clone();
    }

    /** Compares all, which a checksum would only do almost. */
    static void assertLarge(byte[] received) {
        assertEquals(LARGE.length, received.length);
        assertArrayEquals(LARGE, received);
    }

    /** There are some, and all of them are GoPoll's. */
    static void assertGoPolls(Collection<Channel> channels) {
        assertFalse(channels.isEmpty());
        for (Channel channel : channels) {
            String superclass = channel.getClass().getSuperclass().getName();
            assertTrue(superclass.startsWith("io.gopoll.channel.GoPoll"), channel::toString);
        }
    }

    /** As {@link #assertGoPolls}, and in goroutine mode they are in goroutine loops. */
    static void assertInLoops(Collection<Channel> channels) {
        assertGoPolls(channels);
        boolean goroutine = SystemPropertyUtil.getBoolean("io.gopoll.goroutine", false);
        for (Channel channel : channels) {
            String loop = channel.eventLoop().getClass().getSimpleName();
            assertEquals(goroutine ? "GoroutineEventLoop" : "EpollEventLoop", loop);
        }
    }
}
