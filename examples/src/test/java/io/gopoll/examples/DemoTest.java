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
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class DemoTest {

    private static Process java(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 3];
        command[0] = ProcessHandle.current().info().command().orElseThrow();
        command[1] = "-cp";
        command[2] = System.getProperty("java.class.path");
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @Test
    void comparesThreeTransportsAndSaysNothingElse() throws Exception {
        Process demo = java(Demo.class.getName(), "--seconds", "1", "--connections", "4");
        String out = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, demo.waitFor(), out);
        String numbers = "( +[0-9,.]+){6} *";
        for (String row : new String[] {"NIO", "epoll", "GoPoll \\((jna|ffm)\\)"}) {
            assertTrue(
                    Pattern.compile("^" + row + numbers + "$", Pattern.MULTILINE)
                            .matcher(out)
                            .find(),
                    out);
        }
        assertTrue(out.contains("GoPollIoHandler.newFactory()"), out);
        assertTrue(!out.contains("WARNING"), out);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sleep", "jdbc"})
    void comparesHandlersThatBlock(String work) throws Exception {
        Process demo =
                java(
                        Demo.class.getName(),
                        "blocking",
                        "--seconds",
                        "1",
                        "--connections",
                        "8",
                        "--work",
                        work);
        String out = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean virtual = Runtime.version().feature() >= 21;
        assertEquals(virtual ? 0 : 1, demo.waitFor(), out);
        String numbers = "( +[0-9,.]+){6} *";
        List<String> rows = new ArrayList<>(List.of("epoll"));
        if (virtual) {
            rows.add("goroutine \\(gopoll\\)");
            rows.add("goroutine \\(jdk\\)");
        } else {
            assertTrue(out.contains("Left out: goroutine is not available here"), out);
            assertTrue(out.contains("JDK 21"), out);
        }
        for (String row : rows) {
            assertTrue(
                    Pattern.compile("^" + row + numbers + "$", Pattern.MULTILINE)
                            .matcher(out)
                            .find(),
                    out);
        }
    }

    @Test
    void comparesServersThatWaitForPostgres() throws Exception {
        Process demo = java(Demo.class.getName(), "jdbc", "--seconds", "1", "--connections", "32");
        String out = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (out.contains("apt-get install") && !Boolean.parseBoolean(System.getenv("CI"))) {
            System.err.println("NOT TESTED: " + out);
            abort(out);
        }
        boolean virtual = Runtime.version().feature() >= 21;
        assertEquals(virtual ? 0 : 1, demo.waitFor(), out);
        String numbers = "( +[0-9,.]+){4}( +[-0-9.]+){2} *";
        List<String> rows = new ArrayList<>(List.of("epoll, 16 threads"));
        if (virtual) {
            rows.add("goroutine \\(gopoll\\)");
            rows.add("goroutine \\(jdk\\)");
            rows.add("JDK virtual threads");
        } else {
            assertTrue(out.contains("Left out: virtual threads are not available here"), out);
        }
        for (String row : rows) {
            assertTrue(
                    Pattern.compile("^" + row + numbers + "$", Pattern.MULTILINE)
                            .matcher(out)
                            .find(),
                    out);
        }
        assertTrue(!out.contains("Hikari"), out);
    }

    @Test
    void theServerProcessEndsWithItsParentsPipe() throws Exception {
        ServerProcess server = new ServerProcess(Transport.NIO, 1, Work.NONE);
        InetSocketAddress address = server.address();
        new Socket(address.getAddress(), address.getPort()).close();
        assertTrue(server.cpuTime().compareTo(Duration.ZERO) > 0);
        server.close();
        assertThrows(
                IOException.class,
                () -> new Socket(address.getAddress(), address.getPort()).close());
        assertThrows(IOException.class, server::cpuTime);
    }

    @Test
    void theServerCommandEndsOnSigtermInGoodOrder() throws Exception {
        Process server = java(Demo.class.getName(), "server", "--transport", "nio", "--port", "0");
        StringBuilder out = new StringBuilder();
        for (int c = server.getInputStream().read(); c >= 0 && c != '\n'; ) {
            out.append((char) c);
            c = server.getInputStream().read();
        }
        assertTrue(out.toString().contains("Listening on http://127.0.0.1:"), out::toString);
        server.toHandle().destroy(); // SIGTERM; a SIGINT takes the same way
        String rest = new String(server.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(128 + 15, server.waitFor());
        assertTrue(rest.contains("Stopped after 0 requests."), rest);
    }

    @Test
    void aServerThatAnswersWithSomethingElseIsNoMeasurement() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                LoadGenerator load = new LoadGenerator()) {
            Thread refuser = new Thread(() -> refuse(listener), "refuser");
            refuser.start();
            InetSocketAddress address =
                    new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
            IOException e =
                    assertThrows(
                            IOException.class, () -> load.run(address, 1, Duration.ofSeconds(1)));
            assertTrue(e.getMessage().contains("503"), e.getMessage());
            refuser.join();
        }
    }

    private static void refuse(ServerSocket listener) {
        try (Socket socket = listener.accept();
                OutputStream out = socket.getOutputStream()) {
            assertEquals('G', socket.getInputStream().read());
            out.write(
                    "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            while (socket.getInputStream().read() >= 0) {
                // The client closes.
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
