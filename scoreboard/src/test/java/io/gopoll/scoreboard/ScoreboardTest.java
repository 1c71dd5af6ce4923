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
package io.gopoll.scoreboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gopoll.examples.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Everything in the scoreboard passes on GoPoll, and the page has a row for each. */
class ScoreboardTest {

    private static final String BEGIN = "<!-- written by ScoreboardTest -->";

    private final Scoreboard scoreboard = new Scoreboard();

    @AfterEach
    void close() {
        scoreboard.close();
    }

    @TestFactory
    Stream<org.junit.jupiter.api.DynamicTest> passesInLoopMode() {
        return results(Transport.GOPOLL);
    }

    @TestFactory
    Stream<org.junit.jupiter.api.DynamicTest> passesInGoroutineMode() {
        boolean available = Transport.GOROUTINE.unavailable() == null;
        assertEquals(Runtime.version().feature() >= 21, available);
        return available ? results(Transport.GOROUTINE) : Stream.empty();
    }

    private Stream<org.junit.jupiter.api.DynamicTest> results(Transport transport) {
        Map<Program, Future<String>> results = scoreboard.begin(transport);
        return results.entrySet().stream()
                .map(
                        entry ->
                                dynamicTest(
                                        entry.getKey().toString(),
                                        () -> check(entry.getKey(), entry.getValue().get())));
    }

    private static void check(Program program, String result) {
        boolean here = result.endsWith(Host.IPV6) || result.endsWith(Host.VIRTUAL_THREADS);
        assumeFalse(here, result);
        assertEquals(program.reported.onGoPoll(), result);
    }

    @Test
    void thePageHasARowForEachReport() throws IOException {
        List<String> rows =
                Files.readAllLines(page()).stream()
                        .filter(line -> line.startsWith("| ["))
                        .collect(Collectors.toList());
        List<String> reports = new ArrayList<>();
        for (Program program : Program.all()) {
            String report = "| [" + program.number() + "](" + program.reported.url() + ") ";
            assertTrue(
                    rows.stream().anyMatch(row -> row.startsWith(report)),
                    () -> "no row for " + program);
            reports.add(report);
        }
        assertEquals(reports.size(), reports.stream().distinct().count(), "one row each");
        assertEquals(reports.size(), rows.size());
    }

    /** The command that writes the page; see the module's pom.xml. */
    @Test
    @EnabledIfSystemProperty(named = "scoreboard", matches = "write")
    void write() throws Exception {
        List<String> lines = Files.readAllLines(page());
        List<String> page = new ArrayList<>(lines.subList(0, lines.indexOf(BEGIN) + 1));
        page.addAll(scoreboard.table());
        Files.write(page(), page);
    }

    private static Path page() {
        return Path.of(System.getProperty("basedir", "scoreboard"))
                .toAbsolutePath()
                .resolveSibling("docs")
                .resolve("scoreboard.md");
    }
}
