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
import io.gopoll.channel.buffer.Memory;
import io.gopoll.channel.side.ReadSide;
import io.gopoll.channel.side.StreamReadSide;
import io.gopoll.channel.side.StreamWriteSide;
import io.gopoll.channel.side.WriteSide;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.SockAddr;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** A TCP connection on GoPoll. */
@SuppressWarnings("this-escape") // newConfig
public class GoPollSocketChannel extends AbstractGoPollStreamChannel implements SocketChannel {

    private final GoPollSocketChannelConfig config;

    /** An IPv6 socket that reaches IPv4 peers too, or an IPv4 one where there is no IPv6. */
    public GoPollSocketChannel() {
        this((SocketProtocolFamily) null);
    }

    /**
     * A socket of one family.
     *
     * @param family {@code INET} or {@code INET6}; {@code null} for IPv6 where the machine has it,
     *     else IPv4
     * @deprecated use {@link #GoPollSocketChannel(SocketProtocolFamily)}
     */
    @Deprecated
    public GoPollSocketChannel(@Nullable InternetProtocolFamily family) {
        this(family == null ? null : family.toSocketProtocolFamily());
    }

    /**
     * A socket of one family.
     *
     * @param family {@code INET} or {@code INET6}; {@code null} for IPv6 where the machine has it,
     *     else IPv4
     * @throws UnsupportedOperationException if it is neither INET nor INET6, or GoPoll is
     *     unavailable
     * @throws ChannelException if there is no descriptor left, or the machine has no such family
     */
    public GoPollSocketChannel(@Nullable SocketProtocolFamily family) {
        super(null, newSocket(AddressFamily.inet(family), Constants.SOCK_STREAM), false, null);
        config = newConfig();
        config.begin(null, -1, null);
    }

    /**
     * Takes over a socket that was opened, or connected, elsewhere; the channel closes it. It
     * counts as connected unless it has an error pending.
     *
     * @param fd an open socket of TCP; it is made non-blocking
     * @throws ChannelException if the descriptor is no open socket
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollSocketChannel(int fd) {
        this(adoptSocket(fd));
    }

    private GoPollSocketChannel(NetFd netFd) {
        super(null, netFd, isSoErrorZero(netFd), null);
        config = newConfig();
        config.begin(null, null, null);
    }

    /**
     * A connection that was accepted: see {@link GoPollServerSocketChannel#newChild}.
     *
     * @param parent the channel that has accepted it
     * @param socket the connection, for this channel to close
     */
    protected GoPollSocketChannel(GoPollServerSocketChannel parent, AcceptedSocket socket) {
        super(parent, socket.netFd, true, socket.remote);
        GoPollServerSocketChannelConfig listening = parent.config();
        Collection<InetAddress> md5Peers = listening.md5Peers();
        config = newConfig();
        config.begin(
                listening.isInheritanceKnown() ? true : null,
                listening.isInheritanceKnown() ? -1 : null,
                md5Peers.isEmpty() ? null : new TcpMd5Keys(md5Peers));
    }

    /**
     * The channel's config, for a subclass to give one of its own. Called once, by the constructor,
     * before the subclass has any state.
     *
     * @return a new config of this channel, never {@code null}
     */
    protected GoPollSocketChannelConfig newConfig() {
        return new GoPollSocketChannelConfig(this);
    }

    /**
     * The connection's {@code TCP_INFO}, tcp(7). Any thread.
     *
     * @return a new object, as the connection is now
     * @throws ChannelException if the system refuses, as for a closed channel
     */
    public GoPollTcpInfo tcpInfo() {
        return tcpInfo(new GoPollTcpInfo());
    }

    /**
     * As {@link #tcpInfo()}, into an object that is there already.
     *
     * @param info what it held before is overwritten; no other thread may use it meanwhile
     * @return {@code info}
     * @throws ChannelException if the system refuses, as for a closed channel
     */
    public GoPollTcpInfo tcpInfo(GoPollTcpInfo info) {
        try {
            info.fill(netFd());
            return info;
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    @Override
    public @Nullable InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public GoPollSocketChannelConfig config() {
        return config;
    }

    @Override
    SocketOptions options() {
        return SocketOptions.TCP;
    }

    @Override
    public @Nullable ServerSocketChannel parent() {
        return (ServerSocketChannel) super.parent();
    }

    @Override
    boolean doConnect0(SocketAddress remoteAddress) throws IOException {
        if (config.isTcpFastOpenConnect()) {
            ChannelOutboundBuffer outbound = unsafe().outboundBuffer();
            outbound.addFlush();
            Object first = outbound.current();
            if (first instanceof ByteBuf && connectWithData(remoteAddress, outbound)) {
                return true;
            }
        }
        return super.doConnect0(remoteAddress);
    }

    /**
     * TCP Fast Open, RFC 7413: connects with the first data if there is a cookie for the server.
     * Without one the kernel starts an ordinary connect (EINPROGRESS), which connect(2) then
     * reports on.
     *
     * @return whether the data is on its way, and with that the connection usable
     */
    private boolean connectWithData(SocketAddress remoteAddress, ChannelOutboundBuffer outbound)
            throws IOException {
        ByteBuf data = (ByteBuf) outbound.current();
        if (!data.isReadable() || !Memory.isOnePiece(data)) {
            return false;
        }
        SockAddr to = new SockAddr();
        addressFamily().put(to, remoteAddress, netFd());
        long n =
                netFd().sendto(
                                Memory.readableAddress(data),
                                data.readableBytes(),
                                Constants.MSG_FASTOPEN,
                                to);
        if (n > 0) {
            outbound.removeBytes(n);
            return true;
        }
        if (n == -Errno.EINPROGRESS || n == -Errno.EAGAIN || n == -Errno.EOPNOTSUPP) {
            return false;
        }
        throw Errno.newException("sendto", (int) n, remoteAddress);
    }

    @Override
    ReadSide newReadSide(NetFd netFd) {
        return new StreamReadSide.Tcp(this, netFd);
    }

    @Override
    WriteSide newWriteSide(NetFd netFd) {
        return new StreamWriteSide.Tcp(this, netFd);
    }

    @Override
    boolean lingers() {
        return isOpen() && config.getSoLinger() > 0;
    }
}
