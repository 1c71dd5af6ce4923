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

import io.gopoll.traffic.Gathering;
import io.gopoll.traffic.Traffic;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.client.netty.NettyClientCustomizer;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What {@link Traffic} talks to, on the event loop. */
@Controller(consumes = MediaType.ALL, produces = MediaType.APPLICATION_OCTET_STREAM)
class EchoController {

    final CompletableFuture<Void> neverAnswered = new CompletableFuture<>();
    private final Gathering gathering = new Gathering();
    private final Gathering blocked = new Gathering();

    @Post(Traffic.ECHO)
    byte[] echo(@Body byte[] body) {
        return body;
    }

    @Post(Traffic.GATHER)
    CompletableFuture<byte[]> gather() {
        return gathering.arrive().thenApply(v -> new byte[1]);
    }

    @Post("/block")
    byte[] block() throws Exception {
        Traffic.get(blocked.arrive());
        return new byte[1];
    }

    @Post(Traffic.NEVER)
    CompletableFuture<byte[]> never() {
        neverAnswered.complete(null);
        return new CompletableFuture<>();
    }

    /** Connections of the server. */
    @Singleton
    static final class Servers
            implements BeanCreatedEventListener<NettyServerCustomizer.Registry>,
                    NettyServerCustomizer {

        final Collection<Channel> channels = new ConcurrentLinkedQueue<>();

        @Override
        public NettyServerCustomizer.Registry onCreated(
                BeanCreatedEvent<NettyServerCustomizer.Registry> event) {
            event.getBean().register(this);
            return event.getBean();
        }

        @Override
        public NettyServerCustomizer specializeForChannel(Channel channel, ChannelRole role) {
            if (role == ChannelRole.CONNECTION) {
                channels.add(channel);
            }
            return this;
        }
    }

    /** Connections of the clients. */
    @Singleton
    static final class Clients
            implements BeanCreatedEventListener<NettyClientCustomizer.Registry>,
                    NettyClientCustomizer {

        final Collection<Channel> channels = new ConcurrentLinkedQueue<>();

        @Override
        public NettyClientCustomizer.Registry onCreated(
                BeanCreatedEvent<NettyClientCustomizer.Registry> event) {
            event.getBean().register(this);
            return event.getBean();
        }

        @Override
        public NettyClientCustomizer specializeForChannel(Channel channel, ChannelRole role) {
            if (role == ChannelRole.CONNECTION) {
                channels.add(channel);
            }
            return this;
        }
    }
}
