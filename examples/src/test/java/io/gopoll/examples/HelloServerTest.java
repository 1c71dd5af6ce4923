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
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class HelloServerTest {

    private static final String GREETING = "Hello, World!\n";

    private static HelloServer start(Transport transport) throws Exception {
        return new HelloServer(
                transport,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                1,
                Work.NONE);
    }

    // io_uring is left out: whether it works is the machine's administrator's choice.
    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"NIO", "EPOLL", "GOPOLL"})
    void answersOnEveryTransport(Transport transport) throws Exception {
        assertNull(transport.unavailable());
        try (HelloServer server = start(transport)) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + "/");
            for (HttpRequest request :
                    new HttpRequest[] {
                        HttpRequest.newBuilder(uri).build(),
                        HttpRequest.newBuilder(uri)
                                .POST(HttpRequest.BodyPublishers.ofString("x".repeat(100_000)))
                                .build(),
                    }) {
                HttpResponse<String> response =
                        client.send(request, HttpResponse.BodyHandlers.ofString());
                assertEquals(200, response.statusCode());
                assertEquals(GREETING, response.body());
            }
            assertEquals(2, server.requests());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"NIO", "EPOLL", "GOPOLL"})
    void keepsTheConnectionUntilToldToCloseIt(Transport transport) throws Exception {
        try (HelloServer server = start(transport);
                Socket socket = connect(server)) {
            String request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
            String last = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            socket.getOutputStream()
                    .write((request + request + last).getBytes(StandardCharsets.US_ASCII));
            String all =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertEquals(4, all.split(GREETING, -1).length, all);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"NIO", "EPOLL", "GOPOLL"})
    void whatIsNotHttpIsRefusedAndTheConnectionClosed(Transport transport) throws Exception {
        try (HelloServer server = start(transport);
                Socket socket = connect(server)) {
            socket.getOutputStream()
                    .write("\0nonsense\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String all =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertEquals("HTTP/1.1 400 Bad Request", all.split("\r\n", 2)[0]);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"NIO", "EPOLL", "GOPOLL"})
    void closesItsConnectionsAndItsPortWhenItIsClosed(Transport transport) throws Exception {
        HelloServer server = start(transport);
        InetSocketAddress address = server.address();
        try (Socket idle = connect(server)) {
            idle.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            // Answered, so surely accepted.
            assertEquals('H', idle.getInputStream().read());
            server.close();
            server.join();
            idle.getInputStream().readAllBytes();
        }
        assertThrows(
                IOException.class,
                () -> new Socket(address.getAddress(), address.getPort()).close());
    }

    private static Socket connect(HelloServer server) throws IOException {
        Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
        socket.setSoTimeout((int) Duration.ofSeconds(20).toMillis());
        return socket;
    }
}
