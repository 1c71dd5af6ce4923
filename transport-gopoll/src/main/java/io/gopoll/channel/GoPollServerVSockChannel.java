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
import io.gopoll.sys.SockAddr;
import io.netty.channel.Channel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket for connections between a virtual machine and its host, on GoPoll: vsock(7).
 */
public final class GoPollServerVSockChannel extends AbstractGoPollServerChannel {

    private final GoPollServerChannelConfig config = new GoPollServerChannelConfig(this);

    /**
     * A new socket, not bound.
     *
     * @throws io.netty.channel.ChannelException if there is no descriptor left, or the kernel has
     *     no such sockets
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollServerVSockChannel() {
        super(newSocket(Constants.AF_VSOCK, Constants.SOCK_STREAM), false);
    }

    /**
     * Takes over a socket that was opened elsewhere, bound and listening or not; the channel closes
     * it.
     *
     * @param fd an open socket of VSOCK streams; it is made non-blocking
     * @throws io.netty.channel.ChannelException if the descriptor is no open socket
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollServerVSockChannel(int fd) {
        this(adoptSocket(fd));
    }

    private GoPollServerVSockChannel(NetFd netFd) {
        super(netFd, isListening(netFd));
    }

    @Override
    public GoPollServerChannelConfig config() {
        return config;
    }

    @Override
    SocketOptions options() {
        return SocketOptions.LOCAL_SERVER;
    }

    @Override
    public @Nullable VSockAddress localAddress() {
        return (VSockAddress) super.localAddress();
    }

    @Override
    AddressFamily addressFamily() {
        return VSockAddressFamily.VSOCK;
    }

    @Override
    protected void doBind(SocketAddress localAddress) throws Exception {
        super.doBind(localAddress);
        listen(config.getBacklog());
    }

    @Override
    Channel newChildChannel(int fd, SockAddr remote) {
        NetFd child = new NetFd(fd, Constants.AF_VSOCK, Constants.SOCK_STREAM);
        return new GoPollVSockChannel(this, child, VSockAddressFamily.read(remote));
    }
}
