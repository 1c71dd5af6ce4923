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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.Dsl;
import org.asynchttpclient.Response;
import org.junit.jupiter.api.Test;

/** async-http-client takes epoll when it is told to use a native transport. */
class AsyncHttpClientTest {

    @Test
    void requestsGoThroughGoPoll() throws Exception {
        Collection<Channel> channels = new ConcurrentLinkedQueue<>();
        try (EchoServer server = new EchoServer();
                AsyncHttpClient client =
                        Dsl.asyncHttpClient(
                                Dsl.config()
                                        .setUseNativeTransport(true)
                                        .setUseOnlyEpollNativeTransport(true)
                                        .setRequestTimeout(
                                                java.time.Duration.ofSeconds(Traffic.SECONDS))
                                        .setHttpAdditionalChannelInitializer(channels::add))) {
            for (int i = 0; i < Traffic.REQUESTS; i += Traffic.CONCURRENT) {
                List<Future<Response>> responses = new ArrayList<>();
                for (int j = i; j < i + Traffic.CONCURRENT; j++) {
                    responses.add(client.preparePost(server.url()).setBody("hello " + j).execute());
                }
                for (int j = i; j < i + Traffic.CONCURRENT; j++) {
                    Response response = responses.get(j - i).get(Traffic.SECONDS, TimeUnit.SECONDS);
                    assertEquals("hello " + j, response.getResponseBody());
                }
            }
            Response large =
                    client.preparePost(server.url())
                            .setBody(Traffic.large())
                            .execute()
                            .get(Traffic.SECONDS, TimeUnit.SECONDS);
            Traffic.assertLarge(large.getResponseBodyAsBytes());
            Traffic.assertInLoops(channels);
        }
    }
}
