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
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gopoll.databases.DatabaseServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.redisson.Redisson;
import org.redisson.api.RFuture;
import org.redisson.api.RedissonClient;
import org.redisson.client.NettyHook;
import org.redisson.config.Config;
import org.redisson.config.TransportMode;

/** Lettuce takes epoll where there is one, Redisson when told so; both talk to a Redis server. */
class RedisTest {

    private static DatabaseServer redis;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/redis-server")),
                "no redis-server is installed");
        redis = new DatabaseServer(DatabaseServer.Kind.REDIS);
    }

    @AfterAll
    static void stop() throws Exception {
        if (redis != null) {
            redis.close();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void lettuceIsGoPoll() throws Exception {
        Collection<Channel> channels = new ConcurrentLinkedQueue<>();
        ClientResources resources =
                ClientResources.builder()
                        .nettyCustomizer(
                                new NettyCustomizer() {
                                    @Override
                                    public void afterChannelInitialized(Channel channel) {
                                        channels.add(channel);
                                    }
                                })
                        .build();
        RedisClient client =
                RedisClient.create(resources, RedisURI.create("127.0.0.1", redis.port()));
        try (StatefulRedisConnection<byte[], byte[]> connection =
                client.connect(ByteArrayCodec.INSTANCE)) {
            List<RedisFuture<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < Traffic.REQUESTS; i++) {
                connection.async().set(bytes("l" + i), bytes("hello " + i));
                answers.add(connection.async().get(bytes("l" + i)));
            }
            for (int i = 0; i < Traffic.REQUESTS; i++) {
                byte[] answer = answers.get(i).get(Traffic.SECONDS, TimeUnit.SECONDS);
                assertEquals("hello " + i, new String(answer, StandardCharsets.UTF_8));
            }
            connection.sync().set(bytes("large"), Traffic.large());
            Traffic.assertLarge(connection.sync().get(bytes("large")));
            Traffic.assertInLoops(channels);
        } finally {
            client.shutdown(0, 5, TimeUnit.SECONDS);
            resources.shutdown(0, 5, TimeUnit.SECONDS).get();
        }
    }

    @Test
    void redissonIsGoPoll() throws Exception {
        Collection<Channel> channels = new ConcurrentLinkedQueue<>();
        Config config = new Config();
        config.setTransportMode(TransportMode.EPOLL);
        config.setCodec(org.redisson.client.codec.ByteArrayCodec.INSTANCE);
        config.setNettyHook(
                new NettyHook() {
                    @Override
                    public void afterBoostrapInitialization(Bootstrap bootstrap) {}

                    @Override
                    public void afterChannelInitialization(Channel channel) {
                        channels.add(channel);
                    }
                });
        config.useSingleServer()
                .setAddress("redis://" + redis.address())
                .setTimeout(Traffic.SECONDS * 1000);
        RedissonClient client = Redisson.create(config);
        try {
            List<RFuture<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < Traffic.REQUESTS; i++) {
                client.<byte[]>getBucket("r" + i).set(bytes("hello " + i));
                answers.add(client.<byte[]>getBucket("r" + i).getAsync());
            }
            for (int i = 0; i < Traffic.REQUESTS; i++) {
                byte[] answer =
                        answers.get(i).toCompletableFuture().get(Traffic.SECONDS, TimeUnit.SECONDS);
                assertEquals("hello " + i, new String(answer, StandardCharsets.UTF_8));
            }
            client.<byte[]>getBucket("big").set(Traffic.large());
            Traffic.assertLarge(client.<byte[]>getBucket("big").get());
            Traffic.assertInLoops(channels);
        } finally {
            client.shutdown();
        }
    }
}
