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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A PostgreSQL server with an empty database, on loopback, in a folder of its own that is gone when
 * it is closed. It is not run by root, which it refuses.
 */
final class Postgres implements AutoCloseable {

    static final String USER = "gopoll";

    private static final double PATIENCE = 60;

    /** Debian's, one for each version. */
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    /** Whom root makes it run as: what Debian's packages create, or else whom all systems have. */
    private static final List<String> USERS = List.of("postgres", "nobody");

    /**
     * Ends the server when the standard input does, which postgres does not look at, and when this
     * script does. QUIT ends it at once, without a checkpoint, which nobody needs.
     */
    private static final String SCRIPT =
            """
            bin=$1 folder=$2 port=$3
            "$bin/initdb" -D "$folder/data" -U gopoll -A trust -E UTF8 --locale=C -N >&2 || exit 1
            setpriv --pdeathsig QUIT "$bin/postgres" -D "$folder/data" -c listen_addresses=127.0.0.1 -c port="$port" \
                -c unix_socket_directories="$folder" -c max_connections=200 -c fsync=off \
                -c autovacuum=off </dev/null >&2 &
            server=$!
            until grep -q '^ready' "$folder/data/postmaster.pid" 2>/dev/null; do
                kill -0 $server || exit 1
                sleep 0.05
            done
            echo ready
            cat >/dev/null
            kill -QUIT $server
            wait $server
            """;

    private final Path folder;
    private final int port;
    private final Child child;

    /**
     * Waits until it serves.
     *
     * @param core where it is to run, {@code null} for anywhere
     * @throws Unusable if PostgreSQL is not installed
     */
    Postgres(Integer core) throws IOException, Unusable {
        Path programs = programs();
        if (Source.onPath("setpriv") == null) {
            throw new Unusable("it needs setpriv (util-linux), which is not on the PATH");
        }
        folder = Files.createTempDirectory("gopoll-postgres");
        port = freePort();
        List<String> command = new ArrayList<>();
        if (Files.getOwner(folder).getName().equals("root")) {
            String user = user();
            Files.setOwner(
                    folder,
                    folder.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName(user));
            command.addAll(List.of("setpriv", "--reuid=" + user, "--clear-groups", "--"));
        }
        command.addAll(List.of("sh", "-c", "cd /\n" + SCRIPT, "sh"));
        command.addAll(List.of(programs.toString(), folder.toString(), Integer.toString(port)));
        child = new Child(core, command);
        try {
            child.hear(PATIENCE);
        } catch (IOException e) {
            close();
            throw new IOException("PostgreSQL did not start: " + e.getMessage());
        }
    }

    /** The folder of its programs, of the latest version that is installed. */
    private static Path programs() throws IOException, Unusable {
        Path initdb = Source.onPath("initdb");
        if (initdb != null && Files.isExecutable(initdb.resolveSibling("postgres"))) {
            return initdb.toRealPath().getParent();
        }
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(VERSIONS)) {
            try (DirectoryStream<Path> versions = Files.newDirectoryStream(VERSIONS, "[0-9]*")) {
                for (Path version : versions) {
                    if (Files.isExecutable(version.resolve("bin/postgres"))) {
                        found.add(version);
                    }
                }
            }
        }
        return found.stream()
                .max(
                        Comparator.comparingDouble(
                                v -> Double.parseDouble(v.getFileName().toString())))
                .map(version -> version.resolve("bin"))
                .orElseThrow(
                        () ->
                                new Unusable(
                                        "it needs PostgreSQL's initdb and postgres on the PATH or in"
                                                + " /usr/lib/postgresql (apt-get install"
                                                + " postgresql)"));
    }

    private static String user() throws IOException, Unusable {
        List<String> known =
                Files.readAllLines(Path.of("/etc/passwd")).stream()
                        .map(line -> line.substring(0, line.indexOf(':')))
                        .toList();
        return USERS.stream()
                .filter(known::contains)
                .findFirst()
                .orElseThrow(() -> new Unusable("PostgreSQL is not run by root: no user postgres"));
    }

    /** It takes none that the system chooses. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() throws IOException {
        child.close();
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path folder, IOException e)
                            throws IOException {
                        Files.deleteIfExists(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
