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
package io.gopoll.micronaut;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gopoll.traffic.Certificate;
import io.gopoll.traffic.ChildJvm;
import io.gopoll.traffic.Traffic;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.client.HttpClient;
import io.micronaut.http.client.exceptions.ReadTimeoutException;
import io.micronaut.runtime.server.EmbeddedServer;
import io.netty.channel.Channel;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

class GoPollEventLoopGroupFactoryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(Traffic.SECONDS);

    /** A server and a client of it, with some properties. */
    private static final class Running implements AutoCloseable {

        final EmbeddedServer server;
        final HttpClient client;

        Running(Map<String, Object> properties) {
            Map<String, Object> all = new HashMap<>(properties);
            all.putIfAbsent("micronaut.server.port", -1);
            all.put("micronaut.server.host", "127.0.0.1");
            all.put("micronaut.server.max-request-size", Traffic.MAX_BODY);
            all.put("micronaut.http.client.max-content-length", Traffic.MAX_BODY);
            all.putIfAbsent("micronaut.http.client.read-timeout", PATIENCE);
            all.put("micronaut.http.client.pool.max-concurrent-http1-connections", Traffic.CLIENTS);
            all.put("micronaut.netty.event-loops.default.num-threads", 2);
            all.put("micronaut.netty.event-loops.default.shutdown-quiet-period", "0s");
            server = ApplicationContext.run(EmbeddedServer.class, all);
            client = server.getApplicationContext().createBean(HttpClient.class, server.getURL());
        }

        Mono<byte[]> post(String path, byte[] body) {
            return Mono.from(
                    client.retrieve(
                            HttpRequest.POST(path, body)
                                    .contentType(MediaType.APPLICATION_OCTET_STREAM_TYPE)
                                    .accept(MediaType.ALL_TYPE),
                            byte[].class));
        }

        void traffic() throws Exception {
            Traffic.run((path, body) -> post(path, body).toFuture());
        }

        <T> T bean(Class<T> type) {
            return server.getApplicationContext().getBean(type);
        }

        Collection<Channel> servers() {
            return bean(EchoController.Servers.class).channels;
        }

        Collection<Channel> channels() {
            Collection<Channel> clients = bean(EchoController.Clients.class).channels;
            assertFalse(clients.isEmpty());
            assertFalse(servers().isEmpty());
            List<Channel> all = new ArrayList<>(servers());
            all.addAll(clients);
            return all;
        }

        @Override
        public void close() {
            client.close();
            server.close();
        }
    }

    static Stream<String> modes() {
        return Runtime.version().feature() < 21
                ? Stream.of("loop")
                : Stream.of("loop", "goroutine");
    }

    private static String loop(String mode) {
        return mode.equals("loop") ? "SingleThreadIoEventLoop" : "GoroutineEventLoop";
    }

    @ParameterizedTest
    @MethodSource("modes")
    void serverAndClientAreGoPoll(String mode) throws Exception {
        try (Running application = new Running(Map.of("gopoll.mode", mode))) {
            application.traffic();
            Traffic.assertGoPoll(application.channels(), loop(mode));
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void tlsIsGoPoll(String mode, @TempDir Path folder) throws Exception {
        Path store = folder.resolve("store.p12");
        try (OutputStream file = Files.newOutputStream(store)) {
            Certificate.create()
                    .toKeyStore("secret".toCharArray())
                    .store(file, "secret".toCharArray());
        }
        Map<String, Object> properties = new HashMap<>();
        properties.put("gopoll.mode", mode);
        properties.put("micronaut.server.ssl.enabled", true);
        properties.put("micronaut.server.ssl.port", -1);
        properties.put("micronaut.server.ssl.key-store.path", "file:" + store.toAbsolutePath());
        properties.put("micronaut.server.ssl.key-store.password", "secret");
        properties.put("micronaut.server.ssl.key-store.type", "PKCS12");
        properties.put("micronaut.http.client.ssl.insecure-trust-all-certificates", true);
        try (Running application = new Running(properties)) {
            assertTrue(application.server.getURL().toString().startsWith("https:"));
            application.traffic();
            Traffic.assertGoPoll(application.channels(), loop(mode));
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void unixSocketsOfTheServerAreGoPoll(String mode, @TempDir Path folder) throws Exception {
        Path socket = folder.resolve("s");
        Map<String, Object> properties = new HashMap<>();
        properties.put("gopoll.mode", mode);
        properties.put("micronaut.server.netty.listeners.unix.family", "UNIX");
        properties.put("micronaut.server.netty.listeners.unix.path", socket.toString());
        properties.put("micronaut.server.netty.listeners.tcp.port", -1);
        ExecutorService clients = Executors.newFixedThreadPool(Traffic.CLIENTS);
        try (Running application = new Running(properties)) {
            Traffic.run(
                    (path, body) ->
                            CompletableFuture.supplyAsync(
                                    () -> postOnce(socket, path, body), clients));
            Traffic.assertGoPoll(application.servers(), loop(mode));
            for (Channel channel : application.servers()) {
                assertTrue(channel.getClass().getName().contains("DomainSocket"));
            }
        } finally {
            clients.shutdown();
        }
    }

    /** Micronaut's client knows no Unix sockets; the JDK's do. */
    private static byte[] postOnce(Path socket, String path, byte[] body) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer head =
                    StandardCharsets.US_ASCII.encode(
                            "POST "
                                    + path
                                    + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
                                    + "Content-Type: application/octet-stream\r\nContent-Length: "
                                    + body.length
                                    + "\r\n\r\n");
            ByteBuffer content = ByteBuffer.wrap(body);
            while (head.hasRemaining() || content.hasRemaining()) {
                channel.write(new ByteBuffer[] {head, content});
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            Channels.newInputStream(channel).transferTo(answer);
            byte[] bytes = answer.toByteArray();
            int start =
                    new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n")
                            + "\r\n\r\n".length();
            return Arrays.copyOfRange(bytes, start, bytes.length);
        } catch (java.io.IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aCancelledRequestClosesItsConnection(String mode) throws Exception {
        try (Running application = new Running(Map.of("gopoll.mode", mode))) {
            Disposable request = application.post(Traffic.NEVER, new byte[1]).subscribe();
            Traffic.get(application.bean(EchoController.class).neverAnswered);
            request.dispose();
            Channel channel = application.servers().iterator().next();
            assertTrue(channel.closeFuture().await(PATIENCE.toMillis()));
        }
    }

    @Test
    void aTimeoutEndsARequest() {
        try (Running application =
                new Running(Map.of("micronaut.http.client.read-timeout", "200ms"))) {
            Mono<byte[]> answer = application.post(Traffic.NEVER, new byte[1]);
            assertThrows(ReadTimeoutException.class, () -> answer.block(PATIENCE));
        }
    }

    /** Fifty handlers wait for each other, on two processors. */
    @Test
    void handlersBlockInGoroutineMode() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "there are no virtual threads");
        try (Running application = new Running(Map.of("gopoll.mode", "goroutine"))) {
            List<CompletableFuture<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < Traffic.CLIENTS; i++) {
                answers.add(application.post("/block", new byte[1]).toFuture());
            }
            for (CompletableFuture<byte[]> answer : answers) {
                Traffic.get(answer);
            }
        }
    }

    @Test
    void disabledItLeavesMicronautsOwnTransport() throws Exception {
        try (Running application = new Running(Map.of("gopoll.enabled", false))) {
            Traffic.small((path, body) -> application.post(path, body).toFuture(), 50);
            for (Channel channel : application.channels()) {
                assertFalse(channel.getClass().getName().contains("gopoll"), channel::toString);
            }
        }
    }

    @Test
    void theJvmEndsByItself() throws Exception {
        String said = ChildJvm.run(Main.class, modes().toArray(String[]::new));
        assertTrue(said.contains("answered by GoPollSocketChannel"), said);
    }

    @Test
    void withoutGoPollMicronautTakesItsOwnTransport() throws Exception {
        String said = ChildJvm.run(Main.class, "loop", "-Dio.gopoll.syscalls=none");
        assertTrue(said.contains("answered by NioSocketChannel"), said);
        assertTrue(said.contains("GoPoll is not available"), said);
    }

    /** One request in each of the modes, and an end. */
    static final class Main {

        public static void main(String[] args) {
            for (String mode : args) {
                try (Running application = new Running(Map.of("gopoll.mode", mode))) {
                    application.post(Traffic.ECHO, new byte[1]).block(PATIENCE);
                    Channel channel = application.servers().iterator().next();
                    System.out.println("answered by " + channel.getClass().getSimpleName());
                }
            }
        }
    }
}
