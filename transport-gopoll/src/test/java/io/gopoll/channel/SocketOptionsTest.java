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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeIoException;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SocketOptionsTest {

    private final List<AbstractGoPollChannel> channels = new ArrayList<>();
    private final List<NetFd> sockets = new ArrayList<>();

    @AfterEach
    void close() {
        channels.forEach(channel -> channel.unsafe().closeForcibly());
        sockets.forEach(NetFd::close);
    }

    private <C extends AbstractGoPollChannel> C opened(C channel) {
        channels.add(channel);
        return channel;
    }

    private GoPollSocketChannel tcp() {
        return opened(new GoPollSocketChannel());
    }

    private GoPollServerSocketChannel server() {
        return opened(new GoPollServerSocketChannel());
    }

    private AbstractGoPollChannel channel(String kind) {
        SocketProtocolFamily family =
                kind.endsWith("6") ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
        return opened(
                kind.startsWith("tcp")
                        ? new GoPollSocketChannel(family)
                        : new GoPollServerSocketChannel(family));
    }

    // ---- Values. ----

    /** A value of each option that the kernel has otherwise, and what it makes of it. */
    private static final Map<ChannelOption<?>, Object[]> TCP_VALUES =
            Map.ofEntries(
                    Map.entry(ChannelOption.SO_RCVBUF, new Object[] {50_000, 100_000}),
                    Map.entry(ChannelOption.SO_SNDBUF, new Object[] {50_000, 100_000}),
                    Map.entry(ChannelOption.TCP_NODELAY, new Object[] {false, false}),
                    Map.entry(ChannelOption.SO_KEEPALIVE, new Object[] {true, true}),
                    Map.entry(ChannelOption.SO_REUSEADDR, new Object[] {true, true}),
                    Map.entry(ChannelOption.SO_LINGER, new Object[] {0, 0}),
                    Map.entry(ChannelOption.IP_TOS, new Object[] {0x10, 0x10}),
                    Map.entry(ChannelOption.ALLOW_HALF_CLOSURE, new Object[] {true, true}),
                    Map.entry(ChannelOption.TCP_FASTOPEN_CONNECT, new Object[] {true, true}),
                    Map.entry(GoPollChannelOption.TCP_CORK, new Object[] {true, true}),
                    Map.entry(
                            GoPollChannelOption.TCP_NOTSENT_LOWAT,
                            new Object[] {0xfffffff0L, 0xfffffff0L}),
                    Map.entry(GoPollChannelOption.TCP_KEEPCNT, new Object[] {127, 127}),
                    Map.entry(GoPollChannelOption.TCP_KEEPIDLE, new Object[] {32767, 32767}),
                    Map.entry(GoPollChannelOption.TCP_KEEPINTVL, new Object[] {1, 1}),
                    Map.entry(GoPollChannelOption.TCP_USER_TIMEOUT, new Object[] {5_000, 5_000}),
                    Map.entry(GoPollChannelOption.TCP_QUICKACK, new Object[] {false, false}),
                    Map.entry(
                            GoPollChannelOption.IP_BIND_ADDRESS_NO_PORT, new Object[] {true, true}),
                    Map.entry(GoPollChannelOption.IP_TRANSPARENT, new Object[] {true, true}),
                    Map.entry(GoPollChannelOption.SO_BUSY_POLL, new Object[] {50, 50}));

    private static final Map<ChannelOption<?>, Object[]> SERVER_VALUES =
            Map.of(
                    ChannelOption.SO_RCVBUF, new Object[] {50_000, 100_000},
                    ChannelOption.SO_REUSEADDR, new Object[] {false, false},
                    ChannelOption.SO_BACKLOG, new Object[] {7, 7},
                    ChannelOption.TCP_FASTOPEN, new Object[] {3, 3},
                    UnixChannelOption.SO_REUSEPORT, new Object[] {true, true},
                    GoPollChannelOption.IP_FREEBIND, new Object[] {true, true},
                    GoPollChannelOption.IP_TRANSPARENT, new Object[] {true, true},
                    // One retransmission takes so long.
                    GoPollChannelOption.TCP_DEFER_ACCEPT, new Object[] {1, 1});

    static Stream<Arguments> values() {
        return Stream.of("tcp4", "tcp6", "server4", "server6")
                .flatMap(
                        kind ->
                                (kind.startsWith("tcp") ? TCP_VALUES : SERVER_VALUES)
                                        .entrySet().stream()
                                                .map(
                                                        e ->
                                                                Arguments.of(
                                                                        kind,
                                                                        e.getKey(),
                                                                        e.getValue()[0],
                                                                        e.getValue()[1])));
    }

    @ParameterizedTest(name = "{0}: {1} = {2}")
    @MethodSource("values")
    void anOptionHasTheValueItWasSetTo(
            String kind, ChannelOption<Object> option, Object value, Object expected) {
        GoPollChannelConfig config = channel(kind).config();
        Object before = config.getOption(option);
        try {
            assertTrue(config.setOption(option, value));
        } catch (ChannelException e) {
            // IP_TRANSPARENT and SO_BUSY_POLL are for those who may configure the network.
            NativeIoException cause = assertInstanceOf(NativeIoException.class, e.getCause());
            assertEquals(Errno.EPERM, cause.errno(), e::getMessage);
            assertTrue(e.getMessage().contains(option.name()), e::getMessage);
            assertEquals(before, config.getOption(option));
            return;
        }
        assertEquals(expected, config.getOption(option));
        assertEquals(expected, config.getOptions().get(option));
    }

    @Test
    void theOptionsOfAChannelAreNettysGeneralOnesAndThoseOfItsKind() {
        Set<ChannelOption<?>> general =
                new HashSet<>(
                        new io.netty.channel.DefaultChannelConfig(tcp()).getOptions().keySet());

        Set<ChannelOption<?>> expected = new HashSet<>(general);
        expected.addAll(TCP_VALUES.keySet());
        expected.add(GoPollChannelOption.TCP_MD5SIG);
        expected.add(GoPollChannelOption.READ_DEADLINE);
        expected.add(GoPollChannelOption.WRITE_DEADLINE);
        expected.add(GoPollChannelOption.READ_IDLE_DEADLINE);
        assertEquals(expected, tcp().config().getOptions().keySet());

        expected = new HashSet<>(general);
        expected.addAll(SERVER_VALUES.keySet());
        expected.add(GoPollChannelOption.TCP_MD5SIG);
        assertEquals(expected, server().config().getOptions().keySet());
    }

    static Stream<Arguments> valuesOutOfRange() {
        return Stream.of(
                Arguments.of("tcp6", ChannelOption.SO_RCVBUF, -1),
                Arguments.of("tcp6", ChannelOption.SO_SNDBUF, -1),
                Arguments.of("tcp4", ChannelOption.IP_TOS, -1),
                Arguments.of("tcp6", ChannelOption.IP_TOS, 256),
                Arguments.of("tcp6", GoPollChannelOption.TCP_NOTSENT_LOWAT, -1L),
                Arguments.of("tcp6", GoPollChannelOption.TCP_NOTSENT_LOWAT, 1L << 32),
                Arguments.of("tcp6", GoPollChannelOption.TCP_KEEPIDLE, 0),
                Arguments.of("tcp6", GoPollChannelOption.TCP_KEEPIDLE, 32768),
                Arguments.of("tcp6", GoPollChannelOption.TCP_KEEPINTVL, 0),
                Arguments.of("tcp6", GoPollChannelOption.TCP_KEEPINTVL, 32768),
                Arguments.of("tcp6", GoPollChannelOption.TCP_KEEPCNT, 0),
                Arguments.of("tcp6", GoPollChannelOption.TCP_KEEPCNT, 128),
                Arguments.of("tcp6", GoPollChannelOption.TCP_USER_TIMEOUT, -1),
                Arguments.of("tcp6", GoPollChannelOption.SO_BUSY_POLL, -1),
                Arguments.of("server6", ChannelOption.SO_RCVBUF, -1),
                Arguments.of("server6", GoPollChannelOption.TCP_DEFER_ACCEPT, -1));
    }

    @ParameterizedTest(name = "{0}: {1} = {2}")
    @MethodSource("valuesOutOfRange")
    void aValueOutOfRangeIsRefusedByName(String kind, ChannelOption<Object> option, Object value) {
        GoPollChannelConfig config = channel(kind).config();
        Object before = config.getOption(option);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> config.setOption(option, value));
        assertTrue(e.getMessage().contains(option.name()), e::getMessage);
        assertTrue(e.getMessage().contains(value.toString()), e::getMessage);
        assertEquals(before, config.getOption(option));
    }

    @Test
    void aBacklogBelowZeroIsRefusedByName() {
        GoPollServerSocketChannelConfig config = server().config();
        for (Runnable set :
                List.<Runnable>of(() -> config.setBacklog(-1), () -> config.setTcpFastopen(-1))) {
            assertThrows(IllegalArgumentException.class, set::run);
        }
    }

    @Test
    void nullIsNoValue() {
        assertThrows(
                NullPointerException.class,
                () -> tcp().config().setOption(ChannelOption.TCP_NODELAY, null));
    }

    @Test
    void anyNegativeLingerMeansNone() {
        GoPollSocketChannelConfig config = tcp().config();
        config.setSoLinger(3).setSoLinger(-7);
        assertEquals(-1, config.getSoLinger());
        config.forget(Constants.SOL_SOCKET, Constants.SO_LINGER);
        assertEquals(-1, config.getSoLinger());
    }

    @Test
    void optionsOfAClosedChannelSaySo() {
        GoPollSocketChannel channel = tcp();
        channel.unsafe().closeForcibly();
        GoPollSocketChannelConfig config = channel.config();
        RawUnixChannelOption raw = new RawUnixChannelOption("RAW", 1, 9, 4);
        for (Runnable call :
                List.<Runnable>of(
                        config::isKeepAlive,
                        () -> config.setKeepAlive(true),
                        () -> config.getOption(raw),
                        () -> config.setOption(raw, ByteBuffer.allocate(4)),
                        () -> config.setTcpMd5Sig(Map.of(InetAddress.getLoopbackAddress(), KEY)),
                        channel::tcpInfo)) {
            ChannelException e = assertThrows(ChannelException.class, call::run);
            assertInstanceOf(ClosedChannelException.class, e.getCause());
        }
    }

    private static final byte[] KEY = {1};

    @Test
    void theTypeOfServiceOfAnIpv6SocketIsThatOfItsIpv4PacketsToo() throws IOException {
        AbstractGoPollChannel channel = channel("tcp6");
        channel.config().setOption(ChannelOption.IP_TOS, 0x20);
        NetFd fd = channel.netFd();
        assertEquals(0x20, fd.getIntOption(Constants.IPPROTO_IP, Constants.IP_TOS));
        assertEquals(0x20, fd.getIntOption(Constants.IPPROTO_IPV6, Constants.IPV6_TCLASS));
    }

    // ---- By number, and from other transports. ----

    @Test
    void anyOptionCanBeSetByNumber() {
        GoPollSocketChannelConfig config = tcp().config();
        IntegerUnixChannelOption syncnt =
                new IntegerUnixChannelOption("TCP_SYNCNT", Constants.IPPROTO_TCP, 7);
        assertTrue(config.setOption(syncnt, 3));
        assertEquals(3, config.getOption(syncnt));
    }

    @Test
    void anOptionWithANumberIsKnownByNothingElse() {
        GoPollSocketChannelConfig config = tcp().config();
        IntegerUnixChannelOption misnamed =
                new IntegerUnixChannelOption(
                        "SO_KEEPALIVE", Constants.IPPROTO_TCP, Constants.TCP_KEEPCNT);
        assertTrue(config.setOption(misnamed, 5));
        assertEquals(5, config.getTcpKeepCnt());
        assertEquals(5, config.getOption(misnamed));
        assertFalse(config.isKeepAlive());
    }

    @Test
    void anyOptionCanBeSetAsBytes() {
        GoPollSocketChannelConfig config = tcp().config();
        RawUnixChannelOption keepidle =
                new RawUnixChannelOption(
                        "KEEPIDLE", Constants.IPPROTO_TCP, Constants.TCP_KEEPIDLE, 4);
        ByteBuffer heap = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
        heap.putInt(-1).putInt(77).position(4);
        ByteBuffer direct = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
        direct.putInt(0, 78);
        for (ByteBuffer value : List.of(heap, direct)) {
            int expected = value.getInt(value.position());
            assertTrue(config.setOption(keepidle, value));
            assertEquals(4, value.remaining(), "the buffer is not consumed");
            assertEquals(expected, config.getTcpKeepIdle());
            ByteBuffer got = config.getOption(keepidle);
            assertEquals(4, got.remaining());
            assertEquals(expected, got.order(ByteOrder.nativeOrder()).getInt());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> config.setOption(keepidle, ByteBuffer.allocate(5)));
    }

    @Test
    void anOptionThatTheKernelDoesNotHaveSaysSo() {
        IntegerUnixChannelOption none =
                new IntegerUnixChannelOption("NONE", Constants.IPPROTO_TCP, 9999);
        GoPollSocketChannelConfig config = tcp().config();
        for (Runnable call :
                List.<Runnable>of(() -> config.getOption(none), () -> config.setOption(none, 1))) {
            ChannelException e = assertThrows(ChannelException.class, call::run);
            assertTrue(
                    e.getMessage().contains("NONE, which this kernel or this socket does not have"),
                    e::getMessage);
            assertInstanceOf(NativeIoException.class, e.getCause());
        }
    }

    @Test
    void anOptionOfNettysEpollIsOurs() {
        GoPollSocketChannelConfig config = tcp().config();
        assertTrue(config.setOption(EpollChannelOption.TCP_CORK, true));
        assertTrue(config.isTcpCork());
        assertTrue(config.getOption(EpollChannelOption.TCP_CORK));
        assertTrue(config.setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, 5L));
        assertEquals(5, config.getTcpNotSentLowAt());
        assertThrows(
                IllegalArgumentException.class,
                () -> config.setOption(EpollChannelOption.TCP_KEEPCNT, 128));
        assertTrue(server().config().setOption(EpollChannelOption.TCP_DEFER_ACCEPT, 1));
    }

    @Test
    void anOptionOfNioIsOursIfItHasTheSameName() {
        GoPollSocketChannelConfig config = tcp().config();
        ChannelOption<Boolean> keepAlive = NioChannelOption.of(StandardSocketOptions.SO_KEEPALIVE);
        assertTrue(config.setOption(keepAlive, true));
        assertTrue(config.isKeepAlive());
        assertTrue(config.getOption(keepAlive));
    }

    @Test
    @SuppressWarnings("deprecation")
    void anOptionThatTheChannelDoesNotHaveIsNotSet() {
        GoPollSocketChannelConfig config = tcp().config();
        assertFalse(config.setOption(ChannelOption.SO_BACKLOG, 5));
        assertNull(config.getOption(ChannelOption.SO_BACKLOG));
        assertFalse(config.setOption(ChannelOption.SO_TIMEOUT, 5));
        assertFalse(
                config.setOption(
                        EpollChannelOption.EPOLL_MODE,
                        io.netty.channel.epoll.EpollMode.EDGE_TRIGGERED));
        assertFalse(server().config().setOption(EpollChannelOption.TCP_CORK, true));
    }

    @Test
    void anOptionOfTheSameNameButAnotherTypeIsAnother() {
        ChannelOption<String> option = ChannelOption.valueOf(SocketOptionsTest.class, "TCP_CORK");
        assertFalse(tcp().config().setOption(option, "x"));
        ChannelOption<Integer> kept =
                ChannelOption.valueOf(SocketOptionsTest.class, "ALLOW_HALF_CLOSURE");
        assertFalse(tcp().config().setOption(kept, 1));
    }

    // ---- Datagrams: the rows on a socket, before there is a channel. ----

    enum Family {
        INET(Constants.AF_INET),
        INET6(Constants.AF_INET6);

        final int family;

        Family(int family) {
            this.family = family;
        }
    }

    private NetFd udp(Family family) throws IOException {
        NetFd fd = NetFd.socket(family.family, Constants.SOCK_DGRAM);
        sockets.add(fd);
        return fd;
    }

    private static <T> void roundTrip(NetFd fd, SocketOption<T> row, T value) throws IOException {
        row.set(fd, value);
        assertEquals(value, row.get(fd), () -> row.option.name());
    }

    @ParameterizedTest
    @EnumSource
    void datagramSocketsHaveTheirOptions(Family family) throws IOException {
        NetFd fd = udp(family);
        roundTrip(fd, SocketOption.SO_BROADCAST, true);
        roundTrip(fd, SocketOption.SO_REUSEADDR, true);
        roundTrip(fd, SocketOption.SO_REUSEPORT, true);
        roundTrip(fd, SocketOption.IP_TOS, 0xff);
        roundTrip(fd, SocketOption.IP_FREEBIND, true);
        roundTrip(fd, SocketOption.IP_RECVORIGDSTADDR, true);
        roundTrip(fd, SocketOption.UDP_GRO, true);
        assertTrue(SocketOption.IP_MULTICAST_ALL.get(fd));
        roundTrip(fd, SocketOption.IP_MULTICAST_ALL, false);
        assertFalse(SocketOption.IP_MULTICAST_LOOP_DISABLED.get(fd));
        roundTrip(fd, SocketOption.IP_MULTICAST_LOOP_DISABLED, true);
        assertEquals(1, SocketOption.IP_MULTICAST_TTL.get(fd));
        roundTrip(fd, SocketOption.IP_MULTICAST_TTL, 255);
        assertThrows(
                IllegalArgumentException.class, () -> SocketOption.IP_MULTICAST_TTL.set(fd, 256));
    }

    @Test
    void aMulticastOptionOfAnIpv6SocketIsThatOfItsIpv4PacketsToo() throws IOException {
        NetFd fd = udp(Family.INET6);
        SocketOption.IP_MULTICAST_TTL.set(fd, 9);
        SocketOption.IP_MULTICAST_LOOP_DISABLED.set(fd, true);
        assertEquals(9, fd.getIntOption(Constants.IPPROTO_IP, Constants.IP_MULTICAST_TTL));
        assertEquals(9, fd.getIntOption(Constants.IPPROTO_IPV6, Constants.IPV6_MULTICAST_HOPS));
        assertEquals(0, fd.getIntOption(Constants.IPPROTO_IP, Constants.IP_MULTICAST_LOOP));
        assertEquals(0, fd.getIntOption(Constants.IPPROTO_IPV6, Constants.IPV6_MULTICAST_LOOP));
    }

    @ParameterizedTest
    @EnumSource
    void theInterfaceForMulticastsCanBeSetByItselfAndByItsAddress(Family family)
            throws IOException {
        NetworkInterface lo = NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
        NetFd fd = udp(family);
        assertNull(SocketOption.IP_MULTICAST_IF.get(fd));
        assertNull(SocketOption.IP_MULTICAST_ADDR.get(fd));
        roundTrip(fd, SocketOption.IP_MULTICAST_IF, lo);

        NetFd other = udp(family);
        SocketOption.IP_MULTICAST_ADDR.set(other, InetAddress.getByName("127.0.0.1"));
        assertEquals(lo, SocketOption.IP_MULTICAST_IF.get(other));
        InetAddress got = SocketOption.IP_MULTICAST_ADDR.get(other);
        assertEquals(lo, NetworkInterface.getByInetAddress(got));

        // TEST-NET-1, RFC 5737.
        InetAddress nobodys = InetAddress.getByName("192.0.2.1");
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SocketOption.IP_MULTICAST_ADDR.set(other, nobodys));
        assertTrue(e.getMessage().contains("192.0.2.1"), e::getMessage);
    }
}
