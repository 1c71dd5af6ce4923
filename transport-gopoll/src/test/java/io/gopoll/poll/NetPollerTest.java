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
import static io.gopoll.poll.PollDesc.OK;
import static io.gopoll.poll.PollDesc.READ;
import static io.gopoll.poll.PollDesc.TIMEOUT;
import static io.gopoll.poll.PollDesc.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.gopoll.sys.Errno;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real descriptors under a real poller: what is so for each of them. */
@Timeout(60)
abstract class NetPollerTest<P extends AbstractNetPoller> {

    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    final Descriptors fds = new Descriptors();
    final CountingWaiter reader = new CountingWaiter();
    final CountingWaiter writer = new CountingWaiter();
    P poller;

    abstract P newPoller() throws IOException;

    @BeforeEach
    void openPoller() throws IOException {
        poller = newPoller();
    }

    @AfterEach
    void everyDescHasBeenClosed() {
        assertEquals(0, poller.cache.inUse());
        assertEquals(0, poller.timers.size());
        poller.close();
    }

    static void close(PollDesc... descs) {
        for (PollDesc pd : descs) {
            pd.unblock();
            pd.close(true);
        }
    }

    @Test
    void anEdgeBetweenEagainAndParkIsNotLost() throws IOException {
        int[] pipe = fds.pipe();
        PollDesc pd = poller.open(pipe[0]);
        assertEquals(OK, pd.reset(READ));
        assertEquals(-Errno.EAGAIN, fds.readByte(pipe[0]));
        fds.writeByte(pipe[1]);
        assertEquals(0, poller.poll(-1).size());
        assertTrue(pd.park(READ, reader));
        close(pd);
        fds.close(pipe);
    }

    @Test
    void anEdgeThatIsPolledAfterParkIsNotLost() throws IOException {
        int[] pipe = fds.pipe();
        PollDesc pd = poller.open(pipe[0]);
        assertEquals(OK, pd.reset(READ));
        assertEquals(-Errno.EAGAIN, fds.readByte(pipe[0]));
        fds.writeByte(pipe[1]);
        assertFalse(pd.park(READ, reader));
        ReadyList ready = poller.poll(-1);
        assertEquals(1, ready.size());
        assertSame(reader, ready.get(0));
        assertEquals(0, poller.poll(0).size(), "an edge is told once");
        close(pd);
        fds.close(pipe);
    }

    @Test
    void aDescriptorThatIsReadyWhenOpenedIsKnownToBe() throws IOException {
        int[] sockets = fds.socketPair();
        fds.writeByte(sockets[1]);
        PollDesc pd = poller.open(sockets[0]);
        poller.poll(0);
        assertTrue(pd.park(READ, reader));
        assertTrue(pd.park(WRITE, writer));
        assertFalse(pd.hungUp());
        close(pd);
        fds.close(sockets);
    }

    @Test
    void aFullSocketBecomesWritable() throws IOException {
        int[] sockets = fds.socketPair();
        PollDesc pd = poller.open(sockets[0]);
        poller.poll(0);
        assertEquals(OK, pd.reset(WRITE));
        fds.fill(sockets[0]);
        assertFalse(pd.park(WRITE, writer));
        assertEquals(0, poller.poll(0).size());
        fds.drain(sockets[1]);
        ReadyList ready = poller.poll(-1);
        assertEquals(1, ready.size());
        assertSame(writer, ready.get(0));
        close(pd);
        fds.close(sockets);
    }

    @Test
    void aReaderIsNotToldOfWritingUntilItWaitsForIt() throws IOException {
        int[] sockets = fds.socketPair();
        PollDesc pd = poller.openReader(sockets[0]);
        assertEquals(0, poller.poll(0).size());
        assertFalse(pd.park(WRITE, writer), "it is writable, but nobody has said so yet");
        ReadyList ready = poller.poll(-1);
        assertEquals(1, ready.size());
        assertSame(writer, ready.get(0));

        fds.fill(sockets[0]);
        assertEquals(OK, pd.reset(WRITE));
        assertFalse(pd.park(WRITE, writer));
        assertEquals(0, poller.poll(0).size());
        fds.drain(sockets[1]);
        assertSame(writer, poller.poll(-1).get(0), "from then on as any other");

        assertFalse(pd.park(READ, reader));
        fds.writeByte(sockets[1]);
        assertSame(reader, poller.poll(-1).get(0));
        close(pd);
        PollDesc next = poller.openReader(sockets[0]);
        poller.poll(0);
        assertEquals(OK, next.reset(WRITE));
        assertFalse(next.park(WRITE, writer), "the next user begins anew");
        assertSame(writer, poller.poll(-1).get(0));
        close(next);
        fds.close(sockets);
    }

    @Test
    void theWriterIsResumedBeforeTheReader() throws IOException {
        int[] sockets = fds.socketPair();
        PollDesc pd = poller.open(sockets[0]);
        assertFalse(pd.park(READ, reader));
        assertFalse(pd.park(WRITE, writer));
        fds.writeByte(sockets[1]);
        ReadyList ready = poller.poll(-1);
        assertEquals(2, ready.size());
        assertSame(writer, ready.get(0));
        assertSame(reader, ready.get(1));
        close(pd);
        fds.close(sockets);
    }

    @Test
    void aPeerThatClosesMakesBothSidesReadyAndIsRemembered() throws IOException {
        int[] sockets = fds.socketPair();
        PollDesc pd = poller.open(sockets[0]);
        poller.poll(0);
        assertEquals(OK, pd.reset(WRITE));
        assertFalse(pd.park(READ, reader));
        assertFalse(pd.park(WRITE, writer));
        assertFalse(pd.hungUp());
        fds.close(sockets[1]);
        assertEquals(2, poller.poll(-1).size());
        assertTrue(pd.hungUp());
        assertEquals(OK, pd.reset(READ));
        assertTrue(pd.hungUp());
        close(pd);
        fds.close(sockets[0]);
    }

    @Test
    void aResetIsKnownFromAnEndInGoodOrder() throws IOException {
        int[] reset = fds.tcpPair();
        int[] ended = fds.tcpPair();
        int[] local = fds.socketPair();
        PollDesc[] descs = {
            poller.openReader(reset[0]), poller.openReader(ended[0]), poller.openReader(local[0])
        };
        poller.poll(0);
        // What is not read by who closes makes it a reset.
        fds.writeByte(reset[0]);
        fds.close(reset[1], ended[1], local[1]);
        for (PollDesc pd : descs) {
            while (!pd.hungUp()) {
                poller.poll(-1);
            }
        }
        assertTrue(descs[0].failed());
        assertFalse(descs[1].failed(), "the peer may have ended its side only");
        assertFalse(descs[2].failed());
        for (PollDesc pd : descs) {
            close(pd);
        }
        int fd = fds.eventfd();
        for (int i = 0; i < descs.length; i++) {
            descs[i] = poller.openReader(fd);
            assertFalse(descs[i].failed(), "the next user begins anew");
            close(descs[i]);
        }
        fds.close(fd, reset[0], ended[0], local[0]);
    }

    @Test
    void urgentDataIsRememberedAndMakesNoSideReady() throws IOException {
        int[] sockets = fds.tcpPair();
        PollDesc pd = poller.openReader(sockets[0]);
        poller.poll(0);
        assertFalse(pd.park(READ, reader));
        assertFalse(pd.urgent());
        fds.sendUrgent(sockets[1]);
        while (!pd.urgent()) {
            assertEquals(0, poller.poll(-1).size());
        }
        assertFalse(pd.hungUp());
        fds.writeByte(sockets[1]);
        assertSame(reader, poller.poll(-1).get(0), "what follows it is an edge");
        assertTrue(pd.urgent());
        close(pd);
        int fd = fds.eventfd();
        PollDesc next = poller.openReader(fd);
        assertSame(pd, next);
        assertFalse(next.urgent(), "the next user begins anew");
        close(next);
        fds.close(fd);
        fds.close(sockets);
    }

    @Test
    void aRegularFileIsNotPollable(@TempDir Path folder) throws IOException {
        int fd = fds.file(Files.createFile(folder.resolve("file")));
        Exception e = assertThrows(NotPollableException.class, () -> poller.open(fd));
        assertTrue(e.getMessage().contains("cannot be polled"), e.getMessage());
        fds.close(fd);
    }

    @Test
    void aDescriptorThatIsNotOpenIsRefused() {
        int fd = fds.eventfd();
        fds.close(fd);
        assertThrows(ClosedChannelException.class, () -> poller.open(fd));
    }

    @Test
    void aDescriptorThatStaysOpenIsWatchedNoLonger() throws IOException {
        int[] pipe = fds.pipe();
        close(poller.open(pipe[0]));
        PollDesc again = poller.open(pipe[0]);
        close(again);
        fds.close(pipe);
    }

    @Test
    void wakeupEndsThePollThatWaits() throws Exception {
        FutureTask<Integer> poll = new FutureTask<>(() -> poller.poll(-1).size());
        Thread thread = new Thread(poll);
        thread.start();
        poller.wakeup();
        assertEquals(0, poll.get(20, TimeUnit.SECONDS));
    }

    @Test
    void aWakeupThatFindsNobodyWaitingEndsTheNextWaitOnly() {
        poller.wakeup();
        poller.poll(0);
        poller.poll(0);
        assertEquals(0, poller.poll(-1).size());
        long start = System.nanoTime();
        poller.poll(5 * MILLISECOND);
        assertTrue(System.nanoTime() - start >= 5 * MILLISECOND, "woken twice by one wakeup");
    }

    @Test
    void wakeupAfterCloseDoesNothing() throws IOException {
        P closed = newPoller();
        closed.close();
        closed.close();
        closed.wakeup();
        assertThrows(IllegalStateException.class, () -> closed.poll(0));
        int fd = fds.eventfd();
        assertThrows(IllegalStateException.class, () -> closed.open(fd));
        assertEquals(0, fds.readCount(fd), "the wakeup must not have met a number used again");
        fds.close(fd);
    }

    @Test
    void aPollerWithOpenDescsDoesNotClose() throws IOException {
        int fd = fds.eventfd();
        PollDesc pd = poller.open(fd);
        Exception e = assertThrows(IllegalStateException.class, poller::close);
        assertTrue(e.getMessage().startsWith("1 PollDescs"), e.getMessage());
        close(pd);
        fds.close(fd);
    }

    @Test
    void pollWaitsAsLongAsItIsTold() {
        long start = System.nanoTime();
        assertEquals(0, poller.poll(20 * MILLISECOND).size());
        assertTrue(System.nanoTime() - start >= 20 * MILLISECOND);
        assertEquals(0, poller.poll(1).size());
        assertEquals(0, poller.poll(0).size());
    }

    @Test
    void aDeadlineThatIsDueEndsTheWait() throws IOException {
        int fd = fds.eventfd();
        PollDesc pd = poller.open(fd);
        poller.poll(0);
        long start;
        do {
            start = System.nanoTime();
            pd.setDeadline(20 * MILLISECOND, READ);
        } while (pd.park(READ, reader)); // it has passed already, on a busy machine
        ReadyList ready = poller.poll(HOUR);
        assertTrue(System.nanoTime() - start >= 20 * MILLISECOND);
        assertEquals(1, ready.size());
        assertSame(reader, ready.get(0));
        assertEquals(TIMEOUT, pd.error(READ));
        close(pd);
        fds.close(fd);
    }

    @Test
    void aDeadlineThatIsSetOrMovedEarlierWakesTheSleepingPoller() throws Exception {
        int fd = fds.eventfd();
        PollDesc pd = poller.open(fd);
        PollingThread polling = new PollingThread(poller);
        assertFalse(pd.park(READ, reader));
        pd.setDeadline(HOUR, READ);
        pd.setDeadline(MILLISECOND, READ);
        reader.awaitResume();
        assertEquals(TIMEOUT, pd.error(READ));
        pd.setDeadline(MILLISECOND, READ);
        FutureTask<Integer> await = new FutureTask<>(() -> pd.await(READ));
        new Thread(await).start();
        assertEquals(TIMEOUT, await.get(20, TimeUnit.SECONDS));
        polling.stop();
        assertEquals(1, reader.resumes());
        close(pd);
        fds.close(fd);
    }

    @Test
    void moreEventsThanOnePollCanBringComeWithTheNext() throws IOException {
        PollDesc[] descs = new PollDesc[AbstractNetPoller.MAX_EVENTS + 100];
        int[] numbers = new int[descs.length];
        for (int i = 0; i < descs.length; i++) {
            numbers[i] = fds.eventfd();
            fds.addCount(numbers[i], 1);
            descs[i] = poller.open(numbers[i]);
            assertFalse(descs[i].park(READ, reader));
            assertFalse(descs[i].park(WRITE, writer));
        }
        assertEquals(2 * AbstractNetPoller.MAX_EVENTS, poller.poll(-1).size());
        assertEquals(200, poller.poll(-1).size());
        assertEquals(0, poller.poll(0).size());
        close(descs);
        fds.close(numbers);
    }

    @Test
    void aWarmPollAllocatesNothing() throws IOException {
        int fd = fds.eventfd();
        PollDesc pd = poller.open(fd);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        long allocated = Long.MAX_VALUE;
        // The FFM binding allocates until it is compiled; the first rounds load classes.
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (allocated > 1000 && System.nanoTime() < end) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int j = 0; j < 100; j++) {
                pd.setDeadline(HOUR, READ | WRITE);
                pd.reset(READ);
                if (!pd.park(READ, reader)) {
                    fds.addCount(fd, 1);
                    poller.poll(-1).get(0).resume();
                }
                poller.wakeup();
                poller.poll(MILLISECOND);
            }
            allocated = threads.getThreadAllocatedBytes(id) - before;
        }
        // The bean's own answer may cost a few bytes; one object a poll would be 16 * 200.
        assertTrue(allocated <= 1000, allocated + " bytes");
        close(pd);
        fds.close(fd);
    }

    @Test
    void closingResumesWhoeverAwaits() throws Exception {
        int fd = fds.eventfd();
        PollDesc pd = poller.open(fd);
        FutureTask<Integer> await = new FutureTask<>(() -> pd.await(READ));
        new Thread(await).start();
        pd.unblock();
        assertEquals(CLOSING, await.get(20, TimeUnit.SECONDS));
        pd.close(true);
        fds.close(fd);
    }

    @Test
    void lastPollTellsWhetherSomebodyPollsOrHasPolled() throws Exception {
        long before = poller.lastPoll();
        assertEquals(0, before & 1, "nobody polls");
        poller.poll(0);
        long after = poller.lastPoll();
        assertNotEquals(before, after);
        assertEquals(0, after & 1);
        FutureTask<ReadyList> poll = new FutureTask<>(() -> poller.poll(-1));
        new Thread(poll).start();
        while ((poller.lastPoll() & 1) == 0) {
            Thread.onSpinWait();
        }
        Exception e = assertThrows(IllegalStateException.class, () -> poller.poll(0));
        assertTrue(e.getMessage().contains("another thread"), e.getMessage());
        poller.wakeup();
        poll.get(20, TimeUnit.SECONDS);
        assertEquals(0, poller.lastPoll() & 1);
        poller.poll(0);
    }
}
