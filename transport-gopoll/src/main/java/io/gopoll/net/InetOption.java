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
package io.gopoll.net;

import static io.gopoll.sys.Constants.IPPROTO_TCP;
import static io.gopoll.sys.Constants.SOL_SOCKET;

import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options of {@code java.net} sockets, with the values that the JDK's sockets take and give.
 * Each has the name that it has in {@link StandardSocketOptions} or in {@code
 * jdk.net.ExtendedSocketOptions}, which may be absent.
 */
enum InetOption {
    TCP_NODELAY(SocketOptions.TCP_NODELAY, IPPROTO_TCP, Constants.TCP_NODELAY, Kind.FLAG),
    SO_KEEPALIVE(SocketOptions.SO_KEEPALIVE, SOL_SOCKET, Constants.SO_KEEPALIVE, Kind.FLAG),
    SO_OOBINLINE(SocketOptions.SO_OOBINLINE, SOL_SOCKET, Constants.SO_OOBINLINE, Kind.FLAG),
    SO_REUSEADDR(SocketOptions.SO_REUSEADDR, SOL_SOCKET, Constants.SO_REUSEADDR, Kind.FLAG),
    SO_REUSEPORT(SocketOptions.SO_REUSEPORT, SOL_SOCKET, Constants.SO_REUSEPORT, Kind.FLAG),
    SO_SNDBUF(SocketOptions.SO_SNDBUF, SOL_SOCKET, Constants.SO_SNDBUF, Kind.SIZE),
    SO_RCVBUF(SocketOptions.SO_RCVBUF, SOL_SOCKET, Constants.SO_RCVBUF, Kind.SIZE),
    SO_LINGER(SocketOptions.SO_LINGER, SOL_SOCKET, Constants.SO_LINGER, Kind.LINGER),
    IP_TOS(SocketOptions.IP_TOS, Constants.IPPROTO_IP, Constants.IP_TOS, Kind.TRAFFIC_CLASS),
    SO_INCOMING_NAPI_ID(SOL_SOCKET, Constants.SO_INCOMING_NAPI_ID, Kind.READ_ONLY),
    TCP_KEEPIDLE(IPPROTO_TCP, Constants.TCP_KEEPIDLE, Kind.NUMBER),
    TCP_KEEPINTERVAL(IPPROTO_TCP, Constants.TCP_KEEPINTVL, Kind.NUMBER),
    TCP_KEEPCOUNT(IPPROTO_TCP, Constants.TCP_KEEPCNT, Kind.NUMBER),
    TCP_QUICKACK(IPPROTO_TCP, Constants.TCP_QUICKACK, Kind.FLAG);

    private enum Kind {
        FLAG,
        NUMBER,
        READ_ONLY,
        /** The kernel doubles what it is told, for its own overhead: socket(7). */
        SIZE,
        LINGER,
        TRAFFIC_CLASS
    }

    /** The longest lingering that the JDK's sockets set, in seconds. */
    private static final int MAX_LINGER = 65535;

    private static final int MAX_TRAFFIC_CLASS = 255;

    /** No id of {@link SocketOptions}. */
    private static final int NEWER = -1;

    /** What a connected socket supports. */
    private static final Map<SocketOption<?>, InetOption> ALL = all();

    private static final Set<SocketOption<?>> SERVERS = servers();

    private final int id;
    private final int level;
    private final int optname;
    private final Kind kind;

    InetOption(int id, int level, int optname, Kind kind) {
        this.id = id;
        this.level = level;
        this.optname = optname;
        this.kind = kind;
    }

    InetOption(int level, int optname, Kind kind) {
        this(NEWER, level, optname, kind);
    }

    private static Map<SocketOption<?>, InetOption> all() {
        Map<SocketOption<?>, InetOption> all = new HashMap<>();
        for (InetOption option : values()) {
            SocketOption<?> jdks = option.jdks("java.net.StandardSocketOptions");
            if (jdks == null) {
                jdks = option.jdks("jdk.net.ExtendedSocketOptions");
            }
            if (jdks != null) {
                all.put(jdks, option);
            }
        }
        return Collections.unmodifiableMap(all);
    }

    private static Set<SocketOption<?>> servers() {
        Map<SocketOption<?>, InetOption> servers = new HashMap<>(ALL);
        servers.values().removeAll(Set.of(TCP_NODELAY, SO_KEEPALIVE, SO_SNDBUF, SO_LINGER));
        return Collections.unmodifiableSet(servers.keySet());
    }

    private @Nullable SocketOption<?> jdks(String options) {
        try {
            return (SocketOption<?>) Class.forName(options).getField(name()).get(null);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    static Set<SocketOption<?>> supported(boolean server) {
        return server ? SERVERS : ALL.keySet();
    }

    /** Null if no socket of java.net has it. */
    static @Nullable InetOption of(SocketOption<?> option) {
        return ALL.get(option);
    }

    /**
     * @param id of {@link SocketOptions}
     */
    static InetOption of(int id) throws SocketException {
        for (InetOption option : values()) {
            if (option.id == id && id != NEWER) {
                return option;
            }
        }
        throw new SocketException("Unknown option " + id);
    }

    /**
     * @param value a Boolean or an Integer; {@link SocketOptions} has false for no lingering
     * @throws IllegalArgumentException if it is out of range
     */
    void set(NetFd netFd, Object value) throws IOException {
        int number = value instanceof Boolean ? ((Boolean) value ? 1 : 0) : (Integer) value;
        switch (kind) {
            case READ_ONLY:
                throw new SocketException("Attempt to set read only option " + this);
            case LINGER:
                boolean lingers = value instanceof Integer && number >= 0;
                netFd.setLinger(lingers ? Math.min(number, MAX_LINGER) : -1);
                return;
            case SIZE:
                if (number < 0) {
                    throw new IllegalArgumentException(this + " below 0: " + number);
                }
                break;
            case TRAFFIC_CLASS:
                if (number < 0 || number > MAX_TRAFFIC_CLASS) {
                    throw new IllegalArgumentException(this + " not in 0..255: " + number);
                }
                if (netFd.family() == Constants.AF_INET6) {
                    netFd.setIntOption(Constants.IPPROTO_IPV6, Constants.IPV6_TCLASS, number);
                }
                break;
            case FLAG:
            case NUMBER:
                break;
        }
        netFd.setIntOption(level, optname, number);
    }

    /** A Boolean or an Integer. */
    Object get(NetFd netFd) throws IOException {
        if (kind == Kind.LINGER) {
            return netFd.getLinger();
        }
        int number = netFd.getIntOption(level, optname);
        switch (kind) {
            case FLAG:
                return number != 0;
            case SIZE:
                return number / 2;
            default:
                return number;
        }
    }
}
