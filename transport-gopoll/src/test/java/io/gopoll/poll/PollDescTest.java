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
package io.gopoll.poll;

import static io.gopoll.poll.PollDesc.CLOSING;
import static io.gopoll.poll.PollDesc.INTERRUPTED;
import static io.gopoll.poll.PollDesc.OK;
import static io.gopoll.poll.PollDesc.READ;
import static io.gopoll.poll.PollDesc.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state machine of a side, without a kernel and without deadlines. */
@Timeout(60)
class PollDescTest {

    private final FakePoller poller = new FakePoller();
    private final ReadyList ready = new ReadyList(4096);
    private final CountingWaiter waiter = new CountingWaiter();
    private final PollDesc pd = poller.open();

    @ParameterizedTest
    @ValueSource(ints = {READ, WRITE})
    void anEdgeThatFindsNobodyIsKeptForPark(int mode) {
        FakePoller.edge(pd, mode, ready);
        assertEquals(0, ready.size());
        assertTrue(pd.park(mode, waiter));
        assertFalse(pd.park(mode, waiter), "the token must have been consumed");
    }

    @ParameterizedTest
    @ValueSource(ints = {READ, WRITE})
    void anEdgeHandsItsTokenToTheWaiter(int mode) {
        assertFalse(pd.park(mode, waiter));
        FakePoller.edge(pd, mode, ready);
        assertEquals(1, ready.size());
        assertSame(waiter, ready.get(0));
        assertFalse(pd.park(mode, waiter), "nothing may be left behind");
    }

    @Test
    void anEdgeAfterTheHandOverIsKept() {
        assertFalse(pd.park(READ, waiter));
        FakePoller.edge(pd, READ, ready);
        FakePoller.edge(pd, READ, ready);
        assertEquals(1, ready.size());
        assertTrue(pd.park(READ, waiter));
    }

    @Test
    void theSidesAreIndependent() {
        FakePoller.edge(pd, WRITE, ready);
        assertFalse(pd.park(READ, waiter));
        assertTrue(pd.park(WRITE, waiter));
    }

    @Test
    void theWriterIsResumedBeforeTheReader() {
        CountingWaiter writer = new CountingWaiter();
        assertFalse(pd.park(READ, waiter));
        assertFalse(pd.park(WRITE, writer));
        FakePoller.edge(pd, READ | WRITE, ready);
        assertEquals(2, ready.size());
        assertSame(writer, ready.get(0));
        assertSame(waiter, ready.get(1));
    }

    @Test
    void resetSpendsTheToken() {
        FakePoller.edge(pd, READ);
        assertEquals(OK, pd.reset(READ));
        assertFalse(pd.park(READ, waiter));
    }

    @Test
    void resetNeverThrowsAWaiterAway() {
        assertFalse(pd.park(READ, waiter));
        assertThrows(IllegalStateException.class, () -> pd.reset(READ));
        FakePoller.edge(pd, READ, ready);
        assertSame(waiter, ready.get(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {READ, WRITE})
    void aSecondWaiterOnASideIsABug(int mode) {
        assertFalse(pd.park(mode, waiter));
        Exception e =
                assertThrows(
                        IllegalStateException.class, () -> pd.park(mode, new CountingWaiter()));
        assertTrue(e.getMessage().contains("double wait"), e.getMessage());
        FakePoller.edge(pd, mode, ready);
        assertSame(waiter, ready.get(0), "the first one is still there");
    }

    @Test
    void unparkTakesTheWaiterBack() {
        assertFalse(pd.park(READ, waiter));
        assertTrue(pd.unpark(READ, waiter));
        FakePoller.edge(pd, READ, ready);
        assertEquals(0, ready.size());
        assertTrue(pd.park(READ, waiter), "the edge must have been kept");
    }

    @Test
    void unparkOfWhoIsNotParkedChangesNothing() {
        assertFalse(pd.unpark(READ, waiter));
        FakePoller.edge(pd, READ);
        assertFalse(pd.unpark(READ, waiter));
        assertTrue(pd.park(READ, waiter));
        assertFalse(pd.park(READ, waiter));
        assertFalse(pd.unpark(READ, new CountingWaiter()));
        assertFalse(pd.unpark(WRITE, waiter));
        FakePoller.edge(pd, READ, ready);
        assertEquals(1, ready.size());
        assertFalse(pd.unpark(READ, waiter), "it has been taken");
    }

    @Test
    void unblockResumesBothAndFailsWhatComesAfter() {
        CountingWaiter writer = new CountingWaiter();
        assertFalse(pd.park(READ, waiter));
        assertFalse(pd.park(WRITE, writer));
        pd.unblock();
        assertEquals(1, waiter.resumes());
        assertEquals(1, writer.resumes());
        assertEquals(CLOSING, pd.error(READ));
        assertEquals(CLOSING, pd.reset(WRITE));
        assertTrue(pd.park(READ, waiter));
        assertEquals(CLOSING, pd.await(READ));
        assertEquals(1, waiter.resumes());
    }

    @Test
    void unblockResumesAfterEverythingElseIsDone() {
        boolean[] closed = new boolean[1];
        assertFalse(
                pd.park(
                        READ,
                        () -> {
                            pd.close(false);
                            closed[0] = true;
                        }));
        pd.unblock();
        assertTrue(closed[0]);
    }

    @Test
    void closeDemandsUnblockFirst() {
        assertThrows(IllegalStateException.class, () -> pd.close(false));
        pd.unblock();
        assertThrows(IllegalStateException.class, pd::unblock);
        pd.close(false);
        assertThrows(IllegalStateException.class, () -> pd.close(false));
        assertEquals(-1, pd.fd());
        assertEquals(CLOSING, pd.reset(READ));
    }

    @Test
    void closeTakesTheDescriptorOutOnlyIfItStaysOpen() {
        PollDesc other = poller.open();
        pd.unblock();
        pd.close(false);
        assertEquals(0, poller.removed.size());
        other.unblock();
        other.close(true);
        assertEquals(1, poller.removed.size());
    }

    @Test
    void aClosedDescIsUsedAgainAndKnowsNothingOfItsFormerUser() {
        int former = pd.fdseq();
        FakePoller.edge(pd, READ | WRITE);
        pd.event(former, READ, PollDesc.HUNG_UP, 0, ready);
        pd.setDeadline(-1, READ | WRITE);
        assertTrue(pd.hungUp());
        pd.unblock();
        pd.close(false);
        PollDesc again = poller.open();
        assertSame(pd, again);
        assertFalse(again.hungUp());
        assertEquals(OK, again.error(READ));
        assertEquals(OK, again.error(WRITE));
        assertFalse(again.park(READ, waiter));
        assertFalse(again.park(WRITE, waiter));
    }

    @Test
    void anEventForTheFormerUserIsDropped() {
        int former = pd.fdseq();
        pd.unblock();
        pd.close(false);
        pd.event(former, READ | WRITE, PollDesc.HUNG_UP, 0, ready);
        PollDesc again = poller.open();
        assertSame(pd, again);
        assertFalse(again.park(READ, waiter));
        again.event(former, READ | WRITE, PollDesc.HUNG_UP, 0, ready);
        assertEquals(0, ready.size());
        assertFalse(again.hungUp());
        assertFalse(again.park(WRITE, waiter));
    }

    @Test
    void anEventForTheFormerUserDisarmsNothing() {
        int former = pd.fdseq();
        int both = PollDesc.disarmed(READ | WRITE);
        pd.event(former, READ | WRITE, 0, both, ready);
        assertFalse(pd.isArmed(READ));
        assertFalse(pd.isArmed(WRITE));
        pd.unblock();
        pd.close(false);
        PollDesc again = poller.open();
        assertSame(pd, again);
        again.event(former, READ | WRITE, 0, both, ready);
        assertTrue(again.isArmed(READ));
        assertTrue(again.isArmed(WRITE));
    }

    @Test
    void aParkArmsTheSideThatAnEventHasDisarmed() {
        pd.event(pd.fdseq(), READ, 0, PollDesc.disarmed(READ), ready);
        assertTrue(pd.park(READ, waiter));
        assertFalse(pd.isArmed(READ), "the token is taken before that");
        assertFalse(pd.watch(READ, waiter));
        assertFalse(pd.isArmed(READ));
        assertTrue(pd.unpark(READ, waiter));
        assertFalse(pd.park(READ, waiter));
        assertTrue(pd.isArmed(READ));
        assertEquals(List.of(READ), poller.armed);
    }

    @Test
    void descsOfManyConnectionsAreFoundByTheirIndex() {
        PollDesc[] descs = new PollDesc[1000];
        for (int i = 0; i < descs.length; i++) {
            descs[i] = poller.open();
        }
        for (PollDesc each : descs) {
            assertSame(each, poller.cache.get(each.index));
        }
        assertEquals(1001, poller.cache.inUse());
    }

    @Test
    void aModeThatIsNoneIsNamed() {
        assertThrows(IllegalArgumentException.class, () -> pd.park(READ | WRITE, waiter));
        assertThrows(IllegalArgumentException.class, () -> pd.reset(0));
        assertThrows(IllegalArgumentException.class, () -> pd.error(4));
        assertThrows(IllegalArgumentException.class, () -> pd.setDeadline(1, 0));
        assertThrows(IllegalArgumentException.class, () -> pd.setDeadline(1, 4));
    }

    @Test
    void aDescriptorThatIsNoneIsNamed() {
        assertThrows(IllegalArgumentException.class, () -> poller.open(-1));
    }

    @Test
    void awaitReturnsAtOnceIfReady() {
        FakePoller.edge(pd, READ);
        assertEquals(OK, pd.await(READ));
    }

    @Test
    void awaitWaitsForTheEdge() throws Exception {
        FutureTask<Integer> result = waitInThread(() -> pd.await(READ));
        edgeUntilTaken();
        assertEquals(OK, result.get(20, TimeUnit.SECONDS));
    }

    @Test
    void awaitEndsWithClose() throws Exception {
        FutureTask<Integer> result = waitInThread(() -> pd.await(READ));
        pd.unblock();
        assertEquals(CLOSING, result.get(20, TimeUnit.SECONDS));
    }

    @Test
    void awaitIgnoresWhoeverElseUnparksTheThread() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        FutureTask<Integer> result =
                waitInThread(
                        () -> {
                            thread.complete(Thread.currentThread());
                            return pd.await(READ);
                        });
        for (int i = 0; i < 100; i++) {
            LockSupport.unpark(thread.get());
            Thread.onSpinWait();
        }
        assertFalse(result.isDone());
        edgeUntilTaken();
        assertEquals(OK, result.get(20, TimeUnit.SECONDS));
    }

    @Test
    void anInterruptNeitherEndsAwaitNorIsLost() throws Exception {
        AtomicInteger error = new AtomicInteger(-1);
        AtomicInteger flag = new AtomicInteger(-1);
        Thread thread =
                new Thread(
                        () -> {
                            Thread.currentThread().interrupt();
                            error.set(pd.await(READ));
                            flag.set(Thread.currentThread().isInterrupted() ? 1 : 0);
                        });
        thread.start();
        // With the flag still set LockSupport.park would not wait: the thread would burn.
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertEquals(-1, error.get());
        edgeUntilTaken();
        assertTrue(join(thread));
        assertEquals(OK, error.get());
        assertEquals(1, flag.get());
    }

    @Test
    void anInterruptEndsAwaitInterruptiblyAndTakesTheWaiterBack() throws Exception {
        AtomicInteger error = new AtomicInteger(-1);
        AtomicInteger flag = new AtomicInteger(-1);
        Thread thread =
                new Thread(
                        () -> {
                            error.set(pd.awaitInterruptibly(READ));
                            flag.set(Thread.currentThread().isInterrupted() ? 1 : 0);
                        });
        thread.start();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        assertTrue(join(thread));
        assertEquals(INTERRUPTED, error.get());
        assertEquals(1, flag.get());
        FakePoller.edge(pd, READ, ready);
        assertEquals(0, ready.size());
        assertEquals(OK, pd.awaitInterruptibly(READ), "the edge must have been kept");
    }

    /** An edge, once the other thread is parked. */
    private void edgeUntilTaken() {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!pd.toString().contains("reading: Thread") && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        FakePoller.edge(pd, READ, ready);
        assertEquals(1, ready.size());
        ready.get(0).resume();
    }

    private static boolean join(Thread thread) throws InterruptedException {
        thread.join(20_000);
        return !thread.isAlive();
    }

    private static FutureTask<Integer> waitInThread(Callable<Integer> wait) {
        FutureTask<Integer> result = new FutureTask<>(wait);
        new Thread(result, "Thread that waits").start();
        return result;
    }
}
