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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Keeps the server and the load apart, each on a core of its own, where there are two. */
record Cores(int server, int load) {

    /** {@code null} where they cannot be kept apart. */
    static Cores find() throws IOException {
        if (Source.onPath("taskset") == null) {
            return null;
        }
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("Cpus_allowed_list:")) {
                return of(line.substring(line.indexOf(':') + 1).trim());
            }
        }
        return null;
    }

    /** The first and the last of a list such as {@code 0-3,8}: neighbours may share a core. */
    static Cores of(String list) {
        List<Integer> allowed = new ArrayList<>();
        for (String range : list.split(",")) {
            String[] ends = range.split("-");
            for (int i = Integer.parseInt(ends[0]);
                    i <= Integer.parseInt(ends[ends.length - 1]); ) {
                allowed.add(i++);
            }
        }
        return allowed.size() < 2
                ? null
                : new Cores(allowed.get(0), allowed.get(allowed.size() - 1));
    }
}
