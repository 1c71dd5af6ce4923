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
package io.gopoll.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM like this one that runs one class, and has to end by itself. */
public final class ChildJvm {

    private ChildJvm() {}

    /**
     * Runs a main class to its end.
     *
     * @param main a class with a method main
     * @param args for it; those that begin with -D are the JVM's
     * @return what it has printed
     */
    public static String run(Class<?> main, String... args) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin/java");
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (flag.matches("--enable-native-access.*|--add-opens.*|-Xmx.*|-XX:\\+Use.*GC")) {
                command.add(flag);
            }
        }
        List.of(args).stream().filter(arg -> arg.startsWith("-D")).forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        List.of(args).stream().filter(arg -> !arg.startsWith("-D")).forEach(command::add);
        Path output = Files.createTempFile("child", ".txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            boolean ended = process.waitFor(Traffic.SECONDS, TimeUnit.SECONDS);
            String said = Files.readString(output);
            assertTrue(ended, () -> "the JVM does not end by itself: " + said);
            assertEquals(0, process.exitValue(), said);
            return said;
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }
}
