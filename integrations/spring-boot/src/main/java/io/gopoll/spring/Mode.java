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
package io.gopoll.spring;

import io.gopoll.reactor.GoPollLoopResources;
import io.netty.util.NettyRuntime;

/** The values of {@code gopoll.mode}. */
public enum Mode {
    /** A thread for each event loop, in which nothing may block: as Reactor Netty's own loops. */
    LOOP {
        @Override
        GoPollLoopResources loops() {
            return GoPollLoopResources.create("gopoll-http");
        }
    },

    /** A loop for each connection of a server, whose handlers may block: JDK 21 and later. */
    GOROUTINE {
        @Override
        GoPollLoopResources loops() {
            return GoPollLoopResources.goroutine(NettyRuntime.availableProcessors());
        }
    };

    /** New ones; an UnsupportedOperationException says why they are not available here. */
    abstract GoPollLoopResources loops();
}
