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
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** The same services on the JDK's blocking channels, with a virtual thread for each connection. */
final class VirtualThreads {

    private static final byte[] HTTP_RESPONSE =
            Load.HTTP_RESPONSE.getBytes(StandardCharsets.US_ASCII);
    private static final int BUFFER = 64 << 10;
    private static final int BACKLOG = 4096;

    private VirtualThreads() {}

    static String unavailable() {
        return Runtime.version().feature() < 21 ? "virtual threads need JDK 21 or later" : null;
    }

    /** GoPoll is compiled for JDK 17, which has no name for it. */
    private static Executor executor() {
        try {
            return (Executor)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    static String serve(Workload workload, Path folder, String backend) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Executor threads = executor();
        if (workload.load.network() == Load.Network.UDP) {
            DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
            channel.bind(any);
            threads.execute(() -> echoDatagrams(channel));
            return address(channel.getLocalAddress());
        }
        if (workload.service.asks()) {
            Asking.Opener asking = Asking.opener(workload.service, backend, false);
            ServerSocket listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
            threads.execute(() -> acceptAndAsk(listener, asking, threads));
            return address(listener.getLocalSocketAddress());
        }
        boolean unix = workload.load.network() == Load.Network.UNIX;
        ServerSocketChannel listener =
                unix
                        ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        : ServerSocketChannel.open();
        listener.bind(unix ? UnixDomainSocketAddress.of(Server.unixPath(folder)) : any, BACKLOG);
        threads.execute(() -> accept(listener, !unix, workload.service, threads));
        return unix ? Server.unixPath(folder) : address(listener.getLocalAddress());
    }

    private static String address(SocketAddress local) {
        return "127.0.0.1:" + ((InetSocketAddress) local).getPort();
    }

    private static void accept(
            ServerSocketChannel listener, boolean tcp, Service service, Executor threads) {
        try {
            for (; ; ) {
                SocketChannel channel = listener.accept();
                if (tcp) {
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                }
                threads.execute(() -> serve(channel, service));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("accept on " + listener, e);
        }
    }

    /** Both connections are sockets of java.net, as clients of databases and the like have them. */
    private static void acceptAndAsk(
            ServerSocket listener, Asking.Opener opener, Executor threads) {
        try {
            for (; ; ) {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                threads.execute(() -> ask(socket, opener));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("accept on " + listener, e);
        }
    }

    private static void ask(Socket socket, Asking.Opener opener) {
        try (socket) {
            Asking asking = opener.open();
            try {
                byte[] bytes = new byte[BUFFER];
                ByteBuf message = Unpooled.wrappedBuffer(bytes);
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream();
                for (int length; (length = in.read(bytes)) >= 0; ) {
                    asking.ask(message.setIndex(0, length));
                    out.write(bytes, 0, length);
                }
            } finally {
                asking.close();
            }
        } catch (IOException e) {
            // A reset by a load generator that has ended; it tells of what it misses.
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void echoDatagrams(DatagramChannel channel) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try {
            for (; ; ) {
                SocketAddress peer = channel.receive(buffer.clear());
                channel.send(buffer.flip(), peer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("echo on " + channel, e);
        }
    }

    private static void serve(SocketChannel channel, Service service) {
        try (channel) {
            switch (service) {
                case ECHO -> echo(channel, 0);
                case BLOCK -> echo(channel, Service.BLOCK_MILLIS);
                case HTTP -> http(channel);
                case DOWNLOAD -> download(channel);
                case UPLOAD -> upload(channel);
                default -> throw new IllegalArgumentException(service.toString());
            }
        } catch (IOException e) {
            // A reset by a load generator that has ended; it tells of what it misses.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void echo(SocketChannel channel, int millis)
            throws IOException, InterruptedException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        while (channel.read(buffer.clear()) >= 0) {
            if (millis > 0) {
                Thread.sleep(millis);
            }
            write(channel, buffer.flip());
        }
    }

    private static void http(SocketChannel channel) throws IOException {
        ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
        ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
        int blank = 0; // how much of the blank line that ends a request has been seen
        while (channel.read(in.clear()) >= 0) {
            out.clear();
            for (in.flip(); in.hasRemaining(); ) {
                byte b = in.get();
                blank = b == (blank % 2 == 0 ? '\r' : '\n') ? blank + 1 : b == '\r' ? 1 : 0;
                if (blank == 4) {
                    blank = 0;
                    if (out.remaining() < HTTP_RESPONSE.length) {
                        write(channel, out.flip());
                        out.clear();
                    }
                    out.put(HTTP_RESPONSE);
                }
            }
            write(channel, out.flip());
        }
    }

    private static void download(SocketChannel channel) throws IOException {
        ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
        ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
        while (channel.read(in.clear()) >= 0) {
            for (long left = (long) in.position() * Service.BODY; left > 0; left -= BUFFER) {
                write(channel, out.clear());
            }
        }
    }

    private static void upload(SocketChannel channel) throws IOException {
        ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
        ByteBuffer done = ByteBuffer.allocateDirect(1);
        long got = 0;
        while (channel.read(in.clear()) >= 0) {
            for (got += in.position(); got >= Service.BODY; got -= Service.BODY) {
                write(channel, done.clear());
            }
        }
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
