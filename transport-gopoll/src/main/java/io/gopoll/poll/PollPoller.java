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
import static io.gopoll.sys.Constants.POLLERR;
import static io.gopoll.sys.Constants.POLLHUP;
import static io.gopoll.sys.Constants.POLLIN;
import static io.gopoll.sys.Constants.POLLNVAL;
import static io.gopoll.sys.Constants.POLLOUT;
import static io.gopoll.sys.Constants.POLLPRI;
import static io.gopoll.sys.Constants.POLLRDHUP;

import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.PollFds;
import io.gopoll.sys.Syscalls;
import java.io.IOException;
import java.lang.ref.Reference;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A poller on poll(2), for where there is no epoll, and for tests to compare epoll with: Go's
 * {@code netpoll_aix.go}. It keeps nothing in the kernel, so each wait costs as much time as there
 * are open descriptors. It is not made for speed.
 *
 * <h2>Edges from levels</h2>
 *
 * poll(2) tells again and again what is so; the sides want to be told once. So an event disarms
 * what it reports ({@link PollDesc#event}), and what is not armed is not asked for. A side is armed
 * when it is opened, and again when its user says that he has found EAGAIN: {@link PollDesc#park},
 * {@link PollDesc#arm}. If there is something by then, that is the edge. A side whose user leaves
 * bytes in the socket ({@link PollDesc#watch}) is not armed, and costs nothing; he need not be told
 * what he knows. Hang-ups and urgent data are reported once each, whoever is armed, since PollDesc
 * remembers them.
 *
 * <p>No edge is lost: of the calls "find EAGAIN, arm, park" and "disarm, resume or leave a token",
 * each in this order, either arming comes after disarming, or the token comes after EAGAIN.
 *
 * <p>poll(2) reports errors and hang-ups unasked, as long as they last. Mostly whoever hears of
 * them ends. If he finds EAGAIN instead (a message in a socket's error queue that nobody takes, a
 * datagram socket that was shut down) he would hear of it again at once. Such a descriptor is left
 * out for {@link #REST_NANOS} each time.
 *
 * <h2>Other threads</h2>
 *
 * They arm, open and close descriptors while poll(2) waits, which does not notice. So they wake it
 * ({@link #signal}) and it begins anew, without its caller's knowing. While it waits it also keeps
 * each socket alive that it has been given, so that close(2) would not end a connection, nor free a
 * port. So {@link #remove} waits until it has let go.
 *
 * <p>Unlike epoll it watches numbers, not files: when a number was closed, and stands for another
 * file, no event of the former file can come any more, from wherever it is open still. And it does
 * not outlive somebody who closes its eventfd: then a wait that is under way goes on until
 * something else ends it.
 */
final class PollPoller extends AbstractNetPoller {

    /** How long a descriptor is left out whose hang-up was reported, and is there still. */
    static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** How long to wait at most for a poll(2) that was woken. */
    private static final long LET_GO_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int HANG_UP = POLLRDHUP | POLLHUP | POLLERR;

    private static final int MIN_DESCRIPTORS = 64;

    private static final int STATX_SIZE = 256;
    private static final int STX_MODE = 28;
    private static final int STATX_TYPE = 1;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int S_IFMT = 0xf000;
    private static final int S_IFREG = 0x8000;
    private static final int S_IFDIR = 0x4000;

    private static final SafeLogger logger = SafeLogger.of(PollPoller.class);

    private final Syscalls sys = Syscalls.get();

    /** Written under {@link #closeLock}. */
    private volatile int eventfd;

    /** Whether the eventfd has a count, or will have at once: a second write changes nothing. */
    private final AtomicBoolean signalled = new AtomicBoolean();

    /** A signal was an {@link #interrupt}. */
    private volatile boolean asked;

    private final Eventfd writer = new Eventfd();

    /** Where the eventfd's count is read to. The polling thread's. */
    private final NativeMemory count = NativeMemory.allocate(Long.BYTES);

    /** The polling thread's. */
    private final NativeMemory timespec = NativeMemory.allocate(2 * Long.BYTES);

    private final ReentrantLock addLock = new ReentrantLock();

    /** Under {@link #addLock}. */
    private final NativeMemory statx = NativeMemory.allocate(STATX_SIZE + 1);

    /**
     * Has room for every open desc, or will be replaced. Written under {@link #addLock}; what is in
     * it is the polling thread's.
     */
    private volatile Descriptors descriptors = new Descriptors(MIN_DESCRIPTORS, 0);

    /**
     * Odd while poll(2) may hold descriptors: from before it is told which, until it has returned.
     * The polling thread writes this, then reads what is armed and open; others do the opposite.
     */
    private volatile long turns;

    /** Where the next turn begins to look for events, so that none waits for ever. */
    private int first;

    /** What poll(2) is given: the eventfd, then those that are armed. */
    private static final class Descriptors {
        final PollFds fds;
        final int[] indexes;
        final int[] fdseqs;

        /** How many there are in this turn. */
        int size;

        /** When the first of those that rest is to be looked at again. */
        long wake;

        /** By a desc's index: which of its users rests. With the next array, all are forgotten. */
        final int[] restingFdseqs;

        /** By a desc's index: until when; 0 for never. */
        final long[] restUntil;

        /**
         * @param capacity how many there can be in a turn
         * @param indexLimit above all descs' indexes
         */
        Descriptors(int capacity, int indexLimit) {
            restingFdseqs = new int[indexLimit];
            restUntil = new long[indexLimit];
            fds = new PollFds(capacity);
            indexes = new int[capacity];
            fdseqs = new int[capacity];
        }

        /** One that hangs up a second time soon is left out for a while. */
        void rest(int index, int fdseq) {
            long now = Clock.now();
            boolean again = restingFdseqs[index] == fdseq && now - restUntil[index] < REST_NANOS;
            restingFdseqs[index] = fdseq;
            restUntil[index] = again ? now + REST_NANOS : now;
        }

        void clear(int eventfd) {
            fds.set(0, eventfd, POLLIN);
            size = 1;
            wake = Clock.NEVER;
        }

        void add(int fd, int events, int index, int fdseq) {
            fds.set(size, fd, events);
            indexes[size] = index;
            fdseqs[size] = fdseq;
            size++;
        }
    }

    /**
     * @throws IOException if there are no descriptors left (EMFILE, ENFILE) or no memory
     * @throws UnsupportedOperationException if system calls cannot be made here, see {@link
     *     Syscalls#get}
     */
    PollPoller() throws IOException {
        eventfd = newEventfd();
        if (eventfd < 0) {
            throw Errno.newException("eventfd", eventfd);
        }
    }

    private int newEventfd() {
        return sys.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    }

    @Override
    void add(PollDesc pd, boolean writer) throws IOException {
        ensureOpen();
        addLock.lock();
        try {
            checkPollable(pd.fd());
            int needed = 1 + cache.inUse();
            int limit = cache.limit();
            Descriptors d = descriptors;
            if (needed > d.indexes.length || limit > d.restUntil.length) {
                descriptors = new Descriptors(2 * needed, 2 * limit);
            }
        } finally {
            addLock.unlock();
        }
        lookAgain();
    }

    /** poll(2) says of a file that it is always ready. */
    private void checkPollable(int fd) throws IOException {
        // Behind it: an empty path.
        long path = statx.address() + STATX_SIZE;
        int result = sys.statx(fd, path, AT_EMPTY_PATH, STATX_TYPE, statx.address());
        Reference.reachabilityFence(statx);
        if (result < 0) {
            throw Errno.newException("statx", result);
        }
        int type = statx.buffer().getShort(STX_MODE) & S_IFMT;
        if (type == S_IFREG || type == S_IFDIR) {
            throw new NotPollableException(fd);
        }
    }

    @Override
    void arm(PollDesc pd, int mode) {
        pd.armed(mode);
        lookAgain();
    }

    /** It is closing by now, and so not given to poll(2) again. */
    @Override
    void remove(PollDesc pd, boolean fdStaysOpen) {
        awaitLetGo();
    }

    @Override
    void abandon(PollDesc pd, int fdseq) {
        if (pd.abandoned(fdseq)) {
            awaitLetGo();
        }
    }

    /** Has the set of descriptors made anew, if somebody waits with an old one. */
    private void lookAgain() {
        if ((turns & 1) != 0) {
            signal();
        }
    }

    /** Waits until poll(2) has none of the descriptors that it was given before this call. */
    private void awaitLetGo() {
        long turn = turns;
        if ((turn & 1) == 0 || !signal()) {
            return;
        }
        long start = System.nanoTime();
        while (turns == turn && System.nanoTime() - start < LET_GO_NANOS) {
            Thread.yield();
        }
    }

    @Override
    void waitForEvents(long until, ReadyList ready) {
        ensureOpen();
        boolean over = false;
        while (!over) {
            long turn = turns;
            turns = turn + 1;
            Descriptors given;
            int found;
            try {
                given = give();
                found = poll(given, until);
            } finally {
                turns = turn + 2;
            }
            if (found < 0 && found != -Errno.EINTR) {
                throw new IllegalStateException(
                        "ppoll of "
                                + given.size
                                + " descriptors failed with "
                                + Errno.name(-found)
                                + ": "
                                + Errno.message(-found));
            }
            // Nobody else is to know of signals that were no interrupts, nor of rests.
            over = found > 0 && take(given, found, ready);
            over |= until != Clock.NEVER && (until == 0 || until <= Clock.now());
        }
    }

    /** Takes no lock. Whoever opens or arms what this has missed, signals. */
    private Descriptors give() {
        Descriptors given = descriptors;
        given.clear(eventfd);
        long now = 0;
        int limit = Math.min(cache.limit(), given.restUntil.length);
        for (int i = 0; i < limit && given.size < given.indexes.length; i++) {
            PollDesc pd = cache.get(i);
            if (pd == null) {
                break;
            }
            long info = pd.info();
            if (!PollDesc.isWatched(info)) {
                continue;
            }
            int fdseq = PollDesc.fdseq(info);
            if (given.restingFdseqs[i] == fdseq && given.restUntil[i] != 0) {
                now = now == 0 ? Clock.now() : now;
                if (given.restUntil[i] > now) {
                    given.wake = Math.min(given.wake, given.restUntil[i]);
                    continue;
                }
            }
            int fd = pd.fd();
            if (pd.fdseq() == fdseq) {
                given.add(fd, events(info), i, fdseq);
            }
        }
        return given;
    }

    private static int events(long info) {
        int events = (info & PollDesc.URGENT) != 0 ? 0 : POLLPRI;
        if (PollDesc.isArmed(info, PollDesc.WRITE)) {
            events |= POLLOUT;
        }
        // The end of the input is readable too. It must be known from what ends.
        if (PollDesc.isArmed(info, PollDesc.READ)) {
            events |= POLLIN | POLLRDHUP;
        } else if ((info & PollDesc.HUNG_UP) == 0) {
            events |= POLLRDHUP;
        }
        return events;
    }

    private int poll(Descriptors given, long until) {
        long wake = Math.min(until, given.wake);
        long nanos = -1;
        if (wake != Clock.NEVER) {
            nanos = until == 0 ? 0 : Math.max(0, wake - Clock.now());
        }
        int result = sys.ppoll(given.fds.address(), given.size, nanos, timespec.address());
        Reference.reachabilityFence(given.fds);
        Reference.reachabilityFence(timespec);
        return result;
    }

    /** Whether the caller is to be told. */
    private boolean take(Descriptors given, int found, ReadyList ready) {
        boolean news = false;
        int left = found;
        if (given.fds.revents(0) != 0) {
            news = takeSignal(given.fds.revents(0));
            left--;
        }
        int descs = given.size - 1;
        int taken = 0;
        int i = 0;
        for (; i < descs && taken < left && taken < MAX_EVENTS; i++) {
            int at = 1 + (first + i) % descs;
            int mask = given.fds.revents(at);
            if (mask != 0) {
                taken++;
                take(given, at, mask, ready);
            }
        }
        first = taken == left ? 0 : (first + i) % descs;
        return news || taken > 0;
    }

    private void take(Descriptors given, int at, int mask, ReadyList ready) {
        int index = given.indexes[at];
        int fdseq = given.fdseqs[at];
        int modes = Revents.modes(mask);
        int disarmed = PollDesc.disarmed(modes);
        if ((mask & POLLNVAL) != 0) {
            // Its owner has closed it, and is about to say so.
            disarmed = PollDesc.ALL_ARMED;
        } else if ((mask & (POLLHUP | POLLERR)) != 0) {
            disarmed |= PollDesc.ARMED_HANG_UP;
        }
        if ((mask & HANG_UP) != 0) {
            given.rest(index, fdseq);
        }
        event(index, fdseq, modes, Revents.news(mask), disarmed, ready);
    }

    /** Whether it was an interrupt. */
    private boolean takeSignal(int mask) {
        if (mask != POLLIN || !signalled.get()) {
            closeLock.lock();
            try {
                return isClosed() || replaceEventfd();
            } finally {
                closeLock.unlock();
            }
        }
        // In this order: who finds it signalled has done before what the next turn will see.
        sys.read(eventfd, count.address(), Long.BYTES);
        Reference.reachabilityFence(count);
        signalled.set(false);
        if (asked) {
            asked = false;
            sawInterrupt();
            return true;
        }
        return false;
    }

    @Override
    boolean interrupt() {
        asked = true;
        return signal();
    }

    /** Ends the poll(2) that waits, or the next one; false if that is not possible. */
    private boolean signal() {
        if (signalled.getAndSet(true)) {
            return true;
        }
        closeLock.lock();
        try {
            if (isClosed() || writeOne()) {
                return true;
            }
            signalled.set(false);
            replaceEventfd();
            return false;
        } finally {
            closeLock.unlock();
        }
    }

    private boolean writeOne() {
        return writer.write(eventfd);
    }

    /** Somebody has closed the eventfd, and its number may be another's by now. */
    private boolean replaceEventfd() {
        int fresh = newEventfd();
        if (fresh >= 0) {
            eventfd = fresh;
        }
        logger.error(
                "Somebody else has closed the eventfd of a poller. A new one: {}",
                fresh >= 0 ? "made" : Errno.name(-fresh));
        return fresh >= 0;
    }

    @Override
    void closeDescriptors() {
        sys.close(eventfd);
    }

    /** For tests. */
    int eventfd() {
        return eventfd;
    }

    /** For tests: how often poll(2) was called, times two. */
    long turns() {
        return turns;
    }
}
