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

import io.gopoll.channel.side.AcceptSide;
import io.gopoll.channel.side.ReadSide;
import io.gopoll.channel.side.WriteSide;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.SockAddr;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A listening socket: accepts while there are connections and within the user's limit per turn. */
abstract class AbstractGoPollServerChannel extends AbstractGoPollChannel implements ServerChannel {

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    AbstractGoPollServerChannel(NetFd netFd, boolean active) {
        super(null, netFd, active);
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    protected AbstractGoPollUnsafe newUnsafe() {
        return new ServerUnsafe();
    }

    @Override
    protected Object filterOutboundMessage(Object msg) {
        throw new UnsupportedOperationException();
    }

    /** Whether a socket that was taken over listens already. */
    static boolean isListening(NetFd netFd) {
        try {
            return netFd.getIntOption(Constants.SOL_SOCKET, Constants.SO_ACCEPTCONN) != 0;
        } catch (IOException e) {
            netFd.close();
            throw new ChannelException("Unable to adopt " + netFd, e);
        }
    }

    /** Listens, and takes the channel into service. */
    final void listen(int backlog) throws IOException {
        netFd().listen(backlog);
        active = true;
        if (isRegistered()) {
            open();
        }
    }

    /**
     * A channel for a connection that was accepted; on failure the caller closes the descriptor.
     */
    abstract Channel newChildChannel(int fd, SockAddr remote) throws Exception;

    @Override
    ReadSide newReadSide(NetFd netFd) {
        return new Accepting(netFd);
    }

    private final class Accepting extends AcceptSide {

        Accepting(NetFd netFd) {
            super(AbstractGoPollServerChannel.this, netFd);
        }

        @Override
        protected Channel newChild(int fd, SockAddr remote) throws Exception {
            return newChildChannel(fd, remote);
        }
    }

    @Override
    WriteSide newWriteSide(NetFd netFd) {
        return new NoWriteSide(this, netFd);
    }

    /** Nothing is ever written to a listening socket. */
    private static final class NoWriteSide extends WriteSide {

        NoWriteSide(AbstractGoPollServerChannel server, NetFd netFd) {
            super(server, netFd);
        }

        @Override
        protected void writeLoop(ChannelOutboundBuffer in) {
            throw new UnsupportedOperationException();
        }
    }

    private final class ServerUnsafe extends AbstractGoPollUnsafe {

        @Override
        public void connect(
                SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException());
        }
    }
}
