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
package io.netty.channel.epoll;

import io.gopoll.channel.GoroutineEventLoopGroup;
import io.netty.util.NettyRuntime;
import io.netty.util.internal.SystemPropertyUtil;

/** The loops of an {@link EpollEventLoopGroup} with {@code -Dio.gopoll.goroutine=true}. */
final class GoroutineLoops {

    private static final String GOROUTINE = "io.gopoll.goroutine";

    final GoroutineEventLoopGroup group;

    private GoroutineLoops(GoroutineEventLoopGroup group) {
        this.group = group;
    }

    /** Null unless goroutine loops are asked for. */
    static GoroutineLoops ifAskedFor(int nThreads) {
        return SystemPropertyUtil.getBoolean(GOROUTINE, false)
                ? new GoroutineLoops(new GoroutineEventLoopGroup(nThreads))
                : null;
    }

    /** How many loops the group is to have that {@code next} goes through. */
    static int count(GoroutineLoops goroutineLoops, int nThreads) {
        return goroutineLoops != null && nThreads == 0
                ? NettyRuntime.availableProcessors()
                : nThreads;
    }
}
