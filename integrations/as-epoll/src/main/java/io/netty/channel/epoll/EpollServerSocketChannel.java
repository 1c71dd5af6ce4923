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
import io.gopoll.channel.GoPollServerSocketChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketProtocolFamily;

/** A TCP server socket. */
public final class EpollServerSocketChannel extends GoPollServerSocketChannel
        implements AbstractEpollServerChannel {

    public EpollServerSocketChannel() {}

    @Deprecated
    public EpollServerSocketChannel(InternetProtocolFamily protocol) {
        super(protocol);
    }

    public EpollServerSocketChannel(SocketProtocolFamily protocol) {
        super(protocol);
    }

    /** Takes over a socket that was opened elsewhere; the channel closes it. */
    public EpollServerSocketChannel(int fd) {
        super(fd);
    }

    @Override
    protected EpollServerSocketChannelConfig newConfig() {
        return new EpollServerSocketChannelConfig(this);
    }

    @Override
    public EpollServerSocketChannelConfig config() {
        return (EpollServerSocketChannelConfig) super.config();
    }

    @Override
    protected EpollSocketChannel newChild(AcceptedSocket socket) {
        return new EpollSocketChannel(this, socket);
    }
}
