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
package io.gopoll.databases;

import io.gopoll.net.GoPollSocketFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.SocketFactory;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** Redis by Jedis and its pool. */
final class RedisDatabase implements Database {

    private static final int MILLIS = 5_000;

    private final DatabaseServer server;
    private final PooledConnectionProvider pool;
    private final RedisClient client;

    RedisDatabase(DatabaseServer server, boolean goPollSockets, int size, long millis) {
        this.server = server;
        try (Jedis jedis = connect()) {
            jedis.flushAll();
        }
        GenericObjectPoolConfig<Connection> config = new GenericObjectPoolConfig<>();
        config.setMaxTotal(size);
        config.setMaxIdle(size);
        config.setMaxWait(Duration.ofMillis(millis));
        config.setJmxEnabled(false);
        JedisClientConfig clientConfig =
                DefaultJedisClientConfig.builder()
                        .socketTimeoutMillis(MILLIS)
                        .blockingSocketTimeoutMillis(0)
                        .build();
        ConnectionFactory connections =
                goPollSockets
                        ? new ConnectionFactory(new GoPollSockets(server.port()), clientConfig)
                        : new ConnectionFactory(
                                new HostAndPort("127.0.0.1", server.port()), clientConfig);
        pool = new PooledConnectionProvider(connections, config);
        client = RedisClient.builder().connectionProvider(pool).build();
    }

    private Jedis connect() {
        return new Jedis("127.0.0.1", server.port());
    }

    /** Jedis connects by something of its own, which only has to make another kind of sockets. */
    private static final class GoPollSockets implements JedisSocketFactory {

        private final SocketFactory factory = GoPollSocketFactory.getDefault();
        private final int port;

        GoPollSockets(int port) {
            this.port = port;
        }

        @Override
        public Socket createSocket() {
            try {
                Socket socket = factory.createSocket();
                try {
                    socket.setTcpNoDelay(true);
                    socket.connect(new InetSocketAddress("127.0.0.1", port), MILLIS);
                    socket.setSoTimeout(MILLIS);
                    return socket;
                } catch (IOException e) {
                    socket.close();
                    throw e;
                }
            } catch (IOException e) {
                throw new JedisConnectionException(e);
            }
        }
    }

    @Override
    public void add(int number) {
        try (AbstractTransaction transaction = client.multi()) {
            transaction.sadd("written", Integer.toString(number));
            transaction.incr("sum");
            transaction.exec();
        }
    }

    @Override
    public void slow() {
        client.blpop(60, "nothing");
    }

    @Override
    public void limited() {
        // Of the server: a limit of the socket would end the connection, too.
        if (client.blpop(1, "never") == null) {
            throw new IllegalStateException("a timeout");
        }
    }

    @Override
    public int running() {
        try (Jedis jedis = connect()) {
            return (int)
                    jedis.clientList()
                            .lines()
                            .filter(
                                    line ->
                                            line.contains(" cmd=blpop ")
                                                    && line.contains("flags=b"))
                            .count();
        }
    }

    @Override
    public void endSlow() {
        int running = running();
        try (Jedis jedis = connect()) {
            for (int i = 0; i < running; i++) {
                jedis.rpush("nothing", "something");
            }
        }
    }

    @Override
    public Set<Integer> numbers() {
        try (Jedis jedis = connect()) {
            return jedis.smembers("written").stream()
                    .map(Integer::valueOf)
                    .collect(Collectors.toSet());
        }
    }

    @Override
    public int sum() {
        try (Jedis jedis = connect()) {
            String sum = jedis.get("sum");
            return sum == null ? 0 : Integer.parseInt(sum);
        }
    }

    @Override
    public int active() {
        return pool.getPool().getNumActive();
    }

    @Override
    public int total() {
        return pool.getPool().getNumActive() + pool.getPool().getNumIdle();
    }

    @Override
    public void close() {
        client.close();
    }
}
