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

import io.gopoll.channel.address.AddressFamily;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * A connection between a virtual machine and its host, or within one machine, on GoPoll: vsock(7).
 * Netty's epoll transport has the addresses, but no such channel. Its addresses are {@link
 * VSockAddress}es.
 */
public final class GoPollVSockChannel extends AbstractGoPollStreamChannel {

    private final GoPollStreamChannelConfig config = new GoPollStreamChannelConfig(this);

    /**
     * A new socket, not connected.
     *
     * @throws io.netty.channel.ChannelException if there is no descriptor left, or the kernel has
     *     no such sockets
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollVSockChannel() {
        super(null, newSocket(Constants.AF_VSOCK, Constants.SOCK_STREAM), false, null);
    }

    /**
     * Takes over a socket that was opened, or connected, elsewhere; the channel closes it. It
     * counts as connected unless it has an error pending.
     *
     * @param fd an open socket of VSOCK streams; it is made non-blocking
     * @throws io.netty.channel.ChannelException if the descriptor is no open socket
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollVSockChannel(int fd) {
        this(adoptSocket(fd));
    }

    private GoPollVSockChannel(NetFd netFd) {
        super(null, netFd, isSoErrorZero(netFd), null);
    }

    /** A connection that was accepted. */
    GoPollVSockChannel(Channel parent, NetFd netFd, VSockAddress remote) {
        super(parent, netFd, true, remote);
    }

    @Override
    public GoPollStreamChannelConfig config() {
        return config;
    }

    @Override
    SocketOptions options() {
        return SocketOptions.VSOCK_STREAM;
    }

    @Override
    public @Nullable VSockAddress localAddress() {
        return (VSockAddress) super.localAddress();
    }

    @Override
    public @Nullable VSockAddress remoteAddress() {
        return (VSockAddress) super.remoteAddress();
    }

    @Override
    AddressFamily addressFamily() {
        return VSockAddressFamily.VSOCK;
    }
}
