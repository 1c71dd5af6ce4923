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

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ConnectionPoolListener;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import io.netty.channel.Channel;
import io.netty.util.AttributeMap;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Armeria takes epoll where there is one, for servers and clients; HTTP/2 here. */
class ArmeriaTest {

    /** Those that the client opens: what it calls their attributes are the channels. */
    private static final class Connections implements ConnectionPoolListener {

        private final Collection<Channel> channels;

        Connections(Collection<Channel> channels) {
            this.channels = channels;
        }

        @Override
        public void connectionOpen(
                SessionProtocol protocol,
                InetSocketAddress remote,
                InetSocketAddress local,
                AttributeMap attributes) {
            channels.add((Channel) attributes);
        }

        @Override
        public void connectionClosed(
                SessionProtocol protocol,
                InetSocketAddress remote,
                InetSocketAddress local,
                AttributeMap attributes) {}
    }

    @Test
    void serverAndClientAreGoPoll() throws Exception {
        Collection<Channel> channels = new ConcurrentLinkedQueue<>();
        Server server =
                Server.builder()
                        .http(0)
                        .maxRequestLength(0)
                        .requestTimeoutMillis(0)
                        .childChannelPipelineCustomizer(p -> channels.add(p.channel()))
                        .service(
                                "/",
                                (ctx, request) ->
                                        HttpResponse.of(
                                                request.aggregate()
                                                        .thenApply(
                                                                whole ->
                                                                        HttpResponse.of(
                                                                                HttpStatus.OK,
                                                                                MediaType
                                                                                        .OCTET_STREAM,
                                                                                whole.content()))))
                        .build();
        server.start().get(Traffic.SECONDS, TimeUnit.SECONDS);
        try (ClientFactory factory =
                ClientFactory.builder().connectionPoolListener(new Connections(channels)).build()) {
            WebClient client =
                    WebClient.builder("http://127.0.0.1:" + server.activeLocalPort())
                            .factory(factory)
                            .maxResponseLength(0)
                            .responseTimeoutMillis(0)
                            .writeTimeoutMillis(0)
                            .build();
            for (int i = 0; i < Traffic.REQUESTS; i += Traffic.CONCURRENT) {
                List<CompletableFuture<AggregatedHttpResponse>> responses = new ArrayList<>();
                for (int j = i; j < i + Traffic.CONCURRENT; j++) {
                    responses.add(client.post("/", "hello " + j).aggregate());
                }
                for (int j = i; j < i + Traffic.CONCURRENT; j++) {
                    AggregatedHttpResponse response =
                            responses.get(j - i).get(Traffic.SECONDS, TimeUnit.SECONDS);
                    assertEquals("hello " + j, response.contentUtf8());
                }
            }
            Traffic.assertLarge(
                    client.post("/", Traffic.large())
                            .aggregate()
                            .get(Traffic.SECONDS, TimeUnit.SECONDS)
                            .content()
                            .array());
            Traffic.assertGoPolls(channels);
        } finally {
            server.stop().get(Traffic.SECONDS, TimeUnit.SECONDS);
        }
    }
}
