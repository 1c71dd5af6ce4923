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

import static io.gopoll.poll.PollDesc.READ;
import static io.gopoll.poll.PollDesc.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A poller that lacks memory, whose system calls fail, or that is used wrongly. */
@Timeout(60)
class PollerFailureTest {

    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private final Descriptors fds = new Descriptors();
    private final FakePoller fake = new FakePoller();
    private final CountingWaiter reader = new CountingWaiter();
    private final CountingWaiter writer = new CountingWaiter();

    /** There is none to be lacked: neither of direct buffers nor of the heap. */
    @Test
    void aPollTakesNoMemoryHoweverMuchItBrings() throws IOException {
        takesNoMemory(new EpollPoller(), new EpollPoller());
    }

    @Test
    void aPollOfPollTakesNoMemoryEither() throws IOException {
        takesNoMemory(new PollPoller(), new PollPoller());
    }

    private void takesNoMemory(AbstractNetPoller warm, AbstractNetPoller poller)
            throws IOException {
        try (warm;
                poller) {
            // The FFM binding allocates until it is compiled.
            for (int i = 0; i < 20_000; i++) {
                warm.poll(0);
            }
            PollDesc[] descs = new PollDesc[2000];
            int[] numbers = new int[descs.length];
            for (int i = 0; i < descs.length; i++) {
                numbers[i] = fds.eventfd();
                fds.addCount(numbers[i], 1);
                descs[i] = poller.open(numbers[i]);
            }
            BufferPoolMXBean direct =
                    ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                            .filter(pool -> pool.getName().equals("direct"))
                            .findAny()
                            .orElseThrow();
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long thread = Thread.currentThread().getId();
            long buffers = direct.getTotalCapacity();
            long allocated = threads.getThreadAllocatedBytes(thread);
            for (PollDesc pd : descs) {
                pd.setDeadline(HOUR, READ | WRITE);
                pd.park(READ, reader);
                pd.park(WRITE, writer);
            }
            int ready = 0;
            while (ready < 2 * descs.length) {
                ready += poller.poll(-1).size();
            }
            allocated = threads.getThreadAllocatedBytes(thread) - allocated;
            assertEquals(buffers, direct.getTotalCapacity());
            // An array of 2,000 references takes 8,000.
            assertTrue(allocated < 4000, allocated + " bytes");
            for (PollDesc pd : descs) {
                pd.unblock();
                pd.close(true);
            }
            fds.close(numbers);
        }
    }

    @Test
    void timersThatTheListHasNoRoomForFireWithTheNext() {
        ReadyList few = new ReadyList(5);
        for (int i = 0; i < 4; i++) {
            PollDesc pd = fake.open();
            pd.setDeadline(HOUR, READ | WRITE);
            pd.park(READ, reader);
            pd.park(WRITE, writer);
        }
        long later = Clock.after(2 * HOUR);
        fake.timers.expire(later, few);
        assertEquals(4, few.size());
        few.clear();
        assertTrue(fake.timers.sleep(Clock.NEVER) < later, "the rest is due");
        fake.timers.awake();
        fake.timers.expire(later, few);
        assertEquals(4, few.size());
        assertEquals(0, fake.timers.size());
    }

    @Test
    void whatWasFoundBeforeAPollFailedComesWithTheNext() {
        PollDesc pd = fake.open();
        assertFalse(pd.park(READ, reader));
        fake.events =
                ready -> {
                    FakePoller.edge(pd, READ, ready);
                    fake.sawInterrupt();
                    throw new Error("of the test");
                };
        assertThrows(Error.class, () -> fake.poll(-1));
        fake.events = ready -> {};
        ReadyList ready = fake.poll(-1);
        assertEquals(1, ready.size());
        assertSame(reader, ready.get(0));
        assertEquals(0, fake.poll(-1).size());
        int before = fake.interrupts;
        fake.wakeup();
        assertEquals(before + 1, fake.interrupts, "the wakeup that was seen is over");
    }

    @Test
    void aWaitThatFailedIsOverForTimersAndWakeups() {
        fake.events =
                ready -> {
                    throw new IllegalStateException("of the test");
                };
        assertThrows(IllegalStateException.class, () -> fake.poll(-1));
        PollDesc pd = fake.open();
        pd.setDeadline(HOUR, READ);
        assertFalse(pd.park(READ, reader));
        assertEquals(0, fake.interrupts, "the poller does not sleep: no need to wake it");
        fake.wakeup();
        assertThrows(IllegalStateException.class, () -> fake.poll(-1));
        fake.events = ready -> fake.sawInterrupt();
        fake.poll(-1);
        fake.wakeup();
        assertEquals(2, fake.interrupts);
    }

    @Test
    void anEpollWaitThatFailsCostsNothing() throws IOException {
        EpollPoller poller = new EpollPoller();
        int[] pipe = fds.pipe();
        PollDesc pd = poller.open(pipe[0]);
        assertFalse(pd.park(READ, reader));
        fds.writeByte(pipe[1]);
        int epfd = poller.epfd();
        int saved = fds.duplicate(epfd);
        fds.close(epfd);
        for (long delay : new long[] {-1, 0, HOUR}) {
            assertThrows(IllegalStateException.class, () -> poller.poll(delay));
        }
        poller.wakeup();
        fds.duplicateTo(saved, epfd);
        fds.close(saved);
        ReadyList ready = poller.poll(-1);
        assertEquals(1, ready.size());
        assertSame(reader, ready.get(0));
        pd.setDeadline(MILLISECOND, READ);
        while (!pd.park(READ, reader) && poller.poll(-1).size() == 0) {
            pd.unpark(READ, reader);
        }
        poller.wakeup();
        poller.poll(-1);
        pd.unblock();
        pd.close(true);
        fds.close(pipe);
        poller.close();
    }

    @Test
    void wakeupsOutliveAnEventfdThatTakesNoMore() throws IOException {
        EpollPoller poller = new EpollPoller();
        // The highest count that an eventfd can have: a write more fails with EAGAIN.
        long count = fds.readCount(poller.eventfd());
        fds.addCount(poller.eventfd(), -2);
        poller.poll(-1);
        for (int i = 0; i < 3; i++) {
            poller.wakeup();
            poller.poll(-1);
        }
        assertEquals(1, count);
        poller.close();
    }

    @Test
    void wakeupsOutliveAnEventfdThatSomebodyHasClosed() throws IOException {
        EpollPoller poller = new EpollPoller();
        int eventfd = poller.eventfd();
        fds.close(eventfd);
        poller.wakeup();
        poller.poll(-1);
        assertNotEquals(0, fds.readCount(poller.eventfd()), "a new one");

        eventfd = poller.eventfd();
        fds.close(eventfd);
        int[] sockets = fds.socketPair();
        assertEquals(eventfd, sockets[0], "the number must be used again for this test");
        fds.fill(sockets[0]);
        poller.wakeup();
        poller.poll(-1);
        poller.wakeup();
        poller.poll(-1);
        poller.close();
        fds.close(sockets);
    }

    @Test
    void aWakeupThatFailsKeepsTheNextPollFromWaiting() {
        fake.interruptible = false;
        fake.wakeup();
        fake.poll(-1);
        assertEquals(0, fake.waitedUntil);
        fake.poll(-1);
        assertEquals(Clock.NEVER, fake.waitedUntil);
        fake.wakeup();
        assertEquals(2, fake.interrupts, "tried again");
        fake.poll(0);
        fake.poll(HOUR);
        assertEquals(0, fake.waitedUntil, "a look is not what it was for");
        fake.poll(HOUR);
        assertNotEquals(0, fake.waitedUntil);
    }

    @Test
    void aWakeupThatThrowsDoesNotReachTheCaller() {
        fake.onInterrupt =
                () -> {
                    throw new Error("of the test");
                };
        fake.wakeup();
        fake.poll(-1);
        assertEquals(0, fake.waitedUntil);
        PollDesc pd = fake.open();
        fake.timers.sleep(Clock.NEVER);
        pd.setDeadline(HOUR, READ);
        assertFalse(pd.park(READ, reader));
        assertEquals(1, fake.timers.size());
    }

    @Test
    void aParkThatCannotWatchTheWriterWatchesItNextTime() throws IOException {
        PollDesc pd = fake.openReader(7);
        fake.onArm =
                () -> {
                    throw new IllegalStateException("of the test");
                };
        assertThrows(IllegalStateException.class, () -> pd.park(WRITE, writer));
        fake.onArm = () -> {};
        assertFalse(pd.park(WRITE, writer));
        assertEquals(1, fake.armed.size());
    }

    @Test
    void aPollThatFailsHasEnded() {
        CountDownLatch tries = new CountDownLatch(2);
        fake.events =
                ready -> {
                    tries.countDown();
                    throw new IllegalStateException("of the test");
                };
        assertThrows(IllegalStateException.class, () -> fake.poll(0));
        assertEquals(0, fake.lastPoll() & 1);
        assertThrows(IllegalStateException.class, () -> fake.poll(0));
        assertEquals(0, tries.getCount());
    }
}
