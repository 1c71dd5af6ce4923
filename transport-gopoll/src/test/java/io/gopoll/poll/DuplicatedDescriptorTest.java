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
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.sys.Errno;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Descriptors that are closed here, while another one for the same socket is open elsewhere. */
@Timeout(60)
class DuplicatedDescriptorTest {

    /** The eventfd. */
    private static final long POLLERS_OWN = 1;

    private final Descriptors fds = new Descriptors();
    private final CountingWaiter reader = new CountingWaiter();
    private final CountingWaiter writer = new CountingWaiter();
    private EpollPoller poller;

    @BeforeEach
    void openPoller() throws IOException {
        poller = new EpollPoller();
    }

    @AfterEach
    void everyDescHasBeenClosed() {
        assertEquals(0, poller.cache.inUse());
        poller.close();
    }

    private void close(PollDesc pd) {
        pd.unblock();
        pd.close(true);
    }

    /**
     * @return the peer of a descriptor that has been opened and closed here, and that lies in a
     *     message on its way to {@code mail}
     */
    private int peerOfClosedButSent(int mail) throws IOException {
        int[] sockets = fds.socketPair();
        PollDesc pd = poller.open(sockets[0]);
        fds.sendDescriptor(mail, sockets[0]);
        pd.unblock();
        pd.close(false);
        fds.close(sockets[0]);
        return sockets[1];
    }

    @Test
    void aClosedDescriptorThatIsOpenElsewhereIsNotWatchedForEver() throws IOException {
        int[] mail = fds.socketPair();
        int peer = peerOfClosedButSent(mail[0]);
        assertEquals(POLLERS_OWN + 1, Descriptors.watchedBy(poller.epfd()));
        int events = 0;
        while (Descriptors.watchedBy(poller.epfd()) > POLLERS_OWN) {
            assertTrue(++events <= 2 * EpollPoller.MIN_STALE, "still watched");
            fds.writeByte(peer);
            poller.poll(0);
        }
        fds.close(mail);
        fds.close(peer);
    }

    @Test
    void manyOfThemAreForgottenAtTheCostOfAsManyEvents() throws IOException {
        int[] mail = fds.socketPair();
        int[] peers = new int[40];
        for (int i = 0; i < peers.length; i++) {
            // All have the same desc, and so differ by their number only.
            peers[i] = peerOfClosedButSent(mail[0]);
        }
        int rounds = 0;
        while (Descriptors.watchedBy(poller.epfd()) > POLLERS_OWN) {
            assertTrue(++rounds <= 3, "still watched");
            for (int peer : peers) {
                fds.writeByte(peer);
                poller.poll(0);
            }
        }
        fds.close(mail);
        fds.close(peers);
    }

    @Test
    void openDescriptorsGoOnWhenTheEpollInstanceIsReplaced() throws IOException {
        int[] mail = fds.socketPair();
        int[] both = fds.socketPair();
        int[] readerOnly = fds.socketPair();
        PollDesc pd = poller.open(both[0]);
        PollDesc pd2 = poller.openReader(readerOnly[0]);
        int peer = peerOfClosedButSent(mail[0]);
        poller.poll(0);
        fds.fill(both[0]);
        assertEquals(OK, pd.reset(WRITE));
        assertFalse(pd.park(WRITE, writer));
        assertFalse(pd.park(READ, reader));
        assertFalse(pd2.park(READ, reader));
        int before = poller.epfd();
        poller.wakeup();
        while (poller.epfd() == before) {
            fds.writeByte(peer);
            assertEquals(0, poller.poll(0).size());
        }
        assertEquals(POLLERS_OWN + 2, Descriptors.watchedBy(poller.epfd()));
        poller.poll(-1); // the wakeup from before
        poller.wakeup();
        poller.poll(-1); // the wakeup from after

        fds.writeByte(both[1]);
        assertSame(reader, poller.poll(-1).get(0));
        fds.drain(both[1]);
        assertSame(writer, poller.poll(-1).get(0));
        fds.writeByte(readerOnly[1]);
        assertSame(reader, poller.poll(-1).get(0));
        assertFalse(pd2.park(WRITE, writer), "the writing side was not watched before");
        assertSame(writer, poller.poll(-1).get(0));
        fds.close(readerOnly[1]);
        fds.drain(readerOnly[0]);
        poller.poll(-1);
        assertTrue(pd2.hungUp());
        close(pd);
        close(pd2);
        assertEquals(POLLERS_OWN, Descriptors.watchedBy(poller.epfd()));
        fds.close(both);
        fds.close(mail);
        fds.close(readerOnly[0], peer);
    }

    @Test
    void staleEventsOfOrdinaryClosesReplaceNothing() throws IOException {
        int before = poller.epfd();
        for (int i = 0; i < 10 * EpollPoller.MIN_STALE; i++) {
            int[] sockets = fds.socketPair();
            PollDesc pd = poller.open(sockets[0]);
            pd.unblock();
            pd.close(false);
            // Closed here, and in a moment by its owner: an event that comes in between is stale.
            poller.poll(0);
            fds.close(sockets);
        }
        assertEquals(before, poller.epfd());
    }

    @Test
    void aSocketThatComesBackUnderItsFormerNumberCanBeOpened() throws IOException {
        int[] sockets = fds.socketPair();
        int duplicate = fds.duplicate(sockets[0]);
        PollDesc pd = poller.open(sockets[0]);
        pd.unblock();
        pd.close(false);
        fds.close(sockets[0]);
        fds.duplicateTo(duplicate, sockets[0]);
        PollDesc again = poller.open(sockets[0]);
        poller.poll(0);
        assertFalse(again.park(READ, reader));
        fds.writeByte(sockets[1]);
        assertSame(reader, poller.poll(-1).get(0));
        close(again);
        fds.close(duplicate);
        fds.close(sockets);
    }

    @Test
    void aDescriptorIsStillRefusedASecondTime() throws IOException {
        int fd = fds.eventfd();
        PollDesc pd = poller.open(fd);
        Exception e = assertThrows(IOException.class, () -> poller.open(fd));
        assertTrue(e.getMessage().contains("File exists"), e.getMessage());
        assertEquals(POLLERS_OWN + 1, Descriptors.watchedBy(poller.epfd()));
        assertFalse(pd.park(READ, reader));
        fds.addCount(fd, 1);
        assertSame(reader, poller.poll(-1).get(0));
        close(pd);
        fds.close(fd);
    }

    /** Others open, wait and close meanwhile: nobody misses an edge, no number is added twice. */
    @Test
    void theEpollInstanceIsReplacedWhileOthersOpenAndClose() throws Exception {
        PollingThread polling = new PollingThread(poller);
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Future<?>> others = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            others.add(threads.submit(() -> openWaitAndClose(done)));
        }
        Future<?> stale =
                threads.submit(
                        () -> {
                            Descriptors own = new Descriptors();
                            for (int i = 0; i < 200; i++) {
                                makeStaleUntilReplaced(own);
                            }
                            return null;
                        });
        try {
            stale.get(50, TimeUnit.SECONDS);
        } finally {
            done.set(true);
        }
        for (Future<?> other : others) {
            other.get(20, TimeUnit.SECONDS);
        }
        polling.stop();
        threads.shutdown();
        assertEquals(POLLERS_OWN, Descriptors.watchedBy(poller.epfd()));
    }

    private Void openWaitAndClose(AtomicBoolean done) throws IOException {
        Descriptors own = new Descriptors();
        while (!done.get()) {
            int[] sockets = own.socketPair();
            PollDesc pd = poller.openReader(sockets[0]);
            own.fill(sockets[0]);
            for (int i = 0; i < 4; i++) {
                own.writeByte(sockets[1]);
                while (pd.reset(READ) == OK && own.readByte(sockets[0]) == -Errno.EAGAIN) {
                    assertEquals(OK, pd.await(READ));
                }
            }
            assertEquals(OK, pd.reset(WRITE));
            own.drain(sockets[1]);
            assertEquals(OK, pd.await(WRITE));
            pd.unblock();
            pd.close(false);
            own.close(sockets);
        }
        return null;
    }

    /** An eventfd, because each write to it is an event, and it is never full. */
    private void makeStaleUntilReplaced(Descriptors own) throws IOException {
        int fd = own.eventfd();
        int duplicate = own.duplicate(fd);
        PollDesc pd = poller.open(fd);
        pd.unblock();
        pd.close(false);
        own.close(fd);
        int before = poller.epfd();
        while (poller.epfd() == before) {
            own.addCount(duplicate, 1);
            Thread.yield();
        }
        own.close(duplicate);
    }
}
