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
package io.gopoll.testsuite.socket;

import io.gopoll.channel.GoPollDatagramChannel;
import io.gopoll.channel.GoPollDomainDatagramChannel;
import io.gopoll.channel.GoPollDomainSocketChannel;
import io.gopoll.channel.GoPollServerDomainSocketChannel;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.gopoll.testsuite.Mode;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketTestPermutation;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Which transports meet in a test, server first: GoPoll and GoPoll, GoPoll and NIO, NIO and GoPoll,
 * GoPoll and epoll. With {@code -Dgopoll.testsuite.permutations=all} GoPoll comes with TCP Fast
 * Open too, on either side, as it does in Netty's own epoll module.
 */
public final class GoPollSocketPermutation extends SocketTestPermutation {

    public static final GoPollSocketPermutation INSTANCE = new GoPollSocketPermutation();

    private static final boolean ALL = isAll(System.getProperty("gopoll.testsuite.permutations"));

    private final EventLoopGroup goPollGroup =
            Mode.current()
                    .newGroup(NUM_THREADS, new DefaultThreadFactory("testsuite-gopoll", true));

    private final EventLoopGroup epollGroup =
            new MultiThreadIoEventLoopGroup(
                    NUM_THREADS,
                    new DefaultThreadFactory("testsuite-epoll", true),
                    EpollIoHandler.newFactory());

    private GoPollSocketPermutation() {}

    private static boolean isAll(String permutations) {
        if (permutations == null || permutations.isEmpty() || permutations.equals("default")) {
            return false;
        }
        if (permutations.equals("all")) {
            return true;
        }
        throw new IllegalArgumentException(
                "gopoll.testsuite.permutations: " + permutations + " (expected: default or all)");
    }

    @Override
    public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socket() {
        return meet(goPollServers(), goPollClients());
    }

    /** Never with TCP Fast Open: for tests whose time limit is for all permutations together. */
    public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socketWithoutFastOpen() {
        return meet(List.of(this::goPollServer), List.of(this::goPollClient));
    }

    private List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> meet(
            List<BootstrapFactory<ServerBootstrap>> servers,
            List<BootstrapFactory<Bootstrap>> clients) {
        List<BootstrapFactory<Bootstrap>> all = new ArrayList<>(clients);
        all.add(this::nioClient);
        all.add(this::epollClient);
        List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> list = combo(servers, all);
        list.addAll(combo(List.of(this::nioServer), clients));
        return list;
    }

    @Override
    public List<BootstrapFactory<ServerBootstrap>> serverSocket() {
        return goPollServers();
    }

    @Override
    public List<BootstrapFactory<Bootstrap>> clientSocket() {
        List<BootstrapFactory<Bootstrap>> list = goPollClients();
        list.add(this::nioClient);
        return list;
    }

    private List<BootstrapFactory<ServerBootstrap>> goPollServers() {
        List<BootstrapFactory<ServerBootstrap>> list = new ArrayList<>();
        list.add(this::goPollServer);
        if (ALL) {
            list.add(() -> goPollServer().option(ChannelOption.TCP_FASTOPEN, 5));
        }
        return list;
    }

    private List<BootstrapFactory<Bootstrap>> goPollClients() {
        List<BootstrapFactory<Bootstrap>> list = new ArrayList<>();
        list.add(this::goPollClient);
        if (ALL) {
            list.add(() -> goPollClient().option(ChannelOption.TCP_FASTOPEN_CONNECT, true));
        }
        return list;
    }

    private ServerBootstrap goPollServer() {
        return new ServerBootstrap().group(goPollGroup).channel(GoPollServerSocketChannel.class);
    }

    private Bootstrap goPollClient() {
        return new Bootstrap().group(goPollGroup).channel(GoPollSocketChannel.class);
    }

    private ServerBootstrap nioServer() {
        return new ServerBootstrap().group(NIO_GROUP).channel(NioServerSocketChannel.class);
    }

    private Bootstrap nioClient() {
        return new Bootstrap().group(NIO_GROUP).channel(NioSocketChannel.class);
    }

    private Bootstrap epollClient() {
        return new Bootstrap().group(epollGroup).channel(EpollSocketChannel.class);
    }

    // ---- Unix sockets. ----

    public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> domainSocket() {
        List<BootstrapFactory<Bootstrap>> clients =
                List.of(this::goPollDomainClient, this::epollDomainClient);
        List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> list =
                combo(serverDomainSocket(), clients);
        list.addAll(combo(List.of(this::epollDomainServer), List.of(this::goPollDomainClient)));
        return list;
    }

    public List<BootstrapFactory<ServerBootstrap>> serverDomainSocket() {
        return List.of(
                () ->
                        new ServerBootstrap()
                                .group(goPollGroup)
                                .channel(GoPollServerDomainSocketChannel.class));
    }

    private Bootstrap goPollDomainClient() {
        return new Bootstrap().group(goPollGroup).channel(GoPollDomainSocketChannel.class);
    }

    private ServerBootstrap epollDomainServer() {
        return new ServerBootstrap()
                .group(epollGroup)
                .channel(EpollServerDomainSocketChannel.class);
    }

    private Bootstrap epollDomainClient() {
        return new Bootstrap().group(epollGroup).channel(EpollDomainSocketChannel.class);
    }

    // ---- Datagrams. ----

    @Override
    public List<BootstrapComboFactory<Bootstrap, Bootstrap>> datagram(SocketProtocolFamily family) {
        List<BootstrapFactory<Bootstrap>> goPoll = List.of(() -> goPollDatagram(family));
        List<BootstrapFactory<Bootstrap>> all =
                List.of(
                        () -> goPollDatagram(family),
                        () ->
                                new Bootstrap()
                                        .group(NIO_GROUP)
                                        .channelFactory(() -> new NioDatagramChannel(family)),
                        () ->
                                new Bootstrap()
                                        .group(epollGroup)
                                        .channelFactory(() -> new EpollDatagramChannel(family)));
        List<BootstrapComboFactory<Bootstrap, Bootstrap>> list = combo(goPoll, all);
        list.addAll(combo(all.subList(1, 2), goPoll));
        return list;
    }

    /** For what only GoPoll's own channels have. */
    public List<BootstrapComboFactory<Bootstrap, Bootstrap>> goPollDatagrams(
            SocketProtocolFamily family) {
        List<BootstrapFactory<Bootstrap>> goPoll = List.of(() -> goPollDatagram(family));
        return combo(goPoll, goPoll);
    }

    @Override
    public List<BootstrapFactory<Bootstrap>> datagramSocket() {
        return List.of(
                () -> new Bootstrap().group(goPollGroup).channel(GoPollDatagramChannel.class));
    }

    private Bootstrap goPollDatagram(SocketProtocolFamily family) {
        return new Bootstrap()
                .group(goPollGroup)
                .channelFactory(() -> new GoPollDatagramChannel(family));
    }

    public List<BootstrapComboFactory<Bootstrap, Bootstrap>> domainDatagram() {
        return combo(domainDatagramSocket(), domainDatagramSocket());
    }

    public List<BootstrapFactory<Bootstrap>> domainDatagramSocket() {
        return List.of(
                () ->
                        new Bootstrap()
                                .group(goPollGroup)
                                .channel(GoPollDomainDatagramChannel.class));
    }

    /** A path at which nothing is yet, in a folder that is gone with the JVM. */
    public static DomainSocketAddress newUnixAddress() {
        return new DomainSocketAddress(
                SocketFolder.PATH.resolve("" + SocketFolder.used.incrementAndGet()).toString());
    }

    /** For the files of sockets, which only GoPoll's own channels remove themselves. */
    private static final class SocketFolder {

        static final Path PATH;
        static final AtomicInteger used = new AtomicInteger();

        static {
            try {
                PATH = Files.createTempDirectory("gopoll");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(SocketFolder::delete, "delete sockets"));
        }

        private static void delete() {
            try (Stream<Path> files = Files.walk(PATH)) {
                for (Path file :
                        (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
