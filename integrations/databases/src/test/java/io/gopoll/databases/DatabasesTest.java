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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.channel.DeadlineChannel;
import io.gopoll.channel.GoPoll;
import io.gopoll.databases.DatabaseServer.Kind;
import io.gopoll.databases.WebClient.Answer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/**
 * Handlers of goroutine event loops that ask real databases by their own drivers, which know
 * nothing of GoPoll. The scheduler is the JVM's: each execution of surefire has one.
 */
@Timeout(120)
class DatabasesTest {

    private static final int CONNECTIONS = 256;
    private static final int POOL = 16;
    private static final long PATIENCE_SECONDS = 30;

    /** How long a handler waits for a connection of the pool. */
    private static final long POOL_MILLIS = 20_000;

    private static final EventLoopGroup CLIENTS =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    /** Started at the same time, as they take some seconds; asked for by the tests. */
    private static final Map<Kind, CompletableFuture<DatabaseServer>> SERVERS =
            new EnumMap<>(Kind.class);

    private Database database;
    private WebServer web;
    private final List<WebClient> clients = new ArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();

    static Stream<Arguments> databases() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(Arguments.of(kind, false), Arguments.of(kind, true)));
    }

    @BeforeAll
    static void startServers() {
        assertEquals(System.getProperty("io.gopoll.scheduler"), GoPoll.scheduler());
        for (Kind kind : Kind.values()) {
            CompletableFuture<DatabaseServer> server = new CompletableFuture<>();
            SERVERS.put(kind, server);
            Thread starter =
                    new Thread(
                            () -> {
                                try {
                                    server.complete(Servers.start(kind));
                                } catch (Throwable t) {
                                    server.completeExceptionally(t);
                                }
                            });
            starter.start();
        }
    }

    private static DatabaseServer server(Kind kind) throws Exception {
        try {
            return SERVERS.get(kind).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TestAbortedException) {
                throw new TestAbortedException(e.getCause().getMessage(), e.getCause());
            }
            throw e;
        }
    }

    @AfterAll
    static void stopServers() throws Exception {
        CLIENTS.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        for (CompletableFuture<DatabaseServer> started : SERVERS.values()) {
            started.handle((server, e) -> null).join();
            if (started.isCompletedExceptionally()) {
                continue; // as the tests have said
            }
            DatabaseServer server = started.get();
            server.close();
            assertFalse(ProcessHandle.of(server.pid()).isPresent());
            assertFalse(server.folder().toFile().exists());
        }
    }

    private void start(Kind kind, boolean goPollSockets, int poolSize, long poolMillis)
            throws Exception {
        database = Database.open(server(kind), goPollSockets, poolSize, poolMillis);
        web =
                new WebServer(
                        Map.of(
                                "hello", (channel, argument) -> {},
                                "add",
                                        (channel, argument) ->
                                                database.add(Integer.parseInt(argument)),
                                "slow", (channel, argument) -> database.slow(),
                                "limited", (channel, argument) -> database.limited(),
                                "late",
                                        (channel, argument) -> {
                                            ((DeadlineChannel) channel)
                                                    .setReadDeadline(
                                                            System.nanoTime() + 50_000_000);
                                            database.slow();
                                        }));
    }

    @AfterEach
    void stop() throws Exception {
        try {
            if (database != null) {
                await(() -> database.active() == 0, "everybody gives his connection back");
            }
        } finally {
            for (WebClient client : clients) {
                client.channel().close();
            }
            if (web != null) {
                web.close();
            }
            if (database != null) {
                database.close();
            }
        }
    }

    private List<WebClient> connect(int n) throws InterruptedException {
        List<WebClient> some = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            some.add(new WebClient(CLIENTS, web.address()));
        }
        clients.addAll(some);
        return some;
    }

    private CompletableFuture<Answer> add(WebClient client) {
        return client.get("/add/" + numbers.incrementAndGet());
    }

    /** So many transactions by a client, one after the other; all of them must be answered well. */
    private CompletableFuture<?> add(WebClient client, int times) {
        return add(client)
                .thenCompose(
                        answer -> {
                            assertEquals(new Answer(200, "done"), answer);
                            return times == 1
                                    ? CompletableFuture.completedFuture(null)
                                    : add(client, times - 1);
                        });
    }

    private void addAll(List<WebClient> some, int times) throws Exception {
        get(
                CompletableFuture.allOf(
                        some.stream()
                                .map(client -> add(client, times))
                                .toArray(CompletableFuture[]::new)));
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new AssertionError("No answer. " + GoPoll.dump(), e);
        }
    }

    private static void await(Callable<Boolean> condition, String what) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.call()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("Waited in vain: " + what + ". " + GoPoll.dump());
            }
            Thread.sleep(5);
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void transactionsOf256ConnectionsThroughAPoolOf16AreMadeOnceEach(
            Kind kind, boolean goPollSockets) throws Exception {
        start(kind, goPollSockets, POOL, POOL_MILLIS);
        List<WebClient> all = connect(CONNECTIONS);
        addAll(all, 4);
        Set<Integer> expected = new HashSet<>();
        for (int i = 1; i <= CONNECTIONS * 4; i++) {
            expected.add(i);
        }
        assertEquals(expected, database.numbers());
        assertEquals(CONNECTIONS * 4, database.sum());
        assertTrue(database.total() <= POOL);
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aServerThatIsKilledLosesNothingThatWasAnsweredAndServesAgainWhenItIsBack(
            Kind kind, boolean goPollSockets) throws Exception {
        start(kind, goPollSockets, POOL, 500);
        DatabaseServer server = server(kind);
        Set<Integer> answered = ConcurrentHashMap.newKeySet();
        Set<Integer> failed = ConcurrentHashMap.newKeySet();
        AtomicBoolean stop = new AtomicBoolean();
        List<CompletableFuture<?>> ends = new ArrayList<>();
        for (WebClient client : connect(CONNECTIONS)) {
            ends.add(addUntil(stop, client, answered, failed));
        }
        await(() -> answered.size() >= CONNECTIONS, "the server works");
        server.kill();
        await(() -> failed.size() >= POOL, "handlers see that it is gone");
        server.start();
        int before = answered.size();
        await(() -> answered.size() >= before + 2 * CONNECTIONS, "it works again");
        stop.set(true);
        get(CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)));
        Set<Integer> written = database.numbers();
        assertTrue(written.containsAll(answered), "a transaction that was answered is there");
        assertEquals(written.size(), database.sum(), "and each of them once and as a whole");
        written.removeAll(answered);
        assertTrue(failed.containsAll(written));
        addAll(clients.subList(0, POOL), 1);
    }

    private CompletableFuture<?> addUntil(
            AtomicBoolean stop, WebClient client, Set<Integer> answered, Set<Integer> failed) {
        int number = numbers.incrementAndGet();
        return client.get("/add/" + number)
                .thenCompose(
                        answer -> {
                            (answer.ok() ? answered : failed).add(number);
                            return stop.get()
                                    ? CompletableFuture.completedFuture(null)
                                    : addUntil(stop, client, answered, failed);
                        });
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aDeadlineThatPassesDuringAQueryIsDeliveredAfterItAndOtherChannelsGoOn(
            Kind kind, boolean goPollSockets) throws Exception {
        start(kind, goPollSockets, POOL, POOL_MILLIS);
        WebClient late = connect(1).get(0);
        CompletableFuture<Answer> answer = late.get("/late");
        await(() -> database.running() == 1, "the query runs");
        long passed = System.nanoTime() + 50_000_000;
        String socket = goPollSockets ? "GoPollSocketImpl" : "NioSocketImpl";
        await(() -> GoPoll.dump().contains(socket), "the dump shows where the handler waits");
        List<WebClient> others = connect(POOL);
        do {
            addAll(others, 4);
        } while (System.nanoTime() - passed < 0);
        assertFalse(answer.isDone());
        assertFalse(web.events.contains("deadline"));
        database.endSlow();
        get(answer);
        await(() -> web.events.contains("deadline"), "the deadline is delivered");
        get(CompletableFuture.runAsync(() -> late.channel().closeFuture().syncUninterruptibly()));
        List<String> order = new ArrayList<>(web.events);
        assertTrue(order.indexOf("late") < order.indexOf("deadline"), order::toString);
        addAll(others, 1);
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aQueryWithALimitOfItsOwnFailsInTheHandlerAndOtherChannelsGoOn(
            Kind kind, boolean goPollSockets) throws Exception {
        start(kind, goPollSockets, POOL, POOL_MILLIS);
        List<WebClient> some = connect(POOL);
        List<WebClient> slow = some.subList(0, POOL / 2);
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (WebClient client : slow) {
            answers.add(client.get("/limited"));
        }
        await(() -> web.started.get() == slow.size(), "handlers make the queries");
        addAll(some.subList(POOL / 2, POOL), 4);
        for (CompletableFuture<Answer> answer : answers) {
            assertEquals(503, get(answer).status());
        }
        addAll(some, 1);
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aPeerThatGoesAwayDuringAQueryLeavesItToItsEndAndTheConnectionToThePool(
            Kind kind, boolean goPollSockets) throws Exception {
        start(kind, goPollSockets, POOL, POOL_MILLIS);
        WebClient leaves = connect(1).get(0);
        CompletableFuture<Answer> never = leaves.get("/slow");
        WebClient isClosed = connect(1).get(0);
        CompletableFuture<Answer> neither = isClosed.get("/slow");
        await(() -> database.running() == 2, "the queries run");
        leaves.channel().close().sync();
        // By any thread: the socket is closed although the handler waits for something else.
        web.channels.get(isClosed.channel().localAddress()).close().sync();
        await(never::isCompletedExceptionally, "the one that left has no answer");
        await(neither::isCompletedExceptionally, "nor has the one that was closed");
        assertEquals(2, database.running());
        assertEquals(2, database.active());
        assertFalse(web.events.contains("slow"));
        database.endSlow();
        await(() -> web.channels.isEmpty(), "both channels end");
        await(() -> database.active() == 0, "the connections are given back");
        addAll(connect(POOL), 1);
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aGroupThatEndsInterruptsQueriesAndThePoolHasItsConnectionsBack(
            Kind kind, boolean goPollSockets) throws Exception {
        start(kind, goPollSockets, POOL, POOL_MILLIS);
        for (WebClient client : connect(POOL / 2)) {
            client.get("/slow");
        }
        await(
                () -> database.running() == POOL / 2 && database.active() == POOL / 2,
                "the queries run");
        web.close(100);
        await(() -> database.active() == 0, "the connections are given back");
        await(
                () -> web.events.stream().filter("slow"::equals).count() == POOL / 2,
                "the handlers have returned");
        database.add(numbers.incrementAndGet());
        assertEquals(1, database.sum());
        database.endSlow();
    }

    @Test
    void mySqlsDriverTakesGoPollsSocketsByAFactoryOfItsOwnKind() throws Exception {
        DatabaseServer server = server(Kind.MARIADB);
        String url =
                server.jdbcUrl().replace("jdbc:mariadb:", "jdbc:mysql:")
                        + "&sslMode=DISABLED&socketFactory="
                        + MySqlSocketFactory.class.getName();
        web =
                new WebServer(
                        Map.of(
                                "ask",
                                (channel, argument) -> {
                                    try (Connection connection = DriverManager.getConnection(url);
                                            Statement statement = connection.createStatement()) {
                                        statement.executeQuery("SELECT SLEEP(60)").close();
                                    }
                                }));
        CompletableFuture<Answer> answer = connect(1).get(0).get("/ask");
        await(
                () -> GoPoll.dump().contains("GoPollSocketImpl") || answer.isDone(),
                "the dump shows where the handler waits");
        assertFalse(answer.isDone(), () -> answer.join().text());
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            await(
                    () -> {
                        String query =
                                "SELECT id FROM information_schema.processlist"
                                        + " WHERE state = 'User sleep'";
                        try (ResultSet rows = statement.executeQuery(query)) {
                            if (!rows.next()) {
                                return false;
                            }
                            int id = rows.getInt(1);
                            return !statement.execute("KILL QUERY " + id);
                        }
                    },
                    "the query runs");
        }
        get(answer);
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aPoolThatIsEmptyFailsInTheHandlerInTimeAndOtherChannelsGoOn(
            Kind kind, boolean goPollSockets) throws Exception {
        start(kind, goPollSockets, 2, 400);
        List<CompletableFuture<Answer>> slow = new ArrayList<>();
        for (WebClient client : connect(2)) {
            slow.add(client.get("/slow"));
        }
        await(() -> database.running() == 2 && database.active() == 2, "nothing is left");
        List<WebClient> hungry = connect(8);
        List<CompletableFuture<Answer>> refused = new ArrayList<>();
        for (WebClient client : hungry) {
            refused.add(add(client));
        }
        for (WebClient client : connect(8)) {
            assertEquals(new Answer(200, "done"), get(client.get("/hello")));
        }
        for (CompletableFuture<Answer> answer : refused) {
            Answer said = get(answer);
            assertEquals(503, said.status());
            assertTrue(
                    said.text()
                            .startsWith(
                                    kind == Kind.REDIS
                                            ? "redis.clients.jedis.exceptions.JedisException"
                                            : "java.sql.SQLTransientConnectionException"),
                    said::text);
        }
        assertEquals(2, database.running());
        database.endSlow();
        for (CompletableFuture<Answer> answer : slow) {
            get(answer);
        }
        addAll(hungry, 1);
        assertEquals(8, database.sum());
    }
}
