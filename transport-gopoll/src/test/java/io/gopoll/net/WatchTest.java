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
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gopoll.channel.GoPoll;
import io.gopoll.channel.GoroutineEventLoopGroup;
import io.gopoll.net.fd.SocketClosedException;
import io.gopoll.poll.DeadlineExceededException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a thread of another kind has opened, as connection pools do, is watched by the processor of
 * the goroutine that waits for it.
 */
@Timeout(120)
class WatchTest {

    private final Goroutines goroutines = new Goroutines();
    private GoroutineEventLoopGroup group;
    private Listener listener;
    private Conn conn;
    private Conn peer;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(Goroutines.VIRTUAL, "before JDK 21 there are no goroutine loops");
        assumeTrue(
                GoPoll.scheduler().equals("gopoll"),
                "the JDK's scheduler has no pollers of processors");
        group = new GoroutineEventLoopGroup(1);
        listener = Net.listen("tcp", "127.0.0.1:0");
        conn = Net.dial("tcp", listener.localAddress().toString().substring(1));
        peer = listener.accept();
    }

    @AfterEach
    void close() throws Exception {
        goroutines.close();
        if (listener != null) {
            listener.close();
            conn.close();
            peer.close();
        }
        if (group != null) {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    /** On a goroutine of the group's scheduler: a virtual thread has that of its creator. */
    private <T> Future<T> go(Callable<T> task) throws Exception {
        return group.next().submit(() -> goroutines.go(task)).get(30, TimeUnit.SECONDS);
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    /** Which poller would be nearer to a goroutine: null if it is watched there. */
    private Object nearer() throws Exception {
        return get(go(conn.fd::nearer));
    }

    private Future<Integer> readByAGoroutineThatWaits() throws Exception {
        Future<Integer> read = go(() -> conn.read(new byte[10]));
        while (nearer() != null) {
            Thread.onSpinWait();
        }
        return read;
    }

    @Test
    void aGoroutineThatWaitsHasItsProcessorWatch() throws Exception {
        assertNotNull(nearer());
        Future<Integer> read = readByAGoroutineThatWaits();
        peer.write(new byte[10]);
        assertEquals(10, get(read));
        peer.write(new byte[10]);
        assertEquals(10, conn.read(new byte[10]), "by a platform thread, afterwards");
    }

    @Test
    void whatIsThereAlreadyIsReadWithoutAMove() throws Exception {
        peer.write(new byte[10]);
        assertEquals(10, get(go(() -> conn.read(new byte[10]))));
        assertNotNull(nearer());
    }

    @Test
    void aDeadlineMovesAlong() throws Exception {
        conn.setReadDeadline(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300));
        Future<Integer> read = readByAGoroutineThatWaits();
        ExecutionException e = assertThrows(ExecutionException.class, () -> get(read));
        assertEquals(DeadlineExceededException.class, e.getCause().getClass());
        peer.write(new byte[10]);
        assertThrows(DeadlineExceededException.class, () -> conn.read(new byte[10]));
        conn.setReadDeadline(0);
        assertEquals(10, conn.read(new byte[10]));
    }

    @Test
    void aCloseResumesWhoeverWaitsAfterTheMove() throws Exception {
        Future<Integer> read = readByAGoroutineThatWaits();
        conn.close();
        ExecutionException e = assertThrows(ExecutionException.class, () -> get(read));
        assertEquals(SocketClosedException.Meanwhile.class, e.getCause().getClass());
    }

    @Test
    void nothingMovesWhileAnotherThreadWaitsOnTheOtherSide() throws Exception {
        int size = 16 << 20;
        Thread writer = new Thread(() -> write(new byte[size]));
        writer.start();
        while (writer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        Future<Integer> read = go(() -> conn.read(new byte[10]));
        peer.write(new byte[10]);
        assertEquals(10, get(read));
        assertNotNull(nearer());
        byte[] bytes = new byte[1 << 20];
        for (int left = size; left > 0; ) {
            left -= peer.read(bytes);
        }
        writer.join();
        peer.write(new byte[10]);
        assertEquals(10, get(go(() -> conn.read(new byte[10]))), "the writer has left");
    }

    private void write(byte[] bytes) {
        try {
            conn.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void afterTheEndOfItsGroupItIsWatchedAndMovesToTheNext() throws Exception {
        Future<Integer> read = readByAGoroutineThatWaits();
        peer.write(new byte[10]);
        get(read);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        group = new GoroutineEventLoopGroup(1);
        Future<Integer> platform = readByAPlatformThread();
        peer.write(new byte[10]);
        assertEquals(10, get(platform));
        while (nearer() == null) { // its processor ends after its group
            Thread.onSpinWait();
        }
        read = readByAGoroutineThatWaits();
        peer.write(new byte[10]);
        assertEquals(10, get(read));
        assertNull(nearer());
    }

    private Future<Integer> readByAPlatformThread() {
        FutureTask<Integer> read = new FutureTask<>(() -> conn.read(new byte[10]));
        Thread thread = new Thread(read);
        thread.start();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return read;
    }

    @Test
    void movesWithstandClosesAndDeadlinesOfOtherThreads() throws Exception {
        for (int round = 0; round < 300; round++) {
            Conn one = Net.dial("tcp", listener.localAddress().toString().substring(1));
            Conn other = listener.accept();
            int end = round % 3;
            Future<Void> read = go(() -> readToTheEnd(one));
            Future<Void> written = goroutines.go(() -> write(one, other, end));
            get(written);
            get(read);
            one.close();
            other.close();
        }
    }

    private static Void write(Conn one, Conn other, int end) throws IOException {
        for (int i = 0; i < 20; i++) {
            long nanos = 1_000_000_000 + ThreadLocalRandom.current().nextLong(1_000_000_000);
            one.setDeadline(System.nanoTime() + nanos);
            other.write(new byte[1]);
        }
        switch (end) {
            case 0 -> one.close();
            case 1 -> other.close();
            default -> one.setReadDeadline(-1);
        }
        return null;
    }

    /** Ends as the other threads want it: at the end, by a close or by a deadline. */
    private static Void readToTheEnd(Conn conn) throws IOException {
        try {
            while (conn.read(new byte[10]) >= 0) {
                // Nobody wants it.
            }
        } catch (SocketClosedException
                | SocketClosedException.Meanwhile
                | DeadlineExceededException e) {
            // One of the three ends.
        }
        return null;
    }
}
