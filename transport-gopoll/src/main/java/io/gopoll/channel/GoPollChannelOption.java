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

import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;

/**
 * The options that GoPoll's channels have beyond Netty's general ones: those of Netty's epoll
 * transport, under the same names. Which of them a channel has, and what values each takes, is in
 * tcp(7), ip(7), udp(7) and socket(7).
 *
 * <p>The constants of {@code EpollChannelOption} and {@code IoUringChannelOption} work on GoPoll's
 * channels too: an option is known by its name. Epoll's {@code EPOLL_MODE} has nothing here that it
 * could switch.
 *
 * @param <T> the type of an option's value
 */
public final class GoPollChannelOption<T> extends UnixChannelOption<T> {

    /**
     * Holds back what does not fill a segment, until this is cleared or 200 milliseconds have
     * passed: tcp(7).
     */
    public static final ChannelOption<Boolean> TCP_CORK =
            valueOf(GoPollChannelOption.class, "TCP_CORK");

    /** Bytes, 0 to 2<sup>32</sup> - 1. */
    public static final ChannelOption<Long> TCP_NOTSENT_LOWAT =
            valueOf(GoPollChannelOption.class, "TCP_NOTSENT_LOWAT");

    /** Seconds, 1 to 32,767. */
    public static final ChannelOption<Integer> TCP_KEEPIDLE =
            valueOf(GoPollChannelOption.class, "TCP_KEEPIDLE");

    /** Seconds, 1 to 32,767. */
    public static final ChannelOption<Integer> TCP_KEEPINTVL =
            valueOf(GoPollChannelOption.class, "TCP_KEEPINTVL");

    /** Probes, 1 to 127. */
    public static final ChannelOption<Integer> TCP_KEEPCNT =
            valueOf(GoPollChannelOption.class, "TCP_KEEPCNT");

    /** Milliseconds; 0 is the system's default. */
    public static final ChannelOption<Integer> TCP_USER_TIMEOUT =
            valueOf(GoPollChannelOption.class, "TCP_USER_TIMEOUT");

    /**
     * Lets a socket bind to an address that this machine does not have (yet): ip(7). Before bind.
     */
    public static final ChannelOption<Boolean> IP_FREEBIND = valueOf("IP_FREEBIND");

    /**
     * Leaves the choice of a port to connect when a socket is bound to an address with port 0, so
     * that two connections to different peers may share one: ip(7). Before bind.
     */
    public static final ChannelOption<Boolean> IP_BIND_ADDRESS_NO_PORT =
            valueOf("IP_BIND_ADDRESS_NO_PORT");

    /**
     * Whether a socket gets the packets of groups that only other sockets have joined: ip(7). Off
     * at first.
     */
    public static final ChannelOption<Boolean> IP_MULTICAST_ALL = valueOf("IP_MULTICAST_ALL");

    /**
     * Lets a socket use addresses that are not this machine's, for transparent proxies: ip(7).
     * Needs {@code CAP_NET_ADMIN} or {@code CAP_NET_RAW}.
     */
    public static final ChannelOption<Boolean> IP_TRANSPARENT = valueOf("IP_TRANSPARENT");

    /** Gives each packet its destination before a redirection as its recipient: ip(7). */
    public static final ChannelOption<Boolean> IP_RECVORIGDSTADDR = valueOf("IP_RECVORIGDSTADDR");

    /**
     * @deprecated use {@link ChannelOption#TCP_FASTOPEN}
     */
    @Deprecated
    public static final ChannelOption<Integer> TCP_FASTOPEN = ChannelOption.TCP_FASTOPEN;

    /**
     * @deprecated use {@link ChannelOption#TCP_FASTOPEN_CONNECT}
     */
    @Deprecated
    public static final ChannelOption<Boolean> TCP_FASTOPEN_CONNECT =
            ChannelOption.TCP_FASTOPEN_CONNECT;

    /** Seconds; 0 turns it off. The kernel rounds to what so many retransmissions take. */
    public static final ChannelOption<Integer> TCP_DEFER_ACCEPT =
            valueOf(GoPollChannelOption.class, "TCP_DEFER_ACCEPT");

    /**
     * Sends acknowledgements at once, not delayed: tcp(7). The kernel turns it on and off by
     * itself, too.
     */
    public static final ChannelOption<Boolean> TCP_QUICKACK =
            valueOf(GoPollChannelOption.class, "TCP_QUICKACK");

    /** Microseconds. */
    public static final ChannelOption<Integer> SO_BUSY_POLL =
            valueOf(GoPollChannelOption.class, "SO_BUSY_POLL");

    /**
     * A key of 1 to 80 bytes for each peer, RFC 2385; a peer left out has none any more. Write
     * only.
     */
    public static final ChannelOption<Map<InetAddress, byte[]>> TCP_MD5SIG = valueOf("TCP_MD5SIG");

    /**
     * Bytes, 0 or more; above 0, several datagrams are read at once, each of so many bytes at most.
     */
    public static final ChannelOption<Integer> MAX_DATAGRAM_PAYLOAD_SIZE =
            valueOf("MAX_DATAGRAM_PAYLOAD_SIZE");

    /**
     * Lets the kernel put datagrams of one sender together before they are read; they arrive as the
     * packets that were sent: udp(7), Linux 5.0.
     */
    public static final ChannelOption<Boolean> UDP_GRO = valueOf("UDP_GRO");

    /**
     * When reads fail, from now on: {@link DeadlineChannel#setReadDeadline(long)}. {@link
     * Duration#ZERO} is none; what is below it has passed. Asked for, it is the time that is left.
     */
    public static final ChannelOption<Duration> READ_DEADLINE =
            valueOf(GoPollChannelOption.class, "READ_DEADLINE");

    /**
     * When writes fail, from now on: {@link DeadlineChannel#setWriteDeadline(long)}; values as for
     * {@link #READ_DEADLINE}.
     */
    public static final ChannelOption<Duration> WRITE_DEADLINE =
            valueOf(GoPollChannelOption.class, "WRITE_DEADLINE");

    /**
     * A reading deadline that moves itself: whenever somebody has waited so long and nothing was
     * read, the pipeline gets a {@link io.gopoll.poll.DeadlineExceededException} through {@code
     * exceptionCaught}, and the time begins anew. Unlike with {@link #READ_DEADLINE}, reading goes
     * on. In the place of {@code ReadTimeoutHandler}, which closes the channel then, and of {@code
     * IdleStateHandler}. Never early; late by a turn of the event loop at most. {@link
     * Duration#ZERO} or less turns it off; it and READ_DEADLINE replace each other.
     */
    public static final ChannelOption<Duration> READ_IDLE_DEADLINE =
            valueOf(GoPollChannelOption.class, "READ_IDLE_DEADLINE");

    private GoPollChannelOption() {}
}
