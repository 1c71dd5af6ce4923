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
import io.gopoll.sys.Constants;
import io.gopoll.sys.Msghdrs;
import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams of Unix sockets on GoPoll, unix(7). Reads and writes {@link DomainDatagramPacket}s; a
 * connected one also writes plain buffers. A socket that is bound leaves its file behind when it is
 * closed, as in Netty's epoll transport. The sender of a packet from a socket that was not bound is
 * an address with an empty path.
 */
@SuppressWarnings("this-escape") // newConfig
public class GoPollDomainDatagramChannel extends AbstractGoPollDatagramChannel
        implements DomainDatagramChannel {

    private final GoPollDomainDatagramChannelConfig config;

    /**
     * A new socket, not bound.
     *
     * @throws io.netty.channel.ChannelException if there is no descriptor left, or the kernel has
     *     no such sockets
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollDomainDatagramChannel() {
        this(newSocket(Constants.AF_UNIX, Constants.SOCK_DGRAM), false);
    }

    /**
     * Takes over a socket that was opened, and bound, elsewhere; the channel closes it.
     *
     * @param fd an open socket of Unix datagrams; it is made non-blocking
     * @throws io.netty.channel.ChannelException if the descriptor is no open socket
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollDomainDatagramChannel(int fd) {
        this(adoptSocket(fd), true);
    }

    private GoPollDomainDatagramChannel(NetFd netFd, boolean active) {
        super(netFd, active);
        config = newConfig();
    }

    /**
     * The channel's config, for a subclass to give one of its own. Called once, by the constructor,
     * before the subclass has any state.
     *
     * @return a new config of this channel, never {@code null}
     */
    protected GoPollDomainDatagramChannelConfig newConfig() {
        return new GoPollDomainDatagramChannelConfig(this);
    }

    @Override
    public GoPollDomainDatagramChannelConfig config() {
        return config;
    }

    @Override
    SocketOptions options() {
        return SocketOptions.UNIX_DATAGRAM;
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
     * The process at the other end of a connected pair: {@code SO_PEERCRED}, socket(7).
     *
     * @return its process, user and group ids, as they were when the pair was made; the process id
     *     is 0 if there is no such pair
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

    @Override
    boolean isRecipient(SocketAddress address) {
        return address instanceof DomainSocketAddress;
    }

    @Override
    String expectedTypes() {
        return "DomainDatagramPacket, AddressedEnvelope<ByteBuf, DomainSocketAddress>, ByteBuf";
    }

    @Override
    void addPackets(ByteBuf content, Msghdrs msghdrs, int i, List<Object> packets) {
        DomainSocketAddress sender =
                isConnected() ? remoteAddress() : UnixAddresses.read(msghdrs.name(i));
        packets.add(new DomainDatagramPacket(content, localAddress(), sender));
    }
}
