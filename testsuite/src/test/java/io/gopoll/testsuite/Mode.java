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
package io.gopoll.testsuite;

import io.gopoll.channel.GoPollIoHandler;
import io.gopoll.channel.GoroutineEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.concurrent.ThreadFactory;

/** In which of GoPoll's modes the suite runs: {@code -Dgopoll.testsuite.mode}. */
public enum Mode {
    LOOP {
        @Override
        public EventLoopGroup newGroup(int threads, ThreadFactory threadFactory) {
            return new MultiThreadIoEventLoopGroup(
                    threads, threadFactory, GoPollIoHandler.newFactory());
        }
    },

    /** On JDK 21 and later. */
    GOROUTINE {
        @Override
        public EventLoopGroup newGroup(int threads, ThreadFactory threadFactory) {
            return new GoroutineEventLoopGroup(threads);
        }
    };

    /**
     * @throws IllegalArgumentException if there is no such mode
     */
    public static Mode current() {
        String name = System.getProperty("gopoll.testsuite.mode", "");
        for (Mode mode : values()) {
            if (name.isEmpty() || mode.name().equalsIgnoreCase(name)) {
                return mode;
            }
        }
        throw new IllegalArgumentException(
                "gopoll.testsuite.mode: " + name + " (expected: loop or goroutine)");
    }

    public abstract EventLoopGroup newGroup(int threads, ThreadFactory threadFactory);
}
