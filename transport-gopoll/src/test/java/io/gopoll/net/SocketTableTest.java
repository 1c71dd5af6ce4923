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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One table of operations, run on the JDK's sockets and on GoPoll's: both must give the same. */
@Timeout(60)
class SocketTableTest {

    /** A connected pair, and what has made it. */
    private static final class Pair {
        final SocketFactory factory;
        final ServerSocket listener;
        final Socket client;
        final Socket server;
        final InputStream in;
        final OutputStream out;

        Pair(SocketFactory factory, ServerSocketFactory servers) throws Exception {
            this.factory = factory;
            listener = servers.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            client =
                    factory.createSocket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
            server = listener.accept();
            in = client.getInputStream();
            out = client.getOutputStream();
        }

        void peerSends(int... bytes) throws Exception {
            for (int b : bytes) {
                server.getOutputStream().write(b);
            }
        }

        /** Sends the bytes and waits until they have come. */
        void peerHasSent(int... bytes) throws Exception {
            peerSends(bytes);
            while (in.available() < bytes.length) {
                Thread.onSpinWait();
            }
        }

        void close() throws Exception {
            client.close();
            server.close();
            listener.close();
        }
    }

    /** The outcome is compared by its text. */
    private interface Operation {
        Object on(Pair pair) throws Exception;
    }

    private static final Map<String, Operation> TABLE = new LinkedHashMap<>();

    static {
        Map<String, Operation> t = TABLE;
        t.put("read a byte", p -> sent(p, 7).in.read());
        t.put("read some", p -> sent(p, 1, 2, 3).in.read(new byte[10]));
        t.put("read of no bytes", p -> p.in.read(new byte[0]));
        t.put("read outside of the array", p -> p.in.read(new byte[1], 1, 1));
        t.put("readNBytes", p -> sent(p, 1, 2, 3).in.readNBytes(3).length);
        t.put("skip", p -> sent(p, 1, 2, 3).in.skip(2) + " " + p.in.read());
        t.put("available, then read", p -> sent(p, 1, 2).in.available() + " " + p.in.read());
        t.put("available of nothing", p -> p.in.available());
        t.put(
                "end of the stream",
                p -> {
                    p.server.close();
                    return p.in.read() + " " + p.in.read() + " " + p.in.available();
                });
        t.put(
                "transferTo",
                p -> {
                    p.peerSends(1, 2, 3);
                    p.server.shutdownOutput();
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    return p.in.transferTo(all) + " " + all.size();
                });
        t.put(
                "write both ways",
                p -> {
                    p.out.write(new byte[] {1, 2, 3}, 1, 2);
                    p.out.flush();
                    return p.server.getInputStream().read()
                            + " "
                            + p.server.getInputStream().read();
                });
        t.put(
                "a MiB there and back",
                p -> {
                    Thread echo =
                            new Thread(
                                    () -> {
                                        try {
                                            p.server
                                                    .getInputStream()
                                                    .transferTo(p.server.getOutputStream());
                                            p.server.shutdownOutput();
                                        } catch (Exception e) {
                                            throw new IllegalStateException(e);
                                        }
                                    });
                    Thread writer =
                            new Thread(
                                    () -> {
                                        try {
                                            p.out.write(new byte[1 << 20]);
                                            p.client.shutdownOutput();
                                        } catch (Exception e) {
                                            throw new IllegalStateException(e);
                                        }
                                    });
                    echo.start();
                    writer.start();
                    int n = p.in.readAllBytes().length;
                    echo.join();
                    writer.join();
                    return n;
                });
        t.put(
                "read times out, and reads on",
                p -> {
                    p.client.setSoTimeout(30);
                    String said;
                    try {
                        said = "" + p.in.read();
                    } catch (SocketTimeoutException e) {
                        said = e.getMessage();
                    }
                    p.peerSends(5);
                    p.client.setSoTimeout(0);
                    return said + " " + p.in.read() + " " + p.client.getSoTimeout();
                });
        t.put(
                "accept times out, and accepts",
                p -> {
                    p.listener.setSoTimeout(30);
                    String said;
                    try {
                        said = "" + p.listener.accept();
                    } catch (SocketTimeoutException e) {
                        said = e.getMessage();
                    }
                    p.listener.setSoTimeout(30_000);
                    try (Socket another =
                                    p.factory.createSocket(
                                            p.listener.getInetAddress(),
                                            p.listener.getLocalPort());
                            Socket accepted = p.listener.accept()) {
                        return said + " " + (accepted.getPort() == another.getLocalPort());
                    }
                });
        t.put(
                "connect refused",
                p -> {
                    int port = p.listener.getLocalPort();
                    p.listener.close();
                    return p.factory.createSocket(InetAddress.getLoopbackAddress(), port);
                });
        t.put("connect to an unknown host", p -> connectTo(p, unresolved(), 0));
        t.put("connect with a negative timeout", p -> connectTo(p, unresolved(), -1));
        t.put(
                "connect twice",
                p -> {
                    p.client.connect(p.listener.getLocalSocketAddress());
                    return "connected";
                });
        t.put(
                "bind and connect",
                p -> {
                    try (Socket socket = p.factory.createSocket()) {
                        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                        int local = socket.getLocalPort();
                        socket.connect(p.listener.getLocalSocketAddress(), 10_000);
                        return socket.isBound() + " " + (local == socket.getLocalPort());
                    }
                });
        t.put(
                "close while reading",
                p -> {
                    Future<Integer> read = Waiting.in(() -> p.in.read());
                    p.client.close();
                    return Waiting.get(read);
                });
        t.put(
                "close while writing",
                p -> {
                    Future<Object> write =
                            Waiting.in(
                                    () -> {
                                        p.out.write(new byte[64 << 20]);
                                        return "written";
                                    });
                    p.client.close();
                    return Waiting.get(write);
                });
        t.put(
                "close while accepting",
                p -> {
                    Future<Socket> accept = Waiting.in(() -> p.listener.accept());
                    p.listener.close();
                    return Waiting.get(accept);
                });
        t.put(
                "read after close",
                p -> {
                    p.client.close();
                    return p.in.read();
                });
        t.put(
                "write after close",
                p -> {
                    p.client.close();
                    p.out.write(1);
                    return "written";
                });
        t.put(
                "available after close",
                p -> {
                    p.client.close();
                    return p.in.available();
                });
        t.put(
                "getInputStream after close",
                p -> {
                    p.client.close();
                    return p.client.getInputStream();
                });
        t.put(
                "close twice",
                p -> {
                    p.client.close();
                    p.client.close();
                    return p.client.isClosed() + " " + p.client.isConnected();
                });
        t.put(
                "closing a stream closes the socket",
                p -> {
                    p.in.close();
                    return p.client.isClosed();
                });
        t.put(
                "shutdownInput",
                p -> {
                    p.client.shutdownInput();
                    return p.in.read() + " " + p.client.isInputShutdown() + " " + p.in.available();
                });
        t.put(
                "shutdownOutput",
                p -> {
                    p.client.shutdownOutput();
                    p.peerSends(4);
                    return p.server.getInputStream().read()
                            + " "
                            + p.in.read()
                            + " "
                            + p.client.isOutputShutdown();
                });
        t.put(
                "write after shutdownOutput",
                p -> {
                    p.client.shutdownOutput();
                    p.out.write(1);
                    return "written";
                });
        t.put(
                "shutdownOutput twice",
                p -> {
                    p.client.shutdownOutput();
                    p.client.shutdownOutput();
                    return "shut down";
                });
        t.put(
                "addresses",
                p ->
                        (p.client.getPort() == p.listener.getLocalPort())
                                + " "
                                + p.client.getInetAddress()
                                + " "
                                + p.client.getLocalAddress()
                                + " "
                                + p.server
                                        .getRemoteSocketAddress()
                                        .equals(p.client.getLocalSocketAddress()));
        t.put(
                "addresses before connect",
                p -> {
                    try (Socket socket = p.factory.createSocket()) {
                        return socket.getPort()
                                + " "
                                + socket.getLocalPort()
                                + " "
                                + socket.getInetAddress()
                                + " "
                                + socket.getRemoteSocketAddress()
                                + " "
                                + socket.getLocalSocketAddress()
                                + " "
                                + socket.isBound()
                                + " "
                                + socket.isConnected();
                    }
                });
        t.put(
                "addresses after close",
                p -> {
                    int port = p.client.getPort();
                    p.client.close();
                    return (port == p.client.getPort())
                            + " "
                            + p.client.getInetAddress()
                            + " "
                            + p.client.getLocalAddress();
                });
        t.put(
                "options",
                p -> {
                    Socket s = p.client;
                    s.setTcpNoDelay(true);
                    s.setKeepAlive(true);
                    s.setSoLinger(true, 3);
                    s.setReuseAddress(true);
                    s.setOOBInline(true);
                    s.setTrafficClass(8);
                    s.setSendBufferSize(50_000);
                    s.setReceiveBufferSize(60_000);
                    return s.getTcpNoDelay()
                            + " "
                            + s.getKeepAlive()
                            + " "
                            + s.getSoLinger()
                            + " "
                            + s.getReuseAddress()
                            + " "
                            + s.getOOBInline()
                            + " "
                            + s.getTrafficClass()
                            + " "
                            + s.getSendBufferSize()
                            + " "
                            + s.getReceiveBufferSize();
                });
        t.put(
                "options off again",
                p -> {
                    p.client.setSoLinger(true, 3);
                    p.client.setSoLinger(false, 0);
                    p.client.setTcpNoDelay(true);
                    p.client.setTcpNoDelay(false);
                    return p.client.getSoLinger() + " " + p.client.getTcpNoDelay();
                });
        t.put(
                "options by name",
                p -> {
                    p.client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                    return p.client.getOption(StandardSocketOptions.SO_KEEPALIVE)
                            + " "
                            + p.client.getOption(StandardSocketOptions.SO_RCVBUF).getClass()
                            + " "
                            + p.client
                                    .supportedOptions()
                                    .contains(StandardSocketOptions.TCP_NODELAY);
                });
        t.put(
                "every option by name, with values in and out of its range",
                p ->
                        everyOption(
                                p.client.supportedOptions(),
                                p.client::setOption,
                                p.client::getOption));
        t.put(
                "every option of a server by name",
                p ->
                        everyOption(
                                p.listener.supportedOptions(),
                                p.listener::setOption,
                                p.listener::getOption));
        t.put(
                "an option of another kind of socket",
                p -> p.client.getOption(StandardSocketOptions.IP_MULTICAST_TTL));
        t.put(
                "options after close",
                p -> {
                    p.client.close();
                    return p.client.getTcpNoDelay();
                });
        t.put("SO_REUSEADDR of a server", p -> p.listener.getReuseAddress());
        t.put(
                "urgent data in line",
                p -> {
                    p.client.setOOBInline(true);
                    p.peerSends(1);
                    p.server.sendUrgentData(2);
                    p.peerSends(3);
                    return p.in.read() + " " + p.in.read() + " " + p.in.read();
                });
        t.put(
                "urgent data left out",
                p -> {
                    p.peerSends(1);
                    p.server.sendUrgentData(2);
                    p.peerSends(3);
                    return p.in.read() + " " + p.in.read();
                });
        t.put(
                "the peer resets",
                p -> {
                    p.server.setSoLinger(true, 0);
                    p.server.close();
                    return p.in.read();
                });
        t.put(
                "what was received is not read after shutdownInput",
                p -> {
                    p.peerHasSent(1, 2);
                    p.client.shutdownInput();
                    return p.in.available() + " " + p.in.read();
                });
        t.put(
                "close with unread data sends the end first",
                p -> {
                    p.peerHasSent(1, 2);
                    p.out.write(9);
                    p.client.close();
                    InputStream peers = p.server.getInputStream();
                    return peers.read() + " " + peers.read();
                });
        t.put(
                "close with SO_LINGER 0 resets",
                p -> {
                    p.client.setSoLinger(true, 0);
                    p.client.close();
                    return p.server.getInputStream().read();
                });
        t.put(
                "no host name",
                p -> {
                    try (Socket socket =
                                    p.factory.createSocket(
                                            (String) null, p.listener.getLocalPort());
                            Socket accepted = p.listener.accept()) {
                        return socket.getInetAddress().isLoopbackAddress()
                                && accepted.isConnected();
                    }
                });
        t.put(
                "no address",
                p -> p.factory.createSocket((InetAddress) null, p.listener.getLocalPort()));
        t.put(
                "reads after a reset",
                p -> {
                    p.server.setSoLinger(true, 0);
                    p.server.close();
                    StringBuilder said = new StringBuilder();
                    for (int i = 0; i < 3; i++) {
                        try {
                            said.append(p.in.read());
                        } catch (SocketException e) {
                            said.append(e.getMessage());
                        }
                    }
                    return said;
                });
        t.put(
                "half-closes after a reset",
                p -> {
                    p.server.setSoLinger(true, 0);
                    p.server.close();
                    try {
                        p.in.read();
                    } catch (SocketException e) {
                        // Now it is known.
                    }
                    p.client.shutdownInput();
                    p.client.shutdownOutput();
                    return p.client.isInputShutdown() + " " + p.client.isOutputShutdown();
                });
        t.put(
                "half-closes after both have ended",
                p -> {
                    p.server.shutdownOutput();
                    p.client.shutdownOutput();
                    p.server.getInputStream().read();
                    p.in.read();
                    p.server.close();
                    p.client.shutdownInput();
                    return p.client.isInputShutdown() + " " + p.client.isClosed();
                });
        t.put(
                "two input streams",
                p -> sent(p, 1, 2).in.read() + " " + p.client.getInputStream().read());
    }

    private interface Setter {
        <T> Object set(SocketOption<T> option, T value) throws Exception;
    }

    private interface Getter {
        Object get(SocketOption<?> option) throws Exception;
    }

    private static final Object[] VALUES = {
        -5, -1, 0, 1, 17, 256, 70_000, true, false, "text", null
    };

    /** What each gives at first, and after each value. */
    @SuppressWarnings("unchecked")
    private static Object everyOption(Set<SocketOption<?>> options, Setter setter, Getter getter) {
        Map<String, Object> all = new TreeMap<>();
        for (SocketOption<?> option : options) {
            all.put(option + "", outcome(() -> getter.get(option)));
            for (Object value : VALUES) {
                all.put(
                        option + " " + value,
                        outcome(
                                () -> {
                                    setter.set((SocketOption<Object>) option, value);
                                    return getter.get(option);
                                }));
            }
        }
        return all;
    }

    private static Pair sent(Pair pair, int... bytes) throws Exception {
        pair.peerHasSent(bytes);
        return pair;
    }

    private static InetSocketAddress unresolved() {
        return InetSocketAddress.createUnresolved("no.such.host.invalid", 1);
    }

    private static Object connectTo(Pair pair, InetSocketAddress to, int timeout) throws Exception {
        try (Socket socket = pair.factory.createSocket()) {
            socket.connect(to, timeout);
            return socket;
        }
    }

    /** A thread of its own that waits. */
    private static final class Waiting {
        private static final Set<String> WAITS =
                Set.of("poll", "park", "read0", "write0", "accept");

        static <T> Future<T> in(Callable<T> task) throws Exception {
            FutureTask<T> future = new FutureTask<>(task);
            Thread thread = new Thread(future);
            thread.setDaemon(true);
            thread.start();
            // In the socket's wait by then, which the JDK's does in native code.
            while (thread.getState() == Thread.State.NEW || !isIn(thread)) {
                Thread.onSpinWait();
            }
            return future;
        }

        private static boolean isIn(Thread thread) {
            for (StackTraceElement element : thread.getStackTrace()) {
                String name = element.getMethodName();
                if (WAITS.contains(name)) {
                    return true;
                }
            }
            return false;
        }

        static Object get(Future<?> future) throws Exception {
            try {
                return future.get();
            } catch (ExecutionException e) {
                throw (Exception) e.getCause();
            }
        }
    }

    /** As the JDK's sockets: the socket itself is closed, not only its descriptor. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptOfAVirtualThreadThatReadsClosesTheSocket(boolean ours) throws Exception {
        assumeTrue(Goroutines.VIRTUAL);
        Pair pair =
                ours
                        ? new Pair(new GoPollSocketFactory(), new GoPollServerSocketFactory())
                        : new Pair(SocketFactory.getDefault(), ServerSocketFactory.getDefault());
        try {
            FutureTask<Integer> read = new FutureTask<>(pair.in::read);
            Thread thread =
                    (Thread)
                            Thread.class
                                    .getMethod("startVirtualThread", Runnable.class)
                                    .invoke(null, read);
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            thread.interrupt();
            ExecutionException e = assertThrows(ExecutionException.class, read::get);
            assertEquals("Closed by interrupt", e.getCause().getMessage());
            assertTrue(pair.client.isClosed());
        } finally {
            pair.close();
        }
    }

    /** Whoever drops a socket without closing it keeps no descriptor, as with the JDK's. */
    @Test
    void socketsThatWereDroppedAreClosed() throws Exception {
        Pair pair = new Pair(new GoPollSocketFactory(), new GoPollServerSocketFactory());
        List<Socket> peers = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                pair.factory.createSocket(
                        pair.listener.getInetAddress(), pair.listener.getLocalPort());
                peers.add(pair.listener.accept());
            }
            for (Socket peer : peers) {
                peer.setSoTimeout(100);
                int read = 0;
                while (read == 0) {
                    System.gc();
                    try {
                        read = peer.getInputStream().read();
                    } catch (SocketTimeoutException e) {
                        // Not yet.
                    }
                }
                assertEquals(-1, read);
            }
        } finally {
            for (Socket peer : peers) {
                peer.close();
            }
            pair.close();
        }
    }

    static Stream<String> operations() {
        return TABLE.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void bothGiveTheSame(String operation) throws Exception {
        String jdk =
                outcome(operation, SocketFactory.getDefault(), ServerSocketFactory.getDefault());
        assertEquals(
                jdk,
                outcome(operation, new GoPollSocketFactory(), new GoPollServerSocketFactory()));
        if (Goroutines.VIRTUAL) {
            try (Goroutines goroutines = new Goroutines()) {
                assertEquals(
                        jdk,
                        Goroutines.get(
                                goroutines.go(
                                        () ->
                                                outcome(
                                                        operation,
                                                        new GoPollSocketFactory(),
                                                        new GoPollServerSocketFactory()))));
            }
        }
    }

    private static String outcome(
            String operation, SocketFactory factory, ServerSocketFactory servers) throws Exception {
        Pair pair = new Pair(factory, servers);
        try {
            return outcome(() -> TABLE.get(operation).on(pair));
        } finally {
            pair.close();
        }
    }

    private static String outcome(Callable<?> call) {
        try {
            return "" + call.call();
        } catch (Exception e) {
            // Messages name the operation and the address here, the JDK's do not.
            return e.getClass().getName();
        }
    }
}
