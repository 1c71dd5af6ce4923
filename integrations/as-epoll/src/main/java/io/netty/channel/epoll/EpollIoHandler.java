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

import static io.netty.util.internal.ObjectUtil.checkNotNull;
import static io.netty.util.internal.ObjectUtil.checkPositiveOrZero;

import io.gopoll.channel.GoPollIoHandler;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.SelectStrategy;
import io.netty.channel.SelectStrategyFactory;
import io.netty.util.concurrent.ThreadAwareExecutor;

/** GoPoll's, which also takes users' {@link EpollIoHandle}s. */
public class EpollIoHandler extends GoPollIoHandler {

    private final ThreadAwareExecutor executor;

    EpollIoHandler(ThreadAwareExecutor executor, SelectStrategy selectStrategy) {
        super(executor, selectStrategy);
        this.executor = executor;
    }

    /**
     * @throws UnsupportedOperationException if GoPoll is not available here
     */
    public static IoHandlerFactory newFactory() {
        return newFactory(0, DefaultSelectStrategyFactory.INSTANCE);
    }

    /**
     * @param maxEvents how many events a poll takes in grows as needed, whatever this says
     * @throws UnsupportedOperationException if GoPoll is not available here
     */
    public static IoHandlerFactory newFactory(
            int maxEvents, SelectStrategyFactory selectStrategyFactory) {
        Epoll.ensureAvailability();
        checkPositiveOrZero(maxEvents, "maxEvents");
        checkNotNull(selectStrategyFactory, "selectStrategyFactory");
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new EpollIoHandler(executor, selectStrategyFactory.newSelectStrategy());
            }

            @Override
            public boolean isChangingThreadSupported() {
                return true;
            }
        };
    }

    @Override
    public IoRegistration register(IoHandle handle) {
        return handle instanceof EpollIoHandle
                ? WatchedHandle.register((EpollIoHandle) handle, executor, super::register)
                : super.register(handle);
    }
}
