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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.net.fd.NetFd;
import io.gopoll.poll.DeadlineExceededException;
import io.gopoll.sys.Constants;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Go's net/timeout_test.go asserts of its package net. */
@Timeout(120)
class TimeoutTest {

    /** How far beyond its deadline something may be, on a machine that does much else. */
    private static final long SLACK = TimeUnit.SECONDS.toNanos(10);

    private final Goroutines goroutines = new Goroutines();
    private final List<Endpoint> open = new ArrayList<>();

    @AfterEach
    void stop() {
        goroutines.close();
        open.forEach(Endpoint::close);
    }

    private <T extends Endpoint> T use(T endpoint) {
        open.add(endpoint);
        return endpoint;
    }

    private Listener listen(String network) throws IOException {
        return use(
                Net.listen(
                        network,
                        network.equals("tcp") ? "127.0.0.1:0" : "@gopoll-" + UUID.randomUUID()));
    }

    private PacketConn listenPacket(String network) throws IOException {
        return use(
                Net.listenPacket(
                        network,
                        network.equals("udp") ? "127.0.0.1:0" : "@gopoll-" + UUID.randomUUID()));
    }

    static String address(Endpoint endpoint) {
        Object address = endpoint.localAddress();
        return address instanceof InetSocketAddress
                ? "127.0.0.1:" + ((InetSocketAddress) address).getPort()
                : address.toString();
    }

    private Conn[] pair(String network) throws Exception {
        Listener listener = listen(network);
        Future<Conn> accepted = goroutines.go(listener::accept);
        Conn client = use(Net.dial(network, address(listener)));
        return new Conn[] {client, use(Goroutines.get(accepted))};
    }

    private static long millis(long n) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(n);
    }

    private interface Operation {
        void run() throws Exception;
    }

    private static void expectTimeout(long from, Operation operation) {
        DeadlineExceededException e = assertThrows(DeadlineExceededException.class, operation::run);
        assertInstanceOf(SocketTimeoutException.class, e);
        assertTrue(e.getMessage().contains("deadline exceeded"), e.getMessage());
        long now = System.nanoTime();
        assertTrue(now >= from, "too early");
        assertTrue(now - from < SLACK, "must not exceed");
    }

    private static void expectTimeout(long from, Future<?> future) {
        ExecutionException e = assertThrows(ExecutionException.class, () -> Goroutines.get(future));
        assertInstanceOf(DeadlineExceededException.class, e.getCause());
        assertTrue(System.nanoTime() >= from, "too early");
        assertTrue(System.nanoTime() - from < SLACK, "must not exceed");
    }

    // ---- Dialling. ----

    @Test
    void aDialThatNobodyAnswersTimesOut() throws Exception {
        // A listener that accepts nothing, with its backlog full: further SYNs are dropped.
        NetFd full = NetFd.socket(Constants.AF_INET, Constants.SOCK_STREAM);
        try {
            InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
            full.bind(any, m -> m.setInet(any, full.family()));
            full.listen(0);
            String address = "127.0.0.1:" + full.localInetAddress().getPort();
            DeadlineExceededException late = null;
            for (int i = 0; i < 8 && late == null; i++) {
                long from = millis(50);
                try {
                    use(Net.dialTimeout("tcp", address, Duration.ofMillis(50)));
                } catch (DeadlineExceededException e) {
                    late = e;
                    assertTrue(System.nanoTime() >= from - TimeUnit.MILLISECONDS.toNanos(1));
                }
            }
            assertNotNull(late);
            assertTrue(late.getMessage().startsWith("dial tcp"), late.getMessage());
            assertThrows(
                    DeadlineExceededException.class,
                    () -> Net.dialTimeout("tcp", address, Duration.ofNanos(1)));
            assertThrows(
                    DeadlineExceededException.class,
                    () -> Net.dialTimeout("tcp", address, Duration.ofNanos(-1)));
        } finally {
            full.close();
        }
    }

    @Test
    void aDialWithAFarLimitSucceedsAndTheLimitIsForgotten() throws Exception {
        Listener listener = listen("tcp");
        Future<Conn> accepted = goroutines.go(listener::accept);
        Conn conn =
                use(Net.dialTimeout("tcp", address(listener), Duration.ofSeconds(Long.MAX_VALUE)));
        Conn peer = use(Goroutines.get(accepted));
        assertEquals(1, conn.write(new byte[1]));
        assertEquals(1, peer.read(new byte[1]));
    }

    // ---- Accepting. ----

    @ParameterizedTest
    @CsvSource({"tcp,-1", "tcp,1", "tcp,50", "unix,-1", "unix,50"})
    void anAcceptTimesOutAndGoesOnWhenTheDeadlineIsMoved(String network, long after)
            throws Exception {
        Listener listener = listen(network);
        for (int i = 0; i < 3; i++) {
            long at = after < 0 ? -1 : millis(after);
            listener.setDeadline(at);
            expectTimeout(after < 0 ? System.nanoTime() : at, listener::accept);
            expectTimeout(System.nanoTime(), listener::accept);
        }
        listener.setDeadline(0);
        Future<Conn> accepted = goroutines.go(listener::accept);
        use(Net.dial(network, address(listener)));
        use(Goroutines.get(accepted));
    }

    @Test
    void anAcceptFailsAfterItsDeadlineAlsoIfSomebodyIsThere() throws Exception {
        Listener listener = listen("tcp");
        use(Net.dial("tcp", address(listener)));
        listener.setDeadline(-1);
        expectTimeout(System.nanoTime(), listener::accept);
        listener.setDeadline(millis(600_000));
        use(listener.accept());
    }

    // ---- Reading and writing. ----

    @ParameterizedTest
    @CsvSource({"tcp,-1", "tcp,1", "tcp,50", "unix,-1", "unix,50"})
    void aReadTimesOutAgainAndAgain(String network, long after) throws Exception {
        Conn[] pair = pair(network);
        for (int i = 0; i < 3; i++) {
            long at = after < 0 ? -1 : millis(after);
            pair[0].setReadDeadline(at);
            expectTimeout(after < 0 ? System.nanoTime() : at, () -> pair[0].read(new byte[1]));
        }
    }

    @Test
    void aReadThatTimedOutHasTakenNothing() throws Exception {
        Conn[] pair = pair("tcp");
        pair[0].setReadDeadline(millis(20));
        assertThrows(DeadlineExceededException.class, () -> pair[0].read(new byte[1]));
        pair[1].write(new byte[] {1, 2});
        pair[0].setReadDeadline((Instant) null);
        byte[] got = new byte[4];
        int n = pair[0].read(got);
        assertEquals(2, n);
        assertEquals(2, got[1]);
    }

    @ParameterizedTest
    @CsvSource({"udp,-1", "udp,50", "unixgram,50"})
    void aReadFromTimesOutAndPacketsComeWhenTheDeadlineIsMoved(String network, long after)
            throws Exception {
        PacketConn a = listenPacket(network);
        PacketConn b = listenPacket(network);
        long at = after < 0 ? -1 : millis(after);
        a.setReadDeadline(at);
        ByteBuffer buffer = ByteBuffer.allocate(100);
        expectTimeout(after < 0 ? System.nanoTime() : at, () -> a.readFrom(buffer));
        a.setReadDeadline(millis(600_000));
        b.writeTo(ByteBuffer.wrap(new byte[7]), a.localAddress());
        assertEquals(b.localAddress(), a.readFrom(buffer));
        assertEquals(7, buffer.position());
        a.setWriteDeadline(-1);
        expectTimeout(
                System.nanoTime(), () -> a.writeTo(ByteBuffer.wrap(new byte[1]), b.localAddress()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void aWriteAfterItsDeadlineWritesNothing(String network) throws Exception {
        Conn[] pair = pair(network);
        pair[0].setWriteDeadline(-1);
        ByteBuffer much = ByteBuffer.allocate(64 << 20);
        expectTimeout(System.nanoTime(), () -> pair[0].write(much));
        assertEquals(0, much.position());
        pair[0].setWriteDeadline(0);
        pair[0].closeWrite();
        assertTrue(pair[1].read(new byte[1]) < 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void aWriteTimesOutAndTellsHowMuchWasWritten(String network) throws Exception {
        Conn[] pair = pair(network);
        ByteBuffer much = ByteBuffer.allocate(64 << 20);
        Future<Integer> write = goroutines.go(() -> pair[0].write(much));
        byte[] chunk = new byte[1 << 16];
        int got = pair[1].read(chunk);
        assertTrue(got > 0, "it is under way");
        long at = millis(50);
        pair[0].setWriteDeadline(at);
        expectTimeout(at, write);
        pair[0].setWriteDeadline(0);
        pair[0].closeWrite();
        for (int n; (n = pair[1].read(chunk)) > 0; ) {
            got += n;
        }
        assertEquals(much.position(), got);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void fluctuatingDeadlinesHoldEach(String network) throws Exception {
        Conn[] pair = pair(network);
        for (long micros : new long[] {1, 5_000, 100, 20_000, 10, 40_000, 0, 1_000}) {
            long at = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(micros);
            pair[0].setDeadline(at);
            Future<Integer> read = goroutines.go(() -> pair[0].read(new byte[1]));
            Future<Integer> write =
                    goroutines.go(() -> pair[0].write(ByteBuffer.allocateDirect(64 << 20)));
            expectTimeout(at, read);
            expectTimeout(at, write);
        }
    }

    @Test
    void whatIsFarAwayNeverComes() throws Exception {
        Conn[] pair = pair("tcp");
        for (Instant far : new Instant[] {Instant.MAX, Instant.now().plusSeconds(1L << 40)}) {
            pair[0].setDeadline(far);
            pair[1].write(new byte[1]);
            assertEquals(1, pair[0].read(new byte[1]));
        }
        pair[0].setDeadline(Long.MAX_VALUE);
        assertEquals(1, pair[0].write(new byte[1]));
        pair[0].setDeadline(Instant.MIN);
        expectTimeout(System.nanoTime(), () -> pair[0].read(new byte[1]));
    }

    @Test
    void aDeadlineIsMovedWhileSomebodyWaits() throws Exception {
        Conn[] pair = pair("tcp");
        pair[0].setReadDeadline(millis(600_000));
        Future<Integer> read = goroutines.go(() -> pair[0].read(new byte[1]));
        for (int i = 0; i < 100; i++) {
            pair[0].setReadDeadline(millis(600_000 - i));
        }
        long at = millis(50);
        pair[0].setReadDeadline(at);
        expectTimeout(at, read);
    }

    // ---- Races. ----

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void deadlinesRaceWithReads(String network) throws Exception {
        Conn[] pair = pair(network);
        Future<Void> setter =
                goroutines.go(
                        () -> {
                            for (int i = 0; i < 2000; i++) {
                                pair[0].setDeadline(millis(i % 2));
                                Thread.yield();
                            }
                            pair[0].setDeadline(-1);
                            return null;
                        });
        int timeouts = 0;
        do {
            try {
                pair[0].read(new byte[1024]);
            } catch (DeadlineExceededException e) {
                timeouts++;
            }
        } while (!setter.isDone());
        Goroutines.get(setter);
        assertTrue(timeouts > 0);
    }

    @Test
    void deadlinesAreSetOnEverythingByManyThreads() throws Exception {
        Listener listener = listen("tcp");
        PacketConn packets = listenPacket("udp");
        Conn[] pair = pair("tcp");
        List<Future<Void>> setters = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            setters.add(
                    goroutines.go(
                            () -> {
                                ThreadLocalRandom random = ThreadLocalRandom.current();
                                for (int n = 0; n < 2000; n++) {
                                    long at = random.nextBoolean() ? 0 : millis(random.nextInt(3));
                                    listener.setDeadline(at);
                                    pair[0].setDeadline(at);
                                    pair[0].setReadDeadline(at);
                                    pair[0].setWriteDeadline(at);
                                    packets.setReadDeadline(at);
                                }
                                return null;
                            }));
        }
        for (Future<Void> setter : setters) {
            Goroutines.get(setter);
        }
        long at = millis(20);
        listener.setDeadline(at);
        pair[0].setDeadline(at);
        packets.setDeadline(at);
        expectTimeout(at, listener::accept);
        expectTimeout(at, () -> pair[0].read(new byte[1]));
        expectTimeout(at, () -> packets.readFrom(ByteBuffer.allocate(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void closesRaceWithDeadlines(String network) throws Exception {
        for (int i = 0; i < 50; i++) {
            Conn[] pair = pair(network);
            int millis = i % 3;
            Future<Integer> read = goroutines.go(() -> pair[0].read(new byte[1]));
            Future<Void> setter =
                    goroutines.go(
                            () -> {
                                pair[0].setDeadline(millis(millis));
                                return null;
                            });
            Future<Void> closer =
                    goroutines.go(
                            () -> {
                                if (millis == 2) {
                                    Goroutines.get(setter);
                                }
                                pair[0].close();
                                return null;
                            });
            Goroutines.get(setter);
            Goroutines.get(closer);
            ExecutionException e =
                    assertThrows(ExecutionException.class, () -> Goroutines.get(read));
            assertTrue(
                    e.getCause() instanceof ClosedChannelException
                            || e.getCause() instanceof DeadlineExceededException,
                    () -> "" + e.getCause());
        }
    }
}
