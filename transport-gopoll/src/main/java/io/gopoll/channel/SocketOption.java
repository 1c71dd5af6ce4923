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
import io.gopoll.sys.Constants;
import io.gopoll.sys.NativeMemory;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table of options: which Netty option it is, its level and name for setsockopt(2),
 * its type there, and what values it takes; or, for the few that the kernel does not know, where
 * the config keeps them. A kind of channel has a {@link SocketOptions} of such rows.
 */
class SocketOption<T> {

    static final SocketOption<Integer> SO_RCVBUF =
            number(ChannelOption.SO_RCVBUF, Constants.SOL_SOCKET, Constants.SO_RCVBUF, 0);
    static final SocketOption<Integer> SO_SNDBUF =
            number(ChannelOption.SO_SNDBUF, Constants.SOL_SOCKET, Constants.SO_SNDBUF, 0);
    static final SocketOption<Boolean> SO_KEEPALIVE =
            flag(ChannelOption.SO_KEEPALIVE, Constants.SOL_SOCKET, Constants.SO_KEEPALIVE);
    static final SocketOption<Boolean> SO_REUSEADDR =
            flag(ChannelOption.SO_REUSEADDR, Constants.SOL_SOCKET, Constants.SO_REUSEADDR);
    static final SocketOption<Boolean> SO_REUSEPORT =
            flag(UnixChannelOption.SO_REUSEPORT, Constants.SOL_SOCKET, Constants.SO_REUSEPORT);
    static final SocketOption<Boolean> SO_BROADCAST =
            flag(ChannelOption.SO_BROADCAST, Constants.SOL_SOCKET, Constants.SO_BROADCAST);
    static final SocketOption<Integer> SO_BUSY_POLL =
            number(
                    GoPollChannelOption.SO_BUSY_POLL,
                    Constants.SOL_SOCKET,
                    Constants.SO_BUSY_POLL,
                    0);

    /** Seconds; below 0 for off. */
    static final SocketOption<Integer> SO_LINGER =
            new SocketOption<>(
                    ChannelOption.SO_LINGER,
                    Constants.SOL_SOCKET,
                    Constants.SO_LINGER,
                    Codec.LINGER,
                    Integer.MIN_VALUE,
                    Integer.MAX_VALUE);

    static final SocketOption<Integer> IP_TOS =
            number(ChannelOption.IP_TOS, Constants.IPPROTO_IP, Constants.IP_TOS, 0, 255)
                    .onIpv6(Constants.IPV6_TCLASS);
    static final SocketOption<Boolean> IP_FREEBIND =
            flag(GoPollChannelOption.IP_FREEBIND, Constants.IPPROTO_IP, Constants.IP_FREEBIND);
    static final SocketOption<Boolean> IP_TRANSPARENT =
            flag(
                    GoPollChannelOption.IP_TRANSPARENT,
                    Constants.IPPROTO_IP,
                    Constants.IP_TRANSPARENT);
    static final SocketOption<Boolean> IP_BIND_ADDRESS_NO_PORT =
            flag(
                    GoPollChannelOption.IP_BIND_ADDRESS_NO_PORT,
                    Constants.IPPROTO_IP,
                    Constants.IP_BIND_ADDRESS_NO_PORT);
    static final SocketOption<Boolean> IP_RECVORIGDSTADDR =
            flag(
                            GoPollChannelOption.IP_RECVORIGDSTADDR,
                            Constants.IPPROTO_IP,
                            Constants.IP_RECVORIGDSTADDR)
                    .onIpv6(Constants.IPV6_RECVORIGDSTADDR);

    /**
     * What the option's name and its documentation say; Netty's epoll transport takes it for
     * IP_TTL, the hop limit of datagrams to a single receiver.
     */
    static final SocketOption<Integer> IP_MULTICAST_TTL =
            number(
                            ChannelOption.IP_MULTICAST_TTL,
                            Constants.IPPROTO_IP,
                            Constants.IP_MULTICAST_TTL,
                            0,
                            255)
                    .onIpv6(Constants.IPV6_MULTICAST_HOPS);

    static final SocketOption<Boolean> IP_MULTICAST_LOOP_DISABLED =
            new SocketOption<>(
                            ChannelOption.IP_MULTICAST_LOOP_DISABLED,
                            Constants.IPPROTO_IP,
                            Constants.IP_MULTICAST_LOOP,
                            Codec.INVERSE_FLAG,
                            0,
                            1)
                    .onIpv6(Constants.IPV6_MULTICAST_LOOP);
    static final SocketOption<Boolean> IP_MULTICAST_ALL =
            flag(
                            GoPollChannelOption.IP_MULTICAST_ALL,
                            Constants.IPPROTO_IP,
                            Constants.IP_MULTICAST_ALL)
                    .onIpv6(Constants.IPV6_MULTICAST_ALL);
    static final SocketOption<NetworkInterface> IP_MULTICAST_IF =
            new SocketOption<>(
                            ChannelOption.IP_MULTICAST_IF,
                            Constants.IPPROTO_IP,
                            Constants.IP_MULTICAST_IF,
                            Codec.INTERFACE,
                            0,
                            0)
                    .onIpv6(Constants.IPV6_MULTICAST_IF);
    static final SocketOption<InetAddress> IP_MULTICAST_ADDR =
            new SocketOption<>(
                            ChannelOption.IP_MULTICAST_ADDR,
                            Constants.IPPROTO_IP,
                            Constants.IP_MULTICAST_IF,
                            Codec.INTERFACE_ADDRESS,
                            0,
                            0)
                    .onIpv6(Constants.IPV6_MULTICAST_IF);
    static final SocketOption<Boolean> UDP_GRO =
            flag(GoPollChannelOption.UDP_GRO, Constants.IPPROTO_UDP, Constants.UDP_GRO);

    static final SocketOption<Boolean> TCP_NODELAY =
            flag(ChannelOption.TCP_NODELAY, Constants.IPPROTO_TCP, Constants.TCP_NODELAY);
    static final SocketOption<Boolean> TCP_CORK =
            flag(GoPollChannelOption.TCP_CORK, Constants.IPPROTO_TCP, Constants.TCP_CORK);
    static final SocketOption<Boolean> TCP_QUICKACK =
            flag(GoPollChannelOption.TCP_QUICKACK, Constants.IPPROTO_TCP, Constants.TCP_QUICKACK);
    static final SocketOption<Long> TCP_NOTSENT_LOWAT =
            new SocketOption<>(
                    GoPollChannelOption.TCP_NOTSENT_LOWAT,
                    Constants.IPPROTO_TCP,
                    Constants.TCP_NOTSENT_LOWAT,
                    Codec.UINT32,
                    0,
                    0xffffffffL);
    static final SocketOption<Integer> TCP_KEEPIDLE =
            number(
                    GoPollChannelOption.TCP_KEEPIDLE,
                    Constants.IPPROTO_TCP,
                    Constants.TCP_KEEPIDLE,
                    1,
                    32767);
    static final SocketOption<Integer> TCP_KEEPINTVL =
            number(
                    GoPollChannelOption.TCP_KEEPINTVL,
                    Constants.IPPROTO_TCP,
                    Constants.TCP_KEEPINTVL,
                    1,
                    32767);
    static final SocketOption<Integer> TCP_KEEPCNT =
            number(
                    GoPollChannelOption.TCP_KEEPCNT,
                    Constants.IPPROTO_TCP,
                    Constants.TCP_KEEPCNT,
                    1,
                    127);
    static final SocketOption<Integer> TCP_USER_TIMEOUT =
            number(
                    GoPollChannelOption.TCP_USER_TIMEOUT,
                    Constants.IPPROTO_TCP,
                    Constants.TCP_USER_TIMEOUT,
                    0);
    static final SocketOption<Integer> TCP_DEFER_ACCEPT =
            number(
                    GoPollChannelOption.TCP_DEFER_ACCEPT,
                    Constants.IPPROTO_TCP,
                    Constants.TCP_DEFER_ACCEPT,
                    0);

    final ChannelOption<T> option;
    private final int level;
    private final int name;

    /**
     * The option's name at IPPROTO_IPV6 if an IPv6 socket has it twice: for the IPv6 packets it
     * sends and, at IPPROTO_IP, for those that it sends to IPv4 peers; else 0.
     */
    private final int nameOnIpv6;

    /** Null for an option that the config itself keeps. */
    private final @Nullable Codec<T> codec;

    private final long min;
    private final long max;

    private SocketOption(
            ChannelOption<T> option,
            int level,
            int name,
            @Nullable Codec<T> codec,
            long min,
            long max) {
        this(option, level, name, 0, codec, min, max);
    }

    private SocketOption(
            ChannelOption<T> option,
            int level,
            int name,
            int nameOnIpv6,
            @Nullable Codec<T> codec,
            long min,
            long max) {
        this.option = option;
        this.level = level;
        this.name = name;
        this.nameOnIpv6 = nameOnIpv6;
        this.codec = codec;
        this.min = min;
        this.max = max;
    }

    private static SocketOption<Boolean> flag(ChannelOption<Boolean> option, int level, int name) {
        return new SocketOption<>(option, level, name, Codec.FLAG, 0, 1);
    }

    private static SocketOption<Integer> number(
            ChannelOption<Integer> option, int level, int name, int min) {
        return number(option, level, name, min, Integer.MAX_VALUE);
    }

    private static SocketOption<Integer> number(
            ChannelOption<Integer> option, int level, int name, int min, int max) {
        return new SocketOption<>(option, level, name, Codec.INT, min, max);
    }

    private SocketOption<T> onIpv6(int nameOnIpv6) {
        return new SocketOption<>(option, level, name, nameOnIpv6, codec, min, max);
    }

    /** An option that the config itself keeps. */
    static <C extends GoPollChannelConfig, T> SocketOption<T> kept(
            ChannelOption<T> option,
            Class<?> type,
            Class<C> config,
            Function<C, T> get,
            BiConsumer<C, T> set) {
        return new SocketOption<>(option, 0, 0, null, 0, 0) {
            @Override
            boolean takes(Object value) {
                return type.isInstance(value);
            }

            @Override
            boolean is(int level, int name) {
                return false;
            }

            @Override
            @Nullable T get(GoPollChannelConfig c) {
                return get.apply(config.cast(c));
            }

            @Override
            void set(GoPollChannelConfig c, T value) {
                set.accept(config.cast(c), value);
            }
        };
    }

    /** Whether a value has this option's type. */
    boolean takes(Object value) {
        return codec().type().isInstance(value);
    }

    /** Whether this is what setsockopt(2) calls so. */
    boolean is(int level, int name) {
        return level == this.level && name == this.name;
    }

    @Nullable T get(GoPollChannelConfig config) throws IOException {
        return get(config.netFd());
    }

    /**
     * @throws IllegalArgumentException if the value is out of range, naming the option
     */
    void set(GoPollChannelConfig config, T value) throws IOException {
        set(config.netFd(), value);
    }

    final @Nullable T get(NetFd fd) throws IOException {
        return isTwice(fd)
                ? codec().get(fd, Constants.IPPROTO_IPV6, nameOnIpv6)
                : codec().get(fd, level, name);
    }

    final void set(NetFd fd, T value) throws IOException {
        if (value instanceof Number) {
            long number = ((Number) value).longValue();
            if (number < min || number > max) {
                throw new IllegalArgumentException(
                        option.name() + ": " + number + " (expected: " + min + " to " + max + ")");
            }
        }
        if (isTwice(fd)) {
            codec().set(fd, Constants.IPPROTO_IPV6, nameOnIpv6, value);
        }
        codec().set(fd, level, name, value);
    }

    private Codec<T> codec() {
        return Objects.requireNonNull(codec);
    }

    private boolean isTwice(NetFd fd) {
        return nameOnIpv6 != 0 && fd.family() == Constants.AF_INET6;
    }

    /** How an option's value stands in memory. */
    private interface Codec<T> {

        Codec<Integer> INT = ofInt(Integer.class, i -> i, i -> i);
        Codec<Boolean> FLAG = ofInt(Boolean.class, i -> i != 0, flag -> flag ? 1 : 0);
        Codec<Boolean> INVERSE_FLAG = ofInt(Boolean.class, i -> i == 0, flag -> flag ? 0 : 1);
        Codec<Long> UINT32 = ofInt(Long.class, Integer::toUnsignedLong, Long::intValue);

        Class<T> type();

        @Nullable T get(NetFd fd, int level, int name) throws IOException;

        void set(NetFd fd, int level, int name, T value) throws IOException;

        /** Those that are an int. */
        private static <T> Codec<T> ofInt(
                Class<T> type, IntFunction<T> decode, ToIntFunction<T> encode) {
            return new Codec<>() {
                @Override
                public Class<T> type() {
                    return type;
                }

                @Override
                public T get(NetFd fd, int level, int name) throws IOException {
                    return decode.apply(fd.getIntOption(level, name));
                }

                @Override
                public void set(NetFd fd, int level, int name, T value) throws IOException {
                    fd.setIntOption(level, name, encode.applyAsInt(value));
                }
            };
        }

        /** {@code struct linger { int l_onoff; int l_linger; }}, socket(7). */
        Codec<Integer> LINGER =
                new Codec<>() {
                    @Override
                    public Class<Integer> type() {
                        return Integer.class;
                    }

                    @Override
                    public Integer get(NetFd fd, int level, int name) throws IOException {
                        return fd.getLinger();
                    }

                    @Override
                    public void set(NetFd fd, int level, int name, Integer value)
                            throws IOException {
                        fd.setLinger(value);
                    }
                };

        /**
         * For IPv6 an interface's index, ipv6(7). For IPv4 a {@code struct ip_mreqn}, which has the
         * index and an address; of these the kernel gives the address back, ip(7).
         */
        Codec<NetworkInterface> INTERFACE =
                new Codec<>() {
                    @Override
                    public Class<NetworkInterface> type() {
                        return NetworkInterface.class;
                    }

                    @Override
                    public @Nullable NetworkInterface get(NetFd fd, int level, int name)
                            throws IOException {
                        if (level == Constants.IPPROTO_IPV6) {
                            int index = fd.getIntOption(level, name);
                            return index == 0 ? null : NetworkInterface.getByIndex(index);
                        }
                        NativeMemory value = NativeMemory.allocate(4);
                        fd.getOption(level, name, value);
                        byte[] address = new byte[4];
                        value.buffer().get(0, address);
                        InetAddress ip = InetAddress.getByAddress(address);
                        return ip.isAnyLocalAddress()
                                ? null
                                : NetworkInterface.getByInetAddress(ip);
                    }

                    @Override
                    public void set(NetFd fd, int level, int name, NetworkInterface value)
                            throws IOException {
                        if (level == Constants.IPPROTO_IPV6) {
                            fd.setIntOption(level, name, value.getIndex());
                            return;
                        }
                        NativeMemory mreqn = NativeMemory.allocate(12);
                        value.inetAddresses()
                                .filter(Inet4Address.class::isInstance)
                                .findFirst()
                                .ifPresent(ip -> mreqn.buffer().put(4, ip.getAddress()));
                        mreqn.buffer().putInt(8, value.getIndex());
                        fd.setOption(level, name, mreqn, 12);
                        Reference.reachabilityFence(mreqn);
                    }
                };

        /** The same by one of the interface's addresses. */
        Codec<InetAddress> INTERFACE_ADDRESS =
                new Codec<>() {
                    @Override
                    public Class<InetAddress> type() {
                        return InetAddress.class;
                    }

                    @Override
                    public @Nullable InetAddress get(NetFd fd, int level, int name)
                            throws IOException {
                        NetworkInterface value = INTERFACE.get(fd, level, name);
                        return value == null
                                ? null
                                : value.inetAddresses().findFirst().orElse(null);
                    }

                    @Override
                    public void set(NetFd fd, int level, int name, InetAddress value)
                            throws IOException {
                        NetworkInterface of = NetworkInterface.getByInetAddress(value);
                        if (of == null) {
                            throw new IllegalArgumentException(
                                    "IP_MULTICAST_ADDR: "
                                            + value
                                            + " (expected: an address of a network interface)");
                        }
                        INTERFACE.set(fd, level, name, of);
                    }
                };
    }
}
