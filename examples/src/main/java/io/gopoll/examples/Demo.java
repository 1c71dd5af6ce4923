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
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Serves the same HTTP pipeline on NIO, epoll and GoPoll, drives each in turn over loopback, and
 * says what each did and what it cost.
 */
@Command(
        name = "examples.jar",
        subcommands = {
            HttpHelloServer.class,
            BlockingHandlerServer.class,
            JdbcServer.class,
            GoStyleEcho.class,
            ChatServer.class
        },
        description = {
            "Compares the same HTTP server on Netty's NIO, Netty's epoll and GoPoll, over loopback."
        })
public final class Demo implements Callable<Integer> {

    private static final List<Transport> TRANSPORTS =
            List.of(Transport.NIO, Transport.EPOLL, Transport.GOPOLL);

    @Option(
            names = "--seconds",
            defaultValue = "4",
            description =
                    "How long each of the six measurements takes, 1 to 60"
                            + " (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--connections",
            defaultValue = "64",
            description = "Connections kept busy, 1 to 4096 (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "Event loops of each server, 1 to 64 (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Say this and end.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Spec private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command line, with everything about it that a test wants to have too. */
    static CommandLine commandLine() {
        return new CommandLine(new Demo())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(
                        (e, command, parsed) -> {
                            if (!(e instanceof Unusable)) {
                                throw e;
                            }
                            command.getErr().println(e.getMessage());
                            return command.getCommandSpec().exitCodeOnExecutionException();
                        });
    }

    @Override
    public Integer call() throws Exception {
        Options.inRange(spec, "--seconds", seconds, 1, 60);
        Options.inRange(spec, "--connections", connections, 1, 4096);
        Options.inRange(spec, "--threads", threads, 1, 64);
        List<ServerProcess> servers = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        try (LoadGenerator load = new LoadGenerator()) {
            for (Transport transport : TRANSPORTS) {
                try {
                    servers.add(new ServerProcess(transport, threads, Work.NONE));
                } catch (Unusable e) {
                    missing.add(e.getMessage());
                }
            }
            Comparison comparison = new Comparison(connections, seconds);
            out().printf(
                            "%d keep-alive connections over loopback, %d event loop(s) a server, one"
                                    + " process each: about %d s.%n",
                            connections, threads, comparison.total(servers.size()).toSeconds());
            out().flush();
            Report.print(out(), comparison.measure(load, servers), missing);
            return missing.isEmpty() ? 0 : spec.exitCodeOnExecutionException();
        } finally {
            for (ServerProcess server : servers) {
                server.close();
            }
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
