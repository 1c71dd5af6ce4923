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
package io.gopoll.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.poll.DeadlineExceededException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Go's {@code nettest.TestConn} asserts of every connection, on those of TCP and of Unix
 * sockets; and what is more here.
 */
@Timeout(120)
class ConnTest {

    private final Goroutines goroutines = new Goroutines();
    private Conn c1;
    private Conn c2;

    @AfterEach
    void stop() {
        goroutines.close();
        if (c1 != null) {
            c1.close();
            c2.close();
        }
    }

    private void connect(String network) throws Exception {
        String address = network.equals("tcp") ? "127.0.0.1:0" : "@gopoll-" + UUID.randomUUID();
        try (Listener listener = Net.listen(network, address)) {
            Future<Conn> accepted = goroutines.go(listener::accept);
            String to = listener.localAddress().toString();
            c1 = Net.dial(network, to.startsWith("/") ? to.substring(1) : to);
            c2 = Goroutines.get(accepted);
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static long millis(long n) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(n);
    }

    private static void readFully(Conn conn, byte[] to) throws IOException {
        for (int at = 0; at < to.length; ) {
            int n = conn.read(to, at, to.length - at);
            if (n < 0) {
                throw new IOException("the end after " + at + " bytes");
            }
            at += n;
        }
    }

    private static void expectTimeout(Future<?> future) {
        ExecutionException e = assertThrows(ExecutionException.class, () -> Goroutines.get(future));
        assertInstanceOf(DeadlineExceededException.class, e.getCause());
    }

    /** Writes until something is wrong. */
    private Future<Void> writeForEver(Conn conn) {
        return goroutines.go(
                () -> {
                    byte[] chunk = new byte[64 * 1024];
                    for (; ; ) {
                        conn.write(chunk);
                    }
                });
    }

    private Future<Void> readForEver(Conn conn) {
        return goroutines.go(
                () -> {
                    byte[] chunk = new byte[1024];
                    while (conn.read(chunk) >= 0) {
                        // Nobody wants it.
                    }
                    return null;
                });
    }

    private void pingPong(int times) throws Exception {
        Future<Void> echo =
                goroutines.go(
                        () -> {
                            byte[] b = new byte[8];
                            for (int i = 0; i < times; i++) {
                                readFully(c2, b);
                                c2.write(b);
                            }
                            return null;
                        });
        ByteBuffer out = ByteBuffer.allocateDirect(8);
        byte[] in = new byte[8];
        for (long i = 0; i < times; i++) {
            out.clear();
            out.putLong(0, i);
            c1.write(out);
            readFully(c1, in);
            assertEquals(i, ByteBuffer.wrap(in).getLong());
        }
        Goroutines.get(echo);
    }

    // ---- nettest. ----

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void basicIO(String network) throws Exception {
        connect(network);
        byte[] want = random(8 << 20);
        Future<Integer> write =
                goroutines.go(
                        () -> {
                            int n = c1.write(ByteBuffer.wrap(want));
                            c1.closeWrite();
                            return n;
                        });
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        ByteBuffer direct = ByteBuffer.allocateDirect(100_000);
        byte[] chunk = new byte[100_000];
        while (c2.read(direct) >= 0) {
            direct.flip();
            int n = direct.remaining();
            direct.get(chunk, 0, n);
            got.write(chunk, 0, n);
            direct.clear();
        }
        assertEquals(want.length, Goroutines.get(write));
        assertArrayEquals(want, got.toByteArray());
        assertEquals(-1, c2.read(chunk), "the end stays the end");
        c2.write(new byte[] {1});
        assertEquals(1, c1.read(chunk), "the other direction is open");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void pingPong(String network) throws Exception {
        connect(network);
        pingPong(2000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void racyRead(String network) throws Exception {
        connect(network);
        writeForEver(c2);
        List<Future<Void>> readers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            readers.add(
                    goroutines.go(
                            () -> {
                                byte[] b = new byte[1024];
                                for (int n = 0; n < 100; n++) {
                                    c1.setReadDeadline(millis(1));
                                    try {
                                        c1.read(b);
                                    } catch (DeadlineExceededException e) {
                                        // The write deadline was one of another's.
                                    }
                                }
                                return null;
                            }));
        }
        for (Future<Void> reader : readers) {
            Goroutines.get(reader);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void racyWrite(String network) throws Exception {
        connect(network);
        readForEver(c2);
        List<Future<Void>> writers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            writers.add(
                    goroutines.go(
                            () -> {
                                byte[] b = new byte[1024];
                                for (int n = 0; n < 100; n++) {
                                    c1.setWriteDeadline(millis(1));
                                    try {
                                        c1.write(b);
                                    } catch (DeadlineExceededException e) {
                                        // As for reading.
                                    }
                                }
                                return null;
                            }));
        }
        for (Future<Void> writer : writers) {
            Goroutines.get(writer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void readTimeout(String network) throws Exception {
        connect(network);
        readForEver(c2);
        c1.setReadDeadline(-1);
        assertThrows(DeadlineExceededException.class, () -> c1.read(new byte[10]));
        assertEquals(10, c1.write(new byte[10]), "writing goes on");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void writeTimeout(String network) throws Exception {
        connect(network);
        writeForEver(c2);
        c1.setWriteDeadline(-1);
        assertThrows(DeadlineExceededException.class, () -> c1.write(new byte[10]));
        assertTrue(c1.read(new byte[10]) > 0, "reading goes on");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void pastTimeout(String network) throws Exception {
        connect(network);
        c2.write(new byte[10]);
        c1.setDeadline(-1);
        for (int i = 0; i < 3; i++) {
            assertThrows(DeadlineExceededException.class, () -> c1.write(new byte[10]));
            assertThrows(DeadlineExceededException.class, () -> c1.read(new byte[10]));
        }
        c1.setDeadline(0);
        assertEquals(10, c1.read(new byte[10]));
        pingPong(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void presentTimeout(String network) throws Exception {
        connect(network);
        Future<Integer> read = goroutines.go(() -> c1.read(new byte[10]));
        Future<Void> write = writeForEver(c1);
        // Whether they wait already or not: both fail.
        c1.setDeadline(millis(100));
        expectTimeout(read);
        expectTimeout(write);
        c1.setDeadline(System.nanoTime());
        expectTimeout(goroutines.go(() -> c1.read(new byte[10])));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void futureTimeout(String network) throws Exception {
        connect(network);
        long at = millis(100);
        c1.setDeadline(at);
        Future<Integer> read = goroutines.go(() -> c1.read(new byte[10]));
        Future<Void> write = writeForEver(c1);
        expectTimeout(read);
        expectTimeout(write);
        assertTrue(System.nanoTime() >= at, "too early");
        readForEver(c2);
        c1.setDeadline(0);
        assertEquals(10, c1.write(new byte[10]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void closeTimeout(String network) throws Exception {
        connect(network);
        Future<Integer> read = goroutines.go(() -> c1.read(new byte[10]));
        Future<Void> write = writeForEver(c1);
        c1.setDeadline(TimeUnit.DAYS.toNanos(1) + System.nanoTime());
        c1.close();
        for (Future<?> future : List.of(read, write)) {
            ExecutionException e =
                    assertThrows(ExecutionException.class, () -> Goroutines.get(future));
            assertInstanceOf(ClosedChannelException.class, e.getCause());
        }
        assertThrows(ClosedChannelException.class, () -> c1.read(new byte[10]));
        assertThrows(ClosedChannelException.class, () -> c1.write(new byte[10]));
        assertThrows(ClosedChannelException.class, () -> c1.closeWrite());
        c1.setDeadline(-1);
        c1.close();
        assertFalse(c1.isOpen());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void concurrentMethods(String network) throws Exception {
        connect(network);
        List<Future<Void>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(
                    goroutines.go(
                            () -> {
                                byte[] b = new byte[1024];
                                for (Conn c : List.of(c1, c2)) {
                                    c.setDeadline(millis(10));
                                    c.setReadDeadline(millis(10));
                                    c.setWriteDeadline(millis(10));
                                    try {
                                        c.write(b);
                                        c.read(b);
                                    } catch (DeadlineExceededException e) {
                                        // As it may be.
                                    }
                                    c.localAddress();
                                    c.remoteAddress();
                                    assertFalse(c.toString().isEmpty());
                                }
                                return null;
                            }));
        }
        for (Future<Void> call : calls) {
            Goroutines.get(call);
        }
    }

    // ---- What is more. ----

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void aCloseFailsTheReadThatWaits(String network) throws Exception {
        connect(network);
        Thread[] reader = new Thread[1];
        Future<Integer> read =
                goroutines.go(
                        () -> {
                            reader[0] = Thread.currentThread();
                            return c1.read(new byte[1]);
                        });
        while (reader[0] == null || reader[0].getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        c1.close();
        ExecutionException e = assertThrows(ExecutionException.class, () -> Goroutines.get(read));
        assertInstanceOf(AsynchronousCloseException.class, e.getCause());
        assertEquals(-1, c2.read(new byte[1]), "the peer sees the end");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void theInterruptOfAVirtualThreadClosesAndThatOfAPlatformThreadWaitsOn(String network)
            throws Exception {
        connect(network);
        Thread[] reader = new Thread[1];
        boolean[] status = new boolean[1];
        Future<Integer> read =
                goroutines.go(
                        () -> {
                            reader[0] = Thread.currentThread();
                            try {
                                return c1.read(new byte[1]);
                            } finally {
                                status[0] = Thread.currentThread().isInterrupted();
                            }
                        });
        while (reader[0] == null || reader[0].getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        reader[0].interrupt();
        if (Goroutines.VIRTUAL) {
            ExecutionException e =
                    assertThrows(ExecutionException.class, () -> Goroutines.get(read));
            assertEquals("Closed by interrupt", e.getCause().getMessage());
            assertFalse(c1.isOpen());
        } else {
            c2.write(new byte[1]);
            assertEquals(1, Goroutines.get(read));
        }
        assertTrue(status[0], "the interrupt status");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void streamsAndChannelsMoveWholeConnections(String network) throws Exception {
        connect(network);
        Conn from = c1;
        Conn middle = c2;
        byte[] want = random(3 << 20);
        Conn to;
        Conn end;
        try (Listener listener = Net.listen("tcp", ":0")) {
            Future<Conn> accepted = goroutines.go(listener::accept);
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            to = Net.dial("tcp", "localhost:" + port);
            end = Goroutines.get(accepted);
        }
        Future<Void> write =
                goroutines.go(
                        () -> {
                            from.outputStream().write(want);
                            from.closeWrite();
                            return null;
                        });
        Future<Long> moved =
                goroutines.go(
                        () -> {
                            long n = middle.inputStream().transferTo(to.outputStream());
                            to.closeWrite();
                            return n;
                        });
        byte[] got;
        try (InputStream in = end.inputStream()) {
            got = in.readAllBytes();
        }
        assertArrayEquals(want, got);
        assertEquals(want.length, Goroutines.get(moved));
        Goroutines.get(write);
        to.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void aFileIsSentFromWhereItIsToldToItsEnd(String network, @TempDir Path folder)
            throws Exception {
        connect(network);
        byte[] content = random(1 << 20);
        Path path = Files.write(folder.resolve("file"), content);
        Future<byte[]> read = goroutines.go(() -> c2.inputStream().readAllBytes());
        try (FileChannel file = FileChannel.open(path)) {
            assertEquals(1000, c1.transferFrom(file, 24, 1000));
            assertEquals(content.length - 1024, c1.transferFrom(file, 1024, Long.MAX_VALUE));
            assertEquals(0, c1.transferFrom(file, content.length, 1));
        }
        c1.closeWrite();
        byte[] got = Goroutines.get(read);
        assertEquals(content.length - 24, got.length);
        assertArrayEquals(Arrays.copyOfRange(content, 24, content.length), got);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void buffersAreMovedByWhatWasReadAndWritten(String network) throws Exception {
        connect(network);
        ByteBuffer src = ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4}).position(1).asReadOnlyBuffer();
        assertEquals(4, c1.write(src));
        assertEquals(5, src.position());
        ByteBuffer dst = ByteBuffer.allocate(10).position(2);
        while (dst.position() < 6) {
            assertTrue(c2.read(dst) > 0);
        }
        assertEquals(4, dst.get(5));
        assertEquals(0, c2.read(ByteBuffer.allocate(0)));
        assertEquals(0, c1.write(ByteBuffer.allocate(0)));
        assertThrows(IllegalArgumentException.class, () -> c2.read(src.duplicate().clear()));
        assertThrows(IndexOutOfBoundsException.class, () -> c2.read(new byte[1], 1, 1));
    }
}
