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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What came of all faults, as a table in Markdown. */
final class Table {

    private static final int MOST_SAID = 3;

    private static final class Line {
        private final Map<Fault.When, String> fates = new LinkedHashMap<>();
        private final Set<String> said = new LinkedHashSet<>();
        private int injected;
        private int ended;
    }

    private final Map<String, Line> lines = new LinkedHashMap<>();
    private int trials;
    private int survived;

    synchronized void add(Trial.Result result) {
        Fault fault = result.fault();
        String key =
                "%s | %s | %s".formatted(fault.row().name(), fault.row().exercise(), fault.words());
        Line line = lines.computeIfAbsent(key, k -> new Line());
        boolean ok = result.problems().isEmpty();
        trials++;
        survived += ok ? 1 : 0;
        if (ok) {
            line.fates.putIfAbsent(fault.when(), "yes");
        } else {
            line.fates.put(fault.when(), "**no**");
        }
        line.injected += result.injected();
        line.ended += result.ended();
        result.said().stream().map(Table::shorten).forEach(line.said::add);
    }

    /** Without what differs each time. */
    private static String shorten(String said) {
        return said.replaceAll("\\b(\\w+\\.)+(\\w+)(Exception|Error)\\b", "$2$3")
                .replaceAll("\\[id: [^]]*]", "[...]")
                .replaceAll("(localhost)?/?127\\.0\\.0\\.1:\\d+", "...")
                .replaceAll("\\S*/[\\w/.-]+", "...")
                .replaceAll("0x[0-9a-f]+", "...")
                .replaceAll("\\b\\d+\\b", "N")
                .replace("|", "/");
    }

    synchronized void write(Path file) throws IOException {
        List<String> out = new ArrayList<>();
        out.add("%d trials, %d survived".formatted(trials, survived));
        out.add("");
        out.add("| call | made by | fails of | first | tenth | each 100th | hit | ended | said |");
        out.add("|---|---|---|---|---|---|---:|---:|---|");
        lines.forEach((key, line) -> out.add(row(key, line)));
        Files.write(file, out);
    }

    private static String row(String key, Line line) {
        StringBuilder row = new StringBuilder("| ").append(key);
        for (Fault.When when : Fault.When.values()) {
            row.append(" | ").append(line.fates.getOrDefault(when, ""));
        }
        String said = String.join("; ", line.said.stream().limit(MOST_SAID).toList());
        return row.append(" | %d | %d | %s |".formatted(line.injected, line.ended, said))
                .toString();
    }
}
