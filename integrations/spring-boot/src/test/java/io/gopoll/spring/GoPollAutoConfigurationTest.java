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
package io.gopoll.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gopoll.traffic.Certificate;
import io.gopoll.traffic.ChildJvm;
import io.gopoll.traffic.Traffic;
import io.netty.channel.Channel;
import io.netty.pkitesting.X509Bundle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepository;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepositoryJsonBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

class GoPollAutoConfigurationTest {

    private static final Duration PATIENCE = Duration.ofSeconds(Traffic.SECONDS);
    private static final String[] QUICK = {
        "--server.port=0",
        "--server.address=127.0.0.1",
        "--spring.main.banner-mode=off",
        "--spring.main.register-shutdown-hook=false",
        "--spring.reactor.netty.shutdown-quiet-period=0s"
    };

    /** An application that runs, with some properties. */
    private static final class Running implements AutoCloseable {

        final ConfigurableApplicationContext context;
        final EchoApplication echo;
        private final String url;

        Running(String... properties) {
            List<String> args = new ArrayList<>(List.of(QUICK));
            args.addAll(List.of(properties));
            context = SpringApplication.run(EchoApplication.class, args.toArray(String[]::new));
            echo = context.getBean(EchoApplication.class);
            String scheme =
                    Stream.of(properties).anyMatch(p -> p.contains("ssl")) ? "https" : "http";
            String port = context.getEnvironment().getProperty("local.server.port");
            url = port.equals("-1") ? "" : scheme + "://localhost:" + port;
        }

        Mono<byte[]> post(String path, byte[] body) {
            return EchoApplication.post(context, url + path, body);
        }

        void traffic() throws Exception {
            Traffic.run((path, body) -> post(path, body).toFuture());
        }

        Collection<Channel> channels() {
            assertFalse(echo.servers.isEmpty());
            assertFalse(echo.clients.isEmpty());
            List<Channel> all = new ArrayList<>(echo.servers);
            all.addAll(echo.clients);
            return all;
        }

        @Override
        public void close() {
            context.close();
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
        try (Running application = new Running("--gopoll.mode=" + mode)) {
            application.traffic();
            Traffic.assertGoPoll(application.channels(), loop(mode));
        }
    }

    @Test
    void theLoopModeIsTheDefault() throws Exception {
        try (Running application = new Running()) {
            Traffic.small((path, body) -> application.post(path, body).toFuture(), 100);
            Traffic.assertGoPoll(application.channels(), "SingleThreadIoEventLoop");
        }
    }

    @Test
    void theServersTlsIsGoPoll(@TempDir Path folder) throws Exception {
        X509Bundle bundle = Certificate.create();
        Path certificate = Files.writeString(folder.resolve("c.pem"), bundle.getCertificatePEM());
        Path key = Files.writeString(folder.resolve("k.pem"), bundle.getPrivateKeyPEM());
        try (Running application =
                new Running(
                        "--spring.ssl.bundle.pem.t.keystore.certificate=file:"
                                + certificate.toAbsolutePath(),
                        "--spring.ssl.bundle.pem.t.keystore.private-key=file:"
                                + key.toAbsolutePath(),
                        "--spring.ssl.bundle.pem.t.truststore.certificate=file:"
                                + certificate.toAbsolutePath(),
                        "--server.ssl.bundle=t",
                        "--spring.http.clients.ssl.bundle=t")) {
            application.traffic();
            Traffic.assertGoPoll(application.channels(), "SingleThreadIoEventLoop");
        }
    }

    @Test
    void unixSocketsAreGoPoll(@TempDir Path folder) throws Exception {
        try (Running application = new Running("--test.unix=" + folder.resolve("s"))) {
            application.traffic();
            Traffic.assertGoPoll(application.channels(), "SingleThreadIoEventLoop");
            for (Channel channel : application.channels()) {
                assertEquals("GoPollDomainSocketChannel", channel.getClass().getSimpleName());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aCancelledRequestIsCancelledInTheServer(String mode) throws Exception {
        try (Running application = new Running("--gopoll.mode=" + mode)) {
            Disposable request = application.post(Traffic.NEVER, new byte[1]).subscribe();
            Traffic.get(application.echo.neverAnswered);
            request.dispose();
            Traffic.get(application.echo.cancelled);
        }
    }

    @Test
    void aTimeoutEndsARequest() {
        try (Running application = new Running()) {
            Mono<byte[]> answer =
                    application
                            .post(Traffic.NEVER, new byte[1])
                            .timeout(Duration.ofMillis(100))
                            .onErrorMap(TimeoutException.class, IllegalStateException::new);
            assertThrows(IllegalStateException.class, () -> answer.block(PATIENCE));
        }
    }

    /** Fifty handlers wait for each other, on two processors. */
    @Test
    void handlersBlockInGoroutineMode() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "there are no virtual threads");
        try (Running application = new Running("--gopoll.mode=goroutine")) {
            List<CompletableFuture<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < Traffic.CLIENTS; i++) {
                answers.add(application.post("/block", new byte[1]).toFuture());
            }
            for (CompletableFuture<byte[]> answer : answers) {
                assertEquals("all", new String(Traffic.get(answer), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void disabledItLeavesReactorNettysOwnTransport() throws Exception {
        try (Running application = new Running("--gopoll.enabled=false")) {
            Traffic.small((path, body) -> application.post(path, body).toFuture(), 50);
            for (Channel channel : application.channels()) {
                assertFalse(channel.getClass().getName().contains("gopoll"), channel::toString);
            }
        }
    }

    @Test
    void theJvmEndsByItself() throws Exception {
        String said = ChildJvm.run(EchoApplication.class, QUICK);
        assertTrue(said.contains("answered 7 by GoPollSocketChannel"), said);
    }

    @Test
    void withoutGoPollTheLogSaysSoAndTheApplicationRuns() throws Exception {
        List<String> args = new ArrayList<>(List.of(QUICK));
        args.add("-Dio.gopoll.syscalls=none");
        String said = ChildJvm.run(EchoApplication.class, args.toArray(String[]::new));
        assertTrue(said.matches("(?s).*answered 7 by (Epoll|Nio)SocketChannel.*"), said);
        assertTrue(said.contains("GoPoll is not available"), said);
    }

    @Test
    void theMetadataNamesEachProperty() throws Exception {
        try (var json =
                getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            assertNotNull(json);
            ConfigurationMetadataRepository metadata =
                    ConfigurationMetadataRepositoryJsonBuilder.create(json).build();
            assertTrue(metadata.getAllProperties().containsKey("gopoll.enabled"));
            assertEquals(
                    Mode.class.getName(), metadata.getAllProperties().get("gopoll.mode").getType());
        }
    }
}
