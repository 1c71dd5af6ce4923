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
package io.gopoll.asepoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Netty's real jar on the class path, behind GoPoll's, is said when the transport starts. */
class TwoJarsTest {

    private static final int SECONDS = 100;

    static final class Start {

        private Start() {}

        public static void main(String[] args) {
            System.out.println(io.netty.channel.epoll.Epoll.isAvailable());
        }
    }

    private static String start(String classPath) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(classPath);
        command.add(Start.class.getName());
        Path output = Files.createTempFile("two-jars", ".txt");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            try {
                assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS));
            } finally {
                process.destroyForcibly();
            }
            String text = Files.readString(output, StandardCharsets.UTF_8);
            assertEquals(0, process.exitValue(), text);
            assertTrue(text.contains("true"), text);
            return text;
        } finally {
            Files.delete(output);
        }
    }

    @Test
    void bothJarsAreNamedAtTheStart() throws Exception {
        String own = System.getProperty("java.class.path");
        String nettys;
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("netty.jars")))) {
            nettys = jars.map(Path::toString).sorted().collect(Collectors.toList()).get(0);
        }
        String ours = ourPlace();
        String warned = start(own + File.pathSeparator + nettys);
        assertTrue(warned.contains("WARN"), warned);
        assertTrue(warned.contains(Path.of(nettys).getFileName().toString()), warned);
        assertTrue(warned.contains(ours), warned);
        String alone = start(own);
        assertTrue(!alone.contains("two epoll transports"), alone);
    }

    private static String ourPlace() throws Exception {
        return Path.of(
                        io.netty.channel.epoll.Epoll.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI())
                .toString();
    }
}
