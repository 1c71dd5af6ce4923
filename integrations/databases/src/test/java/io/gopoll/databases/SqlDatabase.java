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

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** PostgreSQL and MariaDB, each by its own driver, through HikariCP. */
abstract class SqlDatabase implements Database {

    /** So that transactions seldom wait for one another. */
    private static final int ACCOUNTS = 64;

    private final DatabaseServer server;
    private final String slowQuery;
    private final HikariDataSource pool;

    private SqlDatabase(
            DatabaseServer server, String slowQuery, boolean goPollSockets, int size, long millis)
            throws SQLException {
        this.server = server;
        this.slowQuery = slowQuery;
        StringBuilder accounts = new StringBuilder("INSERT INTO account VALUES (0, 0)");
        for (int i = 1; i < ACCOUNTS; i++) {
            accounts.append(", (").append(i).append(", 0)");
        }
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS written");
            statement.execute("DROP TABLE IF EXISTS account");
            statement.execute("CREATE TABLE written (number INT PRIMARY KEY)");
            statement.execute("CREATE TABLE account (id INT PRIMARY KEY, amount INT)");
            statement.execute(accounts.toString());
        }
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.jdbcUrl());
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(millis);
        config.setValidationTimeout(millis);
        config.setAutoCommit(false);
        if (goPollSockets) {
            config.addDataSourceProperty("socketFactory", "io.gopoll.net.GoPollSocketFactory");
        }
        pool = new HikariDataSource(config);
    }

    static final class Postgres extends SqlDatabase {

        private static final String SLOW = "SELECT pg_sleep(60)";

        Postgres(DatabaseServer server, boolean goPollSockets, int size, long millis)
                throws SQLException {
            super(server, SLOW, goPollSockets, size, millis);
        }

        @Override
        List<Integer> slowOnes() throws SQLException {
            return ask(
                    "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query = '"
                            + SLOW
                            + "'");
        }

        @Override
        String end(int id) {
            return "SELECT pg_cancel_backend(" + id + ")";
        }
    }

    static final class MariaDb extends SqlDatabase {

        private static final String SLOW = "SELECT SLEEP(60)";

        MariaDb(DatabaseServer server, boolean goPollSockets, int size, long millis)
                throws SQLException {
            super(server, SLOW, goPollSockets, size, millis);
        }

        @Override
        List<Integer> slowOnes() throws SQLException {
            return ask("SELECT id FROM information_schema.processlist WHERE state = 'User sleep'");
        }

        @Override
        String end(int id) {
            return "KILL QUERY " + id;
        }
    }

    /** The server's numbers of the connections that make a slow query. */
    abstract List<Integer> slowOnes() throws SQLException;

    /** What ends the query of such a one. */
    abstract String end(int id);

    @Override
    public void add(int number) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement write =
                        connection.prepareStatement("INSERT INTO written VALUES (?)");
                PreparedStatement add =
                        connection.prepareStatement(
                                "UPDATE account SET amount = amount + 1 WHERE id = ?")) {
            write.setInt(1, number);
            write.executeUpdate();
            add.setInt(1, number % ACCOUNTS);
            add.executeUpdate();
            connection.commit();
        }
    }

    @Override
    public void slow() throws SQLException {
        slow(0);
    }

    @Override
    public void limited() throws SQLException {
        slow(1);
    }

    private void slow(int seconds) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(seconds);
            statement.executeQuery(slowQuery).close();
        }
    }

    @Override
    public int running() throws SQLException {
        return slowOnes().size();
    }

    @Override
    public void endSlow() throws SQLException {
        for (int id : slowOnes()) {
            try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                    Statement statement = connection.createStatement()) {
                statement.execute(end(id));
            }
        }
    }

    @Override
    public Set<Integer> numbers() throws SQLException {
        return new HashSet<>(ask("SELECT number FROM written"));
    }

    @Override
    public int sum() throws SQLException {
        return ask("SELECT SUM(amount) FROM account").get(0);
    }

    final List<Integer> ask(String query) throws SQLException {
        List<Integer> numbers = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                numbers.add(rows.getInt(1));
            }
        }
        return numbers;
    }

    @Override
    public int active() {
        return pool.getHikariPoolMXBean().getActiveConnections();
    }

    @Override
    public int total() {
        return pool.getHikariPoolMXBean().getTotalConnections();
    }

    @Override
    public void close() {
        pool.close();
    }
}
