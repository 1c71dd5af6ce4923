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

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;

/**
 * What the configs of all channels here have. With Netty it is a class, from which its configs
 * inherit; ours inherit from GoPoll's, so it is an interface: {@code instanceof} and casts hold,
 * but code that calls a method by this very type is to be compiled anew.
 */
public interface EpollChannelConfig extends ChannelConfig {

    @Override
    EpollChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis);

    @Override
    @Deprecated
    EpollChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead);

    @Override
    EpollChannelConfig setWriteSpinCount(int writeSpinCount);

    @Override
    EpollChannelConfig setAllocator(ByteBufAllocator allocator);

    @Override
    EpollChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator);

    @Override
    EpollChannelConfig setAutoRead(boolean autoRead);

    @Override
    @Deprecated
    EpollChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark);

    @Override
    @Deprecated
    EpollChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark);

    @Override
    EpollChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark);

    @Override
    EpollChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator);

    int getMaxMessagesPerWrite();

    ChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite);

    /** As Netty says it of its own transport since 4.2: see {@link EpollMode}. */
    @Deprecated
    default EpollMode getEpollMode() {
        return EpollMode.LEVEL_TRIGGERED;
    }

    /** Does nothing: see {@link EpollMode}. */
    @Deprecated
    EpollChannelConfig setEpollMode(EpollMode mode);
}
