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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say what is measured. */
final class Selection {

    @Option(
            names = {"-w", "--workloads"},
            split = ",",
            paramLabel = "NAME",
            description =
                    "What the servers do (default: http,http-pipelined,echo-100,echo-16k,churn):"
                            + " ${COMPLETION-CANDIDATES}.")
    private List<Workload> workloads = Workload.USUAL;

    @Option(names = "--all", description = "All workloads.")
    private boolean all;

    @Option(
            names = {"-t", "--transports"},
            split = ",",
            paramLabel = "NAME",
            description = "Which servers (default: all that can be had): ${COMPLETION-CANDIDATES}.")
    private List<Transport> transports = List.of(Transport.values());

    @Option(
            names = {"-c", "--connections"},
            split = ",",
            paramLabel = "N",
            description = "How many clients, instead of what is usual for the workload.")
    private List<Integer> connections = List.of();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Say this and end.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    List<Workload> workloads() {
        return all ? List.of(Workload.values()) : workloads;
    }

    List<Transport> transports() {
        return transports;
    }

    List<Integer> connections(Workload workload) {
        return connections.isEmpty() ? workload.connections : connections;
    }

    void check(CommandSpec spec) {
        connections.forEach(n -> inRange(spec, "--connections", n, 1, 100_000));
    }

    static void inRange(CommandSpec spec, String option, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is %s, and must be from %s to %s"
                            .formatted(option, plain(value), plain(min), plain(max)));
        }
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    interface InFolder {
        int call(Path folder) throws IOException, Unusable;
    }

    /** In a folder for programs, sockets and files, which is gone afterwards. */
    static int inFolder(InFolder call) throws IOException, Unusable {
        Path folder = Files.createTempDirectory("gopoll");
        try {
            return call.call(folder);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(Selection::delete);
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
