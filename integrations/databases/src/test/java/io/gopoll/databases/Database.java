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

import java.util.Set;

/** What handlers do with a database, through a pool of its connections. */
interface Database extends AutoCloseable {

    /**
     * Opens a pool, and leaves nothing in the database of what was there before.
     *
     * @param goPollSockets by {@code GoPollSocketFactory}, and not by the JDK's sockets
     * @param size of the pool
     * @param millis how long somebody waits for a connection
     */
    static Database open(DatabaseServer server, boolean goPollSockets, int size, long millis)
            throws Exception {
        return switch (server.kind()) {
            case POSTGRESQL -> new SqlDatabase.Postgres(server, goPollSockets, size, millis);
            case MARIADB -> new SqlDatabase.MariaDb(server, goPollSockets, size, millis);
            case REDIS -> new RedisDatabase(server, goPollSockets, size, millis);
        };
    }

    /** A transaction that writes the number down and adds one to the sum. */
    void add(int number) throws Exception;

    /** A query that takes a minute, unless {@link #endSlow} ends it, with or without an error. */
    void slow() throws Exception;

    /** The same, with the driver's own limit of a second. */
    void limited() throws Exception;

    /** How many slow queries the server works on. Not through the pool. */
    int running() throws Exception;

    /** Ends them. Not through the pool. */
    void endSlow() throws Exception;

    /** Which numbers were written down. Not through the pool. */
    Set<Integer> numbers() throws Exception;

    /** How many were added. Not through the pool. */
    int sum() throws Exception;

    /** Connections of the pool that somebody has. */
    int active();

    /** Those that there are in the pool, lent or not. */
    int total();

    @Override
    void close();
}
