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

import static io.netty.util.internal.ObjectUtil.checkNotNull;

import io.gopoll.channel.address.AddressFamily;
import io.gopoll.net.fd.NetFd;
import io.gopoll.poll.SafeLogger;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.Msghdrs;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.util.internal.SystemPropertyUtil;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * UDP on GoPoll. Reads and writes {@link DatagramPacket}s; a connected one also writes plain
 * buffers. A flush sends many packets by one system call, {@link
 * GoPollDatagramChannelConfig#setMaxDatagramPayloadSize} lets one call read many.
 */
@SuppressWarnings("this-escape") // newConfig
public class GoPollDatagramChannel extends AbstractGoPollDatagramChannel
        implements DatagramChannel {

    /** What UDP_GRO joins is no longer than the longest datagram. */
    private static final int MAX_DATAGRAM = 64 * 1024;

    private static final SafeLogger logger = SafeLogger.of(GoPollDatagramChannel.class);

    /** Off as in NIO; where this kernel does not know it, groups of others come too. */
    private static final boolean IP_MULTICAST_ALL =
            SystemPropertyUtil.getBoolean("io.gopoll.channel.ipMulticastAll", false);

    private final GoPollDatagramChannelConfig config;

    /** A socket of IPv6 that reaches IPv4 peers too, or of IPv4 where there is no IPv6. */
    public GoPollDatagramChannel() {
        this((SocketProtocolFamily) null);
    }

    /**
     * A socket of one family.
     *
     * @param family {@code INET} or {@code INET6}; {@code null} for IPv6 where the machine has it,
     *     else IPv4
     * @deprecated use {@link #GoPollDatagramChannel(SocketProtocolFamily)}
     */
    @Deprecated
    public GoPollDatagramChannel(@Nullable InternetProtocolFamily family) {
        this(family == null ? null : family.toSocketProtocolFamily());
    }

    /**
     * A socket of one family.
     *
     * @param family {@code INET} or {@code INET6}; {@code null} for IPv6 where the machine has it,
     *     else IPv4
     * @throws UnsupportedOperationException if it is neither INET nor INET6, or GoPoll is
     *     unavailable
     * @throws io.netty.channel.ChannelException if there is no descriptor left, or the machine has
     *     no such family
     */
    public GoPollDatagramChannel(@Nullable SocketProtocolFamily family) {
        this(newSocket(AddressFamily.inet(family), Constants.SOCK_DGRAM), false);
    }

    /**
     * Takes over a socket that was opened, and bound, elsewhere; the channel closes it.
     *
     * @param fd an open socket of UDP; it is made non-blocking
     * @throws io.netty.channel.ChannelException if the descriptor is no open socket
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public GoPollDatagramChannel(int fd) {
        this(adoptSocket(fd), true);
    }

    private GoPollDatagramChannel(NetFd netFd, boolean active) {
        super(netFd, active);
        config = newConfig();
        try {
            config.setIpMulticastAll(IP_MULTICAST_ALL);
        } catch (ChannelException e) {
            logger.debug("IP_MULTICAST_ALL stays as it is", e);
        }
    }

    /**
     * The channel's config, for a subclass to give one of its own. Called once, by the constructor,
     * before the subclass has any state.
     *
     * @return a new config of this channel, never {@code null}
     */
    protected GoPollDatagramChannelConfig newConfig() {
        return new GoPollDatagramChannelConfig(this);
    }

    /**
     * Whether a {@link SegmentedDatagramPacket} can be sent: {@code UDP_SEGMENT}, udp(7), Linux
     * 4.18.
     *
     * @return false also where GoPoll is not available
     */
    public static boolean isSegmentedDatagramPacketSupported() {
        return GoPoll.isAvailable() && Segmentation.SUPPORTED;
    }

    /** Asked when somebody wants to know. */
    private static final class Segmentation {
        static final boolean SUPPORTED = isSupported();

        private static boolean isSupported() {
            try {
                NetFd fd = NetFd.socket(AddressFamily.inet(null), Constants.SOCK_DGRAM);
                try {
                    fd.getIntOption(Constants.IPPROTO_UDP, Constants.UDP_SEGMENT);
                    return true;
                } finally {
                    fd.close();
                }
            } catch (IOException e) {
                logger.debug("no UDP_SEGMENT here", e);
                return false;
            }
        }
    }

    @Override
    public GoPollDatagramChannelConfig config() {
        return config;
    }

    @Override
    SocketOptions options() {
        return SocketOptions.UDP;
    }

    @Override
    public @Nullable InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    // ---- Packets. ----

    @Override
    boolean isRecipient(SocketAddress address) {
        if (!(address instanceof InetSocketAddress)) {
            return false;
        }
        InetAddress ip = ((InetSocketAddress) address).getAddress();
        if (netFd().family() == Constants.AF_INET && ip != null && !(ip instanceof Inet4Address)) {
            throw new IllegalArgumentException(
                    "recipient: " + address + " (expected: an IPv4 address, as the socket's)");
        }
        return true;
    }

    @Override
    protected Object filterOutboundMessage(Object msg) {
        if (msg instanceof SegmentedDatagramPacket && !isSegmentedDatagramPacketSupported()) {
            throw new UnsupportedOperationException(
                    "SegmentedDatagramPacket needs UDP_SEGMENT, which this kernel does not have");
        }
        return super.filterOutboundMessage(msg);
    }

    @Override
    String expectedTypes() {
        return "DatagramPacket, AddressedEnvelope<ByteBuf, InetSocketAddress>, ByteBuf";
    }

    @Override
    int minBuffer() {
        return config.mayReceiveJoined() ? MAX_DATAGRAM : 0;
    }

    @Override
    void addPackets(ByteBuf content, Msghdrs msghdrs, int i, List<Object> packets) {
        InetSocketAddress sender = isConnected() ? remoteAddress() : msghdrs.name(i).inet();
        InetSocketAddress recipient = msghdrs.originalDestination(i);
        if (recipient == null) {
            recipient = localAddress();
        }
        int segmentSize = msghdrs.segmentSize(i);
        if (segmentSize <= 0 || segmentSize >= content.readableBytes()) {
            packets.add(new DatagramPacket(content, recipient, sender));
            return;
        }
        try {
            do {
                int length = Math.min(segmentSize, content.readableBytes());
                packets.add(
                        new DatagramPacket(content.readRetainedSlice(length), recipient, sender));
            } while (content.isReadable());
        } finally {
            content.release();
        }
    }

    /** A connected socket hears that nobody listens at its peer's port, as in NIO. */
    @Override
    Exception failed(String syscall, int result, @Nullable SocketAddress address) {
        Exception cause = super.failed(syscall, result, address);
        if (result == -Errno.ECONNREFUSED && cause instanceof ConnectException) {
            PortUnreachableException unreachable = new PortUnreachableException(cause.getMessage());
            unreachable.initCause(cause);
            return unreachable;
        }
        return cause;
    }

    // ---- Multicast. ----

    @Override
    public ChannelFuture joinGroup(InetAddress multicastAddress) {
        return joinGroup(multicastAddress, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetAddress multicastAddress, ChannelPromise promise) {
        return multicast(Constants.MCAST_JOIN_GROUP, multicastAddress, null, null, promise);
    }

    @Override
    public ChannelFuture joinGroup(
            InetSocketAddress multicastAddress, NetworkInterface networkInterface) {
        return joinGroup(multicastAddress, networkInterface, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(
            InetSocketAddress multicastAddress,
            NetworkInterface networkInterface,
            ChannelPromise promise) {
        return joinGroup(multicastAddress.getAddress(), networkInterface, null, promise);
    }

    @Override
    public ChannelFuture joinGroup(
            InetAddress multicastAddress,
            NetworkInterface networkInterface,
            @Nullable InetAddress source) {
        return joinGroup(multicastAddress, networkInterface, source, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(
            InetAddress multicastAddress,
            NetworkInterface networkInterface,
            @Nullable InetAddress source,
            ChannelPromise promise) {
        return multicast(
                source == null ? Constants.MCAST_JOIN_GROUP : Constants.MCAST_JOIN_SOURCE_GROUP,
                multicastAddress,
                checkNotNull(networkInterface, "networkInterface"),
                source,
                promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress multicastAddress) {
        return leaveGroup(multicastAddress, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress multicastAddress, ChannelPromise promise) {
        return multicast(Constants.MCAST_LEAVE_GROUP, multicastAddress, null, null, promise);
    }

    @Override
    public ChannelFuture leaveGroup(
            InetSocketAddress multicastAddress, NetworkInterface networkInterface) {
        return leaveGroup(multicastAddress, networkInterface, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(
            InetSocketAddress multicastAddress,
            NetworkInterface networkInterface,
            ChannelPromise promise) {
        return leaveGroup(multicastAddress.getAddress(), networkInterface, null, promise);
    }

    @Override
    public ChannelFuture leaveGroup(
            InetAddress multicastAddress,
            NetworkInterface networkInterface,
            @Nullable InetAddress source) {
        return leaveGroup(multicastAddress, networkInterface, source, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(
            InetAddress multicastAddress,
            NetworkInterface networkInterface,
            @Nullable InetAddress source,
            ChannelPromise promise) {
        return multicast(
                source == null ? Constants.MCAST_LEAVE_GROUP : Constants.MCAST_LEAVE_SOURCE_GROUP,
                multicastAddress,
                checkNotNull(networkInterface, "networkInterface"),
                source,
                promise);
    }

    @Override
    public ChannelFuture block(
            InetAddress multicastAddress,
            NetworkInterface networkInterface,
            InetAddress sourceToBlock) {
        return block(multicastAddress, networkInterface, sourceToBlock, newPromise());
    }

    /**
     * {@inheritDoc}
     *
     * <p>Fails unless the group was joined, on that interface and for all senders.
     */
    @Override
    public ChannelFuture block(
            InetAddress multicastAddress,
            NetworkInterface networkInterface,
            InetAddress sourceToBlock,
            ChannelPromise promise) {
        return multicast(
                Constants.MCAST_BLOCK_SOURCE,
                multicastAddress,
                checkNotNull(networkInterface, "networkInterface"),
                checkNotNull(sourceToBlock, "sourceToBlock"),
                promise);
    }

    @Override
    public ChannelFuture block(InetAddress multicastAddress, InetAddress sourceToBlock) {
        return block(multicastAddress, sourceToBlock, newPromise());
    }

    @Override
    public ChannelFuture block(
            InetAddress multicastAddress, InetAddress sourceToBlock, ChannelPromise promise) {
        return multicast(
                Constants.MCAST_BLOCK_SOURCE,
                multicastAddress,
                null,
                checkNotNull(sourceToBlock, "sourceToBlock"),
                promise);
    }

    /**
     * One setsockopt(2), in order with the channel's other work.
     *
     * @param networkInterface null for that of {@code IP_MULTICAST_IF}, else that of the local
     *     address, else the one that the kernel's routes lead to
     */
    private ChannelFuture multicast(
            int name,
            InetAddress group,
            @Nullable NetworkInterface networkInterface,
            @Nullable InetAddress source,
            ChannelPromise promise) {
        checkNotNull(group, "multicastAddress");
        Runnable call =
                () -> {
                    try {
                        NetworkInterface on =
                                networkInterface == null ? defaultInterface() : networkInterface;
                        netFd().multicast(name, group, on == null ? 0 : on.getIndex(), source);
                        promise.setSuccess();
                    } catch (Exception e) {
                        promise.setFailure(e);
                    }
                };
        if (eventLoop().inEventLoop()) {
            call.run();
        } else {
            eventLoop().execute(call);
        }
        return promise;
    }

    private @Nullable NetworkInterface defaultInterface() throws IOException {
        NetworkInterface chosen = config.getNetworkInterface();
        InetSocketAddress local = localAddress();
        if (chosen != null || local == null || local.getAddress().isAnyLocalAddress()) {
            return chosen;
        }
        return NetworkInterface.getByInetAddress(local.getAddress());
    }
}
