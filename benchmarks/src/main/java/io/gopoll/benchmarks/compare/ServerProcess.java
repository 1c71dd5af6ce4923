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
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A server in a process of its own. */
final class ServerProcess implements AutoCloseable {

    private static final double PATIENCE = 60;

    private final Child child;
    private final boolean jvm;
    private final String address;

    /**
     * Waits until it listens.
     *
     * @param backend what it asks
     * @param folder for programs, sockets and files
     * @throws Unusable if there cannot be such a server here
     */
    ServerProcess(
            Transport transport, Workload workload, Backend backend, Path folder, Integer core)
            throws IOException, Unusable {
        jvm = transport.source() == null;
        child = new Child(core, command(transport, workload, backend, folder));
        String line;
        try {
            line = child.hear(PATIENCE);
        } catch (IOException e) {
            child.close();
            throw new IOException("The " + transport + " server did not start: " + e.getMessage());
        }
        if (!line.startsWith(Server.READY)) {
            child.close();
            if (line.startsWith(Server.UNAVAILABLE)) {
                throw new Unusable(line.substring(Server.UNAVAILABLE.length()));
            }
            throw new IOException("The " + transport + " server did not start; it said: " + line);
        }
        address = line.substring(Server.READY.length());
    }

    private static List<String> command(
            Transport transport, Workload workload, Backend backend, Path folder)
            throws IOException, Unusable {
        if (transport.source() == null) {
            List<String> command = Child.java(Server.class, transport.flags, transport.classPath());
            command.addAll(
                    List.of(transport.name(), workload.name(), folder.toString(), backend.address));
            return command;
        }
        String network =
                switch (workload.load.network()) {
                    case TCP -> "tcp";
                    case UDP -> "udp";
                    case UNIX -> folder.resolve("s-" + transport).toString();
                };
        Files.deleteIfExists(folder.resolve("s-" + transport));
        List<String> command = new ArrayList<>();
        command.add(transport.source().compile(folder).toString());
        command.add(network);
        command.add(workload.service.name().toLowerCase(Locale.ROOT));
        if (workload.service.asks()) {
            command.add(backend.address);
        }
        return command;
    }

    String address() {
        return address;
    }

    long pid() {
        return child.pid();
    }

    /** Bytes that its threads have allocated so far, -1 if it is no JVM. */
    long allocated() throws IOException {
        return ask(Server.ALLOCATED);
    }

    /** Bytes of heap in use after a collection, -1 if it is no JVM. */
    long heap() throws IOException {
        return ask(Server.HEAP);
    }

    private long ask(String question) throws IOException {
        if (!jvm) {
            return -1;
        }
        child.say(question);
        return Long.parseLong(child.hear(PATIENCE));
    }

    /** Bytes of it that are in memory. */
    long resident() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("Process " + pid() + " has no VmRSS: it has ended");
    }

    /** How often each of its threads has given up a core so far, or been made to. */
    Map<String, Long> contextSwitches() throws IOException {
        Map<String, Long> switches = new HashMap<>();
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(pid()), "task"))) {
            for (Path thread : threads) {
                try {
                    switches.put(thread.getFileName().toString(), contextSwitches(thread));
                } catch (IOException e) {
                    // It has ended.
                }
            }
        }
        return switches;
    }

    private static long contextSwitches(Path thread) throws IOException {
        long switches = 0;
        for (String line : Files.readAllLines(thread.resolve("status"))) {
            if (line.contains("voluntary_ctxt_switches:")) { // and nonvoluntary_
                switches += Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return switches;
    }

    /** What it complained of. */
    String said() {
        return child.said();
    }

    @Override
    public void close() throws IOException {
        child.close();
    }
}
