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

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gopoll.net.Conn;
import io.gopoll.net.Listener;
import io.gopoll.poll.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A chat for netcat and telnet: the first line is the name, each further line goes to all others.
 * Every connection has a thread that reads in straight lines; a write deadline keeps one who does
 * not read from holding up the others.
 */
@Command(
        name = "ChatServer",
        aliases = "chat",
        description = "A chat room: connect with nc, say your name, then talk.")
final class ChatServer implements Callable<Integer> {

    /** How long one who does not read may hold up who writes to him. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @Option(
            names = "--address",
            defaultValue = "127.0.0.1:7001",
            description = "host:port or :port (default: ${DEFAULT-VALUE}).")
    private String address;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Say this and end.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Spec private CommandSpec spec;

    private final Map<Conn, String> names = new ConcurrentHashMap<>();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Listener listener = Options.listen(spec, "tcp", address);
        Runtime.getRuntime().addShutdownHook(new Thread(listener::close, "shutdown"));
        out.printf("Listening on %s; Ctrl-C ends it.%n", listener.localAddress());
        out.flush();
        serve(listener);
        return 0;
    }

    /** Until the listener is closed; then everybody is sent home. */
    void serve(Listener listener) throws IOException {
        try {
            for (; ; ) {
                Conn conn = listener.accept();
                Goroutines.go(() -> talk(conn));
            }
        } catch (ClosedChannelException e) {
            names.keySet().forEach(Conn::close);
        }
    }

    private void talk(Conn conn) {
        try (conn;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(conn.inputStream(), UTF_8))) {
            send(conn, "Your name?");
            String name = in.readLine();
            if (name == null || name.isBlank()) {
                return;
            }
            names.put(conn, name);
            // The others first: who is welcomed later must not hear of who came before.
            tellOthers(conn, name + " has come");
            send(conn, "Welcome, " + name + ".");
            for (String line; (line = in.readLine()) != null; ) {
                tellOthers(conn, name + ": " + line);
            }
        } catch (IOException e) {
            // The connection is gone; the others are told below.
        } finally {
            String name = names.remove(conn);
            if (name != null) {
                tellOthers(conn, name + " has gone");
            }
        }
    }

    private void tellOthers(Conn from, String line) {
        for (Conn conn : names.keySet()) {
            if (conn == from) {
                continue;
            }
            try {
                send(conn, line);
            } catch (IOException e) {
                // Its own thread sees the close, and says that it has gone.
                conn.close();
            }
        }
    }

    private static void send(Conn conn, String line) throws IOException {
        conn.setWriteDeadline(Deadline.in(PATIENCE));
        conn.write((line + "\n").getBytes(UTF_8));
    }
}
