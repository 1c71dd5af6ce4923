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

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What is so for epoll alone. */
class EpollPollerTest extends NetPollerTest<EpollPoller> {

    @Override
    EpollPoller newPoller() throws IOException {
        return new EpollPoller();
    }

    /**
     * A duplicate keeps the old registration alive in the kernel after its descriptor is closed, so
     * that its events surely arrive when number and PollDesc already are another's.
     */
    @Test
    void anEventForTheFormerUserOfDescriptorAndDescIsDropped() throws IOException {
        int[] pipe = fds.pipe();
        int fd = pipe[0];
        PollDesc pd = poller.open(fd);
        int duplicate = fds.duplicate(fd);
        pd.unblock();
        pd.close(false);
        fds.close(fd);
        int again = fds.eventfd();
        assertEquals(fd, again, "the number must be used again for this test");
        PollDesc next = poller.open(again);
        assertSame(pd, next);
        poller.poll(0);
        assertEquals(OK, next.reset(WRITE));
        assertFalse(next.park(READ, reader));
        fds.close(pipe[1]);
        assertEquals(0, poller.poll(-1).size());
        assertFalse(next.hungUp());
        fds.addCount(again, 1);
        assertEquals(1, poller.poll(-1).size());
        close(next);
        fds.close(again, duplicate);
    }

    @Test
    void wakeupsAreCoalesced() {
        for (int i = 0; i < 1000; i++) {
            poller.wakeup();
        }
        poller.poll(0);
        for (int i = 0; i < 1000; i++) {
            poller.wakeup();
        }
        assertEquals(1, fds.readCount(poller.eventfd()) - 1, "it begins with 1");
        poller.poll(-1);
        poller.wakeup();
        poller.poll(-1);
        poller.wakeup();
        poller.poll(-1);
        assertEquals(2, fds.readCount(poller.eventfd()));
    }
}
