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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** strace(1), attached to a server, makes some of its calls fail. */
final class Strace implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;

    private final Process process;
    private final Path log;

    /** Returns when the server is traced. */
    Strace(ServerProcess server, Fault fault, Path log) throws IOException, InterruptedException {
        this.log = log;
        // The JVM itself makes some of the calls, too: then only threads in which it seldom does.
        List<Long> threads = fault.row().isOfJvmToo() ? server.loops() : List.of();
        List<String> command = new ArrayList<>();
        command.addAll(List.of("strace", "-o", log.toString()));
        command.addAll(List.of("-e", "trace=" + fault.row().calls()));
        command.addAll(List.of("-e", "inject=" + fault.injection()));
        for (Long thread : threads) {
            command.addAll(List.of("-p", thread.toString()));
        }
        if (threads.isEmpty()) {
            command.addAll(List.of("-f", "-p", Long.toString(server.pid())));
        }
        Path errors = log.resolveSibling("strace.err");
        process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!server.isTraced(threads)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                close();
                throw new IOException("strace does not trace: " + Files.readString(errors));
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    /** Whether there is one that may trace. */
    static boolean isUsable() {
        try {
            Process probe =
                    new ProcessBuilder("strace", "-e", "inject=getppid:error=EIO", "true")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return probe.waitFor() == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Detaches; what fails after that fails by itself. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("strace does not end");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** After {@link #close}: how many calls it has tampered with. */
    int injected() throws IOException {
        int count = 0;
        for (String line : Files.readAllLines(log)) {
            if (line.contains("(INJECTED") || line.contains("(DELAYED")) {
                count++;
            }
        }
        return count;
    }
}
