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
import io.gopoll.channel.side.DomainReadSide;
import io.gopoll.channel.side.DomainWriteSide;
import io.gopoll.channel.side.ReadSide;
import io.gopoll.channel.side.WriteSide;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.netty.channel.Channel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection between Unix sockets on GoPoll, unix(7). A path that begins with a NUL is a name in
 * the abstract namespace. Besides buffers and file regions it writes {@link FileDescriptor}s: the
 * peer gets a duplicate, the sender's stays open. In read mode {@link
 * DomainSocketReadMode#FILE_DESCRIPTORS} it reads them; they are the receiver's to close.
 */
@SuppressWarnings("this-escape") // newConfig
public class GoPollDomainSocketChannel extends AbstractGoPollStreamChannel
        implements DomainSocketChannel {

    private final GoPollDomainSocketChannelConfig config = newConfig();

    /**
     * A new socket, not connected.
     *
     * @throws io.netty.channel.ChannelException if there is no descriptor left, or the kernel has
     *     no such sockets
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollDomainSocketChannel() {
        super(null, newSocket(Constants.AF_UNIX, Constants.SOCK_STREAM), false, null);
    }

    /**
     * Takes over a socket that was opened, or connected, elsewhere; the channel closes it. It
     * counts as connected unless it has an error pending.
     *
     * @param fd an open socket of Unix streams; it is made non-blocking
     * @throws io.netty.channel.ChannelException if the descriptor is no open socket
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollDomainSocketChannel(int fd) {
        this(adoptSocket(fd));
    }

    private GoPollDomainSocketChannel(NetFd netFd) {
        super(null, netFd, isSoErrorZero(netFd), null);
    }

    /**
     * Takes over a socket that was opened elsewhere; the channel closes it.
     *
     * @param fd an open socket of Unix streams; it is made non-blocking
     * @param active whether it is connected
     * @throws io.netty.channel.ChannelException if the descriptor is no open socket
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollDomainSocketChannel(int fd, boolean active) {
        super(null, adoptSocket(fd), active, null);
    }

    /**
     * A connection that was accepted: see {@link GoPollServerDomainSocketChannel#newChild}.
     *
     * @param parent the channel that has accepted it, or {@code null}
     * @param socket the connection, for this channel to close
     */
    protected GoPollDomainSocketChannel(@Nullable Channel parent, AcceptedSocket socket) {
        super(parent, socket.netFd, true, socket.remote);
    }

    /**
     * The channel's config, for a subclass to give one of its own. Called once, by the constructor,
     * before the subclass has any state.
     *
     * @return a new config of this channel, never {@code null}
     */
    protected GoPollDomainSocketChannelConfig newConfig() {
        return new GoPollDomainSocketChannelConfig(this);
    }

    @Override
    public GoPollDomainSocketChannelConfig config() {
        return config;
    }

    @Override
    SocketOptions options() {
        return SocketOptions.UNIX_STREAM;
    }

    @Override
    public @Nullable DomainSocketAddress localAddress() {
        return (DomainSocketAddress) super.localAddress();
    }

    @Override
    public @Nullable DomainSocketAddress remoteAddress() {
        return (DomainSocketAddress) super.remoteAddress();
    }

    /**
     * The process at the other end, as it was when it connected or listened: {@code SO_PEERCRED},
     * socket(7).
     *
     * @return its process, user and group ids
     * @throws IOException if the socket is closed
     * @throws UnsupportedOperationException if Netty's class cannot be made, where Netty is a named
     *     module that is not open to GoPoll; the message says what to do
     */
    public PeerCredentials peerCredentials() throws IOException {
        return UnixAddresses.peerCredentials(netFd());
    }

    @Override
    AddressFamily addressFamily() {
        return AddressFamily.UNIX;
    }

    // ---- Descriptors. ----

    @Override
    protected Object filterOutboundMessage(Object msg) {
        return msg instanceof FileDescriptor ? other(msg) : super.filterOutboundMessage(msg);
    }

    @Override
    ReadSide newReadSide(NetFd netFd) {
        return new DomainReadSide(this, netFd);
    }

    @Override
    WriteSide newWriteSide(NetFd netFd) {
        return new DomainWriteSide(this, netFd);
    }
}
