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
package io.gopoll.scoreboard;

import io.gopoll.examples.Transport;
import io.gopoll.net.GoPollSocketFactory;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Sockets that block: NIO's are the JDK's, GoPoll's those of its socket factory. In goroutine mode
 * they block a goroutine.
 */
final class BlockingSockets {

    private BlockingSockets() {}

    @Reported(
            url = "https://github.com/golang/go/issues/17982",
            title = "net: document net.Conn operation after deadline is exceeded",
            shows = "A socket whose read has timed out can be read again.")
    static void readAfterATimeout(Host host) throws Exception {
        blocking(
                host,
                (socket, peer) -> {
                    socket.setSoTimeout(1);
                    timesOut(socket);
                    socket.setSoTimeout((int) Host.LIMIT.toMillis());
                    peer.getOutputStream().write(7);
                    Host.check(socket.getInputStream().read() == 7, "nothing comes");
                });
    }

    @Reported(
            url = "https://github.com/golang/go/issues/29876",
            title =
                    "net: Read or Write on expired AND closed connection do not return a timeout"
                            + " error",
            shows = "A socket that has timed out and is closed says that it is closed.")
    static void expiredAndClosed(Host host) throws Exception {
        blocking(
                host,
                (socket, peer) -> {
                    socket.setSoTimeout(1);
                    var in = socket.getInputStream();
                    timesOut(socket);
                    socket.close();
                    try {
                        throw new AssertionError("read: " + in.read());
                    } catch (SocketTimeoutException e) {
                        throw new AssertionError("a closed socket times out", e);
                    } catch (SocketException e) {
                        Host.check(socket.isClosed(), "the socket is open");
                    }
                });
    }

    private static void timesOut(Socket socket) throws IOException {
        try {
            throw new AssertionError("read: " + socket.getInputStream().read());
        } catch (SocketTimeoutException expected) {
            Host.check(!socket.isClosed(), "a timeout closes the socket");
        }
    }

    @Reported(
            url = "https://github.com/golang/go/issues/17695",
            title = "net: Conn.Close doesn't unblock Conn.Read on nacl",
            shows = "close() ends a read that blocks in another thread.")
    static void closeEndsARead(Host host) throws Exception {
        blocking(
                host,
                (socket, peer) -> {
                    CompletableFuture<Integer> read = new CompletableFuture<>();
                    peer.getOutputStream().write(1);
                    Thread reader =
                            new Thread(
                                    () -> {
                                        try {
                                            peer.getOutputStream().write(1);
                                            socket.getInputStream().read();
                                            socket.getInputStream().read();
                                            peer.getOutputStream().write(1);
                                            read.complete(socket.getInputStream().read());
                                        } catch (IOException e) {
                                            read.completeExceptionally(e);
                                        }
                                    });
                    reader.start();
                    peerWaitsForReader(reader);
                    socket.close();
                    read.handle((value, e) -> e)
                            .orTimeout(Host.LIMIT.toSeconds(), TimeUnit.SECONDS)
                            .get();
                });
    }

    /** Until it has nothing to do but to wait for bytes, or for its end. */
    private static void peerWaitsForReader(Thread reader) {
        long end = System.nanoTime() + 200_000_000;
        while (System.nanoTime() < end && reader.getState() != Thread.State.WAITING) {
            Thread.yield();
        }
    }

    @Reported(
            url = "https://github.com/golang/go/issues/18187",
            title = "net: can {Conn,PacketConn}.Close block?",
            shows = "close() does not wait for a peer that reads nothing.")
    static void closeDoesNotWait(Host host) throws Exception {
        blocking(
                host,
                (socket, peer) -> {
                    CountDownLatch failed = new CountDownLatch(1);
                    CountDownLatch begun = new CountDownLatch(1);
                    new Thread(
                                    () -> {
                                        try {
                                            socket.getOutputStream().write(1);
                                            begun.countDown();
                                            socket.getOutputStream()
                                                    .write(new byte[64 * 1024 * 1024]);
                                        } catch (IOException e) {
                                            failed.countDown();
                                        }
                                    })
                            .start();
                    Host.check(peer.getInputStream().read() == 1, "nothing comes");
                    begun.await();
                    socket.close();
                    Host.check(
                            failed.await(Host.LIMIT.toSeconds(), TimeUnit.SECONDS),
                            "a write goes on after close()");
                });
    }

    @Reported(
            url = "https://github.com/kohlschutter/junixsocket/issues/158",
            title = "[Loom] Interrupt behaviour differs from the system implementation",
            shows =
                    "An interrupt closes the socket that a virtual thread reads, with"
                            + " SocketException and the thread still interrupted.")
    static void interruptCloses(Host host) throws Exception {
        ThreadFactory virtual = virtualThreads();
        blocking(
                host,
                (socket, peer) -> {
                    CompletableFuture<String> seen = new CompletableFuture<>();
                    Thread reader =
                            virtual.newThread(
                                    () -> {
                                        try {
                                            seen.complete("read " + socket.getInputStream().read());
                                        } catch (IOException e) {
                                            seen.complete(
                                                    e.getClass().getSimpleName()
                                                            + " "
                                                            + Thread.currentThread()
                                                                    .isInterrupted());
                                        }
                                    });
                    reader.start();
                    peerWaitsForReader(reader);
                    reader.interrupt();
                    String what = seen.get(Host.LIMIT.toSeconds(), TimeUnit.SECONDS);
                    Host.check(what.equals("SocketException true"), what);
                    Host.check(socket.isClosed(), "the socket is open");
                });
    }

    @Reported(
            url = "https://github.com/odnoklassniki/one-nio/pull/130",
            title = "Don't pin carrier on timed JavaSocket.read() from a virtual thread",
            shows = "Timed reads of 64 virtual threads do not keep others from running.")
    static void timedReadsDoNotPin(Host host) throws Exception {
        ThreadFactory virtual = virtualThreads();
        needBlocking(host);
        try (ServerSocket server = host.listenOutside()) {
            List<Socket> peers = new ArrayList<>();
            CountDownLatch reading = new CountDownLatch(64);
            CountDownLatch read = new CountDownLatch(64);
            for (int i = 0; i < 64; i++) {
                Socket socket = connect(host, server);
                socket.setSoTimeout((int) Host.LIMIT.toMillis());
                peers.add(host.accepted(server));
                virtual.newThread(
                                () -> {
                                    reading.countDown();
                                    try {
                                        if (socket.getInputStream().read() == 1) {
                                            read.countDown();
                                        }
                                    } catch (IOException e) {
                                        // Counted as one that is missing.
                                    }
                                })
                        .start();
            }
            Host.check(
                    reading.await(Host.LIMIT.toSeconds(), TimeUnit.SECONDS),
                    reading.getCount() + " of 64 virtual threads do not begin");
            for (Socket peer : peers) {
                peer.getOutputStream().write(1);
            }
            Host.check(
                    read.await(Host.LIMIT.toSeconds(), TimeUnit.SECONDS),
                    read.getCount() + " of 64 reads get nothing");
        }
    }

    @Reported(
            url = "https://github.com/openjdk/jdk/pull/16742",
            title =
                    "8282726: java/net/vthread/BlockingSocketOps.java timeout/hang intermittently"
                            + " on Windows",
            shows = "Descriptors that are used again at once get their own events, 500 times.")
    static void descriptorsUsedAgain(Host host) throws Exception {
        ThreadFactory virtual = virtualThreads();
        needBlocking(host);
        try (ServerSocket server = host.listenOutside()) {
            CompletableFuture<String> done = new CompletableFuture<>();
            virtual.newThread(
                            () -> {
                                try {
                                    for (int i = 0; i < 500; i++) {
                                        try (Socket socket = connect(host, server);
                                                Socket peer = server.accept()) {
                                            peer.getOutputStream().write(1);
                                            Host.check(
                                                    socket.getInputStream().read() == 1,
                                                    "another byte");
                                        }
                                    }
                                    done.complete(Scoreboard.PASSES);
                                } catch (Exception | AssertionError e) {
                                    done.complete(e.toString());
                                }
                            })
                    .start();
            String what = done.get(Host.LIMIT.toSeconds(), TimeUnit.SECONDS);
            Host.check(what.equals(Scoreboard.PASSES), what);
        }
    }

    private interface Body {
        void run(Socket socket, Socket peer) throws Exception;
    }

    private static void blocking(Host host, Body body) throws Exception {
        needBlocking(host);
        try (ServerSocket server = host.listenOutside()) {
            Callable<String> task =
                    () -> {
                        try (Socket socket = connect(host, server)) {
                            body.run(socket, host.accepted(server));
                        }
                        return Scoreboard.PASSES;
                    };
            if (host.transport == Transport.GOROUTINE) {
                Host.await(host.group.next().submit(task), "a goroutine");
            } else {
                task.call();
            }
        }
    }

    private static Socket connect(Host host, ServerSocket server) throws IOException {
        return host.isGoPoll()
                ? new GoPollSocketFactory()
                        .createSocket(server.getInetAddress(), server.getLocalPort())
                : new Socket(server.getInetAddress(), server.getLocalPort());
    }

    private static void needBlocking(Host host) {
        if (host.transport == Transport.EPOLL || host.transport == Transport.IO_URING) {
            throw new Lacks("blocking sockets");
        }
    }

    /** By reflection: this is compiled for JDK 17. */
    private static ThreadFactory virtualThreads() throws ReflectiveOperationException {
        if (Runtime.version().feature() < 21) {
            throw new Lacks(Host.VIRTUAL_THREADS);
        }
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        return (ThreadFactory)
                Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
    }
}
