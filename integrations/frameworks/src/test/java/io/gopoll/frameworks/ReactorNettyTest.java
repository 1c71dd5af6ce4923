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
package io.gopoll.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** Reactor Netty takes epoll where there is one, for servers and clients. */
class ReactorNettyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(Traffic.SECONDS);

    @Test
    void serverAndClientAreGoPoll() {
        Collection<Channel> channels = new ConcurrentLinkedQueue<>();
        LoopResources loops = LoopResources.create("gopoll", 2, true);
        ConnectionProvider connections = ConnectionProvider.create("gopoll", Traffic.CONCURRENT);
        DisposableServer server =
                HttpServer.create()
                        .host("127.0.0.1")
                        .port(0)
                        .runOn(loops)
                        .doOnConnection(c -> channels.add(c.channel()))
                        .handle((request, response) -> response.send(request.receive().retain()))
                        .bindNow(PATIENCE);
        try {
            HttpClient client =
                    HttpClient.create(connections)
                            .host("127.0.0.1")
                            .port(server.port())
                            .runOn(loops)
                            .doOnConnected(c -> channels.add(c.channel()));
            List<String> hellos =
                    IntStream.range(0, Traffic.REQUESTS)
                            .mapToObj(i -> "hello " + i)
                            .collect(Collectors.toList());
            List<String> answers =
                    Flux.fromIterable(hellos)
                            .flatMapSequential(
                                    hello ->
                                            post(client, hello.getBytes(StandardCharsets.UTF_8))
                                                    .map(String::new),
                                    Traffic.CONCURRENT)
                            .collectList()
                            .block(PATIENCE);
            assertEquals(hellos, answers);
            Traffic.assertLarge(post(client, Traffic.large()).block(PATIENCE));
            Traffic.assertGoPolls(channels);
        } finally {
            server.disposeNow(PATIENCE);
            connections.disposeLater().block(PATIENCE);
            loops.disposeLater(Duration.ZERO, PATIENCE).block(PATIENCE);
        }
    }

    private static Mono<byte[]> post(HttpClient client, byte[] body) {
        return client.post()
                .uri("/")
                .send(ByteBufFlux.fromInbound(Mono.just(body)))
                .responseSingle((response, content) -> content.asByteArray());
    }
}
