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

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ThreadLocalRandom;

/** A table in a PostgreSQL database, and a pool of connections to it. */
final class Accounts implements HelloServer.Task, AutoCloseable {

    private static final String TABLE = "gopoll_example_account";
    private static final int ACCOUNTS = 1000;

    private final HikariDataSource pool;

    /**
     * @param goPollSockets connections by GoPoll's sockets, and not by the JDK's
     */
    Accounts(String url, int connections, boolean goPollSockets) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(connections);
        config.setAutoCommit(false);
        if (goPollSockets) {
            config.addDataSourceProperty("socketFactory", "io.gopoll.net.GoPollSocketFactory");
        }
        pool = new HikariDataSource(config);
    }

    static void create(String url) throws SQLException {
        drop(url);
        execute(url, "CREATE TABLE " + TABLE + " (id INT PRIMARY KEY, amount BIGINT NOT NULL)");
        execute(
                url,
                "INSERT INTO "
                        + TABLE
                        + " SELECT id, 0 FROM generate_series(1, "
                        + ACCOUNTS
                        + ") id");
    }

    static void drop(String url) throws SQLException {
        execute(url, "DROP TABLE IF EXISTS " + TABLE);
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A transaction: one account gets more, and is looked at. */
    @Override
    public void run() throws SQLException {
        int id = ThreadLocalRandom.current().nextInt(ACCOUNTS) + 1;
        try (Connection connection = pool.getConnection();
                PreparedStatement add =
                        connection.prepareStatement(
                                "UPDATE " + TABLE + " SET amount = amount + 1 WHERE id = ?");
                PreparedStatement look =
                        connection.prepareStatement(
                                "SELECT amount FROM " + TABLE + " WHERE id = ?")) {
            add.setInt(1, id);
            look.setInt(1, id);
            add.executeUpdate();
            try (ResultSet rows = look.executeQuery()) {
                if (!rows.next() || rows.getLong(1) < 1) {
                    throw new SQLException("What was written is not there");
                }
            }
            connection.commit();
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
