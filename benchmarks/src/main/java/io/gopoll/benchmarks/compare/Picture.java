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

import com.google.gson.Gson;
import io.gopoll.benchmarks.compare.Report.Row;
import io.gopoll.benchmarks.compare.Report.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The README's picture. */
@Command(
        name = "picture",
        description = {
            "Draws an SVG of what compare has measured: workload block by requests a second, workload"
                    + " http by CPU time. To measure what it needs:",
            "compare -w block,http --no-latency -t nio,epoll,io_uring,gopoll-ffm,goroutine,jdk-vt,go"
        })
public final class Picture implements Callable<Integer> {

    private static final int WIDTH = 760;
    private static final int BAR_X = 230;
    private static final int BAR_MAX = 400;
    private static final int LINE = 26;
    private static final int BAR = 16;

    /** How the picture calls the transports that are in it. Their order is that of the report. */
    private static final Map<String, String> NAMES =
            Map.of(
                    "nio", "Netty's NIO",
                    "epoll", "Netty's epoll",
                    "io_uring", "Netty's io_uring",
                    "gopoll-ffm", "GoPoll, event loop",
                    "goroutine", "GoPoll, goroutine loops",
                    "jdk-vt", "JDK virtual threads",
                    "go", "Go");

    private static final String HEAD =
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d">
            <style>
            text { font: 13px system-ui, sans-serif; fill: #1f2328; }
            .title { font-weight: 600; font-size: 15px; }
            .note { font-size: 12px; fill: #59636e; }
            .bar { fill: #b7bfc8; }
            .ours { fill: #0b7285; }
            @media (prefers-color-scheme: dark) {
            text { fill: #f0f6fc; }
            .note { fill: #9198a1; }
            .bar { fill: #545d68; }
            .ours { fill: #3bc9db; }
            }
            </style>
            """;

    @Parameters(index = "0", paramLabel = "JSON", description = "Written by compare.")
    private Path json;

    @Parameters(index = "1", paramLabel = "SVG", description = "The file to write.")
    private Path svg;

    @Override
    public Integer call() throws IOException {
        Files.writeString(svg, draw(Files.readString(json)));
        return 0;
    }

    /**
     * The picture of a report.
     *
     * @param json what compare has written
     */
    public static String draw(String json) {
        Report report = new Gson().fromJson(json, Report.class);
        List<Row> block = rows(report, "block");
        List<Row> http = rows(report, "http");
        StringBuilder body = new StringBuilder();
        int y =
                chart(
                        body,
                        28,
                        "Handlers that wait 2 ms, one core: requests/s (more is better)",
                        block,
                        Row::perSecond,
                        "%,.0f");
        y =
                chart(
                        body,
                        y + 30,
                        "HTTP, handlers that do not wait: CPU, Netty's epoll is 1 (less is better)",
                        http,
                        Row::cpuRatio,
                        "%.2f");
        text(
                body,
                16,
                y + 16,
                "note",
                report.machine().cpu() + ", " + report.date().substring(0, 10));
        return HEAD.formatted(WIDTH, y + 30) + body + "</svg>\n";
    }

    private static List<Row> rows(Report report, String workload) {
        return report.rows().stream()
                .filter(row -> row.workload().equals(workload) && row.failure() == null)
                .filter(row -> NAMES.containsKey(row.transport()))
                .toList();
    }

    /** Returns where it ends. */
    private static int chart(
            StringBuilder out,
            int y,
            String title,
            List<Row> rows,
            Function<Row, Spread> value,
            String format) {
        text(out, 16, y, "title", title);
        double most = rows.stream().mapToDouble(row -> value.apply(row).median()).max().orElse(1);
        int top = y + 14;
        for (Row row : rows) {
            double median = value.apply(row).median();
            double width = Math.max(1, median / most * BAR_MAX);
            boolean ours = NAMES.get(row.transport()).startsWith("GoPoll");
            text(out, 16, top + 13, "name", NAMES.get(row.transport()));
            out.append(
                    String.format(
                            Locale.ROOT,
                            "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
                            ours ? "ours" : "bar",
                            BAR_X,
                            top,
                            width,
                            BAR));
            text(
                    out,
                    (int) (BAR_X + width) + 8,
                    top + 13,
                    "value",
                    String.format(Locale.ROOT, format, median));
            top += LINE;
        }
        return top;
    }

    private static void text(StringBuilder out, int x, int y, String style, String text) {
        out.append(
                String.format(
                        Locale.ROOT,
                        "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>%n",
                        style,
                        x,
                        y,
                        text.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
