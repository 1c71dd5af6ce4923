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

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.channel.GoPoll;
import io.gopoll.testsuite.Page.Row;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the scripts of docs/migration.md as they stand there. */
@Timeout(60)
class MigrationTest {

    private static final String FROM_EPOLL = "From epoll and io_uring";
    private static final String FROM_NIO = "From NIO";

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring", "nio"})
    void theSampleCompilesBeforeAndAfterAndNothingOfTheOldTransportIsLeft(String transport)
            throws Exception {
        boolean nio = transport.equals("nio");
        Path sample = copy(transport, "Sample.java");
        assertEquals("", compile(sample));

        run(nio ? FROM_NIO : FROM_EPOLL);

        assertEquals("", compile(sample));
        String after = Files.readString(sample);
        assertThat(after).contains("GoPollSocketChannel", "GoPollServerSocketChannel");
        // NIO's own options work on GoPoll, so that nothing has to take their place.
        assertThat(after.replaceAll("(?m)^ ?[/*].*", "").replace("NioChannelOption", ""))
                .doesNotContainPattern(
                        nio ? "Nio[A-Z]" : "Epoll|IoUring|netty.channel.(epoll|uring)");
    }

    @Test
    void whatFallsBackToNioStillDoes() throws Exception {
        Path sample = copy("epoll", "Sample.java");
        run(FROM_EPOLL);
        assertThat(Files.readString(sample))
                .contains("epoll ? GoPollSocketChannel.class : NioSocketChannel.class");
    }

    @Test
    void aPomHasGoPollsArtifactInPlaceOfNettys() throws Exception {
        Path pom = copy("epoll", "pom.xml");
        String before = Files.readString(pom);
        run(FROM_EPOLL);
        String netty =
                """
                      <groupId>io.netty</groupId>
                      <artifactId>netty-transport-native-epoll</artifactId>
                      <version>4.2.17.Final</version>
                      <classifier>linux-x86_64</classifier>
                """;
        String gopoll =
                """
                      <groupId>io.gopoll</groupId>
                      <artifactId>transport-gopoll</artifactId>
                      <version>%s</version>
                """
                        .formatted(version());
        assertThat(before).contains(netty);
        assertEquals(before.replace(netty, gopoll), Files.readString(pom));
    }

    @Test
    void aGradleFileHasGoPollsArtifactInPlaceOfNettys() throws Exception {
        Path gradle = copy("io_uring", "build.gradle");
        run(FROM_EPOLL);
        assertThat(Files.readAllLines(gradle))
                .contains(
                        "    implementation 'io.netty:netty-codec-http:4.2.17.Final'",
                        "    implementation 'io.gopoll:transport-gopoll:" + version() + "'",
                        "    runtimeOnly \"io.gopoll:transport-gopoll:" + version() + "\"");
    }

    /** The module's, which its pom has from its parent. */
    private static String version() throws IOException {
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        String pom = Files.readString(module.resolve("pom.xml"));
        int from = pom.indexOf("<version>") + "<version>".length();
        return pom.substring(from, pom.indexOf("</version>"));
    }

    @Test
    void everyNameOfThePageBecomesTheOneBesideIt() throws Exception {
        Map<String, List<String>> packages = new LinkedHashMap<>();
        packages.put(FROM_EPOLL, packages(Epoll.class, IoUring.class));
        packages.put(FROM_NIO, packages(NioIoHandler.class, NioSocketChannel.class));
        List<Row> names = new Page("migration.md").table("Names");
        for (Map.Entry<String, List<String>> script : packages.entrySet()) {
            List<String> before = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            for (Row row : names) {
                Class<?> to = find(row.names(3).iterator().next(), packages(GoPoll.class));
                for (int column = 0; column < 3; column++) {
                    if ((column == 2) == script.getKey().equals(FROM_NIO)) {
                        for (String name : row.names(column)) {
                            before.add(find(name, script.getValue()).getName());
                            expected.add(to.getName());
                        }
                    }
                }
            }
            Path file = Files.write(folder.resolve("Names.java"), before);
            run(script.getKey());
            assertEquals(expected, Files.readAllLines(file));
        }
    }

    @Test
    void everyClassThatHasItsLikeBecomesThat() throws Exception {
        List<String> before = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (Row row : new Page("compatibility.md").table("Classes")) {
            for (String name : row.cell(2).equals("absent") ? List.<String>of() : row.names(0)) {
                before.add(find(name, packages(Epoll.class, IoUring.class)).getName());
                String like = row.names(1).iterator().next();
                expected.add(find(like, packages(GoPoll.class, UnixChannel.class)).getName());
            }
        }
        Path file = Files.write(folder.resolve("Classes.java"), before);
        run(FROM_EPOLL);
        assertEquals(expected, Files.readAllLines(file));
    }

    private static List<String> packages(Class<?>... of) {
        return List.of(of).stream().map(Class::getPackageName).toList();
    }

    private static Class<?> find(String name, List<String> packages) {
        ClassLoader loader = MigrationTest.class.getClassLoader();
        for (String in : packages) {
            try {
                Class<?> type = Class.forName(in + '.' + name, false, loader);
                assertTrue(Modifier.isPublic(type.getModifiers()), type + " is not public");
                return type;
            } catch (ClassNotFoundException e) {
                continue;
            }
        }
        throw new AssertionError("there is no " + name + " in " + packages);
    }

    private Path copy(String transport, String name) throws IOException {
        String resource = "/migration/" + transport + '/' + name;
        try (InputStream in = MigrationTest.class.getResourceAsStream(resource)) {
            Path file = folder.resolve(name);
            Files.copy(in, file);
            return file;
        }
    }

    /** Runs the script under a heading, as a user would: from the root of the sources. */
    private void run(String heading) throws Exception {
        String script = new Page("migration.md").code(heading);
        Path output = folder.resolve("output.txt");
        Process shell =
                new ProcessBuilder("sh", "-e", "-c", script)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        assertTrue(shell.waitFor(30, TimeUnit.SECONDS));
        assertEquals("", Files.readString(output));
        assertEquals(0, shell.exitValue());
    }

    /** What the compiler has to say: nothing if it has compiled. */
    private String compile(Path source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled =
                    compiler.getTask(
                                    messages,
                                    files,
                                    null,
                                    List.of("-proc:none", "-nowarn", "-d", folder.toString()),
                                    null,
                                    files.getJavaFileObjects(source))
                            .call();
            return compiled ? "" : messages.toString();
        }
    }
}
