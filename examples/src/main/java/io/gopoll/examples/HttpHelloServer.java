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

import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@link HelloServer} as a command, for curl and wrk; SIGINT or SIGTERM ends it in good order. */
@Command(
        name = "HttpHelloServer",
        aliases = "server",
        description = "Answers HTTP requests with a greeting until it is interrupted.")
final class HttpHelloServer implements Callable<Integer> {

    @Option(
            names = "--transport",
            defaultValue = "gopoll",
            description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Transport transport;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            description = "The address to listen on (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(
            names = "--port",
            defaultValue = "8080",
            description = "0 to 65535; 0 takes any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--threads",
            defaultValue = "0",
            description = "Event loops; 0 means one for each core (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--work",
            defaultValue = "none",
            description =
                    "What the handler does before it answers, one of ${COMPLETION-CANDIDATES}"
                            + " (default: ${DEFAULT-VALUE}).")
    private Work work;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Say this and end.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Options.inRange(spec, "--port", port, 0, 65535);
        Options.inRange(spec, "--threads", threads, 0, 1024);
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new ParameterException(
                    spec.commandLine(), "--host: no address is known for '" + host + "'");
        }
        String unavailable = transport.unavailable();
        if (unavailable != null) {
            throw new Unusable(unavailable + "\nTry another --transport; nio works everywhere.");
        }
        HelloServer server = listen(address);
        Thread hook =
                new Thread(
                        () -> {
                            server.close();
                            System.out.printf("Stopped after %,d requests.%n", server.requests());
                        },
                        "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        System.out.printf(
                "Listening on http://%s:%d/ with %s; Ctrl-C ends it.%n",
                host, server.address().getPort(), transport.title);
        server.join();
        return 0;
    }

    private HelloServer listen(InetSocketAddress address) throws Exception {
        int loops = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        try {
            return new HelloServer(transport, address, loops, work);
        } catch (java.io.IOException e) {
            throw new Unusable(
                    "Cannot listen on "
                            + host
                            + ":"
                            + port
                            + ": "
                            + e.getMessage()
                            + ". Choose another --host or --port.");
        }
    }
}
