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
package io.gopoll.reactor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.traffic.Certificate;
import io.gopoll.traffic.ChildJvm;
import io.gopoll.traffic.Gathering;
import io.gopoll.traffic.Traffic;
import io.netty.channel.Channel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.timeout.ReadTimeoutException;
import io.netty.pkitesting.X509Bundle;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ByteBufFlux;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.udp.UdpClient;
import reactor.netty.udp.UdpServer;

class GoPollLoopResourcesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(Traffic.SECONDS);

    /** What {@link Traffic} talks to, with a client for it. */
    private static final class Http implements AutoCloseable {

        final Collection<Channel> channels = new ConcurrentLinkedQueue<>();
        final CompletableFuture<Channel> neverAnswered = new CompletableFuture<>();
        final GoPollLoopResources loops;
        final ConnectionProvider connections = ConnectionProvider.create("t", Traffic.CLIENTS);
        final DisposableServer server;
        final HttpClient client;

        Http(
                String mode,
                SocketAddress address,
                UnaryOperator<HttpServer> servers,
                UnaryOperator<HttpClient> clients) {
            loops = loops(mode);
            Gathering gathering = new Gathering();
            server =
                    servers.apply(HttpServer.create())
                            .bindAddress(() -> address)
                            .runOn(loops)
                            .doOnConnection(c -> channels.add(c.channel()))
                            .route(
                                    routes ->
                                            routes.post(
                                                            Traffic.ECHO,
                                                            (i, o) -> o.send(i.receive().retain()))
                                                    .post(
                                                            Traffic.GATHER,
                                                            (i, o) ->
                                                                    o.sendString(
                                                                            Mono.fromFuture(
                                                                                            gathering
                                                                                                    .arrive())
                                                                                    .thenReturn(
                                                                                            "all")))
                                                    .post(
                                                            Traffic.NEVER,
                                                            (i, o) -> {
                                                                i.withConnection(
                                                                        c ->
                                                                                neverAnswered
                                                                                        .complete(
                                                                                                c
                                                                                                        .channel()));
                                                                return Mono.never();
                                                            }))
                            .bindNow(PATIENCE);
            client =
                    clients.apply(HttpClient.create(connections))
                            .remoteAddress(server::address)
                            .runOn(loops)
                            .doOnConnected(c -> channels.add(c.channel()));
        }

        Mono<byte[]> post(String path, byte[] body) {
            return client.post()
                    .uri(path)
                    .send(ByteBufFlux.fromInbound(Mono.just(body)))
                    .responseSingle((response, content) -> content.asByteArray());
        }

        void traffic() throws Exception {
            Traffic.run((path, body) -> post(path, body).toFuture());
        }

        @Override
        public void close() {
            server.disposeNow(PATIENCE);
            connections.disposeLater().block(PATIENCE);
            loops.disposeLater(Duration.ZERO, PATIENCE).block(PATIENCE);
            assertTrue(loops.isDisposed());
        }
    }

    static Stream<String> modes() {
        return Runtime.version().feature() < 21
                ? Stream.of("loop")
                : Stream.of("loop", "goroutine");
    }

    private static GoPollLoopResources loops(String mode) {
        return mode.equals("loop")
                ? GoPollLoopResources.create("gopoll", 2, true)
                : GoPollLoopResources.goroutine(2);
    }

    private static String loopClass(String mode) {
        return mode.equals("loop") ? "SingleThreadIoEventLoop" : "GoroutineEventLoop";
    }

    private static Http tcp(String mode) {
        return new Http(mode, loopback(), UnaryOperator.identity(), UnaryOperator.identity());
    }

    private static SocketAddress loopback() {
        return new InetSocketAddress("127.0.0.1", 0);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void carriesHttp(String mode) throws Exception {
        try (Http http = tcp(mode)) {
            http.traffic();
            Traffic.assertGoPoll(http.channels, loopClass(mode));
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void carriesTls(String mode) throws Exception {
        X509Bundle bundle = Certificate.create();
        SslContext forServers = SslContextBuilder.forServer(bundle.toKeyManagerFactory()).build();
        SslContext forClients =
                SslContextBuilder.forClient().trustManager(bundle.toTrustManagerFactory()).build();
        try (Http http =
                new Http(
                        mode,
                        loopback(),
                        s -> s.secure(spec -> spec.sslContext(forServers)),
                        c -> c.secure(spec -> spec.sslContext(forClients)))) {
            http.traffic();
            Traffic.assertGoPoll(http.channels, loopClass(mode));
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void carriesUnixSockets(String mode, @TempDir Path folder) throws Exception {
        SocketAddress address = new DomainSocketAddress(folder.resolve("s").toString());
        try (Http http =
                new Http(mode, address, UnaryOperator.identity(), UnaryOperator.identity())) {
            http.traffic();
            Traffic.assertGoPoll(http.channels, loopClass(mode));
            for (Channel channel : http.channels) {
                assertEquals("GoPollDomainSocketChannel", channel.getClass().getSimpleName());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void carriesDatagrams(String mode) throws Exception {
        GoPollLoopResources loops = loops(mode);
        Collection<Channel> channels = new ConcurrentLinkedQueue<>();
        Connection server =
                UdpServer.create()
                        .bindAddress(GoPollLoopResourcesTest::loopback)
                        .runOn(loops)
                        .doOnBound(c -> channels.add(c.channel()))
                        .handle(
                                (in, out) ->
                                        out.sendObject(
                                                in.receiveObject()
                                                        .cast(
                                                                io.netty.channel.socket
                                                                        .DatagramPacket.class)
                                                        .map(
                                                                p ->
                                                                        new io.netty.channel.socket
                                                                                .DatagramPacket(
                                                                                p.content()
                                                                                        .retain(),
                                                                                p.sender()))))
                        .bindNow(PATIENCE);
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        Connection client =
                UdpClient.create()
                        .remoteAddress(() -> server.channel().localAddress())
                        .runOn(loops)
                        .doOnConnected(c -> channels.add(c.channel()))
                        .handle(
                                (in, out) ->
                                        out.sendByteArray(Mono.just(new byte[] {1, 2, 3}))
                                                .then(
                                                        in.receive()
                                                                .asByteArray()
                                                                .doOnNext(answer::complete)
                                                                .then()))
                        .connectNow(PATIENCE);
        try {
            assertArrayEquals(new byte[] {1, 2, 3}, Traffic.get(answer));
            Traffic.assertGoPoll(channels, loopClass(mode));
        } finally {
            client.disposeNow(PATIENCE);
            server.disposeNow(PATIENCE);
            loops.disposeLater(Duration.ZERO, PATIENCE).block(PATIENCE);
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aCancelledRequestClosesItsConnection(String mode) throws Exception {
        try (Http http = tcp(mode)) {
            Disposable request = http.post(Traffic.NEVER, new byte[1]).subscribe();
            Channel channel = Traffic.get(http.neverAnswered);
            request.dispose();
            assertTrue(channel.closeFuture().await(PATIENCE.toMillis()));
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aTimeoutEndsARequest(String mode) {
        try (Http http =
                new Http(
                        mode,
                        loopback(),
                        UnaryOperator.identity(),
                        c -> c.responseTimeout(Duration.ofMillis(100)))) {
            Mono<byte[]> answer = http.post(Traffic.NEVER, new byte[1]);
            assertThrows(ReadTimeoutException.class, () -> answer.block(PATIENCE));
        }
    }

    /** As Reactor Netty's own loops: whoever blocks in one gets an exception. */
    @Test
    void threadsOfTheLoopModeAreNonBlockingDaemons() throws Exception {
        GoPollLoopResources loops = loops("loop");
        try {
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            loops.onServer(true).execute(() -> thread.complete(Thread.currentThread()));
            assertTrue(Traffic.get(thread).isDaemon());
            assertTrue(Schedulers.isNonBlockingThread(Traffic.get(thread)));
        } finally {
            loops.disposeLater(Duration.ZERO, PATIENCE).block(PATIENCE);
        }
    }

    /** The server's handlers wait for an answer of the client, all of them at once. */
    @Test
    void handlersOfGoroutineModeMayBlock() throws Exception {
        if (Runtime.version().feature() < 21) {
            assertThrows(
                    UnsupportedOperationException.class, () -> GoPollLoopResources.goroutine(2));
            return;
        }
        try (Http http = tcp("goroutine")) {
            DisposableServer front =
                    HttpServer.create()
                            .bindAddress(GoPollLoopResourcesTest::loopback)
                            .runOn(http.loops)
                            .handle(
                                    (request, response) -> {
                                        byte[] answer =
                                                http.post(Traffic.GATHER, new byte[1])
                                                        .block(PATIENCE);
                                        return response.sendByteArray(Mono.just(answer));
                                    })
                            .bindNow(PATIENCE);
            ConnectionProvider connections = ConnectionProvider.create("front", Traffic.CLIENTS);
            HttpClient client =
                    HttpClient.create(connections).remoteAddress(front::address).runOn(http.loops);
            CompletableFuture<?>[] answers =
                    Stream.generate(
                                    () ->
                                            client.get()
                                                    .responseContent()
                                                    .aggregate()
                                                    .asString()
                                                    .toFuture())
                            .limit(Traffic.CLIENTS)
                            .toArray(CompletableFuture[]::new);
            Traffic.get(CompletableFuture.allOf(answers));
            assertEquals("all", answers[0].join());
            front.disposeNow(PATIENCE);
            connections.disposeLater().block(PATIENCE);
        }
    }

    @Test
    void theQuietPeriodIsKept() {
        GoPollLoopResources loops = loops("loop");
        loops.onServer(true).execute(() -> {}); // a loop without a thread has nothing to be quiet
        long start = System.nanoTime();
        Mono<Void> disposal = loops.disposeLater(Duration.ofMillis(300), PATIENCE);
        assertFalse(loops.isDisposed());
        disposal.block(PATIENCE);
        assertTrue(System.nanoTime() - start >= 300_000_000);
        assertTrue(loops.isDisposed());
    }

    @Test
    void theJvmEndsByItself() throws Exception {
        assertTrue(ChildJvm.run(Main.class, "daemon").contains("answered"));
        assertTrue(ChildJvm.run(Main.class, "loop").contains("answered"));
    }

    @Test
    void theJvmEndsByItselfAfterGoroutineMode() throws Exception {
        if (Runtime.version().feature() >= 21) {
            assertTrue(ChildJvm.run(Main.class, "goroutine").contains("answered"));
        }
    }

    /** One request; loops that are daemons are not disposed. */
    static final class Main {

        public static void main(String[] args) {
            if (args[0].equals("daemon")) {
                Http http = tcp("loop");
                http.post(Traffic.ECHO, new byte[1]).block(PATIENCE);
            } else {
                try (Http http = tcp(args[0])) {
                    http.post(Traffic.ECHO, new byte[1]).block(PATIENCE);
                }
            }
            System.out.println("answered");
        }
    }
}
