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
package io.gopoll.testsuite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.testsuite.Page.Row;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever a handler blocks in, only its channel waits. Each {@link BlockingOperation} is the first
 * thing that a handler of a new JVM does, is then done again, and then by 256 channels at once,
 * with one processor. Not before JDK 24: until then whoever waits in {@code synchronized} holds a
 * thread of the JDK's scheduler, which has few.
 */
@EnabledForJreRange(min = JRE.JAVA_24)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class) // as the pool does it: none waits for all
class BlockingMatrixTest {

    /**
     * For a round of an operation: on an idle machine none takes more than 3 s, but other classes
     * run beside this one.
     */
    private static final long PATIENCE_SECONDS = 90;

    /** How many JVMs run at the same time. */
    private static final int AT_ONCE = 2;

    private static final Map<String, Map<BlockingOperation, Future<Void>>> results =
            new LinkedHashMap<>();

    @TempDir private static Path folder;

    private static Services.Running running;
    private static ExecutorService pool;

    /** All of them, as the pool comes to them: the tests below wait for what they are about. */
    @BeforeAll
    static void start() throws Exception {
        running = new Services.Running(folder);
        pool = Executors.newFixedThreadPool(AT_ONCE);
        for (String scheduler : List.of("gopoll", "jdk")) {
            Map<BlockingOperation, Future<Void>> futures = new LinkedHashMap<>();
            results.put(scheduler, futures);
            for (BlockingOperation operation : BlockingOperation.values()) {
                futures.put(operation, pool.submit(() -> tryIt(operation, scheduler)));
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        pool.shutdownNow();
        assertTrue(pool.awaitTermination(1, TimeUnit.MINUTES));
        running.stop();
    }

    @Order(1)
    @ParameterizedTest
    @EnumSource
    void endsOnGoPollsScheduler(BlockingOperation operation) throws Exception {
        results.get("gopoll").get(operation).get();
    }

    @Order(2)
    @ParameterizedTest
    @EnumSource
    void endsOnTheJdksScheduler(BlockingOperation operation) throws Exception {
        results.get("jdk").get(operation).get();
    }

    @Order(3)
    @Test
    void thePageHasTheseOperations() throws IOException {
        List<Row> rows = new Page("goroutine-mode.md").table("What a handler may block in");
        assertEquals(
                Arrays.stream(BlockingOperation.values())
                        .map(operation -> operation.title)
                        .collect(Collectors.joining("\n")),
                rows.stream().map(row -> row.cell(0)).collect(Collectors.joining("\n")));
        for (Row row : rows) {
            assertEquals(List.of("ends", "ends"), List.of(row.cell(1), row.cell(2)), row::toString);
        }
    }

    private static Void tryIt(BlockingOperation operation, String scheduler) throws Exception {
        Server server = new Server(operation, scheduler);
        try {
            rounds(operation, server);
            return null;
        } catch (SocketTimeoutException e) {
            throw new AssertionError(
                    "no answer after %d s\n%s%s"
                            .formatted(PATIENCE_SECONDS, server.said(), server.dump()),
                    e);
        } catch (IOException | AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + server.said(), e);
        } finally {
            server.stop();
        }
    }

    private static void rounds(BlockingOperation operation, Server server) throws Exception {
        List<Client> clients = new ArrayList<>();
        try {
            for (int round = 0; round < BlockingServer.ROUNDS.length; round++) {
                int channels = BlockingServer.ROUNDS[round];
                while (clients.size() < channels) {
                    clients.add(new Client(server));
                }
                for (Client client : clients) {
                    client.ask(round);
                }
                Map<String, Integer> answers = new LinkedHashMap<>();
                for (Client client : clients) {
                    answers.merge(client.answer(), 1, Integer::sum);
                }
                assertEquals(Map.of(operation.expected, channels), answers, "round " + round);
            }
        } finally {
            for (Client client : clients) {
                client.close();
            }
        }
    }

    private static final class Client implements AutoCloseable {

        private final Socket socket;
        private final BufferedReader in;

        Client(Server server) throws Exception {
            socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            in =
                    new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        void ask(int round) throws IOException {
            socket.getOutputStream().write(round);
        }

        /** {@code null} if there is none, but the end. */
        String answer() throws IOException {
            return in.readLine();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** A JVM with a {@link BlockingServer}. */
    private static final class Server {

        private final Process process;
        private final StringBuffer said = new StringBuffer();
        private final CompletableFuture<Integer> port = new CompletableFuture<>();
        private final Thread reader = new Thread(this::read, "child's output");

        Server(BlockingOperation operation, String scheduler) throws IOException {
            List<String> command = new ArrayList<>();
            command.add(jdk("java"));
            command.addAll(
                    List.of(
                            // Soon started, and of one size everywhere.
                            "-Xmx128m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:ActiveProcessorCount=2",
                            "-Xshare:auto",
                            // Structured concurrency.
                            "--enable-preview",
                            "--add-opens=java.base/java.lang=ALL-UNNAMED",
                            "-Dio.gopoll.scheduler=" + scheduler));
            if (Runtime.version().feature() >= 24) {
                command.add("--enable-native-access=ALL-UNNAMED");
            }
            String syscalls = System.getProperty("io.gopoll.syscalls");
            if (syscalls != null) {
                command.add("-Dio.gopoll.syscalls=" + syscalls);
            }
            command.addAll(
                    List.of(
                            "-cp",
                            classPath(),
                            BlockingServer.class.getName(),
                            operation.name(),
                            running.services.toString()));
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            reader.start();
        }

        private static String jdk(String program) {
            return Path.of(System.getProperty("java.home"), "bin", program).toString();
        }

        /** Without a logger that takes longer to start than all the rest. */
        private static String classPath() {
            return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                    .filter(entry -> !entry.matches(".*/(logback|slf4j)-[^/]*\\.jar"))
                    .collect(Collectors.joining(File.pathSeparator));
        }

        private void read() {
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line; (line = out.readLine()) != null; ) {
                    if (line.startsWith(BlockingServer.READY)) {
                        port.complete(
                                Integer.parseInt(line.substring(BlockingServer.READY.length())));
                    } else {
                        said.append(line).append('\n');
                    }
                }
                port.completeExceptionally(new IOException("it has ended:\n" + said));
            } catch (IOException e) {
                port.completeExceptionally(e);
            }
        }

        int port() throws Exception {
            return port.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        String said() {
            return said.toString();
        }

        /** All threads, virtual ones too; and what the platform threads are in. */
        String dump() throws IOException, InterruptedException {
            Path file = folder.resolve("threads-" + process.pid());
            jcmd("Thread.dump_to_file", "-overwrite", file.toString());
            String threads = Files.exists(file) ? Files.readString(file) : "no dump of threads\n";
            Files.deleteIfExists(file);
            return threads + jcmd("Thread.print", "-l");
        }

        private String jcmd(String... arguments) throws IOException, InterruptedException {
            List<String> command = new ArrayList<>();
            command.add(jdk("jcmd"));
            command.add(Long.toString(process.pid()));
            command.addAll(List.of(arguments));
            Process jcmd = new ProcessBuilder(command).redirectErrorStream(true).start();
            jcmd.getOutputStream().close();
            String text = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            jcmd.waitFor();
            return text;
        }

        void stop() throws InterruptedException {
            process.destroyForcibly();
            process.waitFor();
            reader.join();
        }
    }
}
