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

import java.io.IOException;
import java.nio.file.Path;

/** What the servers of a workload ask, in a process of its own, on the load's core. */
final class Backend implements AutoCloseable {

    /** Of servers that answer by themselves. */
    static final Backend NONE = new Backend("", () -> {});

    /** {@code HOST:PORT} on loopback, or empty. */
    final String address;

    private final Running running;

    private interface Running {
        void close() throws IOException;
    }

    private Backend(String address, Running running) {
        this.address = address;
        this.running = running;
    }

    /**
     * Waits until it listens.
     *
     * @param core {@code null} for anywhere
     * @throws Unusable if there cannot be such a one here
     */
    static Backend of(Workload workload, Path folder, Integer core) throws IOException, Unusable {
        return switch (workload.service) {
            case BACKEND -> {
                // The cheaper it is, the less of the load's core it takes.
                ServerProcess echo =
                        new ServerProcess(
                                Source.SERVER_C.canBeCompiled() ? Transport.C : Transport.NIO,
                                Workload.ECHO_100,
                                NONE,
                                folder,
                                core);
                yield new Backend(echo.address(), echo::close);
            }
            case JDBC -> {
                Postgres postgres = new Postgres(core);
                yield new Backend(postgres.address(), postgres::close);
            }
            default -> NONE;
        };
    }

    @Override
    public void close() throws IOException {
        running.close();
    }
}
