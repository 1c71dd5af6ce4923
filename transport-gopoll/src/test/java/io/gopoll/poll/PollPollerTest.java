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
import static io.gopoll.poll.PollDesc.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is so for poll(2) alone: edges made from levels, and a set that others change meanwhile. */
class PollPollerTest extends NetPollerTest<PollPoller> {

    private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(100);

    @Override
    PollPoller newPoller() throws IOException {
        return new PollPoller();
    }

    /** How often poll(2) is called while the poller waits for a while. */
    private long callsInAWait() {
        long before = poller.turns();
        assertEquals(0, poller.poll(WAIT).size());
        return (poller.turns() - before) / 2;
    }

    @Test
    void bytesThatNobodyTakesAreToldOfOnce() throws IOException {
        int[] pipe = fds.pipe();
        PollDesc pd = poller.open(pipe[0]);
        fds.writeByte(pipe[1]);
        assertFalse(pd.watch(READ, reader));
        assertSame(reader, poller.poll(-1).get(0));
        assertFalse(pd.watch(READ, reader));
        assertEquals(1, callsInAWait());
        fds.writeByte(pipe[1]);
        assertEquals(1, callsInAWait());

        pd.arm(READ);
        assertSame(reader, poller.poll(-1).get(0), "a side that is armed wants to know");
        assertEquals(1, callsInAWait());
        close(pd);
        fds.close(pipe);
    }

    @Test
    void aTokenThatNobodyTakesIsLeftOnce() throws IOException {
        int[] sockets = fds.socketPair();
        PollDesc pd = poller.open(sockets[0]);
        fds.writeByte(sockets[1]);
        assertEquals(0, poller.poll(-1).size());
        assertEquals(1, callsInAWait());
        assertTrue(pd.park(READ, reader));
        assertTrue(pd.park(WRITE, writer));
        close(pd);
        fds.close(sockets);
    }

    @Test
    void anEndIsToldOfOnceThoughNobodyReadsTheBytesBeforeIt() throws IOException {
        int[] sockets = fds.tcpPair();
        PollDesc pd = poller.openReader(sockets[0]);
        fds.writeByte(sockets[1]);
        assertFalse(pd.watch(READ, reader));
        assertSame(reader, poller.poll(-1).get(0));
        assertFalse(pd.watch(READ, reader));
        assertEquals(1, callsInAWait());
        fds.close(sockets[1]);
        assertSame(reader, poller.poll(-1).get(0), "a hang-up is seen by who does not read");
        assertTrue(pd.hungUp());
        assertFalse(pd.watch(READ, reader));
        assertEquals(1, callsInAWait());
        fds.writeByte(sockets[0]);
        while (!pd.failed()) {
            poller.poll(-1);
        }
        assertEquals(1, callsInAWait());
        close(pd);
        fds.close(sockets[0]);
    }

    @Test
    void whoFindsNothingThoughAHangUpLastsIsToldNowAndThen() throws IOException {
        int[] sockets = fds.socketPair();
        PollDesc pd = poller.open(sockets[0]);
        fds.close(sockets[1]);
        long before = poller.turns();
        long end = System.nanoTime() + WAIT;
        int events = 0;
        do {
            if (!pd.park(READ, reader)) {
                assertSame(reader, poller.poll(-1).get(0));
                events++;
            }
        } while (System.nanoTime() < end);
        long most = 3 + 2 * ((System.nanoTime() - end + WAIT) / PollPoller.REST_NANOS);
        assertTrue(events > 1, "left out for ever");
        assertTrue(events <= most, events + " events");
        assertTrue((poller.turns() - before) / 2 <= 2 * most, "poll(2) turns idly");
        close(pd);
        fds.close(sockets[0]);
    }

    @Test
    void aDescriptorThatItsOwnerHasClosedAlreadyIsLeftOut() throws IOException {
        int[] pipe = fds.pipe();
        PollDesc pd = poller.open(pipe[0]);
        assertFalse(pd.watch(READ, reader));
        fds.close(pipe);
        poller.poll(-1);
        assertEquals(1, callsInAWait());
        assertTrue(pd.unpark(READ, reader));
        close(pd);
    }

    @Test
    void aSideThatIsArmedWhileThePollerWaitsIsWatched() throws Exception {
        int[] sockets = fds.socketPair();
        PollingThread polling = new PollingThread(poller);
        PollDesc pd = poller.openReader(sockets[0]);
        for (int i = 0; i < 1000; i++) {
            assertEquals(OK, pd.reset(READ));
            FutureTask<Integer> await = new FutureTask<>(() -> pd.await(READ));
            Thread thread = new Thread(await);
            thread.start();
            fds.writeByte(sockets[1]);
            while (fds.readByte(sockets[0]) != 1) {
                Thread.onSpinWait();
            }
            // It may have been told of the byte that is read here, or not yet.
            fds.writeByte(sockets[1]);
            assertEquals(OK, await.get(20, TimeUnit.SECONDS));
            fds.drain(sockets[0]);
        }
        polling.stop();
        close(pd);
        fds.close(sockets);
    }

    @Test
    void aDescriptorIsLetGoOfBeforeItsDescIsClosed() throws Exception {
        PollingThread polling = new PollingThread(poller);
        for (int i = 0; i < 1000; i++) {
            int[] sockets = fds.socketPair();
            PollDesc pd = poller.openReader(sockets[0]);
            pd.unblock();
            pd.close(false);
            fds.close(sockets[0]);
            assertEquals(0, fds.readByte(sockets[1]), "the end, at once");
            fds.close(sockets[1]);
        }
        polling.stop();
    }

    @Test
    void aDescriptorThatIsClosedBeforeItsDescIsLetGoOf() throws Exception {
        PollingThread polling = new PollingThread(poller);
        for (int i = 0; i < 1000; i++) {
            int[] sockets = fds.socketPair();
            PollDesc pd = poller.openReader(sockets[0]);
            int user = pd.fdseq();
            pd.abandon(user);
            fds.close(sockets[0]);
            assertEquals(0, fds.readByte(sockets[1]), "the end, at once");
            fds.close(sockets[1]);
            close(pd);
            pd.abandon(user);
        }
        polling.stop();
        int[] sockets = fds.socketPair();
        PollDesc pd = poller.openReader(sockets[0]);
        pd.abandon(pd.fdseq() - 1);
        fds.writeByte(sockets[1]);
        assertFalse(pd.park(READ, reader));
        assertSame(reader, poller.poll(-1).get(0), "the former user has no say");
        close(pd);
        fds.close(sockets);
    }

    @Test
    void aSignalThatIsNoWakeupIsNotNoticed() throws Exception {
        int fd = fds.eventfd();
        FutureTask<Integer> poll = new FutureTask<>(() -> poller.poll(-1).size());
        Thread thread = new Thread(poll);
        thread.start();
        PollDesc pd = poller.openReader(fd);
        for (int i = 0; i < 100; i++) {
            pd.unblock();
            pd.close(true);
            pd = poller.openReader(fd);
        }
        assertFalse(poll.isDone());
        assertFalse(pd.park(READ, reader));
        fds.addCount(fd, 1);
        assertEquals(1, poll.get(20, TimeUnit.SECONDS));
        close(pd);
        fds.close(fd);
    }

    @Test
    void wakeupsOutliveAnEventfdThatSomebodyHasClosed() throws IOException {
        int eventfd = poller.eventfd();
        fds.close(eventfd);
        poller.wakeup();
        poller.poll(-1);
        poller.wakeup();
        poller.poll(-1);

        eventfd = poller.eventfd();
        fds.close(eventfd);
        int[] sockets = fds.socketPair();
        assertEquals(eventfd, sockets[0], "the number must be used again for this test");
        fds.writeByte(sockets[1]);
        poller.poll(0);
        poller.wakeup();
        poller.poll(-1);
        assertEquals(1, fds.readByte(sockets[0]), "what is another's is not read");
        fds.close(sockets);
    }

    @Test
    void thePropertyChoosesThePoller() throws IOException {
        String before = System.getProperty(NetPoller.PROPERTY);
        try {
            System.setProperty(NetPoller.PROPERTY, "poll");
            try (NetPoller chosen = NetPoller.newPoller()) {
                assertInstanceOf(PollPoller.class, chosen);
            }
            System.setProperty(NetPoller.PROPERTY, "kqueue");
            Exception e = assertThrows(IllegalArgumentException.class, NetPoller::newPoller);
            assertEquals("io.gopoll.poller: kqueue (expected: epoll or poll)", e.getMessage());
            System.clearProperty(NetPoller.PROPERTY);
            try (NetPoller chosen = NetPoller.newPoller()) {
                assertInstanceOf(EpollPoller.class, chosen);
            }
        } finally {
            if (before != null) {
                System.setProperty(NetPoller.PROPERTY, before);
            }
        }
    }
}
