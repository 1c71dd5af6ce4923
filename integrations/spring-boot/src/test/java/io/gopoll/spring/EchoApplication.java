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

import io.gopoll.traffic.Gathering;
import io.gopoll.traffic.Traffic;
import io.netty.channel.Channel;
import io.netty.channel.unix.DomainSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.reactive.ReactorClientHttpConnectorBuilder;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** An application as its users write it, which {@link Traffic} talks to. */
@SpringBootApplication
class EchoApplication {

    final Collection<Channel> servers = new ConcurrentLinkedQueue<>();
    final Collection<Channel> clients = new ConcurrentLinkedQueue<>();
    final CompletableFuture<Void> neverAnswered = new CompletableFuture<>();
    final CompletableFuture<Void> cancelled = new CompletableFuture<>();

    @Bean
    RouterFunction<ServerResponse> routes() {
        Gathering blocked = new Gathering();
        Gathering gathering = new Gathering();
        return RouterFunctions.route()
                .POST(
                        Traffic.ECHO,
                        request ->
                                request.bodyToMono(byte[].class)
                                        .flatMap(body -> ServerResponse.ok().bodyValue(body)))
                .POST(
                        Traffic.GATHER,
                        request ->
                                Mono.fromFuture(gathering.arrive())
                                        .then(ServerResponse.ok().bodyValue("all")))
                .POST(
                        "/block",
                        request -> {
                            Mono.fromFuture(blocked.arrive()).block();
                            return ServerResponse.ok().bodyValue("all");
                        })
                .POST(
                        Traffic.NEVER,
                        request -> {
                            neverAnswered.complete(null);
                            return Mono.<ServerResponse>never()
                                    .doOnCancel(() -> cancelled.complete(null));
                        })
                .build();
    }

    @Bean
    NettyServerCustomizer servers(@Value("${test.unix:}") String path) {
        return server -> {
            var observed = server.doOnConnection(c -> servers.add(c.channel()));
            return path.isEmpty()
                    ? observed
                    : observed.bindAddress(() -> new DomainSocketAddress(path));
        };
    }

    @Bean
    ClientHttpConnectorBuilderCustomizer<ReactorClientHttpConnectorBuilder> clients(
            @Value("${test.unix:}") String path) {
        return connectors ->
                connectors.withHttpClientCustomizer(
                        client -> {
                            var observed = client.doOnConnected(c -> clients.add(c.channel()));
                            return path.isEmpty()
                                    ? observed
                                    : observed.remoteAddress(() -> new DomainSocketAddress(path));
                        });
    }

    @Bean
    WebClient client(WebClient.Builder builder) {
        return builder.codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(Traffic.MAX_BODY))
                .build();
    }

    @Bean
    org.springframework.boot.http.codec.CodecCustomizer maxBody() {
        return codecs -> codecs.defaultCodecs().maxInMemorySize(Traffic.MAX_BODY);
    }

    /** What one request to {@code url} is answered with. */
    static Mono<byte[]> post(ConfigurableApplicationContext application, String url, byte[] body) {
        return application
                .getBean(WebClient.class)
                .post()
                .uri(url)
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .bodyValue(body)
                .retrieve()
                .bodyToMono(byte[].class);
    }

    /** One request; the JVM ends when the application is closed. Run by a test. */
    public static void main(String[] args) {
        try (ConfigurableApplicationContext application =
                SpringApplication.run(EchoApplication.class, args)) {
            String port = application.getEnvironment().getProperty("local.server.port");
            String url = "http://127.0.0.1:" + port + Traffic.ECHO;
            byte[] answer =
                    post(application, url, new byte[7]).block(Duration.ofSeconds(Traffic.SECONDS));
            EchoApplication echo = application.getBean(EchoApplication.class);
            System.out.println(
                    "answered "
                            + answer.length
                            + " by "
                            + echo.servers.iterator().next().getClass().getSimpleName());
        }
    }
}
