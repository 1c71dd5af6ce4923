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

import io.gopoll.channel.GoPollEventLoop;
import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.Executor;

/** A loop of {@link EpollEventLoopGroup}. */
@Deprecated
public class EpollEventLoop extends GoPollEventLoop {

    EpollEventLoop(
            IoEventLoopGroup parent,
            Executor executor,
            IoHandlerFactory ioHandlerFactory,
            EventLoopTaskQueueFactory taskQueueFactory,
            EventLoopTaskQueueFactory tailTaskQueueFactory,
            RejectedExecutionHandler rejectedExecutionHandler) {
        super(
                parent,
                executor,
                ioHandlerFactory,
                taskQueueFactory,
                tailTaskQueueFactory,
                rejectedExecutionHandler);
    }

    /** Always 100: tasks and input have their turns without it. */
    @Deprecated
    public int getIoRatio() {
        return 100;
    }

    /** Does nothing. */
    @Deprecated
    public void setIoRatio(int ioRatio) {}
}
