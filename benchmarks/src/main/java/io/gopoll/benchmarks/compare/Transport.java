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
package io.gopoll.benchmarks.compare;

import io.gopoll.benchmarks.compare.Workload.Service;
import io.gopoll.channel.GoPoll;
import io.gopoll.channel.GoPollDatagramChannel;
import io.gopoll.channel.GoPollIoHandler;
import io.gopoll.channel.GoPollServerDomainSocketChannel;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoroutineEventLoopGroup;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.io.File;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** What is compared, a row each. All have one thread that does the work. */
enum Transport {
    NIO("nio", Netty.NIO),
    EPOLL("epoll", Netty.EPOLL),
    /** The same once more: what the two differ by is the noise. */
    EPOLL_AGAIN("epoll-again", Netty.EPOLL),
    IO_URING("io_uring", Netty.IO_URING),
    GOPOLL_JNA("gopoll-jna", Netty.GOPOLL, "-Dio.gopoll.syscalls=jna"),
    GOPOLL_FFM("gopoll-ffm", Netty.GOPOLL, "-Dio.gopoll.syscalls=ffm"),
    GOROUTINE_JDK("goroutine-jdk", Netty.GOROUTINE, "-Dio.gopoll.scheduler=jdk"),
    GOROUTINE("goroutine", Netty.GOROUTINE, "-Dio.gopoll.scheduler=gopoll"),
    /** The same two; what their handlers open are sockets of io.gopoll.net. */
    GOROUTINE_JDK_CONN("goroutine-jdk-conn", Netty.GOROUTINE, "-Dio.gopoll.scheduler=jdk"),
    GOROUTINE_CONN("goroutine-conn", Netty.GOROUTINE, "-Dio.gopoll.scheduler=gopoll"),
    /** Another build of GoPoll: see {@link #BEFORE}. */
    GOPOLL_BEFORE("gopoll-before", Netty.GOPOLL, "-Dio.gopoll.syscalls=ffm"),
    GOROUTINE_BEFORE("goroutine-before", Netty.GOROUTINE, "-Dio.gopoll.scheduler=gopoll"),
    /** Blocking channels of the JDK, a virtual thread for each. */
    JDK_VT("jdk-vt", null),
    /** Go's net package, a goroutine for each connection. */
    GO("go", null),
    /** An epoll loop in C that does nothing but the system calls: the limit. */
    C("c", null);

    /** What the others' ratios are to. */
    static final Transport REFERENCE = EPOLL;

    /** The class path of the build of GoPoll that is compared with this one, or null. */
    private static final String BEFORE = System.getProperty("gopoll.before");

    private static final Set<Service> IN_C =
            EnumSet.of(Service.ECHO, Service.HTTP, Service.DOWNLOAD, Service.UPLOAD);

    final String title;

    /** {@code null}: not a server of Netty's. */
    final Netty netty;

    final List<String> flags;

    Transport(String title, Netty netty, String... flags) {
        this.title = title;
        this.netty = netty;
        this.flags = List.of(flags);
    }

    /** The folder of resources has its source; {@code null} if it runs in a JVM. */
    Source source() {
        return this == C ? Source.SERVER_C : this == GO ? Source.SERVER_GO : null;
    }

    /**
     * Of its server, where that runs in a JVM.
     *
     * @throws Unusable if it is another build, and nobody has said where that is
     */
    String classPath() throws Unusable {
        String here = System.getProperty("java.class.path");
        if (this != GOPOLL_BEFORE && this != GOROUTINE_BEFORE) {
            return here;
        }
        if (BEFORE == null) {
            throw new Unusable("-Dgopoll.before=JAR[:JAR...] says where the other build is");
        }
        return BEFORE + File.pathSeparator + here;
    }

    /** Whether there is anything to compare: not every server has every service. */
    boolean has(Workload workload) {
        if (opensConns()) {
            return workload.service.asks();
        }
        if (netty != null) {
            return true;
        }
        if (workload.load.tls()) {
            return false;
        }
        return IN_C.contains(workload.service)
                || (this != C && workload.service == Service.BLOCK)
                || (this != C && workload.service == Service.BACKEND)
                || (this == JDK_VT && workload.service == Service.JDBC)
                || (this == GO && workload.service == Service.DEADLINE);
    }

    /** Whether what its handlers open are sockets of GoPoll's, not the JDK's. */
    boolean opensConns() {
        return this == GOROUTINE_JDK_CONN || this == GOROUTINE_CONN;
    }

    /** As it is written on a command line. */
    @Override
    public String toString() {
        return title;
    }

    /** What differs between Netty's transports. */
    enum Netty {
        NIO(
                () -> null,
                () -> oneLoop(NioIoHandler.newFactory()),
                NioServerSocketChannel.class,
                NioDatagramChannel.class,
                NioServerDomainSocketChannel.class),
        EPOLL(
                Epoll::unavailabilityCause,
                () -> oneLoop(EpollIoHandler.newFactory()),
                EpollServerSocketChannel.class,
                EpollDatagramChannel.class,
                EpollServerDomainSocketChannel.class),
        IO_URING(
                IoUring::unavailabilityCause,
                () -> oneLoop(IoUringIoHandler.newFactory()),
                IoUringServerSocketChannel.class,
                IoUringDatagramChannel.class,
                IoUringServerDomainSocketChannel.class),
        GOPOLL(
                GoPoll::unavailabilityCause,
                () -> oneLoop(GoPollIoHandler.newFactory()),
                GoPollServerSocketChannel.class,
                GoPollDatagramChannel.class,
                GoPollServerDomainSocketChannel.class),
        GOROUTINE(
                Netty::goroutineUnavailabilityCause,
                () -> new GoroutineEventLoopGroup(1),
                GoPollServerSocketChannel.class,
                GoPollDatagramChannel.class,
                GoPollServerDomainSocketChannel.class);

        final Supplier<Throwable> unavailabilityCause;
        final Supplier<EventLoopGroup> group;
        final Class<? extends ServerChannel> channel;
        final Class<? extends Channel> datagramChannel;
        final Class<? extends ServerChannel> unixChannel;

        Netty(
                Supplier<Throwable> unavailabilityCause,
                Supplier<EventLoopGroup> group,
                Class<? extends ServerChannel> channel,
                Class<? extends Channel> datagramChannel,
                Class<? extends ServerChannel> unixChannel) {
            this.unavailabilityCause = unavailabilityCause;
            this.group = group;
            this.channel = channel;
            this.datagramChannel = datagramChannel;
            this.unixChannel = unixChannel;
        }

        private static EventLoopGroup oneLoop(IoHandlerFactory factory) {
            return new MultiThreadIoEventLoopGroup(1, factory);
        }

        private static Throwable goroutineUnavailabilityCause() {
            try {
                GoPoll.scheduler();
                return null;
            } catch (UnsupportedOperationException e) {
                return e;
            }
        }

        SocketAddress unixAddress(String path) {
            return this == NIO ? UnixDomainSocketAddress.of(path) : new DomainSocketAddress(path);
        }
    }
}
