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

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.FileDescriptor;

/**
 * What the channels of byte streams have. With Netty it is a class, from which its channels
 * inherit; ours inherit from GoPoll's, so it is an interface: {@code instanceof} and casts hold,
 * but code that calls a method by this very type is to be compiled anew, and there is nothing to
 * extend.
 */
public interface AbstractEpollStreamChannel extends AbstractEpollChannel, DuplexChannel {

    /**
     * Moves {@code len} bytes of input to another channel of the same event loop without copying
     * them to user space: splice(2).
     *
     * @param len how many bytes; {@link Integer#MAX_VALUE} goes on until the future is cancelled or
     *     fails
     */
    default ChannelFuture spliceTo(AbstractEpollStreamChannel ch, int len) {
        return spliceTo(ch, len, newPromise());
    }

    /** As {@link #spliceTo(AbstractEpollStreamChannel, int)}, with a promise of the user's. */
    ChannelFuture spliceTo(AbstractEpollStreamChannel ch, int len, ChannelPromise promise);

    /**
     * Moves {@code len} bytes of input to a blocking descriptor, as of a file, without copying them
     * to user space: splice(2).
     *
     * @param len how many bytes; {@link Integer#MAX_VALUE} goes on until the future is cancelled or
     *     fails
     */
    ChannelFuture spliceTo(FileDescriptor fd, int offset, int len);

    /** As {@link #spliceTo(FileDescriptor, int, int)}, with a promise of the user's. */
    ChannelFuture spliceTo(FileDescriptor fd, int offset, int len, ChannelPromise promise);
}
