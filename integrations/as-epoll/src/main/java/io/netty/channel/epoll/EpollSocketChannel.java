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
import io.gopoll.channel.GoPollSocketChannel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketProtocolFamily;

/** A TCP connection. */
public final class EpollSocketChannel extends GoPollSocketChannel
        implements AbstractEpollStreamChannel {

    public EpollSocketChannel() {}

    @Deprecated
    public EpollSocketChannel(InternetProtocolFamily protocol) {
        super(protocol);
    }

    public EpollSocketChannel(SocketProtocolFamily protocol) {
        super(protocol);
    }

    /** Takes over a socket that was opened elsewhere; the channel closes it. */
    public EpollSocketChannel(int fd) {
        super(fd);
    }

    /** A connection that was accepted. */
    EpollSocketChannel(EpollServerSocketChannel parent, AcceptedSocket socket) {
        super(parent, socket);
    }

    @Override
    protected EpollSocketChannelConfig newConfig() {
        return new EpollSocketChannelConfig(this);
    }

    @Override
    public EpollSocketChannelConfig config() {
        return (EpollSocketChannelConfig) super.config();
    }

    @Override
    public EpollTcpInfo tcpInfo() {
        return tcpInfo(new EpollTcpInfo());
    }

    public EpollTcpInfo tcpInfo(EpollTcpInfo info) {
        super.tcpInfo(info);
        return info;
    }

    @Override
    public ChannelFuture spliceTo(AbstractEpollStreamChannel ch, int len, ChannelPromise promise) {
        return spliceTo((DuplexChannel) ch, len, promise);
    }
}
