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

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that is compiled where it is used: its source is a resource of this jar. */
enum Source {
    LOAD_C("load.c", "gcc", "-O2", "-o"),
    SERVER_C("server.c", "gcc", "-O2", "-o"),
    SERVER_GO("server.go", "go", "build", "-o");

    private static final long COMPILE_MINUTES = 2;

    private final String file;
    private final String[] compiler;

    Source(String file, String... compiler) {
        this.file = file;
        this.compiler = compiler;
    }

    /** Where {@code command} is on the PATH, or {@code null}. */
    static Path onPath(String command) {
        String path = System.getenv("PATH");
        return Arrays.stream((path == null ? "" : path).split(File.pathSeparator))
                .map(folder -> Path.of(folder, command))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    boolean canBeCompiled() {
        return onPath(compiler[0]) != null;
    }

    /**
     * The program, in {@code folder}.
     *
     * @throws Unusable if there is no compiler for it
     * @throws IOException if the compiler refuses it
     */
    Path compile(Path folder) throws IOException, Unusable {
        Path program = folder.resolve(file.replace('.', '-'));
        if (Files.exists(program)) {
            return program;
        }
        if (!canBeCompiled()) {
            throw new Unusable("it is compiled by " + compiler[0] + ", which is not on the PATH");
        }
        Path source = folder.resolve(file);
        try (InputStream resource = Source.class.getResourceAsStream(file)) {
            Files.copy(resource, source);
        }
        List<String> command = new java.util.ArrayList<>(List.of(compiler));
        command.add(program.toString());
        command.add(source.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(COMPILE_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException(compiler[0] + " has not compiled " + file + " in time");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while compiling " + file, e);
        }
        if (process.exitValue() != 0) {
            throw new IOException(compiler[0] + " does not compile " + file + ": " + said);
        }
        return program;
    }
}
