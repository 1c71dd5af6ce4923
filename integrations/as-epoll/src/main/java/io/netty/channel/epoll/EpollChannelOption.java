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
package io.netty.channel.epoll;

import io.gopoll.channel.GoPollChannelOption;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetAddress;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * The options of Linux's sockets, by Netty's names. {@link GoPollChannelOption} documents those
 * that it has too; either's can be set.
 */
@SuppressWarnings("deprecation") // EpollMode, and the constructor: there is no other
public final class EpollChannelOption<T> extends UnixChannelOption<T> {

    public static final ChannelOption<Boolean> TCP_CORK =
            valueOf(EpollChannelOption.class, "TCP_CORK");
    public static final ChannelOption<Long> TCP_NOTSENT_LOWAT =
            valueOf(EpollChannelOption.class, "TCP_NOTSENT_LOWAT");
    public static final ChannelOption<Integer> TCP_KEEPIDLE =
            valueOf(EpollChannelOption.class, "TCP_KEEPIDLE");
    public static final ChannelOption<Integer> TCP_KEEPINTVL =
            valueOf(EpollChannelOption.class, "TCP_KEEPINTVL");
    public static final ChannelOption<Integer> TCP_KEEPCNT =
            valueOf(EpollChannelOption.class, "TCP_KEEPCNT");
    public static final ChannelOption<Integer> TCP_USER_TIMEOUT =
            valueOf(EpollChannelOption.class, "TCP_USER_TIMEOUT");
    public static final ChannelOption<Boolean> IP_FREEBIND = valueOf("IP_FREEBIND");
    public static final ChannelOption<Boolean> IP_BIND_ADDRESS_NO_PORT =
            valueOf("IP_BIND_ADDRESS_NO_PORT");
    public static final ChannelOption<Boolean> IP_MULTICAST_ALL = valueOf("IP_MULTICAST_ALL");
    public static final ChannelOption<Boolean> IP_TRANSPARENT = valueOf("IP_TRANSPARENT");
    public static final ChannelOption<Boolean> IP_RECVORIGDSTADDR = valueOf("IP_RECVORIGDSTADDR");
    public static final ChannelOption<Integer> TCP_DEFER_ACCEPT =
            valueOf(EpollChannelOption.class, "TCP_DEFER_ACCEPT");
    public static final ChannelOption<Boolean> TCP_QUICKACK =
            valueOf(EpollChannelOption.class, "TCP_QUICKACK");
    public static final ChannelOption<Integer> SO_BUSY_POLL =
            valueOf(EpollChannelOption.class, "SO_BUSY_POLL");
    public static final ChannelOption<Map<InetAddress, byte[]>> TCP_MD5SIG = valueOf("TCP_MD5SIG");
    public static final ChannelOption<Integer> MAX_DATAGRAM_PAYLOAD_SIZE =
            valueOf("MAX_DATAGRAM_PAYLOAD_SIZE");
    public static final ChannelOption<Boolean> UDP_GRO = valueOf("UDP_GRO");

    /** The same as {@link ChannelOption#TCP_FASTOPEN}. */
    @Deprecated
    public static final ChannelOption<Integer> TCP_FASTOPEN = ChannelOption.TCP_FASTOPEN;

    /** The same as {@link ChannelOption#TCP_FASTOPEN_CONNECT}. */
    @Deprecated
    public static final ChannelOption<Boolean> TCP_FASTOPEN_CONNECT =
            ChannelOption.TCP_FASTOPEN_CONNECT;

    /** Without effect: see {@link EpollMode}. */
    @Deprecated
    public static final ChannelOption<EpollMode> EPOLL_MODE =
            valueOf(EpollChannelOption.class, "EPOLL_MODE");

    private EpollChannelOption() {}

    /** A channel's options, those of GoPoll's class under the names of this one. */
    static Map<ChannelOption<?>, Object> ofEpoll(Map<ChannelOption<?>, Object> options) {
        Map<ChannelOption<?>, Object> ofEpoll = new IdentityHashMap<>();
        options.forEach((option, value) -> ofEpoll.put(ofEpoll(option), value));
        ofEpoll.put(EPOLL_MODE, EpollMode.LEVEL_TRIGGERED);
        return ofEpoll;
    }

    private static ChannelOption<?> ofEpoll(ChannelOption<?> option) {
        String prefix = GoPollChannelOption.class.getName() + '#';
        String name = option.name();
        if (!name.startsWith(prefix)) {
            return option;
        }
        String ofEpoll = EpollChannelOption.class.getName() + '#' + name.substring(prefix.length());
        return exists(ofEpoll) ? valueOf(ofEpoll) : option;
    }
}
