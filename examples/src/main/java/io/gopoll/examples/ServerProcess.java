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

import io.gopoll.channel.GoPoll;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A {@link HelloServer}, or another one, in a process of its own, so that what it costs is told by
 * the kernel's accounting and the load generator's cost is not in it.
 *
 * <p>The child says {@code ready PORT NAME} on its standard output, or {@code unavailable REASON},
 * and ends when its standard input does: it cannot outlive its parent.
 */
final class ServerProcess implements AutoCloseable {

    /** GoPoll's. Kept, so that its level is. */
    private static final Logger LOGGER = Logger.getLogger(GoPoll.class.getName());

    private static final String READY = "ready ";
    private static final String UNAVAILABLE = "unavailable ";
    private static final long END_SECONDS = 10;

    private final Process process;
    private final Transport transport;
    private final int port;
    private final String title;

    /**
     * Waits until the server listens.
     *
     * @param work what its handler does
     * @param flags more flags for its JVM
     * @throws Unusable if the transport cannot be used here
     * @throws IOException if the process cannot be started or says something else
     */
    ServerProcess(Transport transport, int threads, Work work, String... flags)
            throws IOException, Unusable {
        this(
                transport,
                ServerProcess.class,
                List.of(transport.name(), Integer.toString(threads), work.name()),
                flags);
    }

    /**
     * Another server.
     *
     * @param transport {@code null} if it has none of Netty's
     * @param main the child, which calls {@link #ready} or {@link #unavailable}
     */
    ServerProcess(Transport transport, Class<?> main, List<String> arguments, String... flags)
            throws IOException, Unusable {
        this.transport = transport;
        List<String> command = java(flags);
        command.add(main.getName());
        command.addAll(arguments);
        process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String line = firstLine();
        if (line == null || !line.startsWith(READY)) {
            close();
            if (line != null && line.startsWith(UNAVAILABLE)) {
                throw new Unusable(line.substring(UNAVAILABLE.length()));
            }
            throw new IOException(
                    "The server did not start: "
                            + main.getSimpleName()
                            + " "
                            + arguments
                            + "; it said: "
                            + line);
        }
        String[] words = line.substring(READY.length()).split(" ", 2);
        port = Integer.parseInt(words[0]);
        title = words[1];
    }

    private String firstLine() throws IOException {
        return new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                .readLine();
    }

    /** This very JVM with this very class path, and the GoPoll and Netty properties set here. */
    private static List<String> java(String... flags) {
        List<String> command = new ArrayList<>();
        command.add(
                ProcessHandle.current()
                        .info()
                        .command()
                        .orElse(
                                System.getProperty("java.home")
                                        + File.separator
                                        + "bin"
                                        + File.separator
                                        + "java"));
        if (Runtime.version().feature() >= 24) {
            // The manifest says so too, but only to a JVM started with -jar.
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        if (Runtime.version().feature() >= 21) {
            command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        }
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("-Dio.") || argument.startsWith("-Djna.")) {
                command.add(argument);
            }
        }
        command.addAll(List.of(flags));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        return command;
    }

    Transport transport() {
        return transport;
    }

    /** The transport, and for GoPoll the way it makes its system calls. */
    String title() {
        return title;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** What the kernel has charged this process so far, user and system, in steps of 10 ms. */
    Duration cpuTime() throws IOException {
        return process.toHandle()
                .info()
                .totalCpuDuration()
                .orElseThrow(() -> new IOException("The server has ended: " + title));
    }

    /** Ends the process, by force if it does not end by itself. */
    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** The child. */
    public static void main(String[] args) throws Exception {
        // The table says on what GoPoll runs.
        LOGGER.setLevel(Level.WARNING);
        Transport transport = Transport.valueOf(args[0]);
        String unavailable = transport.unavailable();
        if (unavailable != null) {
            unavailable(unavailable);
            return;
        }
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        int threads = Integer.parseInt(args[1]);
        Work work = Work.valueOf(args[2]);
        try (HelloServer server = new HelloServer(transport, any, threads, work)) {
            ready(server.address().getPort(), transport.fullTitle());
        }
    }

    /** In the child: says why there cannot be such a server here. */
    static void unavailable(String reason) {
        System.out.println(UNAVAILABLE + reason.replace('\n', ' '));
    }

    /** In the child: says that it listens; waits until it is to end. */
    static void ready(int port, String title) throws IOException {
        System.out.println(READY + port + " " + title);
        while (System.in.read() >= 0) {
            // Nothing is ever said to it: what it waits for is the end.
        }
    }
}
