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

import io.gopoll.benchmarks.compare.Report.Row;
import io.gopoll.benchmarks.compare.Report.Spread;
import java.io.PrintWriter;
import java.util.List;

/** What a terminal shows. */
final class Table {

    private final PrintWriter out;

    Table(PrintWriter out) {
        this.out = out;
    }

    void print(Workload workload, int connections, List<Row> rows) {
        out.printf("%n%s, %d connections%n", workload.description, connections);
        out.printf(
                "%-18s %24s %18s %10s %6s %9s %8s %8s %8s %8s%n",
                "",
                "CPU us/" + workload.unit(),
                "ratio",
                workload.unit() + "s/s",
                "ratio",
                "alloc B",
                "switches",
                "p50 us",
                "p99 us",
                "p99.9");
        for (Row row : rows) {
            print(row);
        }
        out.flush();
    }

    private void print(Row row) {
        if (row.cpuMicros() == null || row.failure() != null) {
            out.printf("%-18s failed: %s%n", row.transport(), row.failure());
            return;
        }
        Report.Latency latency = row.latency();
        out.printf(
                "%-18s %24s %18s %10.0f %6s %9s %8s %8s %8s %8s%n",
                row.transport(),
                spread(row.cpuMicros()),
                row.cpuRatio() == null ? "" : spread(row.cpuRatio()),
                row.perSecond().median(),
                row.perSecondRatio() == null ? "" : "%.2f".formatted(row.perSecondRatio().median()),
                row.allocatedBytes() == null ? "" : "%.0f".formatted(row.allocatedBytes().median()),
                "%.3f".formatted(row.contextSwitches().median()),
                latency == null ? "" : "%.0f".formatted(latency.p50Micros()),
                latency == null ? "" : "%.0f".formatted(latency.p99Micros()),
                latency == null ? "" : "%.0f".formatted(latency.p999Micros()));
        if (row.idle() != null) {
            out.printf(
                    "%-18s %.0f bytes resident, %s of heap, for each of %d idle connections%n",
                    "",
                    row.idle().residentBytes(),
                    row.idle().heapBytes() == null
                            ? "none"
                            : "%.0f".formatted(row.idle().heapBytes()),
                    row.idle().connections());
        }
    }

    private static String spread(Spread spread) {
        return "%.2f (%.2f-%.2f)".formatted(spread.median(), spread.min(), spread.max());
    }
}
