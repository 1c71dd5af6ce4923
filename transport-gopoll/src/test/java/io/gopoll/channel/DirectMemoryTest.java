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
package io.gopoll.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory for direct buffers is used up while many channels get ready at once. */
@Timeout(120)
class DirectMemoryTest {

    private static final int COUNT = 600;

    /** The JDK takes half a second to find that there is no memory for a buffer. */
    private static final int FEW = 40;

    private final List<Socket> clients = new ArrayList<>();
    private final StringBuffer said = new StringBuffer();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private Process process;
    private Thread reader;
    private int port;

    private void start(String mode, boolean autoRead) throws Exception {
        int jdk = Runtime.version().feature();
        assumeTrue(mode.equals("loop") || jdk >= 21, "before JDK 21 there are no goroutines");
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.add("-Xmx128m");
        command.add("-XX:MaxDirectMemorySize=24m");
        command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        if (jdk >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        // Without Unsafe the lowest Netty allocates without a limit.
        command.add("-Dio.netty.noUnsafe=false");
        if (!mode.equals("loop")) {
            command.add("-Dio.gopoll.scheduler=" + mode);
        }
        String syscalls = System.getProperty("io.gopoll.syscalls");
        if (syscalls != null) {
            command.add("-Dio.gopoll.syscalls=" + syscalls);
        }
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(DirectMemoryServer.class.getName());
        command.add(mode);
        command.add(Boolean.toString(autoRead));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        reader = new Thread(this::read, "child's output");
        reader.start();
        port = Integer.parseInt(answer());
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line; (line = in.readLine()) != null; ) {
                if (line.startsWith("said ") || line.startsWith("port ")) {
                    answers.add(line.substring("said ".length()));
                } else {
                    said.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            said.append(e);
        }
    }

    private String answer() throws InterruptedException {
        String answer = answers.poll(60, TimeUnit.SECONDS);
        assertTrue(answer != null, () -> "no answer\n" + said);
        return answer;
    }

    private String tell(String words) throws Exception {
        process.getOutputStream().write((words + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return answer();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(60_000);
        clients.add(socket);
        return socket;
    }

    private static int exchange(Socket socket) throws IOException {
        socket.getOutputStream().write(7);
        return socket.getInputStream().read();
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket client : clients) {
            client.close();
        }
        if (process != null) {
            process.destroyForcibly();
            process.waitFor();
            reader.join();
        }
    }

    private void connectAll(int before, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            connect();
        }
        int all = before + count;
        assertEquals("" + all, tell("connected " + all));
    }

    /** Nobody reads meanwhile, so that it is the polling alone that has no memory. */
    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk", "loop"})
    void noEdgeIsLostAndAllAreAnsweredWhenThereIsMemoryAgain(String mode) throws Exception {
        start(mode, false);
        connectAll(0, COUNT);
        assertEquals("taken", tell("take"));
        for (Socket client : clients) {
            client.getOutputStream().write(7);
        }
        assertEquals("ready", tell("ready"));
        assertEquals("free", tell("free"));
        assertEquals("reading", tell("read"));
        for (Socket client : clients) {
            assertEquals(7, client.getInputStream().read(), said::toString);
        }
        assertEquals("0", tell("failed"));
        assertEquals("true", tell("end"));
    }

    /** As with Netty's own transports: a connection that has no memory to read ends. */
    @ParameterizedTest
    @ValueSource(strings = {"gopoll", "jdk", "loop"})
    void whoCannotBeReadEndsAndLaterConnectionsAreServed(String mode) throws Exception {
        start(mode, true);
        // What is loaded on the way is there.
        assertEquals(7, exchange(connect()));
        clients.remove(0).close();
        connectAll(1, FEW);
        assertEquals("taken", tell("take"));
        for (Socket client : clients) {
            client.getOutputStream().write(7);
        }
        int answered = 0;
        int ended = 0;
        for (Socket client : clients) {
            try {
                if (client.getInputStream().read() == 7) {
                    answered++;
                } else {
                    ended++;
                }
            } catch (SocketException e) {
                // It was closed with a byte that nobody has read.
                ended++;
            }
        }
        assertEquals(FEW, answered + ended);
        assertTrue(ended > 0, "all had memory");
        assertEquals("free", tell("free"));
        assertTrue(Integer.parseInt(tell("failed")) >= ended, said::toString);
        assertEquals(7, exchange(connect()), said::toString);
        assertEquals("true", tell("end"));
    }
}
