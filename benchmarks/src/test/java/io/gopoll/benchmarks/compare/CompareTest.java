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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.Gson;
import io.gopoll.benchmarks.Benchmarks;
import io.gopoll.benchmarks.compare.LoadProcess.Outcome;
import io.gopoll.benchmarks.compare.Report.Row;
import io.gopoll.benchmarks.compare.Report.Spread;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

class CompareTest {

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = Benchmarks.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    private Report compare(String options) throws IOException {
        Path path = folder.resolve("result");
        String common = "compare --seconds 0.2 --warm-up 0.1 --out " + path + " ";
        int exitCode = run((common + options).split(" "));
        assertEquals(0, exitCode, () -> out.toString() + err);
        return new Gson().fromJson(Files.readString(Path.of(path + ".json")), Report.class);
    }

    @ParameterizedTest
    @EnumSource
    void everyWorkloadIsServedAndCosts(Workload workload) throws IOException {
        Row row = measured(workload, Transport.GOPOLL_JNA);
        assertNull(row.failure());
        assertTrue(row.perSecond().median() > 0);
        assertTrue(row.cpuMicros().median() >= 0);
        assertTrue(row.allocatedBytes().median() >= 0);
        assertTrue(row.contextSwitches().median() > 0, "it has never waited");
        assertEquals(workload == Workload.IDLE, row.idle() != null);
    }

    @ParameterizedTest
    @EnumSource
    void everyTransportServesOrSaysWhyNot(Transport transport) throws IOException {
        String workload = transport.opensConns() ? "backend" : "http";
        Report report =
                compareOrNothing(
                        "-w " + workload + " -t " + transport + " -c 4 --rounds 1 --no-latency");
        String name = transport.toString();
        if (report.unavailable().containsKey(name)) {
            assertTrue(
                    report.unavailable().get(name).length() > 10, report.unavailable()::toString);
        } else {
            assertTrue(report.rows().get(0).perSecond().median() > 0);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GOROUTINE_JDK", "GOROUTINE", "JDK_VT", "GO"})
    void handlersAskABackend(Transport transport) throws IOException {
        assertTrue(measured(Workload.BACKEND, transport).perSecond().median() > 0);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "GOROUTINE_JDK",
                "GOROUTINE",
                "GOROUTINE_JDK_CONN",
                "GOROUTINE_CONN",
                "JDK_VT"
            })
    void handlersAskADatabase(Transport transport) throws IOException {
        assertTrue(measured(Workload.JDBC, transport).perSecond().median() > 0);
    }

    /** What cannot be had here is said as the reason why a test has not been made. */
    private Row measured(Workload workload, Transport transport) throws IOException {
        Report report =
                compareOrNothing(
                        "-w " + workload + " -t " + transport + " -c 4 --rounds 1 --no-latency");
        report.unavailable().forEach((name, why) -> abort(name + ": " + why));
        assertEquals(1, report.rows().size(), () -> out.toString() + err);
        return report.rows().get(0);
    }

    @Test
    void postgresEndsWhenItIsClosed() throws Exception {
        int port;
        try (Postgres postgres = new Postgres(null)) {
            port = Integer.parseInt(postgres.address().split(":")[1]);
            new Socket(InetAddress.getLoopbackAddress(), port).close();
        } catch (Unusable e) {
            abort("jdbc: " + e.getMessage());
            return;
        }
        assertThrows(
                ConnectException.class,
                () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
    }

    /** Exit code 1 says that there was nothing to measure. */
    private Report compareOrNothing(String options) throws IOException {
        Path path = folder.resolve("result");
        String common = "compare --seconds 0.2 --warm-up 0.1 --out " + path + " ";
        run((common + options).split(" "));
        return new Gson().fromJson(Files.readString(Path.of(path + ".json")), Report.class);
    }

    @Test
    void comparesInRoundsAndTellsLatencyAtOneRate() throws IOException {
        Report report = compare("-w http-pipelined,churn -t nio,epoll,gopoll-jna --rounds 2 -c 3");
        assertEquals(6, report.rows().size());
        for (Row row : report.rows()) {
            assertEquals(2, row.cpuMicros().rounds().size());
            assertEquals(3, row.connections());
            if (row.transport().equals("epoll")) {
                assertEquals(List.of(1.0, 1.0), row.perSecondRatio().rounds());
            }
            Report.Latency latency = row.latency();
            assertNotNull(latency);
            assertTrue(latency.p50Micros() > 0);
            assertTrue(latency.p50Micros() <= latency.p99Micros());
            assertTrue(latency.p99Micros() <= latency.p999Micros());
            double slowest =
                    report.rows().stream()
                            .filter(other -> other.workload().equals(row.workload()))
                            .mapToDouble(other -> other.perSecond().median())
                            .min()
                            .getAsDouble();
            assertEquals(slowest / 2, latency.perSecond(), slowest * 1e-6);
        }
        assertTrue(out.toString().contains("gopoll-jna"), out::toString);
        assertTrue(err.toString().contains("round 2"), err::toString);
        String page = Files.readString(folder.resolve("result.html"));
        assertTrue(page.contains("const report = {"), page);
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP, 0",
        "HTTP, 500",
        "HTTP_PIPELINED, 0",
        "CHURN, 0",
        "CHURN, 200",
        "UDP_ECHO, 0",
        "UNIX_ECHO, 500",
        "TLS_ECHO, 500",
        "DOWNLOAD, 0"
    })
    void theLoadInJavaIsTheSame(Workload workload, double rate) throws Exception {
        try (ServerProcess server =
                new ServerProcess(Transport.GOPOLL_JNA, workload, Backend.NONE, folder, null)) {
            List<String> command = Child.java(JavaLoad.class, List.of());
            // A ramp that lets a server that nobody has asked before load its classes.
            command.addAll(
                    workload.load.arguments(server.address(), 4, 3, 0.5, rate, server.pid()));
            try (Child load = new Child(null, command)) {
                assertEquals("connected", load.hear(60));
                load.say("go");
                assertEquals("begin", load.hear(60));
                Outcome outcome = new Gson().fromJson(load.hear(60), Outcome.class);
                assertTrue(outcome.exchanges() > 0);
                assertTrue(outcome.total() >= outcome.exchanges());
                long counted = Arrays.stream(outcome.histogram()).mapToLong(l -> l[1]).sum();
                if (rate == 0) {
                    assertTrue(counted >= outcome.exchanges(), "each has a latency");
                } else {
                    double due = rate * outcome.nanos() / 1e9;
                    // Each that became due in that time, however late it was answered.
                    assertTrue(Math.abs(counted - due) <= 4, counted + " of " + due + " due");
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "compare -w nonsense | 'http-pipelined'",
                "compare -t nonsense | 'gopoll-ffm'",
                "compare --rounds 0 | --rounds is 0, and must be from 1 to 1000",
                "compare --seconds NaN | --seconds is NaN",
                "compare --warm-up -1 | --warm-up is -1, and must be from 0.1 to 3600",
                "compare -c 0 | --connections is 0, and must be from 1 to 100000",
                "syscalls --seconds 0 | --seconds is 0, and must be from 0.1 to 3600",
                "nonsense | nonsense",
                "'' | Which of them?"
            })
    void badInputIsRefusedInWords(String line, String words) {
        assertEquals(2, run(line.isEmpty() ? new String[0] : line.split(" ")));
        assertTrue(err.toString().contains(words), err::toString);
    }

    @Test
    void countsSystemCallsOfEachRequest() {
        assumeTrue(Source.onPath("strace") != null, "strace is not on the PATH");
        int exitCode =
                run("syscalls -w echo-64 -c 2 -t gopoll-jna --seconds 2 --warm-up 0.2".split(" "));
        assertEquals(0, exitCode, () -> out.toString() + err);
        assertTrue(
                out.toString()
                        .matches(
                                "(?s).*gopoll-jna +[0-9.]+ a request, .*sendto (0\\.9|1\\.[01]).*"),
                out::toString);
    }

    @Test
    void readsWhatStraceCounts() {
        Map<String, long[]> counts =
                CountSyscalls.parse(
                        List.of(
                                "% time     seconds  usecs/call     calls    errors syscall",
                                "------ ----------- ----------- --------- --------- --------",
                                " 63.12    0.004521           4      1000           write",
                                " 36.88    0.002641          12       220        11 read",
                                "------ ----------- ----------- --------- --------- --------",
                                "100.00    0.007162           5      1220        11 total"));
        assertEquals(2, counts.size());
        assertEquals(List.of(1000L, 0L), list(counts.get("write")));
        assertEquals(List.of(220L, 11L), list(counts.get("read")));
    }

    private static List<Long> list(long[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    @Test
    void findsCoresThatAreFarApart() {
        assertEquals(new Cores(0, 1), Cores.of("0-1"));
        assertEquals(new Cores(2, 9), Cores.of("2-4,9"));
        assertNull(Cores.of("3"));
    }

    @Test
    void aMedianOfAnEvenNumberIsInTheMiddle() {
        assertEquals(
                new Spread(2.5, 1, 4, List.of(4.0, 1.0, 2.0, 3.0)),
                Spread.of(List.of(4.0, 1.0, 2.0, 3.0)));
        assertEquals(2, Spread.of(List.of(3.0, 1.0, 2.0)).median());
        assertNull(Spread.of(List.of()));
    }
}
