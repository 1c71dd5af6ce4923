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
package io.gopoll.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link FaultyServer} in a JVM of its own. */
final class ServerProcess implements AutoCloseable {

    /** What the names of the threads begin with that make GoPoll's calls. */
    private static final String LOOPS = "gopoll-";

    private static final long PATIENCE_SECONDS = 120;

    private final Path folder;
    private final byte[] file;
    private final Process process;
    private final Thread reader;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final StringBuffer output = new StringBuffer();
    private final int[] ports = new int[Service.values().length];

    /**
     * @param folder an empty one, for its sockets
     * @param file what it sends pieces of
     */
    ServerProcess(Setup setup, Path folder, Path file) throws IOException {
        this.folder = folder;
        this.file = Files.readAllBytes(file);
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        if (Runtime.version().feature() >= 21) {
            command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        }
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.add("-Dio.netty.leakDetection.level=paranoid");
        command.addAll(setup.flags());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(FaultyServer.class.getName());
        command.addAll(List.of(setup.mode().name(), folder.toString(), file.toString()));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        reader = new Thread(this::read, "output of the server");
        reader.start();
        String[] started = answer().split(" ");
        for (int i = 0; i < ports.length; i++) {
            ports[i] = Integer.parseInt(started[i]);
        }
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line; (line = in.readLine()) != null; ) {
                if (line.startsWith(FaultyServer.ANSWER)) {
                    answers.add(line.substring(FaultyServer.ANSWER.length()));
                } else {
                    output.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            output.append(e);
        }
    }

    private String answer() throws IOException {
        try {
            for (int i = 0; i < PATIENCE_SECONDS; i++) {
                String answer = answers.poll(1, TimeUnit.SECONDS);
                if (answer != null) {
                    return answer;
                }
                if (!process.isAlive()) {
                    throw new IOException("the server has ended: " + output);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IOException("the server does not answer: " + output);
    }

    String tell(String command) throws IOException {
        process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return answer();
    }

    /** What it has said of failures since the last time. */
    List<String> said() throws IOException {
        String said = tell("said");
        return said.isEmpty() ? List.of() : List.of(said.split("\t"));
    }

    SocketAddress address(Service service) {
        return service.isUnix()
                ? service.address(folder)
                : service.address(ports[service.ordinal()]);
    }

    byte[] file() {
        return file;
    }

    long pid() {
        return process.pid();
    }

    private Path proc(String name) {
        return Path.of("/proc", Long.toString(pid()), name);
    }

    private List<Path> threads() throws IOException {
        List<Path> threads = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(proc("task"))) {
            all.forEach(threads::add);
        }
        return threads;
    }

    /** The threads that make GoPoll's calls, and seldom any others. */
    List<Long> loops() throws IOException {
        List<Long> ids = new ArrayList<>();
        for (Path thread : threads()) {
            if (line(thread.resolve("comm"), LOOPS) != null) {
                ids.add(Long.valueOf(thread.getFileName().toString()));
            }
        }
        return ids;
    }

    /** Whether so many threads are traced at least, or all. */
    boolean isTraced(List<Long> ids) throws IOException {
        for (Path thread : threads()) {
            Long id = Long.valueOf(thread.getFileName().toString());
            if ((ids.isEmpty() || ids.contains(id))
                    && "TracerPid:\t0".equals(line(thread.resolve("status"), "TracerPid:"))) {
                return false;
            }
        }
        return true;
    }

    /** The CPU time of {@link #loops}. */
    long cpuNanos() throws IOException {
        long nanos = 0;
        for (Long id : loops()) {
            String times = line(proc("task").resolve(id + "/schedstat"), "");
            if (times != null) {
                nanos += Long.parseLong(times.split(" ")[0]);
            }
        }
        return nanos;
    }

    /** Sockets, pipes, epoll instances and eventfds that it has open. */
    int descriptors() throws IOException {
        int count = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(proc("fd"))) {
            for (Path fd : all) {
                if (isOfKernel(fd)) {
                    count++;
                }
            }
        }
        return count;
    }

    private static boolean isOfKernel(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString().matches("(socket|pipe|anon_inode):.*");
        } catch (IOException closed) {
            return false;
        }
    }

    /** The first line that begins so; null if there is none, or if the thread has ended. */
    private static String line(Path file, String begin) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(begin)) {
                    return line;
                }
            }
        } catch (IOException | UncheckedIOException ended) {
            // As if it had never been.
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor();
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
