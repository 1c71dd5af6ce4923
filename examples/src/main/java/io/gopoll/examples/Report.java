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
package io.gopoll.examples;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What was measured, in words and numbers. */
final class Report {

    private static final String ROW = "%-20s %12s %10s %10s %16s %14s %12s%n";

    private Report() {}

    /** The demo's: the table, and how to change one's own application. */
    static void print(PrintWriter out, List<Measurement> measurements, List<String> missing) {
        table(out, measurements, missing);
        out.printf(
                "%nTo move a Netty 4.2 application to GoPoll, change these and nothing else:%n%n"
                        + "  - new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory())%n"
                        + "  + new MultiThreadIoEventLoopGroup(GoPollIoHandler.newFactory())%n"
                        + "  - .channel(EpollServerSocketChannel.class)%n"
                        + "  + .channel(GoPollServerSocketChannel.class)%n%n"
                        + "Try it with curl or wrk:"
                        + " java -jar examples.jar HttpHelloServer --transport gopoll --port 8080%n");
        out.flush();
    }

    static void table(PrintWriter out, List<Measurement> measurements, List<String> missing) {
        Measurement epoll =
                measurements.stream()
                        .filter(m -> m.transport() == Transport.EPOLL)
                        .findFirst()
                        .orElse(null);
        out.println();
        out.printf(
                ROW,
                "transport",
                "requests/s",
                "p50 us",
                "p99 us",
                "CPU us/request",
                "req/s : epoll",
                "CPU : epoll");
        for (Measurement m : measurements) {
            out.printf(
                    ROW,
                    m.title(),
                    number("%,.0f", m.requestsPerSecond()),
                    number("%,.0f", m.latencyMicros(50)),
                    number("%,.0f", m.latencyMicros(99)),
                    number("%.2f", m.cpuMicrosPerRequest()),
                    ratio(epoll == null ? 0 : m.requestsPerSecond() / epoll.requestsPerSecond()),
                    ratio(
                            epoll == null
                                    ? 0
                                    : m.cpuMicrosPerRequest() / epoll.cpuMicrosPerRequest()));
        }
        double noise = measurements.stream().mapToDouble(Measurement::spread).max().orElse(0);
        out.println();
        out.printf(
                "CPU is the server process's own, user and system. Two rounds of one transport"
                        + " differed by up to %s: what is smaller than that is noise.%n",
                number("%.0f %%", noise * 100));
        if (noise > 0.1) {
            out.println("That is a lot: something else keeps this machine busy.");
        }
        for (String reason : missing) {
            out.printf("%nLeft out: %s%n", reason);
        }
        out.flush();
    }

    private static String ratio(double value) {
        return value == 0 ? "-" : number("%.2f", value);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
