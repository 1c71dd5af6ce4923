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

import io.gopoll.channel.GoPollIoHandler;
import io.gopoll.channel.GoroutineEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** In which mode a server runs, and by which binding it calls the kernel. */
record Setup(Mode mode, String binding) {

    enum Mode {
        LOOP("-Dio.gopoll.poller=epoll"),
        LOOP_POLL("-Dio.gopoll.poller=poll"),
        GOROUTINE("-Dio.gopoll.scheduler=gopoll");

        private final String flag;

        Mode(String flag) {
            this.flag = flag;
        }

        EventLoopGroup newGroup(int threads) {
            return this == GOROUTINE
                    ? new GoroutineEventLoopGroup(threads)
                    : new MultiThreadIoEventLoopGroup(
                            threads,
                            new DefaultThreadFactory("gopoll-loop"),
                            GoPollIoHandler.newFactory());
        }
    }

    /** Those that this JDK has. */
    static List<Setup> available() {
        int jdk = Runtime.version().feature();
        return Stream.of(Mode.values())
                .filter(mode -> jdk >= 21 || mode != Mode.GOROUTINE)
                .flatMap(
                        mode ->
                                Stream.of("ffm", "jna")
                                        .filter(binding -> jdk >= 22 || binding.equals("jna"))
                                        .map(binding -> new Setup(mode, binding)))
                .toList();
    }

    List<String> flags() {
        return List.of(mode.flag, "-Dio.gopoll.syscalls=" + binding);
    }

    @Override
    public String toString() {
        return mode.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-" + binding;
    }
}
