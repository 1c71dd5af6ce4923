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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CommandLineTest {

    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    private int execute(String... arguments) {
        return Demo.commandLine()
                .setErr(new PrintWriter(err, true))
                .setOut(new PrintWriter(out, true))
                .execute(arguments);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--seconds 0|--seconds must be from 1 to 60, and is 0",
                "--seconds 61|--seconds must be from 1 to 60, and is 61",
                "--seconds soon|Invalid value for option '--seconds': 'soon' is not an int",
                "--connections 0|--connections must be from 1 to 4096, and is 0",
                "--threads 65|--threads must be from 1 to 64, and is 65",
                "--nonsense|Unknown option: '--nonsense'",
                "server --port 65536|--port must be from 0 to 65535, and is 65536",
                "server --port -1|--port must be from 0 to 65535, and is -1",
                "server --threads -1|--threads must be from 0 to 1024, and is -1",
                "server --transport kqueue|but was 'kqueue'",
                "blocking --work none|--work must block: sleep or jdbc, and is none",
                "blocking --connections 1025|--connections must be from 1 to 1024, and is 1025",
                "jdbc --pool 41|--pool must be from 1 to 40, and is 41",
                "jdbc --url jdbc:postgresql://127.0.0.1:1/a?user=b --seconds 0|--seconds must be from",
                "echo --network udp|network: udp (expected to listen: tcp, tcp4, tcp6 or unix)",
                "echo --idle-seconds 0|--idle-seconds must be from 1 to 86400, and is 0",
                "chat --address here|address: here (expected: host:port, [IPv6 address]:port)",
            })
    void nonsenseIsRefusedWithWhatWouldBeSense(String arguments, String message) {
        assertEquals(CommandLine.ExitCode.USAGE, execute(arguments.split(" ")));
        assertTrue(err.toString().contains(message), err::toString);
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            assertEquals(
                    CommandLine.ExitCode.SOFTWARE,
                    execute("server", "--transport", "nio", "--port", port));
            assertTrue(
                    err.toString().startsWith("Cannot listen on 127.0.0.1:" + port), err::toString);
        }
    }

    @Test
    void helpNamesTheTransports() {
        assertEquals(CommandLine.ExitCode.OK, execute("server", "--help"));
        assertTrue(out.toString().contains("nio, epoll, io_uring, gopoll"), out::toString);
    }
}
