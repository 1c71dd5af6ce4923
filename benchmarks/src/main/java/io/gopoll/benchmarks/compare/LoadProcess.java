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

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Clients in a process of their own: load.c, or {@link JavaLoad} where that cannot be. */
final class LoadProcess implements AutoCloseable {

    private static final Gson GSON = new Gson();

    private static final double PATIENCE = 60;

    private final Child child;
    private final double seconds;

    /** Waits until all clients are connected. */
    LoadProcess(
            Load load,
            ServerProcess server,
            int connections,
            double ramp,
            double seconds,
            double rate,
            Path folder,
            Integer core)
            throws IOException, Unusable {
        List<String> command = new ArrayList<>();
        if (isNative(load)) {
            command.add(Source.LOAD_C.compile(folder).toString());
        } else {
            command.addAll(Child.java(JavaLoad.class, List.of()));
        }
        command.addAll(
                load.arguments(server.address(), connections, ramp, seconds, rate, server.pid()));
        child = new Child(core, command);
        this.seconds = ramp + seconds;
        try {
            child.hear(PATIENCE); // "connected"
        } catch (IOException e) {
            child.close();
            throw new IOException(
                    "The load generator did not start: " + e.getMessage() + server.said());
        }
    }

    static boolean isNative(Load load) {
        return !load.tls() && Source.LOAD_C.canBeCompiled();
    }

    /**
     * Does what it is for, and takes its time for it. The clients stay connected until the close.
     */
    Outcome run() throws IOException {
        child.say("go");
        child.hear(seconds + PATIENCE); // "begin"
        return GSON.fromJson(child.hear(seconds + PATIENCE), Outcome.class);
    }

    @Override
    public void close() throws IOException {
        child.close();
    }

    /**
     * What a load generator says in the end.
     *
     * @param exchanges in the time that is measured
     * @param total those before it, too
     * @param nanos of time
     * @param serverCpuNanos of the server in it, user and system
     * @param loadCpuNanos of the load generator in it
     * @param histogram latencies in nanoseconds, each with how often it was seen
     */
    record Outcome(
            long exchanges,
            long total,
            long nanos,
            long serverCpuNanos,
            long loadCpuNanos,
            long[][] histogram) {}
}
