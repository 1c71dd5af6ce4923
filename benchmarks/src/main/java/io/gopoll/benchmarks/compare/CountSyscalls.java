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

import io.gopoll.benchmarks.compare.LoadProcess.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What servers ask of the kernel. */
@Command(
        name = "syscalls",
        description =
                "Counts system calls per request by name, with strace, which slows the server: their"
                        + " time says nothing. Those of the JVM itself are among them.")
public final class CountSyscalls implements Callable<Integer> {

    private static final double RAMP_SECONDS = 0.1;

    @Mixin private Selection selection;

    @Option(
            names = "--seconds",
            defaultValue = "2",
            description = "How long each is counted, 0.1 to 3600 (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "4",
            paramLabel = "SECONDS",
            description = "How long before that, 0.1 to 3600 (default: ${DEFAULT-VALUE}).")
    private double warmUp;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException, Unusable {
        selection.check(spec);
        Selection.inRange(spec, "--seconds", seconds, 0.1, 3600);
        Selection.inRange(spec, "--warm-up", warmUp, 0.1, 3600);
        if (Source.onPath("strace") == null) {
            throw new Unusable("syscalls needs strace, which is not on the PATH");
        }
        return Selection.inFolder(this::count);
    }

    private int count(Path folder) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Cores cores = Cores.find();
        int failures = 0;
        for (Workload workload : selection.workloads()) {
            for (int connections : selection.connections(workload)) {
                out.printf("%n%s, %d connections%n", workload.description, connections);
                for (Transport transport : selection.transports()) {
                    if (transport.has(workload)) {
                        failures += count(transport, workload, connections, folder, cores, out);
                    }
                }
            }
        }
        return failures == 0 ? 0 : 1;
    }

    private int count(
            Transport transport,
            Workload workload,
            int connections,
            Path folder,
            Cores cores,
            PrintWriter out) {
        Integer serverCore = cores == null ? null : cores.server();
        Integer loadCore = cores == null ? null : cores.load();
        try (Backend backend = Backend.of(workload, folder, loadCore);
                ServerProcess server =
                        new ServerProcess(transport, workload, backend, folder, serverCore)) {
            try (LoadProcess load =
                    new LoadProcess(
                            workload.load,
                            server,
                            connections,
                            RAMP_SECONDS,
                            warmUp,
                            0,
                            folder,
                            loadCore)) {
                load.run();
            }
            Path counts = folder.resolve("strace");
            Outcome outcome;
            try (Child strace =
                    new Child(
                            null,
                            List.of(
                                    "strace",
                                    "-c",
                                    "-f",
                                    "-o",
                                    counts.toString(),
                                    "-p",
                                    Long.toString(server.pid())))) {
                awaitTracer(server.pid());
                try (LoadProcess load =
                        new LoadProcess(
                                workload.load,
                                server,
                                connections,
                                RAMP_SECONDS,
                                seconds,
                                0,
                                folder,
                                loadCore)) {
                    outcome = load.run();
                }
                strace.terminate();
                strace.await(10);
            }
            print(transport, workload, outcome, counts, out);
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } catch (IOException | Unusable e) {
            out.printf("%-18s %s%n", transport, e.getMessage());
            out.flush();
            return e instanceof Unusable ? 0 : 1;
        }
    }

    /** strace attaches thread by thread, and does not say when it is done. */
    private static void awaitTracer(long pid) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!isTraced(pid)) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        "strace does not trace process "
                                + pid
                                + " after 30 s: may it use ptrace(2)?");
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Whether all threads that it has now are; later ones are traced from their start. */
    private static boolean isTraced(long pid) throws IOException {
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : threads) {
                if (Files.readAllLines(thread.resolve("status")).contains("TracerPid:\t0")) {
                    return false;
                }
            }
            return true;
        } catch (NoSuchFileException ended) {
            return false; // a thread of it
        }
    }

    private static void print(
            Transport transport, Workload workload, Outcome outcome, Path counts, PrintWriter out)
            throws IOException {
        double units = (double) outcome.total() * workload.unitsPerExchange();
        StringBuilder line = new StringBuilder();
        double all = 0;
        for (Map.Entry<String, long[]> call : parse(Files.readAllLines(counts)).entrySet()) {
            double per = call.getValue()[0] / units;
            all += per;
            if (per >= 0.005) {
                line.append(", %s %.2f".formatted(call.getKey(), per));
                if (call.getValue()[1] / units >= 0.005) {
                    line.append(" (%.2f failed)".formatted(call.getValue()[1] / units));
                }
            }
        }
        out.printf("%-18s %6.2f a %s%s%n", transport, all, workload.unit(), line);
        out.flush();
    }

    /** Calls and errors by name, of what {@code strace -c} prints. */
    static Map<String, long[]> parse(List<String> lines) {
        Map<String, long[]> counts = new TreeMap<>();
        for (String line : lines) {
            String[] fields = line.trim().split("\\s+");
            if (fields.length < 5 || !fields[0].matches("[0-9.]+") || fields[4].equals("total")) {
                continue;
            }
            String name = fields[fields.length - 1];
            if (!name.equals("total")) {
                counts.put(
                        name,
                        new long[] {
                            Long.parseLong(fields[3]),
                            fields.length > 5 ? Long.parseLong(fields[4]) : 0
                        });
            }
        }
        return counts;
    }
}
