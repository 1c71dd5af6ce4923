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

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.lang.reflect.InvocationTargetException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An event loop's handler and the channel classes that go with it, for code that runs where GoPoll
 * does not, too:
 *
 * <pre>{@code
 * Transport transport = GoPoll.preferred();
 * EventLoopGroup group = new MultiThreadIoEventLoopGroup(transport.ioHandlerFactory());
 * new ServerBootstrap()
 *         .group(group)
 *         .channel(transport.serverSocketChannel(SocketProtocolFamily.INET))
 * }</pre>
 *
 * @see GoPoll#preferred()
 */
public final class Transport {

    private static final String EPOLL = "io.netty.channel.epoll.";

    private final String name;
    private final String reason;
    private final IoHandlerFactory ioHandlerFactory;
    private final Class<? extends DuplexChannel> tcp;
    private final Class<? extends ServerChannel> tcpServer;
    private final Class<? extends Channel> udp;
    private final Class<? extends DuplexChannel> unixStream;
    private final Class<? extends ServerChannel> unixServer;

    /** Null where there is none. */
    private final @Nullable Class<? extends Channel> unixDatagram;

    private final Function<String, SocketAddress> unixAddress;

    private Transport(
            String name,
            String reason,
            IoHandlerFactory ioHandlerFactory,
            Class<? extends DuplexChannel> tcp,
            Class<? extends ServerChannel> tcpServer,
            Class<? extends Channel> udp,
            Class<? extends DuplexChannel> unixStream,
            Class<? extends ServerChannel> unixServer,
            @Nullable Class<? extends Channel> unixDatagram,
            Function<String, SocketAddress> unixAddress) {
        this.name = name;
        this.reason = reason;
        this.ioHandlerFactory = ioHandlerFactory;
        this.tcp = tcp;
        this.tcpServer = tcpServer;
        this.udp = udp;
        this.unixStream = unixStream;
        this.unixServer = unixServer;
        this.unixDatagram = unixDatagram;
        this.unixAddress = unixAddress;
    }

    static Transport preferred() {
        Throwable cause = GoPoll.unavailabilityCause();
        if (cause == null) {
            return goPoll();
        }
        String reason = "GoPoll is not available: " + cause.getMessage();
        try {
            return epoll(reason);
        } catch (ClassNotFoundException e) {
            return nio(reason + "; nor is Netty's epoll: it is not on the class path");
        } catch (InvocationTargetException e) {
            return nio(reason + "; nor is Netty's epoll: " + e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            return nio(reason + "; nor is Netty's epoll: " + e);
        }
    }

    private static Transport goPoll() {
        return new Transport(
                "gopoll",
                "GoPoll is available",
                GoPollIoHandler.newFactory(),
                GoPollSocketChannel.class,
                GoPollServerSocketChannel.class,
                GoPollDatagramChannel.class,
                GoPollDomainSocketChannel.class,
                GoPollServerDomainSocketChannel.class,
                GoPollDomainDatagramChannel.class,
                DomainSocketAddress::new);
    }

    /** By reflection, since most who have GoPoll do not have it. */
    private static Transport epoll(String reason) throws ReflectiveOperationException {
        epollClass("Epoll").getMethod("ensureAvailability").invoke(null);
        return new Transport(
                "epoll",
                reason,
                (IoHandlerFactory)
                        epollClass("EpollIoHandler").getMethod("newFactory").invoke(null),
                epollClass("EpollSocketChannel").asSubclass(DuplexChannel.class),
                epollClass("EpollServerSocketChannel").asSubclass(ServerChannel.class),
                epollClass("EpollDatagramChannel").asSubclass(Channel.class),
                epollClass("EpollDomainSocketChannel").asSubclass(DuplexChannel.class),
                epollClass("EpollServerDomainSocketChannel").asSubclass(ServerChannel.class),
                epollClass("EpollDomainDatagramChannel").asSubclass(Channel.class),
                DomainSocketAddress::new);
    }

    private static Class<?> epollClass(String name) throws ClassNotFoundException {
        return Class.forName(EPOLL + name);
    }

    private static Transport nio(String reason) {
        return new Transport(
                "nio",
                reason,
                NioIoHandler.newFactory(),
                NioSocketChannel.class,
                NioServerSocketChannel.class,
                NioDatagramChannel.class,
                NioDomainSocketChannel.class,
                NioServerDomainSocketChannel.class,
                null,
                UnixDomainSocketAddress::of);
    }

    /**
     * Which transport it is.
     *
     * @return {@code "gopoll"}, {@code "epoll"} or {@code "nio"}
     */
    public String name() {
        return name;
    }

    /**
     * Why it is this one and none that is better.
     *
     * @return a sentence for logs
     */
    public String reason() {
        return reason;
    }

    /**
     * For {@link io.netty.channel.MultiThreadIoEventLoopGroup} and its like.
     *
     * @return the same one each time; it may serve several groups
     */
    public IoHandlerFactory ioHandlerFactory() {
        return ioHandlerFactory;
    }

    /**
     * TCP for the two families of the internet, streams for {@link SocketProtocolFamily#UNIX}.
     *
     * @param family what the channel is to connect over
     * @return a class with a constructor without parameters, for {@code Bootstrap.channel}
     */
    public Class<? extends DuplexChannel> socketChannel(SocketProtocolFamily family) {
        return family == SocketProtocolFamily.UNIX ? unixStream : tcp;
    }

    /**
     * What accepts {@link #socketChannel}s.
     *
     * @param family what the channel is to listen on
     * @return a class with a constructor without parameters, for {@code ServerBootstrap.channel}
     */
    public Class<? extends ServerChannel> serverSocketChannel(SocketProtocolFamily family) {
        return family == SocketProtocolFamily.UNIX ? unixServer : tcpServer;
    }

    /**
     * UDP for the two families of the internet, datagrams of Unix sockets for {@link
     * SocketProtocolFamily#UNIX}.
     *
     * @param family what the datagrams go over
     * @return a class with a constructor without parameters, for {@code Bootstrap.channel}
     * @throws UnsupportedOperationException for {@link SocketProtocolFamily#UNIX} where it is NIO,
     *     which has none
     */
    public Class<? extends Channel> datagramChannel(SocketProtocolFamily family) {
        if (family != SocketProtocolFamily.UNIX) {
            return udp;
        }
        if (unixDatagram == null) {
            throw new UnsupportedOperationException(
                    "there are no datagrams over Unix sockets in " + name + ": " + reason);
        }
        return unixDatagram;
    }

    /**
     * The address of a Unix socket, of the class that these channels know: NIO has another than the
     * others.
     *
     * @param path of the socket's file, at most 107 bytes: unix(7)
     * @return what bind and connect take
     */
    public SocketAddress unixAddress(String path) {
        return unixAddress.apply(path);
    }

    /** The name and the reason. */
    @Override
    public String toString() {
        return name + " (" + reason + ")";
    }
}
