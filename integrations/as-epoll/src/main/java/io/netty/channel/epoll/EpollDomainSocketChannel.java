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

import io.gopoll.channel.AcceptedSocket;
import io.gopoll.channel.GoPollDomainSocketChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;

/** A connection between Unix sockets. */
public final class EpollDomainSocketChannel extends GoPollDomainSocketChannel
        implements AbstractEpollStreamChannel {

    public EpollDomainSocketChannel() {}

    /** Takes over a socket that was opened elsewhere; the channel closes it. */
    public EpollDomainSocketChannel(int fd) {
        super(fd);
    }

    /** Takes over a socket that was opened elsewhere; the channel closes it. */
    public EpollDomainSocketChannel(int fd, boolean active) {
        super(fd, active);
    }

    /** Takes over a connection that was accepted elsewhere; the channel closes it. */
    public EpollDomainSocketChannel(Channel parent, LinuxSocket fd) {
        super(parent, AcceptedSocket.adopt(fd.handOver()));
    }

    /** A connection that was accepted. */
    EpollDomainSocketChannel(Channel parent, AcceptedSocket socket) {
        super(parent, socket);
    }

    @Override
    protected EpollDomainSocketChannelConfig newConfig() {
        return new EpollDomainSocketChannelConfig(this);
    }

    @Override
    public EpollDomainSocketChannelConfig config() {
        return (EpollDomainSocketChannelConfig) super.config();
    }

    @Override
    public ChannelFuture spliceTo(AbstractEpollStreamChannel ch, int len, ChannelPromise promise) {
        return spliceTo((DuplexChannel) ch, len, promise);
    }
}
