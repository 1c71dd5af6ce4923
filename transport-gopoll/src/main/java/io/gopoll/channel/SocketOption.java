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

import io.gopoll.net.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.NativeMemory;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.util.function.BiConsumer;
import java.util.function.Function;

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
            new SocketOption<>(
                    ChannelOption.IP_TOS,
                    Constants.IPPROTO_IP,
                    Constants.IP_TOS,
                    Codec.TRAFFIC_CLASS,
                    0,
                    255);
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
                    Constants.IP_RECVORIGDSTADDR);

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
    private final Codec<T> codec;
    private final long min;
    private final long max;

    SocketOption(ChannelOption<T> option, int level, int name, Codec<T> codec, long min, long max) {
        this.option = option;
        this.level = level;
        this.name = name;
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

    /** An option that the config itself keeps. */
    static <C extends GoPollChannelConfig, T> SocketOption<T> kept(
            ChannelOption<T> option, Class<C> config, Function<C, T> get, BiConsumer<C, T> set) {
        return new SocketOption<>(option, 0, 0, null, 0, 0) {
            @Override
            T get(GoPollChannelConfig c) {
                return get.apply(config.cast(c));
            }

            @Override
            void set(GoPollChannelConfig c, T value) {
                set.accept(config.cast(c), value);
            }
        };
    }

    T get(GoPollChannelConfig config) throws IOException {
        return codec.get(config.netFd(), level, name);
    }

    /**
     * @throws IllegalArgumentException if the value is out of range, naming the option
     */
    void set(GoPollChannelConfig config, T value) throws IOException {
        if (value instanceof Number) {
            long number = ((Number) value).longValue();
            if (number < min || number > max) {
                throw new IllegalArgumentException(
                        option.name() + ": " + number + " (expected: " + min + " to " + max + ")");
            }
        }
        codec.set(config.netFd(), level, name, value);
    }

    /** How an option's value stands in memory. */
    private interface Codec<T> {

        T get(NetFd fd, int level, int name) throws IOException;

        void set(NetFd fd, int level, int name, T value) throws IOException;

        Codec<Integer> INT =
                new Codec<>() {
                    @Override
                    public Integer get(NetFd fd, int level, int name) throws IOException {
                        return fd.getIntOption(level, name);
                    }

                    @Override
                    public void set(NetFd fd, int level, int name, Integer value)
                            throws IOException {
                        fd.setIntOption(level, name, value);
                    }
                };

        Codec<Boolean> FLAG =
                new Codec<>() {
                    @Override
                    public Boolean get(NetFd fd, int level, int name) throws IOException {
                        return fd.getIntOption(level, name) != 0;
                    }

                    @Override
                    public void set(NetFd fd, int level, int name, Boolean value)
                            throws IOException {
                        fd.setIntOption(level, name, value ? 1 : 0);
                    }
                };

        Codec<Long> UINT32 =
                new Codec<>() {
                    @Override
                    public Long get(NetFd fd, int level, int name) throws IOException {
                        return fd.getIntOption(level, name) & 0xffffffffL;
                    }

                    @Override
                    public void set(NetFd fd, int level, int name, Long value) throws IOException {
                        fd.setIntOption(level, name, value.intValue());
                    }
                };

        /** {@code struct linger { int l_onoff; int l_linger; }}, socket(7). */
        Codec<Integer> LINGER =
                new Codec<>() {
                    @Override
                    public Integer get(NetFd fd, int level, int name) throws IOException {
                        NativeMemory linger = NativeMemory.allocate(8);
                        fd.getOption(level, name, linger);
                        return linger.buffer().getInt(0) == 0 ? -1 : linger.buffer().getInt(4);
                    }

                    @Override
                    public void set(NetFd fd, int level, int name, Integer value)
                            throws IOException {
                        NativeMemory linger = NativeMemory.allocate(8);
                        linger.buffer().putInt(0, value < 0 ? 0 : 1).putInt(4, Math.max(0, value));
                        fd.setOption(level, name, linger, 8);
                    }
                };

        /**
         * On an IPv6 socket the traffic class, and the type of service of what it sends as IPv4.
         */
        Codec<Integer> TRAFFIC_CLASS =
                new Codec<>() {
                    @Override
                    public Integer get(NetFd fd, int level, int name) throws IOException {
                        return fd.family() == Constants.AF_INET6
                                ? fd.getIntOption(Constants.IPPROTO_IPV6, Constants.IPV6_TCLASS)
                                : fd.getIntOption(level, name);
                    }

                    @Override
                    public void set(NetFd fd, int level, int name, Integer value)
                            throws IOException {
                        if (fd.family() == Constants.AF_INET6) {
                            fd.setIntOption(Constants.IPPROTO_IPV6, Constants.IPV6_TCLASS, value);
                        }
                        fd.setIntOption(level, name, value);
                    }
                };
    }
}
