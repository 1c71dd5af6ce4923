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

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.net.Conn;
import io.gopoll.net.Listener;
import io.gopoll.net.Net;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GoStyleTest {

    private Listener listener;

    @BeforeEach
    void listen() throws IOException {
        listener = Net.listen("tcp", "127.0.0.1:0");
    }

    @AfterEach
    void close() {
        listener.close();
    }

    private interface Server {
        void serve() throws IOException;
    }

    private Thread start(Server server) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                server.serve();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        thread.start();
        return thread;
    }

    private Socket connect() throws IOException {
        InetSocketAddress address = (InetSocketAddress) listener.localAddress();
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(30_000); // an interrupt, as @Timeout sends it, would not end a read
        return socket;
    }

    @Test
    void echoes() throws Exception {
        Thread server = start(() -> GoStyleEcho.serve(listener, Duration.ofSeconds(30)));
        byte[] want = "x".repeat(100_000).getBytes(UTF_8);
        try (Socket socket = connect()) {
            Thread writer =
                    start(
                            () -> {
                                socket.getOutputStream().write(want);
                                socket.shutdownOutput();
                            });
            assertArrayEquals(want, socket.getInputStream().readAllBytes());
            writer.join();
        }
        listener.close();
        server.join();
    }

    @Test
    void letsGoWhoSaysNothing() throws Exception {
        start(() -> GoStyleEcho.serve(listener, Duration.ofMillis(50)));
        try (Socket socket = connect()) {
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @Test
    void everybodyHearsTheOthers() throws Exception {
        Thread server = start(() -> new ChatServer().serve(listener));
        try (Socket ann = connect();
                Socket bob = connect()) {
            BufferedReader annHears = reader(ann);
            BufferedReader bobHears = reader(bob);
            assertEquals("Your name?", annHears.readLine());
            say(ann, "Ann");
            assertEquals("Welcome, Ann.", annHears.readLine());
            assertEquals("Your name?", bobHears.readLine());
            say(bob, "Bob");
            assertEquals("Welcome, Bob.", bobHears.readLine());
            assertEquals("Bob has come", annHears.readLine());
            say(bob, "hello");
            assertEquals("Bob: hello", annHears.readLine());
            say(ann, "hi");
            assertEquals("Ann: hi", bobHears.readLine());
            bob.shutdownOutput();
            assertEquals("Bob has gone", annHears.readLine());
            listener.close();
            server.join();
            assertEquals(null, annHears.readLine(), "everybody is sent home");
        }
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    private static void say(Socket socket, String line) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((line + "\n").getBytes(UTF_8));
    }

    @Test
    void aConnectionOfTheSameApiEchoesToo() throws Exception {
        start(() -> GoStyleEcho.serve(listener, Duration.ofSeconds(30)));
        InetSocketAddress address = (InetSocketAddress) listener.localAddress();
        try (Conn conn = Net.dial("tcp", "127.0.0.1:" + address.getPort())) {
            conn.write("hello".getBytes(UTF_8));
            byte[] got = new byte[5];
            int n = conn.read(got);
            assertTrue(n > 0 && new String(got, UTF_8).startsWith("h"));
        }
    }
}
