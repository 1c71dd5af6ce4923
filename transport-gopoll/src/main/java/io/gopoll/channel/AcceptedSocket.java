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

import io.gopoll.net.fd.NetFd;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connection that a server channel has accepted, on its way to the channel that takes it over.
 */
public final class AcceptedSocket {

    final NetFd netFd;
    final @Nullable SocketAddress remote;

    /**
     * A connection that was accepted without a server channel; the channel that takes it over
     * closes it.
     *
     * @param fd an open socket of a connection; it is made non-blocking
     * @return what a channel's constructor takes
     * @throws io.netty.channel.ChannelException if the descriptor is no open socket
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public static AcceptedSocket adopt(int fd) {
        return new AcceptedSocket(AbstractGoPollChannel.adoptSocket(fd), null);
    }

    AcceptedSocket(NetFd netFd, @Nullable SocketAddress remote) {
        this.netFd = netFd;
        this.remote = remote;
    }
}
