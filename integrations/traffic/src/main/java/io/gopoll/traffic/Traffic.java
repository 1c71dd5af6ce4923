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
package io.gopoll.traffic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/** What goes over the connections, and what these are. */
public final class Traffic {

    /** The server answers with the body of the request. */
    public static final String ECHO = "/echo";

    /** The server answers when {@link Gathering#arrive} is done. */
    public static final String GATHER = "/gather";

    /** The server does not answer. */
    public static final String NEVER = "/never";

    /** How long a test waits for what has to come. */
    public static final int SECONDS = 200;

    /** How many connections are open at the same time. */
    public static final int CLIENTS = 50;

    /** More than any request has. */
    public static final int MAX_BODY = 32 * 1024 * 1024;

    private static final int REQUESTS = 3000;
    private static final byte[] LARGE = new byte[16 * 1024 * 1024];

    static {
        new Random(1).nextBytes(LARGE);
    }

    private Traffic() {}

    /**
     * Thousands of small requests, 16 MiB there and back, and 50 connections at the same time.
     *
     * @param client with at least {@link #CLIENTS} connections
     */
    public static void run(Exchange client) throws Exception {
        small(client, REQUESTS);
        large(client);
        gather(client);
    }

    /**
     * Small requests, {@link #CLIENTS} at a time.
     *
     * @param client that sends them
     * @param requests how many, a multiple of {@link #CLIENTS}
     */
    public static void small(Exchange client, int requests) throws Exception {
        for (int i = 0; i < requests; i += CLIENTS) {
            List<CompletableFuture<byte[]>> answers = new ArrayList<>();
            for (int j = i; j < i + CLIENTS; j++) {
                answers.add(client.post(ECHO, bytes("hello " + j)));
            }
            for (int j = i; j < i + CLIENTS; j++) {
                assertArrayEquals(bytes("hello " + j), get(answers.get(j - i)));
            }
        }
    }

    /**
     * 16 MiB there and back.
     *
     * @param client that sends them
     */
    public static void large(Exchange client) throws Exception {
        byte[] answer = get(client.post(ECHO, LARGE.clone()));
        assertEquals(LARGE.length, answer.length);
        assertEquals(checksum(LARGE), checksum(answer));
    }

    private static void gather(Exchange client) throws Exception {
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            answers.add(client.post(GATHER, bytes("client " + i)));
        }
        for (CompletableFuture<byte[]> answer : answers) {
            get(answer);
        }
    }

    /**
     * Waits for what has to come.
     *
     * @param <V> the type of its value
     * @param future which is done in {@link #SECONDS}
     * @return its value
     */
    public static <V> V get(CompletableFuture<V> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static long checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return crc.getValue();
    }

    /**
     * There are some channels, all of them are GoPoll's, and in loops of the mode.
     *
     * @param channels of servers and clients
     * @param loop the simple name of the class of their loops
     */
    public static void assertGoPoll(Collection<? extends Channel> channels, String loop) {
        assertFalse(channels.isEmpty());
        for (Channel channel : channels) {
            String name = channel.getClass().getName();
            assertTrue(name.startsWith("io.gopoll.channel.GoPoll"), name);
            assertEquals(loop, channel.eventLoop().getClass().getSimpleName());
        }
    }
}
