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
import io.gopoll.channel.address.UnixAddresses;
import io.gopoll.net.fd.NetFd;
import io.gopoll.net.fd.UnixSocketFile;
import io.gopoll.sys.Constants;
import io.gopoll.sys.SockAddr;
import io.netty.channel.Channel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.ServerDomainSocketChannel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A listening Unix socket on GoPoll. As in Netty's epoll transport, closing it deletes the file of
 * the path that it has bound. One that a socket has left behind there is replaced; bind fails where
 * another socket still has the path, or where the file is none of a socket.
 */
@SuppressWarnings("this-escape") // newConfig
public class GoPollServerDomainSocketChannel extends AbstractGoPollServerChannel
        implements ServerDomainSocketChannel {

    private final GoPollServerChannelConfig config = newConfig();

    /** The file that this channel has bound, and is to remove; null if there is none. */
    private volatile @Nullable UnixSocketFile bound;

    /**
     * A new socket, not bound.
     *
     * @throws io.netty.channel.ChannelException if there is no descriptor left, or the kernel has
     *     no such sockets
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollServerDomainSocketChannel() {
        super(newSocket(Constants.AF_UNIX, Constants.SOCK_STREAM), false);
    }

    /**
     * Takes over a socket that was opened elsewhere, bound and listening or not; the channel closes
     * it.
     *
     * @param fd an open socket of Unix streams; it is made non-blocking
     * @throws io.netty.channel.ChannelException if the descriptor is no open socket
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollServerDomainSocketChannel(int fd) {
        this(adoptSocket(fd));
    }

    private GoPollServerDomainSocketChannel(NetFd netFd) {
        super(netFd, isListening(netFd));
    }

    /**
     * Takes over a socket that was opened elsewhere; the channel closes it.
     *
     * @param fd an open socket of Unix streams; it is made non-blocking
     * @param active whether it listens
     * @throws io.netty.channel.ChannelException if the descriptor is no open socket
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollServerDomainSocketChannel(int fd, boolean active) {
        super(adoptSocket(fd), active);
    }

    /**
     * The channel's config, for a subclass to give one of its own. Called once, by the constructor,
     * before the subclass has any state.
     *
     * @return a new config of this channel, never {@code null}
     */
    protected GoPollServerChannelConfig newConfig() {
        return new GoPollServerChannelConfig(this);
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
    public @Nullable DomainSocketAddress localAddress() {
        return (DomainSocketAddress) super.localAddress();
    }

    @Override
    public @Nullable DomainSocketAddress remoteAddress() {
        return (DomainSocketAddress) super.remoteAddress();
    }

    @Override
    AddressFamily addressFamily() {
        return AddressFamily.UNIX;
    }

    @Override
    protected void doBind(SocketAddress localAddress) throws Exception {
        super.doBind(localAddress);
        bound = UnixSocketFile.at(UnixAddresses.bytes(localAddress));
        listen(config.getBacklog());
    }

    @Override
    final Channel newChildChannel(int fd, SockAddr remote) {
        NetFd child = new NetFd(fd, Constants.AF_UNIX, Constants.SOCK_STREAM);
        return newChild(new AcceptedSocket(child, UnixAddresses.read(remote)));
    }

    /**
     * The channel of a connection, for a subclass to give one of its own. Called in the event loop.
     *
     * @param socket the connection, for the channel to close
     * @return the channel that is to read and write it, not registered yet
     */
    protected GoPollDomainSocketChannel newChild(AcceptedSocket socket) {
        return new GoPollDomainSocketChannel(this, socket);
    }

    @Override
    protected void doClose() throws Exception {
        UnixSocketFile file = bound;
        bound = null;
        try {
            if (file != null) {
                file.remove();
            }
        } finally {
            super.doClose();
        }
    }
}
