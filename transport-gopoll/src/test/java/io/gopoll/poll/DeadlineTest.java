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

import static io.gopoll.poll.PollDesc.OK;
import static io.gopoll.poll.PollDesc.READ;
import static io.gopoll.poll.PollDesc.TIMEOUT;
import static io.gopoll.poll.PollDesc.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deadlines, with the timers fired by the test: {@link FakePoller} never waits. */
@Timeout(60)
class DeadlineTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private final FakePoller poller = new FakePoller();
    private final TimerQueue timers = poller.timers;
    private final ReadyList ready = new ReadyList(4096);
    private final CountingWaiter waiter = new CountingWaiter();
    private final CountingWaiter writer = new CountingWaiter();
    private final PollDesc pd = poller.open();

    private void fireTimersAfter(long nanos) {
        timers.expire(Clock.after(nanos), ready);
    }

    @ParameterizedTest
    @ValueSource(ints = {READ, WRITE})
    void aPastDeadlineResumesAtOnceAndFailsFromThenOn(int mode) {
        assertFalse(pd.park(mode, waiter));
        pd.setDeadline(-1, mode);
        assertEquals(1, waiter.resumes());
        assertEquals(TIMEOUT, pd.error(mode));
        assertEquals(TIMEOUT, pd.reset(mode));
        assertTrue(pd.park(mode, waiter));
        assertEquals(TIMEOUT, pd.await(mode));
        assertEquals(OK, pd.error((READ | WRITE) ^ mode));
        assertEquals(1, waiter.resumes());
    }

    @Test
    void anyNegativeDelayIsPast() {
        pd.setDeadline(Long.MIN_VALUE, READ);
        assertEquals(TIMEOUT, pd.error(READ));
    }

    @Test
    void aDeadlineFailsIoEvenIfNoTimerWasEverQueued() {
        pd.setDeadline(1, READ);
        while (pd.error(READ) == OK) {
            Thread.onSpinWait();
        }
        assertEquals(0, timers.size());
        assertEquals(TIMEOUT, pd.reset(READ));
        assertTrue(pd.park(READ, waiter));
        assertEquals(TIMEOUT, pd.await(READ));
    }

    @Test
    void aDeadlineFailsEvenIoThatCouldGoOn() {
        FakePoller.edge(pd, READ);
        pd.setDeadline(-1, READ);
        assertEquals(TIMEOUT, pd.reset(READ));
        pd.setDeadline(0, READ);
        assertTrue(pd.park(READ, waiter), "reset must have left the token");
    }

    @Test
    void aDeadlineLeavesNoToken() {
        assertFalse(pd.park(READ, waiter));
        pd.setDeadline(-1, READ);
        pd.setDeadline(HOUR, READ);
        assertFalse(pd.park(READ, waiter));
        fireTimersAfter(2 * HOUR);
        assertSame(waiter, ready.get(0));
        pd.setDeadline(0, READ);
        assertFalse(pd.park(READ, waiter));
    }

    @Test
    void aFiredDeadlineStaysFiredUntilItIsMoved() {
        assertFalse(pd.park(READ, waiter));
        pd.setDeadline(HOUR, READ);
        fireTimersAfter(2 * HOUR);
        assertEquals(1, ready.size());
        assertEquals(TIMEOUT, pd.error(READ));
        FakePoller.edge(pd, READ);
        assertEquals(TIMEOUT, pd.error(READ));
        fireTimersAfter(3 * HOUR);
        assertEquals(1, ready.size());
        assertEquals(TIMEOUT, pd.error(READ));
        pd.setDeadline(HOUR, READ);
        assertEquals(OK, pd.error(READ));
    }

    @Test
    void zeroClears() {
        assertFalse(pd.park(READ, waiter));
        pd.setDeadline(HOUR, READ);
        pd.setDeadline(0, READ);
        fireTimersAfter(2 * HOUR);
        assertEquals(0, ready.size());
        assertEquals(0, timers.size());
        assertEquals(OK, pd.error(READ));
        pd.setDeadline(-1, READ);
        assertEquals(1, waiter.resumes());
        pd.setDeadline(0, READ);
        assertEquals(OK, pd.error(READ));
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MAX_VALUE - 1000})
    void anOverflowIsNever(long delay) {
        assertFalse(pd.park(READ, waiter));
        pd.setDeadline(delay, READ);
        assertEquals(OK, pd.error(READ));
        timers.expire(TimerQueue.IDLE - 1, ready);
        assertEquals(0, ready.size());
        assertEquals(OK, pd.error(READ));
    }

    @Test
    void equalDeadlinesAreOneTimerAndFireOnceEachTheWriterFirst() {
        pd.setDeadline(HOUR, READ | WRITE);
        assertFalse(pd.park(READ, waiter));
        assertFalse(pd.park(WRITE, writer));
        assertEquals(1, timers.size());
        fireTimersAfter(2 * HOUR);
        assertEquals(2, ready.size());
        assertSame(writer, ready.get(0));
        assertSame(waiter, ready.get(1));
        fireTimersAfter(3 * HOUR);
        assertEquals(2, ready.size());
        assertEquals(0, timers.size());
        assertEquals(TIMEOUT, pd.error(READ));
        assertEquals(TIMEOUT, pd.error(WRITE));
    }

    @Test
    void differentDeadlinesFireEachAtItsTime() {
        pd.setDeadline(3 * HOUR, READ);
        pd.setDeadline(HOUR, WRITE);
        assertFalse(pd.park(READ, waiter));
        assertFalse(pd.park(WRITE, writer));
        fireTimersAfter(2 * HOUR);
        assertEquals(1, ready.size());
        assertSame(writer, ready.get(0));
        assertEquals(OK, pd.error(READ));
        assertEquals(1, timers.size());
        fireTimersAfter(4 * HOUR);
        assertEquals(2, ready.size());
        assertSame(waiter, ready.get(1));
        assertEquals(0, timers.size());
    }

    @Test
    void movedEarlierWhileParkedFiresEarlier() {
        assertFalse(pd.park(READ, waiter));
        pd.setDeadline(10 * HOUR, READ);
        pd.setDeadline(HOUR, READ);
        fireTimersAfter(2 * HOUR);
        assertEquals(1, ready.size());
    }

    @Test
    void movedLaterWhileParkedFiresLaterAndQueuesNothing() {
        assertFalse(pd.park(READ, waiter));
        pd.setDeadline(HOUR, READ);
        long queuedFor = pd.timerAt;
        pd.setDeadline(3 * HOUR, READ);
        assertEquals(queuedFor, pd.timerAt, "the timer must stay where it is");
        assertEquals(1, timers.size());
        fireTimersAfter(2 * HOUR);
        assertEquals(0, ready.size());
        assertEquals(1, timers.size());
        assertTrue(pd.timerAt > queuedFor, "at the old time it must find the new one");
        fireTimersAfter(4 * HOUR);
        assertEquals(1, ready.size());
    }

    @Test
    void setWhileParkedQueuesTheTimer() {
        assertFalse(pd.park(READ, waiter));
        assertEquals(0, timers.size());
        pd.setDeadline(HOUR, READ);
        assertEquals(1, timers.size());
    }

    @Test
    void nobodyWaitsNoTimer() {
        for (int i = 0; i < 100_000; i++) {
            pd.setDeadline(1 + i, READ | WRITE);
        }
        assertEquals(0, timers.size());
        assertEquals(TimerQueue.UNTIMED, pd.timerAt);
    }

    @Test
    void theOtherSidesWaiterNeedsNoTimer() {
        assertFalse(pd.park(WRITE, writer));
        pd.setDeadline(HOUR, READ);
        assertEquals(0, timers.size());
    }

    @Test
    void manyDescsHaveNoMoreTimersThanWaiters() {
        for (int i = 0; i < 100_000; i++) {
            PollDesc other = poller.open();
            other.setDeadline(HOUR, READ | WRITE);
            if (i % 1000 == 0) {
                assertFalse(other.park(READ, waiter));
            }
        }
        assertEquals(100, timers.size());
        fireTimersAfter(2 * HOUR);
        assertEquals(100, ready.size());
        assertEquals(0, timers.size());
    }

    @Test
    void readinessThatComesFirstWinsAndTheTimerGoesByItself() {
        pd.setDeadline(HOUR, READ);
        assertFalse(pd.park(READ, waiter));
        FakePoller.edge(pd, READ, ready);
        assertEquals(1, ready.size());
        fireTimersAfter(2 * HOUR);
        assertEquals(1, ready.size());
        assertEquals(0, timers.size());
        assertEquals(TIMEOUT, pd.error(READ), "a deadline counts for I/O that goes on, too");
    }

    @Test
    void aTimerThatIsLeftQueuedServesTheNextPark() {
        pd.setDeadline(HOUR, READ);
        assertFalse(pd.park(READ, waiter));
        long queuedFor = pd.timerAt;
        for (int i = 0; i < 100; i++) {
            FakePoller.edge(pd, READ);
            pd.setDeadline(HOUR, READ);
            assertEquals(OK, pd.reset(READ));
            assertFalse(pd.park(READ, waiter));
            assertEquals(queuedFor, pd.timerAt);
        }
        assertEquals(1, timers.size());
    }

    @Test
    void unblockTakesTheTimerOut() {
        PollDesc other = poller.open();
        for (PollDesc each : new PollDesc[] {pd, other}) {
            each.setDeadline(HOUR, READ);
            assertFalse(each.park(READ, waiter));
        }
        pd.unblock();
        assertEquals(1, waiter.resumes());
        assertEquals(1, timers.size());
        pd.setDeadline(HOUR, READ);
        pd.close(false);
        fireTimersAfter(2 * HOUR);
        assertEquals(1, ready.size());
        other.unblock();
        other.close(false);
        assertEquals(0, timers.size());
    }

    @Test
    void theExceptionNamesOperationAndAddress() {
        SocketTimeoutException e =
                new DeadlineExceededException(
                        "read", InetSocketAddress.createUnresolved("example.org", 80));
        assertTrue(e.getMessage().startsWith("read example.org"), e.getMessage());
        assertTrue(e.getMessage().endsWith(":80: deadline exceeded"), e.getMessage());
        assertEquals(
                "accept: deadline exceeded",
                new DeadlineExceededException("accept", null).getMessage());
    }
}
