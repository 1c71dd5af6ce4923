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

import static io.gopoll.channel.SocketOption.IP_BIND_ADDRESS_NO_PORT;
import static io.gopoll.channel.SocketOption.IP_FREEBIND;
import static io.gopoll.channel.SocketOption.IP_MULTICAST_ADDR;
import static io.gopoll.channel.SocketOption.IP_MULTICAST_ALL;
import static io.gopoll.channel.SocketOption.IP_MULTICAST_IF;
import static io.gopoll.channel.SocketOption.IP_MULTICAST_LOOP_DISABLED;
import static io.gopoll.channel.SocketOption.IP_MULTICAST_TTL;
import static io.gopoll.channel.SocketOption.IP_RECVORIGDSTADDR;
import static io.gopoll.channel.SocketOption.IP_TOS;
import static io.gopoll.channel.SocketOption.IP_TRANSPARENT;
import static io.gopoll.channel.SocketOption.SO_BROADCAST;
import static io.gopoll.channel.SocketOption.SO_BUSY_POLL;
import static io.gopoll.channel.SocketOption.SO_KEEPALIVE;
import static io.gopoll.channel.SocketOption.SO_LINGER;
import static io.gopoll.channel.SocketOption.SO_RCVBUF;
import static io.gopoll.channel.SocketOption.SO_REUSEADDR;
import static io.gopoll.channel.SocketOption.SO_REUSEPORT;
import static io.gopoll.channel.SocketOption.SO_SNDBUF;
import static io.gopoll.channel.SocketOption.TCP_CORK;
import static io.gopoll.channel.SocketOption.TCP_DEFER_ACCEPT;
import static io.gopoll.channel.SocketOption.TCP_KEEPCNT;
import static io.gopoll.channel.SocketOption.TCP_KEEPIDLE;
import static io.gopoll.channel.SocketOption.TCP_KEEPINTVL;
import static io.gopoll.channel.SocketOption.TCP_NODELAY;
import static io.gopoll.channel.SocketOption.TCP_NOTSENT_LOWAT;
import static io.gopoll.channel.SocketOption.TCP_QUICKACK;
import static io.gopoll.channel.SocketOption.TCP_USER_TIMEOUT;
import static io.gopoll.channel.SocketOption.UDP_GRO;
import static io.gopoll.channel.SocketOption.kept;

import io.gopoll.poll.Deadline;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainSocketReadMode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options that a kind of channel has beyond those that Netty gives every channel. */
final class SocketOptions {

    private static final SocketOption<Boolean> ALLOW_HALF_CLOSURE =
            kept(
                    ChannelOption.ALLOW_HALF_CLOSURE,
                    Boolean.class,
                    GoPollStreamChannelConfig.class,
                    GoPollStreamChannelConfig::isAllowHalfClosure,
                    GoPollStreamChannelConfig::setAllowHalfClosure);
    private static final SocketOption<Duration> READ_DEADLINE =
            kept(
                    GoPollChannelOption.READ_DEADLINE,
                    Duration.class,
                    GoPollChannelConfig.class,
                    c -> c.readDeadline().left(),
                    (c, left) -> c.readDeadline().set(Deadline.in(left)));
    private static final SocketOption<Duration> WRITE_DEADLINE =
            kept(
                    GoPollChannelOption.WRITE_DEADLINE,
                    Duration.class,
                    GoPollChannelConfig.class,
                    c -> c.writeDeadline().left(),
                    (c, left) -> c.writeDeadline().set(Deadline.in(left)));
    private static final SocketOption<Duration> READ_IDLE_DEADLINE =
            kept(
                    GoPollChannelOption.READ_IDLE_DEADLINE,
                    Duration.class,
                    GoPollChannelConfig.class,
                    c -> c.readDeadline().idle(),
                    (c, duration) -> c.readDeadline().setIdle(duration));
    private static final SocketOption<Integer> SO_BACKLOG =
            kept(
                    ChannelOption.SO_BACKLOG,
                    Integer.class,
                    GoPollServerChannelConfig.class,
                    GoPollServerChannelConfig::getBacklog,
                    GoPollServerChannelConfig::setBacklog);

    static final SocketOptions TCP =
            new SocketOptions(
                    READ_DEADLINE,
                    WRITE_DEADLINE,
                    READ_IDLE_DEADLINE,
                    SO_RCVBUF,
                    SO_SNDBUF,
                    TCP_NODELAY,
                    SO_KEEPALIVE,
                    SO_REUSEADDR,
                    SO_LINGER,
                    IP_TOS,
                    TCP_CORK,
                    TCP_NOTSENT_LOWAT,
                    TCP_KEEPCNT,
                    TCP_KEEPIDLE,
                    TCP_KEEPINTVL,
                    TCP_USER_TIMEOUT,
                    TCP_QUICKACK,
                    IP_BIND_ADDRESS_NO_PORT,
                    IP_TRANSPARENT,
                    SO_BUSY_POLL,
                    ALLOW_HALF_CLOSURE,
                    kept(
                            ChannelOption.TCP_FASTOPEN_CONNECT,
                            Boolean.class,
                            GoPollSocketChannelConfig.class,
                            GoPollSocketChannelConfig::isTcpFastOpenConnect,
                            GoPollSocketChannelConfig::setTcpFastOpenConnect),
                    // The keys are not told: whoever has the channel could read them.
                    kept(
                            GoPollChannelOption.TCP_MD5SIG,
                            Map.class,
                            GoPollSocketChannelConfig.class,
                            config -> null,
                            GoPollSocketChannelConfig::setTcpMd5Sig));

    static final SocketOptions TCP_SERVER =
            new SocketOptions(
                    SO_RCVBUF,
                    SO_REUSEADDR,
                    SO_REUSEPORT,
                    IP_FREEBIND,
                    IP_TRANSPARENT,
                    TCP_DEFER_ACCEPT,
                    SO_BACKLOG,
                    kept(
                            ChannelOption.TCP_FASTOPEN,
                            Integer.class,
                            GoPollServerChannelConfig.class,
                            GoPollServerChannelConfig::getTcpFastopen,
                            GoPollServerChannelConfig::setTcpFastopen),
                    kept(
                            GoPollChannelOption.TCP_MD5SIG,
                            Map.class,
                            GoPollServerSocketChannelConfig.class,
                            config -> null,
                            GoPollServerSocketChannelConfig::setTcpMd5Sig));

    @SuppressWarnings("deprecation")
    private static final SocketOption<Boolean> ACTIVE_ON_REGISTRATION =
            kept(
                    ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION,
                    Boolean.class,
                    AbstractGoPollDatagramChannelConfig.class,
                    AbstractGoPollDatagramChannelConfig::isActiveOnOpen,
                    AbstractGoPollDatagramChannelConfig::setActiveOnOpen);

    private static final SocketOption<Integer> MAX_DATAGRAM_PAYLOAD_SIZE =
            kept(
                    GoPollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE,
                    Integer.class,
                    AbstractGoPollDatagramChannelConfig.class,
                    AbstractGoPollDatagramChannelConfig::getMaxDatagramPayloadSize,
                    AbstractGoPollDatagramChannelConfig::setMaxDatagramPayloadSize);

    static final SocketOptions UNIX_STREAM =
            new SocketOptions(
                    READ_DEADLINE,
                    WRITE_DEADLINE,
                    READ_IDLE_DEADLINE,
                    SO_RCVBUF,
                    SO_SNDBUF,
                    ALLOW_HALF_CLOSURE,
                    kept(
                            GoPollChannelOption.DOMAIN_SOCKET_READ_MODE,
                            DomainSocketReadMode.class,
                            GoPollDomainSocketChannelConfig.class,
                            GoPollDomainSocketChannelConfig::getReadMode,
                            GoPollDomainSocketChannelConfig::setReadMode));

    static final SocketOptions VSOCK_STREAM =
            new SocketOptions(
                    READ_DEADLINE,
                    WRITE_DEADLINE,
                    READ_IDLE_DEADLINE,
                    SO_RCVBUF,
                    SO_SNDBUF,
                    ALLOW_HALF_CLOSURE);

    /** Of a listening socket that is not one of the internet. */
    static final SocketOptions LOCAL_SERVER =
            new SocketOptions(SO_RCVBUF, SO_REUSEADDR, SO_BACKLOG);

    static final SocketOptions UNIX_DATAGRAM =
            new SocketOptions(
                    READ_DEADLINE,
                    WRITE_DEADLINE,
                    READ_IDLE_DEADLINE,
                    SO_RCVBUF,
                    SO_SNDBUF,
                    ACTIVE_ON_REGISTRATION,
                    MAX_DATAGRAM_PAYLOAD_SIZE);

    static final SocketOptions UDP =
            new SocketOptions(
                    READ_DEADLINE,
                    WRITE_DEADLINE,
                    READ_IDLE_DEADLINE,
                    SO_BROADCAST,
                    SO_RCVBUF,
                    SO_SNDBUF,
                    SO_REUSEADDR,
                    SO_REUSEPORT,
                    IP_TOS,
                    IP_MULTICAST_LOOP_DISABLED,
                    IP_MULTICAST_ADDR,
                    IP_MULTICAST_IF,
                    IP_MULTICAST_TTL,
                    IP_MULTICAST_ALL,
                    IP_FREEBIND,
                    IP_TRANSPARENT,
                    IP_RECVORIGDSTADDR,
                    UDP_GRO,
                    ACTIVE_ON_REGISTRATION,
                    MAX_DATAGRAM_PAYLOAD_SIZE);

    private final List<SocketOption<?>> rows;
    private final Map<ChannelOption<?>, SocketOption<?>> byOption = new HashMap<>();
    private final Map<String, SocketOption<?>> byName = new HashMap<>();

    SocketOptions(SocketOption<?>... rows) {
        this.rows = List.of(rows);
        for (SocketOption<?> row : rows) {
            byOption.put(row.option, row);
            byName.put(simpleName(row.option), row);
        }
    }

    List<SocketOption<?>> rows() {
        return rows;
    }

    /** The row of an option, or null. */
    @SuppressWarnings("unchecked")
    <T> @Nullable SocketOption<T> find(ChannelOption<T> option) {
        return (SocketOption<T>) byOption.get(option);
    }

    /**
     * The row of an option of another transport's class, or null: it counts as ours if it has the
     * same name, as {@code io.netty.channel.epoll.EpollChannelOption#TCP_CORK} has.
     */
    @SuppressWarnings("unchecked")
    <T> @Nullable SocketOption<T> findByName(ChannelOption<T> option) {
        return (SocketOption<T>) byName.get(simpleName(option));
    }

    private static String simpleName(ChannelOption<?> option) {
        return option.name().substring(option.name().lastIndexOf('#') + 1);
    }
}
