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

import io.gopoll.examples.Transport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What each program did on each transport. */
final class Scoreboard implements AutoCloseable {

    static final String PASSES = "passes";

    /** Programs mostly wait, so they run beside each other. */
    private static final int AT_A_TIME = 8;

    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    AT_A_TIME,
                    task -> {
                        Thread thread = new Thread(task, "scoreboard");
                        thread.setDaemon(true);
                        return thread;
                    });

    private final List<Program> programs = Program.all();

    /** Begins all programs on a transport. */
    Map<Program, Future<String>> begin(Transport transport) {
        Map<Program, Future<String>> results = new LinkedHashMap<>();
        for (Program program : programs) {
            results.put(program, threads.submit(() -> program.run(transport)));
        }
        return results;
    }

    /** The table, from runs on every transport, one after the other. */
    List<String> table() throws Exception {
        Map<Transport, Map<Program, Future<String>>> all = new LinkedHashMap<>();
        for (Transport transport : Transport.values()) {
            if (transport.unavailable() != null) {
                throw new IllegalStateException(transport.unavailable());
            }
            Map<Program, Future<String>> results = begin(transport);
            for (Future<String> result : results.values()) {
                result.get();
            }
            all.put(transport, results);
        }
        List<String> lines = new ArrayList<>();
        String theme = "";
        for (Program program : programs) {
            if (!program.theme().equals(theme)) {
                theme = program.theme();
                lines.add("");
                lines.addAll(head(theme));
            }
            lines.add(row(program, all));
        }
        return lines;
    }

    private static List<String> head(String theme) {
        String title = theme.replaceAll("(?<=[a-z])([A-Z])", " $1");
        String heading = title.charAt(0) + title.substring(1).toLowerCase(java.util.Locale.ROOT);
        StringBuilder head = new StringBuilder("| report | what should be |");
        StringBuilder line = new StringBuilder("|---|---|");
        for (Transport transport : Transport.values()) {
            head.append(' ').append(transport.title).append(" |");
            line.append("---|");
        }
        return List.of("## " + heading, "", head.toString(), line.toString());
    }

    private static String row(Program program, Map<Transport, Map<Program, Future<String>>> results)
            throws Exception {
        Reported reported = program.reported;
        StringBuilder row = new StringBuilder("| [").append(program.number()).append("](");
        row.append(reported.url()).append(") ").append(cell(reported.title())).append(" | ");
        row.append(reported.shows()).append(reported.note().isEmpty() ? "" : " ");
        row.append(reported.note()).append(" |");
        for (Map<Program, Future<String>> column : results.values()) {
            row.append(' ').append(cell(column.get(program).get())).append(" |");
        }
        return row.toString();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;");
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
