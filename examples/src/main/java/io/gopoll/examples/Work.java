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

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import org.h2.jdbcx.JdbcConnectionPool;

/** What a server's handler does before it answers. */
enum Work implements HelloServer.Task {
    /** Nothing: it answers at once. */
    NONE {
        @Override
        public void run() {}
    },

    /** Sleeps, as whoever calls another service does. */
    SLEEP {
        @Override
        public void run() throws InterruptedException {
            Thread.sleep(MILLIS);
        }
    },

    /** Asks a database, by JDBC; one in this process, which takes its time over the answer. */
    JDBC {
        @Override
        public void run() throws IOException {
            try (Connection connection = Database.POOL.getConnection();
                    PreparedStatement query =
                            connection.prepareStatement(
                                    "SELECT text, PAUSE(?) FROM greeting WHERE id = ?")) {
                query.setLong(1, MILLIS);
                query.setInt(2, 1);
                try (ResultSet rows = query.executeQuery()) {
                    if (!rows.next() || !rows.getString(1).startsWith("Hello")) {
                        throw new IOException("The database has another greeting");
                    }
                }
            } catch (SQLException e) {
                throw new IOException("The database does not answer", e);
            }
        }
    };

    static final long MILLIS = 2;

    /** Blocks the thread that calls it, as long as the work takes. */
    @Override
    public abstract void run() throws IOException, InterruptedException;

    /** An H2 database in memory, opened by the first query. */
    private static final class Database {
        static final JdbcConnectionPool POOL = open();

        private static JdbcConnectionPool open() {
            JdbcConnectionPool pool =
                    JdbcConnectionPool.create("jdbc:h2:mem:greetings;DB_CLOSE_DELAY=-1", "sa", "");
            pool.setMaxConnections(1024);
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE greeting (id INT PRIMARY KEY, text VARCHAR)");
                statement.execute("INSERT INTO greeting VALUES (1, 'Hello, World!')");
                statement.execute("CREATE ALIAS PAUSE FOR 'io.gopoll.examples.Pause.pause'");
            } catch (SQLException e) {
                throw new ExceptionInInitializerError(e);
            }
            return pool;
        }
    }

    /** As it is written on a command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
