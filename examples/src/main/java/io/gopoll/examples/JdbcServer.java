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
package io.gopoll.examples;

import io.gopoll.databases.DatabaseServer;
import io.gopoll.databases.MissingDatabaseException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * HTTP whose every request is a transaction on PostgreSQL, by pgjdbc through HikariCP: in the three
 * ways in which a server in Java can wait for it.
 */
@Command(
        name = "JdbcServer",
        aliases = "jdbc",
        description = {
            "Compares HTTP servers whose requests are transactions on PostgreSQL: Netty's epoll with"
                    + " handlers on a pool of platform threads, GoPoll's goroutine event loops, and"
                    + " blocking sockets on the JDK's virtual threads."
        })
final class JdbcServer implements Callable<Integer> {

    /** How a server waits for the database. */
    private enum Waiting {
        PLATFORM_THREADS,
        GOROUTINES,
        VIRTUAL_THREADS
    }

    /** A field, as loggers that nobody holds lose their level. */
    private static final Logger POOL_LOGGER = Logger.getLogger("com.zaxxer.hikari");

    @Option(
            names = "--url",
            description =
                    "The JDBC URL of a PostgreSQL database, with user and password in it, where a"
                            + " table is made and dropped (default: a server is started for it).")
    private String url;

    @Option(
            names = "--seconds",
            defaultValue = "4",
            description =
                    "How long each of the eight measurements takes, 1 to 60"
                            + " (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--connections",
            defaultValue = "256",
            description = "Connections kept busy, 1 to 1024 (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--pool",
            defaultValue = "16",
            description =
                    "Connections of each server to the database, 1 to 40"
                            + " (default: ${DEFAULT-VALUE}).")
    private int pool;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Say this and end.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Options.inRange(spec, "--seconds", seconds, 1, 60);
        Options.inRange(spec, "--connections", connections, 1, 1024);
        Options.inRange(spec, "--pool", pool, 1, 40);
        if (url != null) {
            return compare(url);
        }
        try (DatabaseServer server = new DatabaseServer(DatabaseServer.Kind.POSTGRESQL)) {
            return compare(server.jdbcUrl());
        } catch (MissingDatabaseException e) {
            throw new Unusable(e.getMessage() + "; or name a database by --url.");
        }
    }

    private int compare(String database) throws Exception {
        try {
            Accounts.create(database);
        } catch (SQLException e) {
            throw new Unusable(
                    "The database at " + database + " cannot be used: " + e.getMessage());
        }
        List<ServerProcess> servers = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        try (LoadGenerator load = new LoadGenerator()) {
            start(servers, missing, database, Waiting.PLATFORM_THREADS);
            start(servers, missing, database, Waiting.GOROUTINES, "-Dio.gopoll.scheduler=gopoll");
            start(servers, missing, database, Waiting.GOROUTINES, "-Dio.gopoll.scheduler=jdk");
            start(servers, missing, database, Waiting.VIRTUAL_THREADS);
            Comparison comparison = new Comparison(connections, seconds);
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    "%d connections over loopback, a transaction on PostgreSQL for each request,"
                            + " through %d connections of each server: about %d s.%n",
                    connections, pool, comparison.total(servers.size()).toSeconds());
            out.flush();
            Report.table(out, comparison.measure(load, servers), missing);
            return missing.isEmpty() ? 0 : spec.exitCodeOnExecutionException();
        } finally {
            for (ServerProcess server : servers) {
                server.close();
            }
            Accounts.drop(database);
        }
    }

    private void start(
            List<ServerProcess> servers,
            List<String> missing,
            String database,
            Waiting waiting,
            String... flags)
            throws IOException {
        Transport transport =
                switch (waiting) {
                    case PLATFORM_THREADS -> Transport.EPOLL;
                    case GOROUTINES -> Transport.GOROUTINE;
                    case VIRTUAL_THREADS -> null;
                };
        try {
            servers.add(
                    new ServerProcess(
                            transport,
                            JdbcServer.class,
                            List.of(waiting.name(), database, Integer.toString(pool)),
                            flags));
        } catch (Unusable e) {
            if (!missing.contains(e.getMessage())) {
                missing.add(e.getMessage());
            }
        }
    }

    /** One of the servers, in a process of its own. */
    public static void main(String[] args) throws Exception {
        POOL_LOGGER.setLevel(Level.WARNING);
        Waiting waiting = Waiting.valueOf(args[0]);
        String database = args[1];
        int pool = Integer.parseInt(args[2]);
        int threads = Runtime.getRuntime().availableProcessors();
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        String unavailable =
                switch (waiting) {
                    case PLATFORM_THREADS -> Transport.EPOLL.unavailable();
                    case GOROUTINES -> Transport.GOROUTINE.unavailable();
                    case VIRTUAL_THREADS ->
                            Runtime.version().feature() >= 21
                                    ? null
                                    : "virtual threads are not available here: they need JDK 21 or"
                                            + " later";
                };
        if (unavailable != null) {
            ServerProcess.unavailable(unavailable);
            return;
        }
        try (Accounts accounts = new Accounts(database, pool, waiting == Waiting.GOROUTINES)) {
            switch (waiting) {
                case PLATFORM_THREADS -> {
                    // The event loops must not wait: the handler hands over to threads that may, as
                    // many as can have a connection.
                    try (HelloServer server =
                            new HelloServer(
                                    Transport.EPOLL,
                                    any,
                                    threads,
                                    accounts,
                                    Executors.newFixedThreadPool(pool))) {
                        ServerProcess.ready(
                                server.address().getPort(), "epoll, " + pool + " threads");
                    }
                }
                case GOROUTINES -> {
                    // The handler waits where it is, as if it had a thread.
                    try (HelloServer server =
                            new HelloServer(Transport.GOROUTINE, any, threads, accounts)) {
                        ServerProcess.ready(
                                server.address().getPort(), Transport.GOROUTINE.fullTitle());
                    }
                }
                case VIRTUAL_THREADS -> {
                    // It has one, and no Netty.
                    try (VirtualThreadServer server = new VirtualThreadServer(any, accounts)) {
                        ServerProcess.ready(server.address().getPort(), "JDK virtual threads");
                    }
                }
            }
        }
    }
}
