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
package io.gopoll.testsuite;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.rmi.Remote;
import java.rmi.RemoteException;
import java.rmi.server.RMIServerSocketFactory;
import java.rmi.server.UnicastRemoteObject;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnectorServer;

/**
 * Servers on loopback for what is tried in another process: none of them, and no client of it, has
 * run there before.
 *
 * @param tcp port of an echo
 * @param udp port of an echo
 * @param tls port of an echo
 * @param http port of a server that answers with "hello"
 * @param folder with the files below; a place for more
 */
record Services(int tcp, int udp, int tls, int http, Path folder) {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int BACKLOG = 1024;
    private static final long LOCKED_MILLIS = 5;
    private static final long UNLOCKED_MILLIS = 20;

    static Services parse(String text) {
        String[] parts = text.split(",", 5);
        return new Services(
                Integer.parseInt(parts[0]),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]),
                Integer.parseInt(parts[3]),
                Path.of(parts[4]));
    }

    @Override
    public String toString() {
        return tcp + "," + udp + "," + tls + "," + http + "," + folder;
    }

    InetSocketAddress tcpAddress() {
        return new InetSocketAddress(LOOPBACK, tcp);
    }

    /** The Unix socket of an echo. */
    Path unix() {
        return folder.resolve("echo");
    }

    /** An {@link Echo}, serialized. */
    Path rmi() {
        return folder.resolve("rmi");
    }

    /** The URL of a server of MBeans. */
    Path jmx() {
        return folder.resolve("jmx");
    }

    /** A file that is locked again and again. */
    Path locked() {
        return folder.resolve("locked");
    }

    /** What is asked by RMI. */
    public interface Echo extends Remote {
        String echo(String text) throws RemoteException;
    }

    /** What runs these. */
    static final class Running {

        final Services services;
        private final EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        private final Echo echo = text -> text;
        private final JMXConnectorServer jmx;
        private final Thread locker;

        Running(Path folder) throws Exception {
            SslContext tls =
                    SslContextBuilder.forServer(
                                    new CertificateBuilder()
                                            .subject("CN=localhost")
                                            .setIsCertificateAuthority(true)
                                            .buildSelfSigned()
                                            .toKeyManagerFactory())
                            .sslProvider(SslProvider.JDK)
                            .build();
            SocketAddress any = new InetSocketAddress(LOOPBACK, 0);
            services =
                    new Services(
                            port(serve(any, channel -> channel.pipeline().addLast(ECHO))),
                            port(
                                    new Bootstrap()
                                            .group(group)
                                            .channel(NioDatagramChannel.class)
                                            .handler(ECHO)
                                            .bind(any)
                                            .sync()
                                            .channel()),
                            port(
                                    serve(
                                            any,
                                            channel ->
                                                    channel.pipeline()
                                                            .addLast(
                                                                    tls.newHandler(channel.alloc()),
                                                                    ECHO))),
                            port(
                                    serve(
                                            any,
                                            channel ->
                                                    channel.pipeline()
                                                            .addLast(
                                                                    new HttpServerCodec(), HELLO))),
                            folder);
            serve(
                    UnixDomainSocketAddress.of(services.unix()),
                    channel -> channel.pipeline().addLast(ECHO));

            System.setProperty("java.rmi.server.hostname", LOOPBACK.getHostAddress());
            LoopbackSockets sockets = new LoopbackSockets();
            try (ObjectOutputStream out =
                    new ObjectOutputStream(Files.newOutputStream(services.rmi()))) {
                out.writeObject(UnicastRemoteObject.exportObject(echo, 0, null, sockets));
            }
            jmx =
                    JMXConnectorServerFactory.newJMXConnectorServer(
                            new JMXServiceURL("rmi", LOOPBACK.getHostAddress(), 0),
                            Map.of(RMIConnectorServer.RMI_SERVER_SOCKET_FACTORY_ATTRIBUTE, sockets),
                            ManagementFactory.getPlatformMBeanServer());
            jmx.start();
            Files.writeString(services.jmx(), jmx.getAddress().toString());

            locker = new Thread(this::lock, "locker");
            locker.start();
        }

        private Channel serve(SocketAddress address, Consumer<Channel> initializer)
                throws InterruptedException {
            Class<? extends ServerChannel> type =
                    address instanceof InetSocketAddress
                            ? NioServerSocketChannel.class
                            : NioServerDomainSocketChannel.class;
            return new ServerBootstrap()
                    .group(group)
                    .channel(type)
                    .option(ChannelOption.SO_BACKLOG, BACKLOG)
                    .childHandler(
                            new ChannelInitializer<Channel>() {
                                @Override
                                protected void initChannel(Channel channel) {
                                    initializer.accept(channel);
                                }
                            })
                    .bind(address)
                    .sync()
                    .channel();
        }

        private static int port(Channel channel) {
            return ((InetSocketAddress) channel.localAddress()).getPort();
        }

        private void lock() {
            try (FileChannel file =
                    FileChannel.open(
                            services.locked(),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE)) {
                for (; ; ) {
                    FileLock lock = file.lock();
                    Thread.sleep(LOCKED_MILLIS);
                    lock.release();
                    Thread.sleep(UNLOCKED_MILLIS);
                }
            } catch (InterruptedException | ClosedByInterruptException e) {
                // That is its end.
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        void stop() throws Exception {
            locker.interrupt();
            locker.join();
            jmx.stop();
            UnicastRemoteObject.unexportObject(echo, true);
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    /** RMI's own listen on all addresses. */
    private static final class LoopbackSockets implements RMIServerSocketFactory, Serializable {

        private static final long serialVersionUID = 1;

        @Override
        public ServerSocket createServerSocket(int port) throws IOException {
            return new ServerSocket(port, BACKLOG, LOOPBACK);
        }
    }

    @Sharable
    private static class Handler extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(ctx.channel() instanceof NioDatagramChannel)) {
                ctx.close(); // whoever waits for an answer tells of it
            }
        }
    }

    private static final Handler ECHO =
            new Handler() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object msg) {
                    ctx.writeAndFlush(
                            msg instanceof DatagramPacket packet
                                    ? new DatagramPacket(packet.content(), packet.sender())
                                    : msg);
                }
            };

    private static final Handler HELLO =
            new Handler() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object msg) {
                    if (msg instanceof HttpRequest) {
                        ByteBuf body = Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII);
                        DefaultFullHttpResponse response =
                                new DefaultFullHttpResponse(
                                        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
                        response.headers()
                                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
                        ctx.writeAndFlush(response);
                    }
                    ReferenceCountUtil.release(msg);
                }
            };
}
