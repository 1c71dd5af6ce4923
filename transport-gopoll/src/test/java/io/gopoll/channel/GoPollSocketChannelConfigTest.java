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
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.channel.side.SideProbe;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeIoException;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GoPollSocketChannelConfigTest {

    private static final IntegerUnixChannelOption NODELAY_BY_NUMBER =
            new IntegerUnixChannelOption("N", Constants.IPPROTO_TCP, Constants.TCP_NODELAY);
    private static final RawUnixChannelOption LINGER_RAW =
            new RawUnixChannelOption("L", Constants.SOL_SOCKET, Constants.SO_LINGER, 8);

    private final List<AbstractGoPollChannel> channels = new ArrayList<>();
    private final List<Socket> clients = new ArrayList<>();
    private GoPollEventLoopGroup group;

    @AfterEach
    void close() throws IOException, InterruptedException {
        for (Socket client : clients) {
            client.close();
        }
        channels.forEach(channel -> channel.unsafe().closeForcibly());
        if (group != null) {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    private GoPollSocketChannel tcp() {
        GoPollSocketChannel channel = new GoPollSocketChannel();
        channels.add(channel);
        return channel;
    }

    /** A bound server and what it accepts. */
    private final class Server {
        final BlockingQueue<GoPollSocketChannel> accepted = new LinkedBlockingQueue<>();
        final GoPollServerSocketChannel channel;

        Server() throws InterruptedException {
            ServerBootstrap bootstrap =
                    new ServerBootstrap()
                            .group(group())
                            .channel(GoPollServerSocketChannel.class)
                            .childHandler(
                                    new ChannelInitializer<GoPollSocketChannel>() {
                                        @Override
                                        protected void initChannel(GoPollSocketChannel child) {
                                            accepted.add(child);
                                        }
                                    });
            channel =
                    (GoPollServerSocketChannel)
                            bootstrap
                                    .bind(
                                            new InetSocketAddress(
                                                    InetAddress.getLoopbackAddress(), 0))
                                    .sync()
                                    .channel();
        }

        /** Connects a plain socket and gives the channel that was accepted for it. */
        GoPollSocketChannel connection() throws IOException, InterruptedException {
            Socket client = new Socket();
            clients.add(client);
            client.connect(channel.localAddress(), 10_000);
            return next();
        }

        GoPollSocketChannel next() throws InterruptedException {
            GoPollSocketChannel child = accepted.poll(10, TimeUnit.SECONDS);
            assertNotNull(child, "nothing was accepted");
            return child;
        }
    }

    private GoPollEventLoopGroup group() {
        if (group == null) {
            group = new GoPollEventLoopGroup(1);
        }
        return group;
    }

    private static boolean kernelHasNoDelay(AbstractGoPollChannel channel) throws IOException {
        return channel.netFd().getIntOption(Constants.IPPROTO_TCP, Constants.TCP_NODELAY) != 0;
    }

    // ---- What is known without asking the kernel. ----

    @Test
    void aNewChannelDoesNotDelay() throws IOException {
        GoPollSocketChannel channel = tcp();
        assertTrue(kernelHasNoDelay(channel));
        assertTrue(channel.config().isTcpNoDelay());
    }

    @Test
    void anAcceptedChannelDoesNotDelayEither() throws Exception {
        GoPollSocketChannel child = new Server().connection();
        assertTrue(kernelHasNoDelay(child));
        assertEquals(-1, child.config().getSoLinger());
    }

    @Test
    void settingWhatIsSetMakesNoSystemCall() throws Exception {
        for (GoPollSocketChannel channel : List.of(tcp(), new Server().connection())) {
            // Behind the config's back: it is still so after a call that was none.
            channel.netFd().setIntOption(Constants.IPPROTO_TCP, Constants.TCP_NODELAY, 0);
            channel.config().setTcpNoDelay(true);
            assertFalse(kernelHasNoDelay(channel));

            channel.config().setTcpNoDelay(false).setTcpNoDelay(true);
            assertTrue(kernelHasNoDelay(channel));
        }
    }

    @Test
    void lingeringIsKnownWithoutAskingTheKernel() throws Exception {
        for (GoPollSocketChannel channel : List.of(tcp(), new Server().connection())) {
            GoPollSocketChannelConfig config = channel.config();
            SocketOption.SO_LINGER.set(channel.netFd(), 5);
            assertEquals(-1, config.getSoLinger());
            config.setSoLinger(6);
            SocketOption.SO_LINGER.set(channel.netFd(), 7);
            assertEquals(6, config.getSoLinger());
            config.setSoLinger(-1);
        }
    }

    @Test
    void whatWasSetByNumberIsNotKnown() throws IOException {
        GoPollSocketChannel channel = tcp();
        GoPollSocketChannelConfig config = channel.config();
        config.setOption(NODELAY_BY_NUMBER, 0);
        config.setTcpNoDelay(true);
        assertTrue(kernelHasNoDelay(channel));

        SocketOption.SO_LINGER.set(channel.netFd(), 8);
        ByteBuffer linger = config.getOption(LINGER_RAW);
        SocketOption.SO_LINGER.set(channel.netFd(), -1);
        assertEquals(-1, config.getSoLinger());
        config.setOption(LINGER_RAW, linger);
        assertEquals(8, config.getSoLinger());
        config.setSoLinger(-1);
    }

    @Test
    void whatIsKnownSurvivesOtherOptionsSetByNumber() throws IOException {
        GoPollSocketChannel channel = tcp();
        channel.config()
                .setOption(
                        new IntegerUnixChannelOption(
                                "C", Constants.IPPROTO_TCP, Constants.TCP_KEEPCNT),
                        5);
        channel.netFd().setIntOption(Constants.IPPROTO_TCP, Constants.TCP_NODELAY, 0);
        channel.config().setTcpNoDelay(true);
        assertFalse(kernelHasNoDelay(channel));
    }

    @Test
    void whatAServerWasSetByNumberIsNotKnownOfItsConnections() throws Exception {
        Server server = new Server();
        server.channel.config().setOption(NODELAY_BY_NUMBER, 0);
        // The connection is set what it has not inherited.
        assertTrue(kernelHasNoDelay(server.connection()));

        ByteBuffer linger = ByteBuffer.allocate(8).order(java.nio.ByteOrder.nativeOrder());
        linger.putInt(0, 1).putInt(4, 3);
        server.channel.config().setOption(LINGER_RAW, linger);
        GoPollSocketChannelConfig config = server.connection().config();
        assertEquals(3, config.getSoLinger());
        config.setSoLinger(-1);
    }

    @Test
    void nothingIsKnownOfASocketThatWasTakenOver() throws IOException {
        NetFd fd = NetFd.socket(Constants.AF_INET, Constants.SOCK_STREAM);
        SocketOption.SO_LINGER.set(fd, 4);
        GoPollSocketChannel channel = new GoPollSocketChannel(fd.sysfd());
        channels.add(channel);
        assertTrue(kernelHasNoDelay(channel));
        assertEquals(4, channel.config().getSoLinger());
        channel.config().setSoLinger(-1);
    }

    @Test
    void whatIsKnownIsWhatWasSetLastByAnyThread() throws Exception {
        GoPollSocketChannel channel = tcp();
        GoPollSocketChannelConfig config = channel.config();
        CyclicBarrier barrier = new CyclicBarrier(2);
        for (int round = 0; round < 500; round++) {
            Thread other =
                    new Thread(
                            () -> {
                                await(barrier);
                                config.setTcpNoDelay(false);
                            });
            other.start();
            await(barrier);
            config.setTcpNoDelay(true);
            other.join();
            boolean now = kernelHasNoDelay(channel);
            config.setTcpNoDelay(!now);
            assertEquals(!now, kernelHasNoDelay(channel));
            config.setTcpNoDelay(now);
            assertEquals(now, kernelHasNoDelay(channel));
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aGatheringWriteStartsAtTwiceTheSendBuffer() {
        GoPollSocketChannel channel = tcp();
        GoPollSocketChannelConfig config = channel.config();
        assertEquals(256 * 1024, SideProbe.maxBytesPerGatheringWrite(channel));
        config.setSendBufferSize(100_000);
        assertEquals(200_000, SideProbe.maxBytesPerGatheringWrite(channel));
        config.setOption(io.netty.channel.ChannelOption.SO_SNDBUF, 1_500_000_000);
        assertEquals(3_000_000_000L, SideProbe.maxBytesPerGatheringWrite(channel));
        config.setSendBufferSize(0);
        assertEquals(4096, SideProbe.maxBytesPerGatheringWrite(channel));
    }

    // ---- The methods. ----

    @Test
    @SuppressWarnings("deprecation")
    void theMethodsAreThoseOfTheOptions() {
        GoPollSocketChannelConfig config =
                tcp().config()
                        .setKeepAlive(true)
                        .setReuseAddress(true)
                        .setTrafficClass(0x08)
                        .setTcpCork(true)
                        .setTcpNotSentLowAt(1L << 31)
                        .setTcpKeepIdle(11)
                        .setTcpKeepIntvl(12)
                        .setTcpKeepCnt(13)
                        .setTcpKeepCntl(14)
                        .setTcpUserTimeout(15)
                        .setIpBindAddressNoPort(true)
                        .setTcpQuickAck(false)
                        .setTcpFastOpenConnect(true)
                        .setAllowHalfClosure(true)
                        .setReceiveBufferSize(60_000)
                        .setSendBufferSize(70_000)
                        .setPerformancePreferences(1, 2, 3)
                        .setConnectTimeoutMillis(16)
                        .setWriteSpinCount(17)
                        .setAutoClose(false)
                        .setWriteBufferWaterMark(new WriteBufferWaterMark(18, 19));
        assertTrue(config.isKeepAlive());
        assertTrue(config.isReuseAddress());
        assertEquals(0x08, config.getTrafficClass());
        assertTrue(config.isTcpCork());
        assertEquals(1L << 31, config.getTcpNotSentLowAt());
        assertEquals(11, config.getTcpKeepIdle());
        assertEquals(12, config.getTcpKeepIntvl());
        assertEquals(14, config.getTcpKeepCnt());
        assertEquals(15, config.getTcpUserTimeout());
        assertTrue(config.isIpBindAddressNoPort());
        assertFalse(config.isTcpQuickAck());
        assertTrue(config.isTcpFastOpenConnect());
        assertTrue(config.isAllowHalfClosure());
        assertEquals(120_000, config.getReceiveBufferSize());
        assertEquals(140_000, config.getSendBufferSize());
        assertFalse(config.isIpTransparent());
        assertEquals(0, config.getSoBusyPoll());
        assertEquals(16, config.getConnectTimeoutMillis());

        GoPollServerSocketChannel server = new GoPollServerSocketChannel();
        channels.add(server);
        assertTrue(server.config().isReuseAddress(), "as NIO has it");
        GoPollServerSocketChannelConfig serverConfig =
                server.config()
                        .setReuseAddress(false)
                        .setBacklog(21)
                        .setTcpFastopen(22)
                        .setReusePort(true)
                        .setFreeBind(true)
                        .setTcpDeferAccept(1)
                        .setReceiveBufferSize(60_000);
        assertFalse(serverConfig.isReuseAddress());
        assertEquals(21, serverConfig.getBacklog());
        assertEquals(22, serverConfig.getTcpFastopen());
        assertTrue(serverConfig.isReusePort());
        assertTrue(serverConfig.isFreeBind());
        assertEquals(1, serverConfig.getTcpDeferAccept());
        assertEquals(120_000, serverConfig.getReceiveBufferSize());
        assertFalse(serverConfig.isIpTransparent());
    }

    @Test
    @SuppressWarnings("deprecation")
    void anAllocatorMustHaveExtendedHandles() {
        RecvByteBufAllocator plain =
                () ->
                        (RecvByteBufAllocator.Handle)
                                java.lang.reflect.Proxy.newProxyInstance(
                                        getClass().getClassLoader(),
                                        new Class<?>[] {RecvByteBufAllocator.Handle.class},
                                        (proxy, method, args) -> null);
        assertThrows(
                IllegalArgumentException.class,
                () -> tcp().config().setRecvByteBufAllocator(plain));
    }

    // ---- TCP_INFO. ----

    @Test
    void tcpInfoTellsOfTheConnection() throws Exception {
        Server server = new Server();
        GoPollSocketChannel client = connect(server, Map.of());
        GoPollSocketChannel child = server.next();
        GoPollTcpInfo info = client.tcpInfo();
        int established = 1;
        assertEquals(established, info.state());
        assertEquals(info.sndWscale(), child.tcpInfo().rcvWscale());
        assertEquals(info.rcvWscale(), child.tcpInfo().sndWscale());
        NetworkInterface lo =
                NetworkInterface.getByInetAddress(server.channel.localAddress().getAddress());
        int ipPacketMax = 65_535;
        assertEquals(Math.min(lo.getMTU(), ipPacketMax), info.pmtu());
        assertTrue(info.rtt() > 0 && info.rtt() < 10_000_000, () -> "rtt " + info.rtt());
        assertTrue(info.sndMss() > 0 && info.sndMss() <= lo.getMTU());
        assertTrue(info.advmss() > 0 && info.advmss() <= lo.getMTU());
        assertTrue(info.sndCwnd() > 0 && info.sndCwnd() < 1_000);
        assertTrue(info.reordering() > 0 && info.reordering() < 1_000);
        assertTrue(info.rcvSpace() > 0);
        assertEquals(0, info.totalRetrans());

        assertSame(info, tcp().tcpInfo(info));
        int close = 7;
        assertEquals(close, info.state(), "filled again");
    }

    @Test
    void tcpInfoOfASocketThatIsNotConnectedSaysClosed() {
        int close = 7;
        assertEquals(close, tcp().tcpInfo().state());
    }

    // ---- TCP_MD5SIG. ----

    private GoPollSocketChannel connect(Server server, Map<InetAddress, byte[]> keys)
            throws InterruptedException {
        Channel channel =
                new Bootstrap()
                        .group(group())
                        .channel(GoPollSocketChannel.class)
                        .option(GoPollChannelOption.TCP_MD5SIG, keys)
                        .handler(new ChannelInboundHandlerAdapter())
                        .connect(server.channel.localAddress())
                        .sync()
                        .channel();
        return (GoPollSocketChannel) channel;
    }

    /** Whether the kernel has TCP_MD5SIG; if not, that it is said so. */
    private static boolean setKeys(
            GoPollServerSocketChannel server, Map<InetAddress, byte[]> keys) {
        try {
            server.config().setTcpMd5Sig(keys);
            return true;
        } catch (ChannelException e) {
            assertEquals(Errno.ENOPROTOOPT, ((NativeIoException) e.getCause()).errno());
            assertTrue(e.getMessage().contains("TCP_MD5SIG, which this kernel"), e::getMessage);
            return false;
        }
    }

    @Test
    void connectionsAreSignedWithTheKeyThatBothHave() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        InetAddress another = InetAddress.getByName("192.0.2.1");
        byte[] key = "a key".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Server server = new Server();
        if (!setKeys(server.channel, Map.of(loopback, key, another, key))) {
            return;
        }
        // Its SYN would go unanswered had it another key, or none.
        GoPollSocketChannel client = connect(server, Map.of(loopback, key));
        GoPollSocketChannel child = server.next();
        // It has its own peer's key only, though the server has two.
        child.config().setTcpMd5Sig(Map.of(loopback, key));
        child.config().setTcpMd5Sig(Map.of());
        client.close().sync();

        server.channel.config().setTcpMd5Sig(Map.of(another, key));
        server.connection();
    }

    @Test
    void keysAreNotTold() {
        GoPollSocketChannel channel = tcp();
        assertTrue(channel.config().getOptions().containsKey(GoPollChannelOption.TCP_MD5SIG));
        assertNull(channel.config().getOption(GoPollChannelOption.TCP_MD5SIG));
    }

    @Test
    void aKeyHasOneToEightyBytes() {
        InetAddress peer = InetAddress.getLoopbackAddress();
        GoPollSocketChannelConfig config = tcp().config();
        for (byte[] key : new byte[][] {{}, new byte[81], null}) {
            Map<InetAddress, byte[]> keys = new HashMap<>();
            keys.put(peer, key);
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> config.setOption(GoPollChannelOption.TCP_MD5SIG, keys));
            assertTrue(e.getMessage().contains("TCP_MD5SIG"), e::getMessage);
        }
        assertThrows(NullPointerException.class, () -> config.setTcpMd5Sig(null));
    }
}
