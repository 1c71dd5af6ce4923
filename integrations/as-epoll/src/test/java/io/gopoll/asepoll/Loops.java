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
package io.gopoll.asepoll;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.JRE;

/** The ways to event loops that Netty's epoll transport has. */
@SuppressWarnings("deprecation") // EpollEventLoopGroup
enum Loops {
    GROUP {
        @Override
        EventLoopGroup open(int nThreads) {
            return new EpollEventLoopGroup(nThreads);
        }
    },

    GOROUTINE_GROUP {
        @Override
        EventLoopGroup open(int nThreads) {
            return goroutine(() -> new EpollEventLoopGroup(nThreads));
        }
    },

    IO_HANDLER {
        @Override
        EventLoopGroup open(int nThreads) {
            return new MultiThreadIoEventLoopGroup(nThreads, EpollIoHandler.newFactory());
        }
    };

    abstract EventLoopGroup open(int nThreads);

    /** Those that this JDK has. */
    static Stream<Loops> all() {
        return Arrays.stream(values())
                .filter(
                        l ->
                                l != GOROUTINE_GROUP
                                        || JRE.currentVersion().compareTo(JRE.JAVA_21) >= 0);
    }

    static <T> T goroutine(java.util.function.Supplier<T> opened) {
        System.setProperty("io.gopoll.goroutine", "true");
        try {
            return opened.get();
        } finally {
            System.clearProperty("io.gopoll.goroutine");
        }
    }
}
