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

import io.gopoll.net.Conn;
import io.gopoll.net.Listener;
import io.gopoll.poll.Deadline;
import io.gopoll.poll.DeadlineExceededException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * An echo server as one writes it in Go: a loop that accepts, a thread for each connection that
 * reads and writes in straight lines, and a deadline for those who say nothing.
 */
@Command(
        name = "GoStyleEcho",
        aliases = "echo",
        description = "Sends back what it gets, with a virtual thread for each connection.")
final class GoStyleEcho implements Callable<Integer> {

    @Option(
            names = "--network",
            defaultValue = "tcp",
            description = "tcp, tcp4, tcp6 or unix (default: ${DEFAULT-VALUE}).")
    private String network;

    @Option(
            names = "--address",
            defaultValue = "127.0.0.1:7000",
            description = "host:port, :port, or a path (default: ${DEFAULT-VALUE}).")
    private String address;

    @Option(
            names = "--idle-seconds",
            defaultValue = "60",
            description =
                    "Who says nothing for so long is let go, 1 to 86400"
                            + " (default: ${DEFAULT-VALUE}).")
    private int idleSeconds;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Say this and end.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Options.inRange(spec, "--idle-seconds", idleSeconds, 1, 86400);
        PrintWriter out = spec.commandLine().getOut();
        Listener listener = Options.listen(spec, network, address);
        Runtime.getRuntime().addShutdownHook(new Thread(listener::close, "shutdown"));
        out.printf("Listening on %s; Ctrl-C ends it.%n", listener.localAddress());
        out.flush();
        serve(listener, Duration.ofSeconds(idleSeconds));
        return 0;
    }

    /** Until the listener is closed. */
    static void serve(Listener listener, Duration idle) throws IOException {
        try {
            for (; ; ) {
                Conn conn = listener.accept();
                Goroutines.go(() -> echo(conn, idle));
            }
        } catch (ClosedChannelException e) {
            // That is how it ends.
        }
    }

    private static void echo(Conn conn, Duration idle) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024);
        try (conn) {
            for (; ; ) {
                conn.setDeadline(Deadline.in(idle));
                if (conn.read(buffer) < 0) {
                    return;
                }
                conn.write(buffer.flip());
                buffer.clear();
            }
        } catch (DeadlineExceededException e) {
            // Nothing was said for too long.
        } catch (IOException e) {
            System.err.println(conn.remoteAddress() + ": " + e.getMessage());
        }
    }
}
