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
package io.gopoll.testsuite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of the project's {@code docs}, in Markdown: the tables and the code in it. */
final class Page {

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    private final String name;
    private final List<String> lines;

    Page(String name) throws IOException {
        this.name = name;
        // Maven tells the module's folder; an IDE may start in either.
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path docs = module.resolve("docs");
        if (!Files.isDirectory(docs)) {
            docs = module.resolveSibling("docs");
        }
        lines = Files.readAllLines(docs.resolve(name));
    }

    /** Whether some line has these words. */
    boolean says(String words) {
        return lines.stream().anyMatch(line -> line.contains(words));
    }

    /**
     * The rows of the table under a heading.
     *
     * @throws NoSuchElementException if there is none
     */
    List<Row> table(String heading) {
        List<Row> rows = new ArrayList<>();
        boolean head = true;
        for (String line : under(heading)) {
            if (line.startsWith("|--")) {
                head = false;
            } else if (line.startsWith("|") && !head) {
                rows.add(new Row(line));
            }
        }
        if (rows.isEmpty()) {
            throw new NoSuchElementException(name + " has no table under " + heading);
        }
        return rows;
    }

    /**
     * The first block of code under a heading.
     *
     * @throws NoSuchElementException if there is none
     */
    String code(String heading) {
        List<String> code = null;
        for (String line : under(heading)) {
            if (!line.startsWith("```")) {
                if (code != null) {
                    code.add(line);
                }
            } else if (code == null) {
                code = new ArrayList<>();
            } else {
                return String.join("\n", code) + "\n";
            }
        }
        throw new NoSuchElementException(name + " has no code under " + heading);
    }

    private List<String> under(String heading) {
        int from = lines.indexOf("## " + heading) + 1;
        if (from == 0) {
            throw new NoSuchElementException(name + " has no heading " + heading);
        }
        int to = from;
        while (to < lines.size() && !lines.get(to).startsWith("## ")) {
            to++;
        }
        return lines.subList(from, to);
    }

    /** One row of a table. */
    static final class Row {

        private final List<String> cells;

        Row(String line) {
            String[] parts = line.substring(1, line.lastIndexOf('|')).split("\\|", -1);
            cells = Arrays.stream(parts).map(String::trim).toList();
        }

        String cell(int i) {
            return cells.get(i);
        }

        /** What stands as code in a cell. */
        Set<String> names(int i) {
            Set<String> names = new LinkedHashSet<>();
            Matcher matcher = CODE.matcher(cell(i));
            while (matcher.find()) {
                names.add(matcher.group(1));
            }
            return names;
        }

        @Override
        public String toString() {
            return cells.toString();
        }
    }
}
