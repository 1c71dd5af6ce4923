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
package io.gopoll.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers on the real kernel, whose system calls fail: all faults with {@code -Pfaults}, those of
 * some calls or of one kind of server with {@code -Dcalls} and {@code -Dsetup}, else a few.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsTest {

    private static final boolean ALL = "all".equals(System.getProperty("gopoll.faults"));

    private static final List<String> CALLS =
            Stream.of(System.getProperty("gopoll.faults.calls", "").split(","))
                    .filter(call -> !call.isEmpty())
                    .toList();

    private static final String SETUP = System.getProperty("gopoll.faults.setup", "");

    private static final Path REPORT = Path.of("target", ALL ? "faults.md" : "few-faults.md");

    private static final int ATTEMPTS = 3;

    private static final int FILE_SIZE = 1 << 20;

    /** What every build tries. */
    private static final Set<String> FEW =
            Set.of(
                    "recvfrom (ECHO), ECONNRESET, tenth",
                    "recvfrom (UNIX), EINTR, first",
                    "sendto (ECHO), EPIPE, first",
                    "writev (GATHER), ENOMEM, tenth",
                    "sendmmsg (UDP_MANY), EPERM, first",
                    "accept4 (CONNECTIONS), EMFILE, tenth",
                    "accept4 (CONNECTIONS), ECONNABORTED, first",
                    "connect (PROXY_CONNECTIONS), ECONNREFUSED, tenth",
                    "epoll_ctl (CONNECTIONS), ENOMEM, tenth",
                    "epoll_wait (ECHO), EINTR, first",
                    "epoll_wait (ECHO), EINVAL, tenth",
                    "write (RELAY), EAGAIN, tenth",
                    "write (RELAY), EIO, first",
                    "ppoll (ECHO), ENOMEM, first");

    @TempDir private static Path folder;

    private final Table table = new Table();

    private Path file;
    private ServerProcess server;
    private Bystanders bystanders;
    private int servers;

    @BeforeAll
    void writeFile() throws IOException {
        boolean usable = Strace.isUsable();
        assumeTrue(usable || System.getenv("CI") != null, "no strace that may use ptrace(2)");
        file = folder.resolve("file");
        byte[] bytes = new byte[FILE_SIZE];
        new Random(7).nextBytes(bytes);
        Files.write(file, bytes);
    }

    @TestFactory
    Stream<DynamicNode> survives() {
        return Setup.available().stream()
                .filter(setup -> SETUP.isEmpty() || SETUP.equals(setup.toString()))
                .map(setup -> dynamicContainer(setup.toString(), trials(setup)));
    }

    private Stream<DynamicNode> trials(Setup setup) {
        Stream<DynamicNode> trials =
                Row.ALL.stream()
                        .filter(row -> row.isIn(setup.mode()))
                        .filter(row -> CALLS.isEmpty() || CALLS.contains(row.name()))
                        .flatMap(row -> row.faults().stream())
                        .filter(fault -> ALL || FEW.contains(fault.toString()))
                        .map(fault -> dynamicTest(fault.toString(), () -> survives(setup, fault)));
        return Stream.concat(trials, Stream.of(dynamicTest("end of the server", this::stopServer)));
    }

    private void survives(Setup setup, Fault fault) throws Exception {
        if (server == null) {
            startServer(setup);
        }
        Trial.Result result;
        try {
            Trial trial = new Trial(server, bystanders, folder.resolve("strace"));
            result = trial.run(fault);
            // strace counts by thread: goroutines that change theirs often may reach no 100th call.
            for (int i = 1; i < ATTEMPTS && result.injected() == 0; i++) {
                result = trial.run(fault);
            }
        } catch (IOException e) {
            // It is not worth asking any more.
            result = new Trial.Result(fault, 0, 0, List.of(), List.of(e.toString()));
        }
        table.add(result);
        // After each: whoever ends the run has what was tried until then.
        table.write(REPORT);
        if (!result.problems().isEmpty()) {
            stopServer();
        }
        assertEquals(List.of(), result.problems(), result::toString);
    }

    private void startServer(Setup setup) throws IOException {
        Path sockets = Files.createDirectory(folder.resolve("s" + ++servers));
        server = new ServerProcess(setup, sockets, file);
        // What is loaded on the way is there.
        Tally tally = new Tally();
        for (Exercise exercise : Exercise.values()) {
            exercise.run(server, 16, tally);
            assertTrue(tally.isAllAnswered(), () -> exercise + " without a fault: " + tally);
        }
        bystanders = new Bystanders(server);
        bystanders.round(tally);
        assertTrue(tally.isAllAnswered(), tally::toString);
        assertEquals(List.of(), server.said());
    }

    private void stopServer() throws IOException {
        if (server != null) {
            bystanders.close();
            server.close();
            server = null;
        }
    }

    @AfterEach
    void stop() throws IOException {
        stopServer();
    }

    @AfterAll
    void writeTable() throws IOException {
        table.write(REPORT);
        System.out.println(Files.readString(REPORT));
    }
}
