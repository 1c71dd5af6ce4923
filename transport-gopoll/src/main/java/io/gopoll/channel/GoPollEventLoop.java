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

import io.gopoll.channel.loop.Registrations;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.RejectedExecutionHandler;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A loop of {@link GoPollEventLoopGroup}. */
@SuppressWarnings("deprecation") // EventLoopTaskQueueFactory
public class GoPollEventLoop extends SingleThreadIoEventLoop {

    /**
     * For {@link GoPollEventLoopGroup#newChild}, and for groups of the user's.
     *
     * @param parent the group that the loop is of, or {@code null}
     * @param executor runs the loop
     * @param ioHandlerFactory of {@link GoPollIoHandler}s
     * @param taskQueueFactory the queue behind {@link #execute(Runnable)}, or {@code null} for the
     *     default one
     * @param tailTaskQueueFactory the queue behind {@link
     *     #executeAfterEventLoopIteration(Runnable)}, or {@code null} for the default one
     * @param rejectedExecutionHandler what becomes of a task that the loop cannot take
     */
    protected GoPollEventLoop(
            @Nullable IoEventLoopGroup parent,
            Executor executor,
            IoHandlerFactory ioHandlerFactory,
            @Nullable EventLoopTaskQueueFactory taskQueueFactory,
            @Nullable EventLoopTaskQueueFactory tailTaskQueueFactory,
            RejectedExecutionHandler rejectedExecutionHandler) {
        super(
                parent,
                executor,
                ioHandlerFactory,
                newTaskQueue(taskQueueFactory),
                newTaskQueue(tailTaskQueueFactory),
                rejectedExecutionHandler);
    }

    private static Queue<Runnable> newTaskQueue(@Nullable EventLoopTaskQueueFactory queueFactory) {
        return queueFactory == null
                ? newTaskQueue0(DEFAULT_MAX_PENDING_TASKS)
                : queueFactory.newTaskQueue(DEFAULT_MAX_PENDING_TASKS);
    }

    /** As Netty's. If a channel of another transport is registered, the error names both. */
    @Override
    public ChannelFuture register(ChannelPromise promise) {
        Channel channel = promise.channel();
        if (channel.unsafe() instanceof IoHandle
                && !isCompatible(((IoHandle) channel.unsafe()).getClass())) {
            return promise.setFailure(Registrations.incompatible(channel, this));
        }
        return super.register(promise);
    }

    @Override
    public int registeredChannels() {
        return ((GoPollIoHandler) ioHandler()).registrations().channels();
    }

    @Override
    public Iterator<Channel> registeredChannelsIterator() {
        return ((GoPollIoHandler) ioHandler()).registrations().channelList().iterator();
    }
}
