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

import com.google.gson.GsonBuilder;
import io.gopoll.benchmarks.compare.Report.Row;
import io.gopoll.benchmarks.compare.Report.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whole servers side by side. */
@Command(
        name = "compare",
        showDefaultValues = false,
        description = {
            "Runs the same server on several transports and tells what each costs.",
            "Every server and the load have a process of their own, on a core of their own where"
                    + " there are two. All servers of a workload run at once and are measured in"
                    + " turn, in rounds. The table has medians of all rounds and, in brackets, the"
                    + " least and the most; ratios are to Netty's epoll in the same round. epoll-again"
                    + " is epoll once more: by how much it differs from 1 is the noise.",
            "With -Dgopoll.before=JAR[:JAR...] before -jar, the jars of another build of"
                    + " transport-gopoll, the transports gopoll-before and goroutine-before are"
                    + " that build."
        })
public final class Compare implements Callable<Integer> {

    @Mixin private Selection selection;

    @Option(
            names = "--rounds",
            defaultValue = "5",
            description = "How often each is measured, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "3",
            description = "How long each time, 0.1 to 3600 (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "12",
            paramLabel = "SECONDS",
            description =
                    "How long each server is driven before that, 0.1 to 3600"
                            + " (default: ${DEFAULT-VALUE}).")
    private double warmUp;

    @Option(
            names = "--no-latency",
            negatable = false,
            description =
                    "Leave out the rounds at a fixed rate, half of what the slowest can do, which"
                            + " latency is from.")
    private boolean noLatency;

    @Option(
            names = "--out",
            defaultValue = "compare",
            paramLabel = "PATH",
            description = "Writes PATH.json and PATH.html (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException, Unusable {
        selection.check(spec);
        Selection.inRange(spec, "--rounds", rounds, 1, 1000);
        Selection.inRange(spec, "--seconds", seconds, 0.1, 3600);
        Selection.inRange(spec, "--warm-up", warmUp, 0.1, 3600);
        return Selection.inFolder(this::measure);
    }

    private int measure(Path folder) throws IOException {
        PrintWriter progress = spec.commandLine().getErr();
        Cores cores = Cores.find();
        Bench bench = new Bench(rounds, seconds, warmUp, !noLatency, folder, cores, progress);
        Settings settings =
                new Settings(
                        rounds,
                        seconds,
                        warmUp,
                        cores != null,
                        Source.LOAD_C.canBeCompiled() ? "load.c; TLS: JavaLoad" : "JavaLoad",
                        Transport.REFERENCE.toString());
        List<Row> rows = new ArrayList<>();
        progress.printf("About %d minutes.%n", Math.round(Math.ceil(estimate() / 60)));
        progress.flush();
        for (Workload workload : selection.workloads()) {
            for (int connections : selection.connections(workload)) {
                List<Row> found = bench.measure(workload, connections, selection.transports());
                rows.addAll(found);
                if (!found.isEmpty()) {
                    new Table(spec.commandLine().getOut()).print(workload, connections, found);
                }
                // After each, so that a run that is broken off is not lost.
                write(settings, bench.unavailable, rows);
            }
        }
        PrintWriter table = spec.commandLine().getOut();
        bench.unavailable.forEach((name, why) -> table.printf("%s: not here: %s%n", name, why));
        table.printf("%s.json and %s.html have it all.%n", out, out);
        table.flush();
        return rows.isEmpty() || rows.stream().anyMatch(row -> row.failure() != null) ? 1 : 0;
    }

    private double estimate() {
        double each = warmUp + rounds * seconds * (noLatency ? 1 : 2) + rounds + 2;
        long measurements =
                selection.workloads().stream()
                        .mapToLong(
                                workload ->
                                        selection.connections(workload).size()
                                                * selection.transports().stream()
                                                        .filter(
                                                                transport ->
                                                                        transport.has(workload))
                                                        .count())
                        .sum();
        return each * measurements;
    }

    private void write(Settings settings, Map<String, String> unavailable, List<Row> rows)
            throws IOException {
        Report report =
                new Report(
                        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                        Machine.here(),
                        settings,
                        unavailable,
                        rows);
        String json = new GsonBuilder().setPrettyPrinting().create().toJson(report);
        Files.writeString(Path.of(out + ".json"), json + "\n");
        try (InputStream page = Compare.class.getResourceAsStream("compare.html")) {
            // Gson writes "<" as an escape, so that no text of the data can end the script.
            Files.writeString(
                    Path.of(out + ".html"),
                    new String(page.readAllBytes(), StandardCharsets.UTF_8)
                            .replace("/* the report */ null", json));
        }
    }
}
