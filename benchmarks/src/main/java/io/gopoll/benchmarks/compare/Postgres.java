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
package io.gopoll.benchmarks.compare;

import io.gopoll.databases.DatabaseServer;
import io.gopoll.databases.MissingDatabaseException;
import java.io.IOException;

/** A PostgreSQL server with an empty database, until it is closed. */
final class Postgres implements AutoCloseable {

    static final String USER = "gopoll";

    private final DatabaseServer server;

    /**
     * Waits until it serves.
     *
     * @param core where it is to run, {@code null} for anywhere
     * @throws Unusable if PostgreSQL is not installed
     */
    Postgres(Integer core) throws IOException, Unusable {
        String[] launcher =
                core == null ? new String[0] : new String[] {"taskset", "-c", core.toString()};
        try {
            server = new DatabaseServer(DatabaseServer.Kind.POSTGRESQL, launcher);
        } catch (MissingDatabaseException e) {
            throw new Unusable(e.getMessage());
        }
    }

    String address() {
        return server.address();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
