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
package io.gopoll.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the log of a new JVM says. */
class StartupTest {

    private static final int JDK = Runtime.version().feature();
    private static final String OPEN = "--add-opens=java.base/java.lang=ALL-UNNAMED";

    private static final String LOGGED = "logged ";

    @Test
    void oneLineSaysOnWhatLoopsRun() throws Exception {
        String said = run("loop", "-Dio.gopoll.syscalls=jna");
        assertEquals(
                List.of("INFO: GoPoll: jna, stub, loop mode, " + NettyVersion.found()),
                lines(said));
    }

    @Test
    void oneLineSaysOnWhatGoroutinesRun() throws Exception {
        assumeTrue(JDK >= 21, "there are no virtual threads before JDK 21");
        String said = run("goroutine", "-Dio.gopoll.syscalls=jna", OPEN);
        assertEquals(
                List.of(
                        "INFO: GoPoll: jna, stub, goroutine mode, GoPoll's scheduler, 2 processors, "
                                + NettyVersion.found()),
                lines(said));
    }

    @Test
    void whatWasAskedForIsNoFallback() throws Exception {
        String property = "-Dio.gopoll.syscalls.stub=false";
        String said = run("loop", "-Dio.gopoll.syscalls=jna", property);
        assertEquals(1, lines(said).size(), said);
        assertTrue(lines(said).get(0).contains("jna, libc: " + property), said);
        if (JDK >= 21) {
            said = run("goroutine", "-Dio.gopoll.syscalls=jna", "-Dio.gopoll.scheduler=jdk");
            assertEquals(1, lines(said).size(), said);
            assertTrue(lines(said).get(0).contains("goroutine mode, the JDK's scheduler"), said);
        }
    }

    @Test
    void ffmThatWasLostInRepackagingIsWarnedOf() throws Exception {
        assumeTrue(JDK >= 22, "there is no foreign-function API before JDK 22");
        String said = run("loop", "-Djdk.util.jar.enableMultiRelease=false");
        assertEquals(2, lines(said).size(), said);
        assertTrue(lines(said).get(0).startsWith("INFO: GoPoll: jna, stub, loop mode"), said);
        String warning = lines(said).get(1);
        assertTrue(warning.startsWith("WARNING: System calls go through jna"), said);
        assertTrue(warning.contains("Multi-Release: true in the manifest"), said);
    }

    @Test
    void aMissingFlagForTheSchedulerIsWarnedOf() throws Exception {
        assumeTrue(JDK >= 21, "there are no virtual threads before JDK 21");
        String said = run("goroutine", "-Dio.gopoll.syscalls=jna");
        assertEquals(2, lines(said).size(), said);
        assertTrue(lines(said).get(0).contains("goroutine mode, the JDK's scheduler"), said);
        String warning = lines(said).get(1);
        assertTrue(warning.startsWith("WARNING: Goroutines run on the JDK's scheduler"), said);
        assertTrue(warning.contains("--add-opens java.base/java.lang=ALL-UNNAMED"), said);
    }

    /** What was logged. */
    private static List<String> lines(String said) {
        return said.lines()
                .filter(line -> line.startsWith(LOGGED))
                .map(line -> line.substring(LOGGED.length()))
                .collect(Collectors.toList());
    }

    private static String run(String mode, String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (JDK >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.add("-Duser.language=en");
        command.add("-Djava.util.logging.SimpleFormatter.format=" + LOGGED + "%4$s: %5$s%n");
        command.addAll(Arrays.asList(options));
        command.add("-cp");
        command.add(
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        // Netty logs by java.util.logging then.
                        .filter(entry -> !entry.matches(".*/(logback|slf4j)-[^/]*\\.jar"))
                        .collect(Collectors.joining(File.pathSeparator)));
        command.addAll(List.of(Main.class.getName(), mode));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), said);
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Two groups, one after the other. Run by {@link #run}. */
    static final class Main {
        public static void main(String[] args) throws Exception {
            for (int i = 0; i < 2; i++) {
                EventLoopGroup group =
                        args[0].equals("loop")
                                ? new MultiThreadIoEventLoopGroup(2, GoPollIoHandler.newFactory())
                                : new GoroutineEventLoopGroup(2);
                group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
            }
        }
    }
}
