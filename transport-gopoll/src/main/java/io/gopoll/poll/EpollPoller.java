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

import static io.gopoll.sys.Constants.EFD_CLOEXEC;
import static io.gopoll.sys.Constants.EFD_NONBLOCK;
import static io.gopoll.sys.Constants.EPOLLET;
import static io.gopoll.sys.Constants.EPOLLIN;
import static io.gopoll.sys.Constants.EPOLLOUT;
import static io.gopoll.sys.Constants.EPOLLPRI;
import static io.gopoll.sys.Constants.EPOLLRDHUP;
import static io.gopoll.sys.Constants.EPOLL_CLOEXEC;
import static io.gopoll.sys.Constants.EPOLL_CTL_ADD;
import static io.gopoll.sys.Constants.EPOLL_CTL_DEL;
import static io.gopoll.sys.Constants.EPOLL_CTL_MOD;

import io.gopoll.sys.EpollEvents;
import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import java.io.IOException;
import java.lang.ref.Reference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The poller on Linux: an epoll instance, and an eventfd to interrupt it. Go's {@code
 * netpoll_epoll.go}.
 *
 * <h2>Descriptors that are open elsewhere</h2>
 *
 * To close a descriptor takes it out of epoll only if it was the last one for its socket. If
 * another process has one too (it was sent over a Unix socket, inherited, or fetched with
 * pidfd_getfd(2)), the kernel goes on watching, and epoll_ctl(2) cannot take it out any more: it
 * wants the number, which is closed or somebody else's by now. Each byte from the peer then wakes
 * the poller for nothing.
 *
 * <p>To take each descriptor out before it is closed would cost a system call a connection. Instead
 * the poller counts the events that name a former user of their desc. When it has seen as many of
 * them as descs are open, and {@link #MIN_STALE} at least, it replaces the epoll instance by a new
 * one that watches the open descs only. So this costs at most one epoll_ctl for each stale event,
 * and nothing where there are none. What is ready is reported once more, which does no harm:
 * readiness is a hint. If the new instance cannot be made (no descriptor, no memory), the old one
 * stays, until as many stale events have come again.
 *
 * <p>Nobody else notices. The polling thread does it between two waits; {@link #controlLock} keeps
 * opens and changes of interest out, the lock of {@link PollCache} closes. So no descriptor that is
 * watched can be closed meanwhile, and no number that was given away be added.
 */
public final class EpollPoller extends AbstractNetPoller {

    private static final int READER = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET;
    private static final int BOTH_SIDES = READER | EPOLLOUT;

    /** How many stale events are borne in any case before the epoll instance is replaced. */
    static final int MIN_STALE = 16;

    private static final int EVENTFD_EVENTS = EPOLLIN | EPOLLET;

    /** The event data of the eventfd: its index is negative, and so no desc's. */
    private static final long EVENTFD_DATA = -1;

    private static final SafeLogger logger = SafeLogger.of(EpollPoller.class);

    private final Syscalls sys = Syscalls.get();

    /** Written under {@link #controlLock}, by the polling thread. */
    private int epfd;

    /**
     * Edge-triggered and never read: each write is an edge, whatever the count. The count is never
     * 0, so that epoll_ctl(MOD) can make an edge too. Written under {@link #closeLock} and {@link
     * #controlLock}.
     */
    private int eventfd;

    private final Eventfd writer = new Eventfd();

    /** What epoll_ctl is told, under {@link #controlLock}. */
    private final EpollEvents change = new EpollEvents(1);

    /**
     * Any thread may open and close; the kernel takes one epoll_ctl at a time all the same. Taken
     * after the lock of {@link PollCache}, by whoever needs both.
     */
    private final ReentrantLock controlLock = new ReentrantLock();

    /** Scratch of the polling thread for epoll_pwait2. */
    private final NativeMemory timespec = NativeMemory.allocate(2 * Long.BYTES);

    /** What epoll_wait fills. The polling thread's. */
    private final EpollEvents events = new EpollEvents(MAX_EVENTS);

    /** Stale events since the epoll instance was made, or could not be. The polling thread's. */
    private int stale;

    /**
     * Go's {@code netpollinit}.
     *
     * @throws IOException if there are no descriptors left (EMFILE, ENFILE) or no memory
     * @throws UnsupportedOperationException if system calls cannot be made here, see {@link
     *     Syscalls#get}
     */
    public EpollPoller() throws IOException {
        epfd = sys.epoll_create1(EPOLL_CLOEXEC);
        if (epfd < 0) {
            throw Errno.newException("epoll_create1", epfd);
        }
        eventfd = newEventfd();
        if (eventfd < 0) {
            sys.close(epfd);
            throw Errno.newException("eventfd", eventfd);
        }
        int result = control(epfd, EPOLL_CTL_ADD, eventfd, EVENTFD_EVENTS, EVENTFD_DATA);
        if (result < 0) {
            sys.close(eventfd);
            sys.close(epfd);
            throw Errno.newException("epoll_ctl", result);
        }
        // The edge of its first count.
        sys.epoll_wait(epfd, events.address(), 1, 0);
        Reference.reachabilityFence(events);
    }

    private int newEventfd() {
        return sys.eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    }

    @Override
    void add(PollDesc pd, boolean writer) throws IOException {
        ensureOpen();
        int mask = writer ? BOTH_SIDES : READER;
        int result = control(EPOLL_CTL_ADD, pd, mask);
        if (result == -Errno.EEXIST && !cache.isWatched(pd.fd())) {
            // The socket was known under this number before: the number was closed while the socket
            // stayed open elsewhere, and now it has come back.
            result = control(EPOLL_CTL_MOD, pd, mask);
        }
        if (result == -Errno.EPERM) {
            throw new NotPollableException(pd.fd());
        }
        if (result < 0) {
            throw Errno.newException("epoll_ctl", result);
        }
    }

    /** The writing side of {@link #openReader}: all others are armed from the beginning. */
    @Override
    void arm(PollDesc pd, int mode) {
        int result = control(EPOLL_CTL_MOD, pd, BOTH_SIDES);
        if (result < 0) {
            throw failed("epoll_ctl(MOD) of descriptor " + pd.fd(), result);
        }
        pd.armed(mode);
    }

    @Override
    void remove(PollDesc pd, boolean fdStaysOpen) {
        if (!fdStaysOpen) {
            return;
        }
        int result = control(EPOLL_CTL_DEL, pd, 0);
        if (result < 0) {
            throw failed("epoll_ctl(DEL) of descriptor " + pd.fd(), result);
        }
    }

    private int control(int op, PollDesc pd, int mask) {
        controlLock.lock();
        try {
            int result = control(epfd, op, pd.fd(), mask, data(pd.index, pd.fdseq()));
            if (result >= 0) {
                pd.interest = mask;
            }
            return result;
        } finally {
            controlLock.unlock();
        }
    }

    /** Under {@link #controlLock}. */
    private int control(int epfd, int op, int fd, int mask, long data) {
        change.set(0, mask, data);
        int result = sys.epoll_ctl(epfd, op, fd, change.address());
        Reference.reachabilityFence(change);
        return result;
    }

    private static long data(int index, int fdseq) {
        return (long) index << 32 | (fdseq & 0xffffffffL);
    }

    @Override
    void waitForEvents(long until, ReadyList ready) {
        ensureOpen();
        int count = await(until);
        for (int i = 0; i < count; i++) {
            int mask = events.events(i);
            long data = events.data(i);
            if (data == EVENTFD_DATA) {
                sawInterrupt();
                continue;
            }
            int modes = Revents.modes(mask);
            int news = Revents.news(mask);
            if (event((int) (data >>> 32), (int) data, modes, news, 0, ready)) {
                stale++;
            }
        }
        if (stale >= MIN_STALE && stale >= cache.inUse()) {
            stale = 0;
            replaceEpoll();
        }
    }

    /** See the comment of the class. */
    private void replaceEpoll() {
        int fresh = sys.epoll_create1(EPOLL_CLOEXEC);
        if (fresh < 0) {
            return;
        }
        int former = epfd;
        boolean replaced = false;
        try {
            replaced = addAllTo(fresh);
        } finally {
            sys.close(replaced ? former : fresh);
        }
        if (replaced) {
            logger.debug("Descriptors closed here are open elsewhere: made a new epoll instance");
        }
    }

    /** False if there is no memory, or if the user may watch no more: nothing has changed then. */
    private boolean addAllTo(int fresh) {
        cache.lock.lock();
        try {
            controlLock.lock();
            try {
                if (control(fresh, EPOLL_CTL_ADD, eventfd, EVENTFD_EVENTS, EVENTFD_DATA) < 0) {
                    return false;
                }
                for (int i = 0; i < cache.size(); i++) {
                    PollDesc pd = cache.get(i);
                    if (pd.interest != 0) {
                        long data = data(i, pd.fdseq());
                        int result = control(fresh, EPOLL_CTL_ADD, pd.fd(), pd.interest, data);
                        if (result == -Errno.ENOMEM || result == -Errno.ENOSPC) {
                            return false;
                        }
                        // Any other failure means that somebody has closed a descriptor that he
                        // still has open here: there is nothing to watch.
                    }
                }
                epfd = fresh;
                return true;
            } finally {
                controlLock.unlock();
            }
        } finally {
            cache.lock.unlock();
        }
    }

    /** The number of events, 0 if the time has passed or if a signal ends a mere look. */
    private int await(long until) {
        for (; ; ) {
            long nanos = -1;
            if (until != Clock.NEVER) {
                nanos = until == 0 ? 0 : Math.max(0, until - Clock.now());
            }
            int result =
                    sys.epoll_pwait2(epfd, events.address(), MAX_EVENTS, nanos, timespec.address());
            Reference.reachabilityFence(events);
            Reference.reachabilityFence(timespec);
            if (result >= 0) {
                return result;
            }
            if (result != -Errno.EINTR) {
                throw failed("epoll_wait", result);
            }
            if (nanos == 0) {
                return 0;
            }
        }
    }

    @Override
    boolean interrupt() {
        closeLock.lock();
        try {
            return isClosed() || writeOne() || makeEdge() || replaceEventfd();
        } finally {
            closeLock.unlock();
        }
    }

    private boolean writeOne() {
        return writer.write(eventfd);
    }

    /** The other way to an edge, if the eventfd takes no more: its count is above 0. */
    private boolean makeEdge() {
        controlLock.lock();
        try {
            return control(epfd, EPOLL_CTL_MOD, eventfd, EVENTFD_EVENTS, EVENTFD_DATA) >= 0;
        } finally {
            controlLock.unlock();
        }
    }

    /**
     * Somebody has closed the eventfd, and its number may be another's by now. A new one has a
     * count, so that its being added is an edge.
     */
    private boolean replaceEventfd() {
        int fresh = newEventfd();
        int result = fresh;
        if (fresh >= 0) {
            controlLock.lock();
            try {
                result = control(epfd, EPOLL_CTL_ADD, fresh, EVENTFD_EVENTS, EVENTFD_DATA);
                if (result >= 0) {
                    eventfd = fresh;
                } else {
                    sys.close(fresh);
                }
            } finally {
                controlLock.unlock();
            }
        }
        logger.error(
                "Somebody else has closed the eventfd of a poller. A new one: {}",
                result >= 0 ? "made" : Errno.name(-result));
        return result >= 0;
    }

    @Override
    void closeDescriptors() {
        sys.close(eventfd);
        sys.close(epfd);
    }

    /** For tests. */
    int epfd() {
        return epfd;
    }

    /** For tests. */
    int eventfd() {
        return eventfd;
    }

    /**
     * Of calls that only fail if a descriptor of the poller, or a watched one, is not what we
     * think.
     */
    private static IllegalStateException failed(String call, int result) {
        return new IllegalStateException(
                call
                        + " failed with "
                        + Errno.name(-result)
                        + " ("
                        + Errno.message(-result)
                        + "): has someone closed a descriptor that is not his?");
    }
}
