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
package io.gopoll.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gopoll.net.Conn;
import io.gopoll.net.Listener;
import io.gopoll.net.Net;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Virtual threads that goroutines start, and what outlives a scheduler. */
@Timeout(120)
class ChildrenTest {

    private GoScheduler scheduler;

    /** What went wrong in a thread. */
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

    @BeforeEach
    void open() throws Exception {
        assumeTrue(
                VirtualThreads.ownSchedulerUnavailabilityCause() == null,
                "before JDK 21 there are no virtual threads");
        scheduler = new GoScheduler(1);
    }

    @AfterEach
    void close() {
        if (scheduler != null) {
            scheduler.abandon();
        }
        assertTrue(failures.isEmpty(), failures::toString);
    }

    private interface Task {
        void run() throws Exception;
    }

    private Runnable guarded(Task task) {
        return () -> {
            try {
                task.run();
            } catch (Throwable t) {
                failures.add(t);
            }
        };
    }

    private Thread go(Task task) {
        Thread thread = scheduler.newThread("of the test", guarded(task));
        thread.start();
        return thread;
    }

    /** {@code Thread.startVirtualThread}: its scheduler is that of whoever calls this. */
    private Thread startChild(Task task) throws Exception {
        Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        return (Thread) start.invoke(null, guarded(task));
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertTrue(latch.await(60, TimeUnit.SECONDS), () -> latch.getCount() + " are missing");
    }

    private void awaitDone() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!scheduler.areProcessorsEnded() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertTrue(scheduler.areProcessorsEnded());
    }

    @Test
    void childrenAndGrandchildrenAreGoroutinesOfTheirOwn() throws Exception {
        int parents = 20;
        int children = 10;
        int grandchildren = 5;
        CountDownLatch done = new CountDownLatch(parents * (1 + children * (1 + grandchildren)));
        for (int i = 0; i < parents; i++) {
            go(
                    () -> {
                        List<Thread> started = new ArrayList<>();
                        for (int j = 0; j < children; j++) {
                            started.add(
                                    startChild(
                                            () -> {
                                                for (int k = 0; k < grandchildren; k++) {
                                                    startChild(
                                                            () -> {
                                                                Thread.sleep(1);
                                                                done.countDown();
                                                            });
                                                }
                                                Thread.sleep(2);
                                                Thread.yield();
                                                done.countDown();
                                            }));
                        }
                        for (Thread thread : started) {
                            thread.join();
                        }
                        done.countDown();
                    });
        }
        await(done);
    }

    @Test
    void aThreadThatOutlivesTheSchedulerGoesOn() throws Exception {
        CountDownLatch slept = new CountDownLatch(1);
        CountDownLatch unparked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicReference<Thread> carrier = new AtomicReference<>();
        CountDownLatch started = new CountDownLatch(2);
        go(
                () -> {
                    startChild(
                            () -> {
                                started.countDown();
                                Thread.sleep(300);
                                slept.countDown();
                            });
                    startChild(
                            () -> {
                                started.countDown();
                                go.await();
                                carrier.set(VirtualThreads.currentCarrier());
                                unparked.countDown();
                            });
                });
        await(started);
        scheduler.close();
        awaitDone();
        await(slept);
        go.countDown();
        await(unparked);
        assertFalse(carrier.get() instanceof Carrier);
    }

    @Test
    void whoWasAbandonedGoesOnAndMayStartThreads() throws Exception {
        CountDownLatch parked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(2);
        go(
                () -> {
                    parked.countDown();
                    go.await();
                    startChild(
                            () -> {
                                Thread.sleep(1);
                                done.countDown();
                            });
                    Thread.sleep(1);
                    done.countDown();
                });
        await(parked);
        scheduler.abandon();
        awaitDone();
        go.countDown();
        await(done);
    }

    @Test
    void socketsOfTheJdkWorkInASchedulerMadeAfterTheFirstOneHasEnded() throws Exception {
        try (ServerSocket echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread server =
                    new Thread(
                            () -> {
                                try {
                                    for (; ; ) {
                                        Socket socket = echo.accept();
                                        socket.getOutputStream()
                                                .write(socket.getInputStream().read());
                                    }
                                } catch (Exception e) {
                                    // The test is over.
                                }
                            });
            server.start();
            for (int i = 0; i < 3; i++) {
                CountDownLatch done = new CountDownLatch(8);
                for (int j = 0; j < 8; j++) {
                    go(
                            () -> {
                                try (Socket socket =
                                        new Socket(
                                                InetAddress.getLoopbackAddress(),
                                                echo.getLocalPort())) {
                                    Thread.sleep(1);
                                    socket.getOutputStream().write(7);
                                    assertEquals(7, socket.getInputStream().read());
                                    done.countDown();
                                }
                            });
                }
                await(done);
                scheduler.close();
                awaitDone();
                scheduler = new GoScheduler(1);
            }
        }
    }

    @Test
    void aConnectionThatOutlivesTheSchedulerIsPolled() throws Exception {
        try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
            String address = listener.localAddress().toString().substring(1);
            BlockingQueue<Conn> dialled = new LinkedBlockingQueue<>();
            go(() -> dialled.add(Net.dial("tcp", address)));
            Conn conn = dialled.poll(60, TimeUnit.SECONDS);
            assertNotNull(conn);
            try (Conn peer = listener.accept()) {
                scheduler.close();
                awaitDone();
                AtomicInteger read = new AtomicInteger();
                Thread reader =
                        new Thread(guarded(() -> read.set(conn.read(ByteBuffer.allocate(10)))));
                reader.start();
                while (reader.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
                peer.write(new byte[3]);
                reader.join();
                assertEquals(3, read.get());
            } finally {
                conn.close();
            }
        }
    }

    @Test
    void socketsAreServedWhileAGoroutineComputes() throws Exception {
        try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
            String address = listener.localAddress().toString().substring(1);
            AtomicInteger served = new AtomicInteger();
            CountDownLatch computing = new CountDownLatch(1);
            go(
                    () -> {
                        try (Conn conn = Net.dial("tcp", address)) {
                            computing.await();
                            ByteBuffer buffer = ByteBuffer.allocate(10);
                            while (conn.read(buffer.clear()) > 0) {
                                served.incrementAndGet();
                                conn.write(buffer.flip());
                            }
                        }
                    });
            try (Conn peer = listener.accept()) {
                Thread busy =
                        go(
                                () -> {
                                    computing.countDown();
                                    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                                    while (served.get() < 5 && System.nanoTime() < end) {
                                        Thread.onSpinWait();
                                    }
                                });
                ByteBuffer buffer = ByteBuffer.allocate(10);
                for (int i = 0; i < 5; i++) {
                    peer.write(new byte[1]);
                    peer.read(buffer.clear());
                }
                busy.join();
                assertEquals(5, served.get());
            }
        }
    }

    /** The virtual thread that polls behind io.gopoll.net has no carrier then. */
    @Test
    void platformThreadsAreServedWhileAllCarriersOfTheJdkCompute() throws Exception {
        int threads = 2 * Runtime.getRuntime().availableProcessors();
        AtomicInteger rounds = new AtomicInteger();
        int enough = 2_000;
        try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
            String address = listener.localAddress().toString().substring(1);
            List<Conn> conns = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                Conn client = Net.dial("tcp", address);
                Conn server = listener.accept();
                conns.add(client);
                conns.add(server);
                new Thread(guarded(() -> echo(server))).start();
                new Thread(guarded(() -> ask(client, rounds))).start();
            }
            while (rounds.get() < 100) {
                Thread.onSpinWait();
            }
            List<Thread> busy = new ArrayList<>();
            int from = rounds.get();
            for (int i = 0; i < threads; i++) {
                Thread thread =
                        VirtualThreads.unstarted(
                                "computes",
                                () -> {
                                    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                                    while (rounds.get() < from + enough
                                            && System.nanoTime() < end) {
                                        Thread.onSpinWait();
                                    }
                                    if (rounds.get() < from + enough) {
                                        failures.add(new AssertionError("only " + rounds));
                                    }
                                });
                thread.start();
                busy.add(thread);
            }
            for (Thread thread : busy) {
                thread.join();
            }
            for (Conn conn : conns) {
                conn.close();
            }
        }
    }

    private static void echo(Conn conn) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocate(10);
        try {
            while (conn.read(buffer.clear()) > 0) {
                conn.write(buffer.flip());
            }
        } catch (java.nio.channels.ClosedChannelException e) {
            // The test is over.
        }
    }

    private static void ask(Conn conn, AtomicInteger rounds) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocate(10);
        try {
            do {
                conn.write(buffer.clear().limit(5));
                rounds.incrementAndGet();
            } while (conn.read(buffer.clear()) > 0);
        } catch (java.io.IOException e) {
            // The test is over.
        }
    }

    @Test
    void theJdksTimersAreItsOwnAgainWhenNoSchedulerIsLeft() throws Exception {
        assumeTrue(Runtime.version().feature() >= 25, "before JDK 25 they are never taken");
        Object[] before = VirtualThreads.timers();
        assertSame(CarrierTimers.class, before[0].getClass());
        GoScheduler another = new GoScheduler(1);
        scheduler.close();
        assertSame(before[0], VirtualThreads.timers()[0]);
        another.close();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (VirtualThreads.timers()[0] instanceof CarrierTimers && System.nanoTime() < end) {
            // Schedulers of other tests may be on their way out.
            LockSupport.parkNanos(1_000_000);
        }
        assertFalse(VirtualThreads.timers()[0] instanceof CarrierTimers);
    }
}
