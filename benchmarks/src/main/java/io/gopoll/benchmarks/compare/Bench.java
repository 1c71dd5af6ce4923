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
import io.gopoll.benchmarks.compare.Report.Idle;
import io.gopoll.benchmarks.compare.Report.Latency;
import io.gopoll.benchmarks.compare.Report.Row;
import io.gopoll.benchmarks.compare.Report.Spread;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Measures transports side by side: servers that run at once, and a load that goes round. */
final class Bench {

    /** After it a load generator's clients are past their first exchange. */
    private static final double RAMP_SECONDS = 0.3;

    private static final int WARM_UP_PARTS = 3;

    /**
     * Of the slowest one's throughput: latency tells something where a server has time to spare.
     */
    private static final double SHARE_FOR_LATENCY = 0.5;

    /** Some transports give memory back when a connection has been idle for a while. */
    private static final double SETTLE_SECONDS = 6;

    private final int rounds;
    private final double seconds;
    private final double warmUpSeconds;
    private final boolean latency;
    private final Path folder;
    private final Cores cores;
    private final PrintWriter progress;

    /** Why a transport, or a workload, cannot be had here. */
    final Map<String, String> unavailable = new TreeMap<>();

    /**
     * @param cores {@code null} for anywhere
     */
    Bench(
            int rounds,
            double seconds,
            double warmUpSeconds,
            boolean latency,
            Path folder,
            Cores cores,
            PrintWriter progress) {
        this.rounds = rounds;
        this.seconds = seconds;
        this.warmUpSeconds = warmUpSeconds;
        this.latency = latency;
        this.folder = folder;
        this.cores = cores;
        this.progress = progress;
    }

    /** One transport's part, while it is measured. */
    private static final class Contender {
        final Transport transport;
        final ServerProcess server;
        final List<Double> cpuMicros = new ArrayList<>();
        final List<Double> perSecond = new ArrayList<>();
        final List<Double> allocated = new ArrayList<>();
        final List<Double> contextSwitches = new ArrayList<>();
        final List<Double> loadBusy = new ArrayList<>();
        final List<Double> cpuMicrosAtRate = new ArrayList<>();
        final List<Histogram> latencies = new ArrayList<>();
        Idle idle;
        String failure;

        Contender(Transport transport, ServerProcess server) {
            this.transport = transport;
            this.server = server;
        }
    }

    List<Row> measure(Workload workload, int connections, List<Transport> transports)
            throws IOException {
        List<Contender> contenders = new ArrayList<>();
        try (Backend backend = Backend.of(workload, folder, cores == null ? null : cores.load())) {
            for (Transport transport : transports) {
                if (transport.has(workload) && !unavailable.containsKey(transport.toString())) {
                    start(transport, workload, backend, contenders);
                }
            }
            String what = workload + " " + connections;
            for (Contender contender : contenders) {
                attempt(
                        contender,
                        what + ", warm-up",
                        () -> warmUp(workload, connections, contender));
            }
            for (int round = 1; round <= rounds; round++) {
                for (Contender contender : contenders) {
                    attempt(
                            contender,
                            what + ", round " + round,
                            () -> round(workload, connections, contender));
                }
            }
            double rate =
                    contenders.stream()
                                    .map(contender -> Spread.of(contender.perSecond))
                                    .filter(spread -> spread != null)
                                    .mapToDouble(Spread::median)
                                    .min()
                                    .orElse(0)
                            * SHARE_FOR_LATENCY;
            for (int round = 1; latency && round <= rounds; round++) {
                for (Contender contender : contenders) {
                    attempt(
                            contender,
                            "%s, latency at %.0f/s, round %d".formatted(what, rate, round),
                            () -> latency(workload, connections, rate, contender));
                }
            }
            return rows(workload, connections, rate, contenders);
        } catch (Unusable e) {
            leaveOut(workload.toString(), e);
            return List.of();
        } finally {
            for (Contender contender : contenders) {
                contender.server.close();
            }
        }
    }

    private void start(
            Transport transport, Workload workload, Backend backend, List<Contender> contenders)
            throws IOException {
        try {
            contenders.add(
                    new Contender(
                            transport,
                            new ServerProcess(
                                    transport,
                                    workload,
                                    backend,
                                    folder,
                                    cores == null ? null : cores.server())));
        } catch (Unusable e) {
            leaveOut(transport.toString(), e);
        }
    }

    private void leaveOut(String name, Unusable why) {
        unavailable.put(name, why.getMessage());
        progress.printf("%s is not available: %s%n", name, why.getMessage());
        progress.flush();
    }

    private interface Step {
        /** What there is to say of it. */
        String take() throws IOException, Unusable;
    }

    private void attempt(Contender contender, String what, Step step) {
        if (contender.failure != null) {
            return;
        }
        progress.printf("%s: %s", what, contender.transport);
        progress.flush();
        try {
            progress.printf(" %s%n", step.take());
        } catch (IOException | Unusable e) {
            contender.failure = e.getMessage() + contender.server.said();
            progress.printf(" failed: %s%n", contender.failure);
        }
        progress.flush();
    }

    private Outcome load(
            Load load, int connections, double seconds, double rate, ServerProcess server)
            throws IOException, Unusable {
        try (LoadProcess clients = clients(load, connections, seconds, rate, server)) {
            return clients.run();
        }
    }

    private LoadProcess clients(
            Load load, int connections, double seconds, double rate, ServerProcess server)
            throws IOException, Unusable {
        return new LoadProcess(
                load,
                server,
                connections,
                RAMP_SECONDS,
                seconds,
                rate,
                folder,
                cores == null ? null : cores.load());
    }

    private String warmUp(Workload workload, int connections, Contender contender)
            throws IOException, Unusable {
        if (workload.load.idle() > 0) {
            contender.idle = idle(workload, connections, contender.server);
        }
        // In parts: what happens as clients come and go is to be compiled before it is measured.
        for (int part = 0; part < WARM_UP_PARTS; part++) {
            load(workload.load, connections, warmUpSeconds / WARM_UP_PARTS, 0, contender.server);
        }
        return contender.idle == null
                ? ""
                : "%.0f bytes resident for each idle connection"
                        .formatted(contender.idle.residentBytes());
    }

    private Idle idle(Workload workload, int connections, ServerProcess server)
            throws IOException, Unusable {
        load(workload.load.besides(0), connections, Math.min(2, warmUpSeconds), 0, server);
        double settle = Math.min(SETTLE_SECONDS, warmUpSeconds);
        rest(settle);
        double heap = server.heap();
        double resident = server.resident();
        try (LoadProcess clients = clients(workload.load, connections, 0, 0, server)) {
            rest(settle);
            int idle = workload.load.idle() + connections;
            double heapAfter = server.heap();
            return new Idle(
                    idle,
                    heapAfter < 0 ? null : (heapAfter - heap) / idle,
                    (server.resident() - resident) / idle);
        }
    }

    private static void rest(double seconds) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep((long) (seconds * 1000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private String round(Workload workload, int connections, Contender contender)
            throws IOException, Unusable {
        ServerProcess server = contender.server;
        Outcome outcome;
        long before;
        long allocated;
        Map<String, Long> switchesBefore;
        long switches;
        try (LoadProcess clients = clients(workload.load, connections, seconds, 0, server)) {
            // From here: what connections take to come and go is the churn workload's.
            before = server.allocated();
            switchesBefore = server.contextSwitches();
            outcome = clients.run();
            switches =
                    server.contextSwitches().entrySet().stream()
                            .mapToLong(
                                    thread ->
                                            thread.getValue()
                                                    - switchesBefore.getOrDefault(
                                                            thread.getKey(), 0L))
                            .sum();
            allocated = server.allocated() - before;
        }
        int units = workload.unitsPerExchange();
        if (outcome.exchanges() == 0) {
            throw new IOException("no exchange was completed in " + seconds + " s");
        }
        double cpuMicros = outcome.serverCpuNanos() / 1e3 / outcome.exchanges() / units;
        double perSecond = outcome.exchanges() * 1e9 / outcome.nanos() * units;
        contender.cpuMicros.add(cpuMicros);
        contender.perSecond.add(perSecond);
        contender.loadBusy.add((double) outcome.loadCpuNanos() / outcome.nanos());
        contender.contextSwitches.add((double) switches / outcome.total() / units);
        if (before >= 0) {
            contender.allocated.add((double) allocated / outcome.total() / units);
        }
        return "%.2f us of CPU a %s, %.0f/s".formatted(cpuMicros, workload.unit(), perSecond);
    }

    private String latency(Workload workload, int connections, double rate, Contender contender)
            throws IOException, Unusable {
        int units = workload.unitsPerExchange();
        Outcome outcome = load(workload.load, connections, seconds, rate / units, contender.server);
        Histogram round = new Histogram(3);
        for (long[] latency : outcome.histogram()) {
            round.recordValueWithCount(latency[0], latency[1]);
        }
        contender.latencies.add(round);
        if (outcome.exchanges() > 0) {
            contender.cpuMicrosAtRate.add(
                    outcome.serverCpuNanos() / 1e3 / outcome.exchanges() / units);
        }
        return "p50 %.0f us, p99 %.0f us"
                .formatted(
                        round.getValueAtPercentile(50) / 1e3, round.getValueAtPercentile(99) / 1e3);
    }

    private List<Row> rows(
            Workload workload, int connections, double rate, List<Contender> contenders) {
        Contender reference =
                contenders.stream()
                        .filter(contender -> contender.transport == Transport.REFERENCE)
                        .filter(contender -> contender.failure == null)
                        .findFirst()
                        .orElse(null);
        return contenders.stream()
                .map(contender -> row(workload, connections, rate, contender, reference))
                .toList();
    }

    private static Row row(
            Workload workload,
            int connections,
            double rate,
            Contender contender,
            Contender reference) {
        OptionalDouble busy =
                contender.loadBusy.stream().mapToDouble(Double::doubleValue).average();
        Spread cpuAtRate = Spread.of(contender.cpuMicrosAtRate);
        return new Row(
                workload.toString(),
                workload.description,
                connections,
                contender.transport.toString(),
                workload.unit(),
                Spread.of(contender.cpuMicros),
                reference == null ? null : ratio(contender.cpuMicros, reference.cpuMicros),
                Spread.of(contender.perSecond),
                reference == null ? null : ratio(contender.perSecond, reference.perSecond),
                Spread.of(contender.allocated),
                Spread.of(contender.contextSwitches),
                busy.isPresent() ? busy.getAsDouble() : null,
                cpuAtRate == null
                        ? null
                        : new Latency(
                                rate,
                                micros(contender, 50).median(),
                                micros(contender, 99).median(),
                                micros(contender, 99.9).median(),
                                micros(contender, 100).max(),
                                cpuAtRate.median()),
                contender.idle,
                contender.failure);
    }

    /** Of each round by itself: one in which the machine stood still says little of the server. */
    private static Spread micros(Contender contender, double percentile) {
        return Spread.of(
                contender.latencies.stream()
                        .map(round -> round.getValueAtPercentile(percentile) / 1e3)
                        .toList());
    }

    /** Round by round: what slows the machine for a while slows both. */
    private static Spread ratio(List<Double> rounds, List<Double> reference) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(rounds.size(), reference.size()); i++) {
            ratios.add(rounds.get(i) / reference.get(i));
        }
        return Spread.of(ratios);
    }
}
