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

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A process that speaks in lines and ends when its standard input does, so that it cannot outlive
 * this one.
 */
final class Child implements AutoCloseable {

    private static final long END_SECONDS = 5;

    private static final ScheduledExecutorService LIMITS =
            Executors.newSingleThreadScheduledExecutor(
                    run -> {
                        Thread thread = new Thread(run, "limits");
                        thread.setDaemon(true);
                        return thread;
                    });

    private final Process process;
    private final BufferedReader out;
    private final OutputStream in;
    private final StringBuffer complaints = new StringBuffer();
    private final Thread listener;

    /**
     * @param core where it is to run, {@code null} for anywhere
     */
    Child(Integer core, List<String> command) throws IOException {
        List<String> pinned = new ArrayList<>();
        if (core != null) {
            pinned.addAll(List.of("taskset", "-c", core.toString()));
        }
        pinned.addAll(command);
        process = new ProcessBuilder(pinned).start();
        out = reader(process.getInputStream());
        in = process.getOutputStream();
        BufferedReader err = reader(process.getErrorStream());
        listener = new Thread(() -> err.lines().forEach(this::complain), "standard error");
        listener.setDaemon(true);
        listener.start();
    }

    private static BufferedReader reader(InputStream stream) {
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    private void complain(String line) {
        complaints.append(line).append('\n');
    }

    /** This very JVM with this very class path, and the GoPoll and Netty properties set here. */
    static List<String> java(Class<?> main, List<String> flags) {
        return java(main, flags, System.getProperty("java.class.path"));
    }

    static List<String> java(Class<?> main, List<String> flags, String classPath) {
        List<String> command = new ArrayList<>();
        command.add(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.add("-Xmx1g");
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        if (Runtime.version().feature() >= 21) {
            command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        }
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("-Dio.") || argument.startsWith("-Djna.")) {
                command.add(argument);
            }
        }
        command.addAll(flags);
        command.add("-cp");
        command.add(classPath);
        command.add(main.getName());
        return command;
    }

    long pid() {
        return process.pid();
    }

    /** The next line, which must come within so many seconds. */
    String hear(double seconds) throws IOException {
        boolean[] late = {false};
        Future<?> limit =
                LIMITS.schedule(
                        () -> {
                            late[0] = true;
                            process.toHandle().destroyForcibly();
                        },
                        (long) (seconds * 1000),
                        TimeUnit.MILLISECONDS);
        String line = out.readLine();
        limit.cancel(false);
        if (line == null) {
            throw new IOException(
                    (late[0] ? "it said nothing for " + seconds + " s" : "it ended") + said());
        }
        return line;
    }

    void say(String line) throws IOException {
        in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    /** What it printed on its standard error, in words to follow a sentence. */
    String said() {
        try {
            if (!process.isAlive()) {
                listener.join(1000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return complaints.length() == 0 ? "" : ": " + complaints.toString().strip();
    }

    /** Waits for its end, which it is told of by {@link #close} or comes to by itself. */
    void await(long seconds) throws IOException {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.toHandle().destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.toHandle().destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** SIGTERM. Unlike {@link Process#destroy} it leaves the streams to be read to their end. */
    void terminate() {
        process.toHandle().destroy();
    }

    @Override
    public void close() throws IOException {
        try {
            in.close();
        } catch (IOException e) {
            // It has ended already, and did not read what was said last.
        }
        await(END_SECONDS);
    }
}
