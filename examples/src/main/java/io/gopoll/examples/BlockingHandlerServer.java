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

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The same pipeline, with a handler that blocks, on one loop of Netty's epoll and on goroutine
 * event loops, as many at a time as there is one processor for.
 */
@Command(
        name = "BlockingHandlerServer",
        aliases = "blocking",
        description = {
            "Compares an HTTP server whose handler blocks for 2 ms on one event loop of Netty's epoll"
                    + " and on GoPoll's goroutine event loops."
        })
final class BlockingHandlerServer implements Callable<Integer> {

    @Option(
            names = "--work",
            defaultValue = "sleep",
            description =
                    "What the handler does: sleep, or jdbc, a query on an H2 database"
                            + " (default: ${DEFAULT-VALUE}).")
    private Work work;

    @Option(
            names = "--seconds",
            defaultValue = "4",
            description =
                    "How long each of the six measurements takes, 1 to 60"
                            + " (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--connections",
            defaultValue = "256",
            description = "Connections kept busy, 1 to 1024 (default: ${DEFAULT-VALUE}).")
    private int connections;

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
        if (work == Work.NONE) {
            throw new ParameterException(
                    spec.commandLine(), "--work must block: sleep or jdbc, and is none");
        }
        List<ServerProcess> servers = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        try (LoadGenerator load = new LoadGenerator()) {
            start(servers, missing, Transport.EPOLL);
            start(servers, missing, Transport.GOROUTINE, "-Dio.gopoll.scheduler=gopoll");
            start(servers, missing, Transport.GOROUTINE, "-Dio.gopoll.scheduler=jdk");
            Comparison comparison = new Comparison(connections, seconds);
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    "%d connections over loopback, a handler that blocks for %d ms (%s), one event"
                            + " loop or one processor: about %d s.%n",
                    connections, Work.MILLIS, work, comparison.total(servers.size()).toSeconds());
            out.flush();
            Report.table(out, comparison.measure(load, servers), missing);
            return missing.isEmpty() ? 0 : spec.exitCodeOnExecutionException();
        } finally {
            for (ServerProcess server : servers) {
                server.close();
            }
        }
    }

    private void start(
            List<ServerProcess> servers, List<String> missing, Transport transport, String... flags)
            throws Exception {
        try {
            servers.add(new ServerProcess(transport, 1, work, flags));
        } catch (Unusable e) {
            if (!missing.contains(e.getMessage())) {
                missing.add(e.getMessage());
            }
        }
    }
}
