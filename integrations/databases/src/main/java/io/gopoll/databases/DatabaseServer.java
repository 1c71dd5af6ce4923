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
package io.gopoll.databases;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A database's server with nothing in it, on loopback, in a temporary folder of its own. It is not
 * run by root, which most refuse. When it is closed, and also when this process ends in whatever
 * way, the server and the folder are gone.
 *
 * <p>What it has said is done outlives {@link #kill}, but not the machine: nothing is synced.
 */
public final class DatabaseServer implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    /** Who may do everything in it, without a password. */
    private static final String USER = "gopoll";

    /**
     * Starts and kills the server when told so, and ends it when the standard input ends. The
     * kernel ends the server if this script is killed.
     */
    private static final String SCRIPT =
            """
            folder=$1 end=$2 server=
            shift 2
            trap : INT TERM HUP
            cd /
            while read -r command; do
                if [ $command = start ]; then
                    setpriv --pdeathsig KILL "$@" </dev/null >&2 &
                    server=$!
                    echo $server
                else
                    kill -KILL $server
                    wait $server
                    echo killed
                fi
            done
            [ -z "$server" ] || kill -$end $server
            wait
            rm -rf "$folder"
            """;

    /** What can be started. */
    public enum Kind {
        /** PostgreSQL. */
        POSTGRESQL("PostgreSQL", "postgresql", "postgres", "QUIT"),

        /** MariaDB. */
        MARIADB("MariaDB", "mariadb-server", "mysql", "KILL"),

        /** Redis, or what the distribution has in its place. */
        REDIS("Redis", "redis-server", "redis", "KILL");

        private final String title;
        private final String debian;
        private final String user;
        private final String end;

        Kind(String title, String debian, String user, String end) {
            this.title = title;
            this.debian = debian;
            this.user = user;
            this.end = end;
        }

        /** Its name, as people write it. */
        public String title() {
            return title;
        }

        private Path program(String name) throws MissingDatabaseException {
            Path program = onPath(name);
            if (program == null && this == POSTGRESQL) {
                program = newest(Path.of("/usr/lib/postgresql"), name);
            }
            if (program == null) {
                throw new MissingDatabaseException(
                        title
                                + "'s "
                                + name
                                + " is not on the PATH: apt-get install "
                                + debian
                                + " (it need not run)");
            }
            return program;
        }
    }

    /** Not java.io.tmpdir: the user that the server runs as has to reach it. */
    private static final Path TEMPORARY = Path.of("/tmp");

    private final Kind kind;
    private final Path folder;
    private final int port;
    private final Process script;
    private final OutputStream commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final StringBuffer complaints = new StringBuffer();
    private long pid;

    /**
     * Waits until it serves.
     *
     * @param launcher what its processes are started with, as {@code taskset -c 1}; none for
     *     nothing
     * @throws MissingDatabaseException if it is not installed
     * @throws IOException if it does not start
     */
    public DatabaseServer(Kind kind, String... launcher)
            throws IOException, MissingDatabaseException {
        this.kind = kind;
        Path server =
                kind.program(
                        switch (kind) {
                            case POSTGRESQL -> "postgres";
                            case MARIADB -> "mariadbd";
                            case REDIS -> "redis-server";
                        });
        if (onPath("setpriv") == null) {
            throw new MissingDatabaseException(
                    "setpriv is not on the PATH: apt-get install util-linux");
        }
        port = freePort();
        folder = Files.createTempDirectory(TEMPORARY, "gopoll-" + kind.debian);
        try {
            List<String> prefix = new ArrayList<>(List.of(launcher));
            prefix.addAll(unprivileged());
            initialize(prefix);
            List<String> command = new ArrayList<>(prefix);
            command.addAll(List.of("sh", "-c", SCRIPT, "sh", folder.toString(), kind.end));
            command.addAll(serverCommand(server));
            script = new ProcessBuilder(command).start();
        } catch (Throwable t) {
            deleteFolder();
            throw t;
        }
        commands = script.getOutputStream();
        listen("answers of " + folder, script.getInputStream(), answers::add);
        listen("complaints of " + folder, script.getErrorStream(), this::complain);
        try {
            start();
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    private interface Listener {
        void hear(String line);
    }

    private static void listen(String name, InputStream stream, Listener listener) {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
        Thread thread = new Thread(() -> reader.lines().forEach(listener::hear), name);
        thread.setDaemon(true);
        thread.start();
    }

    private void complain(String line) {
        complaints.append(line).append('\n');
        complaints.delete(0, Math.max(0, complaints.length() - 10_000));
    }

    /** How root becomes whom the packages of the distribution create for it, or else nobody. */
    private List<String> unprivileged() throws IOException, MissingDatabaseException {
        if (!Files.getOwner(folder).getName().equals("root")) {
            return List.of();
        }
        List<String> lines = Files.readAllLines(Path.of("/etc/passwd"));
        for (String user : List.of(kind.user, "nobody")) {
            for (String line : lines) {
                String[] fields = line.split(":", -1);
                if (fields[0].equals(user)) {
                    Files.setOwner(
                            folder,
                            folder.getFileSystem()
                                    .getUserPrincipalLookupService()
                                    .lookupPrincipalByName(user));
                    return List.of(
                            "setpriv",
                            "--reuid=" + fields[2],
                            "--regid=" + fields[3],
                            "--clear-groups",
                            "--");
                }
            }
        }
        throw new MissingDatabaseException(
                kind.title + " is not run by root, and there is no user " + kind.user);
    }

    private void initialize(List<String> prefix) throws IOException, MissingDatabaseException {
        List<String> command = new ArrayList<>(prefix);
        switch (kind) {
            case POSTGRESQL ->
                    command.addAll(
                            List.of(
                                    kind.program("initdb").toString(),
                                    "--pgdata=" + folder.resolve("data"),
                                    "--username=" + USER,
                                    "--auth=trust",
                                    "--encoding=UTF8",
                                    "--locale=C",
                                    "--no-sync"));
            case MARIADB ->
                    command.addAll(
                            List.of(
                                    kind.program("mariadb-install-db").toString(),
                                    "--no-defaults",
                                    "--datadir=" + folder.resolve("data"),
                                    "--tmpdir=" + folder,
                                    "--auth-root-authentication-method=normal",
                                    "--skip-test-db"));
            case REDIS -> {
                return;
            }
        }
        Process process =
                new ProcessBuilder(command)
                        .directory(new File("/"))
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(kind.title + " does not make a database: " + said);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        if (kind == Kind.MARIADB) {
            Path init = folder.resolve("init.sql");
            Files.writeString(
                    init,
                    "CREATE DATABASE IF NOT EXISTS gopoll;\n"
                            + "CREATE USER IF NOT EXISTS gopoll@'127.0.0.1';\n"
                            + "GRANT ALL ON *.* TO gopoll@'127.0.0.1';\n");
            if (!init.toFile().setReadable(true, false)) {
                throw new IOException("Not made readable: " + init);
            }
        }
    }

    private List<String> serverCommand(Path server) {
        String data = folder.resolve("data").toString();
        return switch (kind) {
            case POSTGRESQL ->
                    List.of(
                            server.toString(),
                            "-D" + data,
                            "-clisten_addresses=127.0.0.1",
                            "-cport=" + port,
                            "-cunix_socket_directories=",
                            "-cmax_connections=200",
                            "-cfsync=off",
                            "-cautovacuum=off");
            case MARIADB ->
                    List.of(
                            server.toString(),
                            "--no-defaults",
                            "--datadir=" + data,
                            "--tmpdir=" + folder,
                            "--socket=" + folder.resolve("s"),
                            "--pid-file=" + folder.resolve("pid"),
                            "--init-file=" + folder.resolve("init.sql"),
                            "--bind-address=127.0.0.1",
                            "--port=" + port,
                            "--skip-name-resolve",
                            "--max-connections=200",
                            "--innodb-flush-log-at-trx-commit=2",
                            "--innodb-use-native-aio=0");
            case REDIS ->
                    List.of(
                            server.toString(),
                            "--bind",
                            "127.0.0.1",
                            "--port",
                            Integer.toString(port),
                            "--dir",
                            folder.toString(),
                            "--save",
                            "",
                            "--appendonly",
                            "yes",
                            "--appendfsync",
                            "no");
        };
    }

    /** It takes none that the system chooses. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Path onPath(String command) {
        // Debian's servers are where only root looks.
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
        return Arrays.stream(path.split(File.pathSeparator))
                .map(place -> Path.of(place, command))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /** Debian has a folder for each version. */
    private static Path newest(Path versions, String program) {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(versions)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(versions, "[0-9]*")) {
                for (Path version : all) {
                    if (Files.isExecutable(version.resolve("bin").resolve(program))) {
                        found.add(version);
                    }
                }
            } catch (IOException e) {
                return null;
            }
        }
        return found.stream()
                .max(
                        Comparator.comparingDouble(
                                version -> Double.parseDouble(version.getFileName().toString())))
                .map(version -> version.resolve("bin").resolve(program))
                .orElse(null);
    }

    /** Which one it is. */
    public Kind kind() {
        return kind;
    }

    /** Where it listens: a host and a port. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** The port that it listens on, of 127.0.0.1. */
    public int port() {
        return port;
    }

    /** The process that listens. */
    public long pid() {
        return pid;
    }

    /** Its folder. */
    Path folder() {
        return folder;
    }

    /**
     * For JDBC, of a database with nothing in it, with the name of a user who may do everything.
     */
    public String jdbcUrl() {
        return switch (kind) {
            case POSTGRESQL -> "jdbc:postgresql://" + address() + "/postgres?user=" + USER;
            case MARIADB -> "jdbc:mariadb://" + address() + "/gopoll?user=" + USER;
            case REDIS -> throw new UnsupportedOperationException("Redis has no JDBC");
        };
    }

    /**
     * Ends it as a crash does, by SIGKILL, and waits until it is gone. {@link #start} comes next.
     */
    public void kill() throws IOException {
        tell("kill");
        // PostgreSQL's other processes have the socket, too, and end when they see what happened.
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (listens()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException(kind.title + " is killed, and something still listens");
            }
            pause();
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Starts it again after {@link #kill}, with the same port and data; waits until it serves.
     *
     * @throws IOException if it does not
     */
    public void start() throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        pid = Long.parseLong(tell("start"));
        while (!serves()) {
            if (!alive()) {
                // PostgreSQL refuses while processes of the one that was killed are still there.
                if (!complaints.toString().contains("shared memory block")) {
                    throw new IOException(kind.title + " has not started: " + complaints);
                }
                complaints.setLength(0);
                pid = Long.parseLong(tell("start"));
            }
            if (System.nanoTime() - end > 0) {
                throw new IOException(kind.title + " does not serve: " + complaints);
            }
            pause();
        }
    }

    /** Its parent, the script, has not taken note of its end yet: it may be a zombie. */
    private boolean alive() throws IOException {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private boolean serves() throws IOException {
        if (kind == Kind.POSTGRESQL) {
            Path file = folder.resolve("data/postmaster.pid");
            try {
                List<String> lines = Files.readAllLines(file);
                return lines.size() >= 8
                        && lines.get(0).equals(Long.toString(pid))
                        && lines.get(7).startsWith("ready");
            } catch (NoSuchFileException e) {
                return false;
            }
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            if (kind == Kind.MARIADB) {
                return true; // it listens when all else is done
            }
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() == '+'; // or it is still loading
        } catch (IOException e) {
            return false;
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted", e);
    }

    private String tell(String command) throws IOException {
        commands.write((command + "\n").getBytes(StandardCharsets.US_ASCII));
        commands.flush();
        try {
            String answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null) {
                throw new IOException("No answer to " + command + ": " + complaints);
            }
            return answer;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Ends it, and deletes its folder. */
    @Override
    public void close() throws IOException {
        commands.close();
        try {
            if (!script.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                script.destroyForcibly();
                throw new IOException(kind.title + " does not end: " + complaints);
            }
        } catch (InterruptedException e) {
            script.destroyForcibly();
            throw interrupted(e);
        }
        deleteFolder();
    }

    /** What is left of it when the script could not, or was not there to do it. */
    private void deleteFolder() throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
