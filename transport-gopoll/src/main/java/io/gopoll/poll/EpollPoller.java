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
import static io.gopoll.sys.Constants.EPOLLERR;
import static io.gopoll.sys.Constants.EPOLLET;
import static io.gopoll.sys.Constants.EPOLLHUP;
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
import java.util.concurrent.locks.ReentrantLock;

/**
 * The poller on Linux: an epoll instance, and an eventfd to interrupt it. Go's {@code
 * netpoll_epoll.go}.
 */
public final class EpollPoller extends AbstractNetPoller {

    private static final int READER = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET;
    private static final int BOTH_SIDES = READER | EPOLLOUT;

    private static final int MIN_EVENTS = 128;
    private static final int MAX_EVENTS = 8192;

    /** The event data of the eventfd: its index is negative, and so no desc's. */
    private static final long EVENTFD_DATA = -1;

    private final Syscalls sys = Syscalls.get();
    private final int epfd;
    private final int eventfd;

    /** Eight bytes, the number 1: what is written to the eventfd. */
    private final NativeMemory one = NativeMemory.allocate(Long.BYTES);

    /** What epoll_ctl is told, under {@link #controlLock}. */
    private final EpollEvents change = new EpollEvents(1);

    /** Any thread may open and close; the kernel takes one epoll_ctl at a time all the same. */
    private final ReentrantLock controlLock = new ReentrantLock();

    /** Scratch of the polling thread for epoll_pwait2. */
    private final NativeMemory timespec = NativeMemory.allocate(2 * Long.BYTES);

    /** What epoll_wait fills; grows when it was full. The polling thread's. */
    private EpollEvents events = new EpollEvents(MIN_EVENTS);

    /**
     * Keeps {@link #interrupt} from writing to a number that {@link #close} has given back. Next to
     * never contended: there is one interrupt at a time.
     */
    private final ReentrantLock closeLock = new ReentrantLock();

    /** Written under closeLock. */
    private volatile boolean closed;

    /**
     * Go's {@code netpollinit}.
     *
     * @throws IOException if there are no descriptors left (EMFILE, ENFILE) or no memory
     * @throws UnsupportedOperationException if system calls cannot be made here, see {@link
     *     Syscalls#get}
     */
    public EpollPoller() throws IOException {
        one.buffer().putLong(0, 1);
        epfd = sys.epoll_create1(EPOLL_CLOEXEC);
        if (epfd < 0) {
            throw Errno.newException("epoll_create1", epfd);
        }
        eventfd = sys.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (eventfd < 0) {
            sys.close(epfd);
            throw Errno.newException("eventfd", eventfd);
        }
        // Edge-triggered and never read: each write to an eventfd is an edge, whatever its count.
        int result = control(EPOLL_CTL_ADD, eventfd, EPOLLIN | EPOLLET, EVENTFD_DATA);
        if (result < 0) {
            sys.close(eventfd);
            sys.close(epfd);
            throw Errno.newException("epoll_ctl", result);
        }
    }

    @Override
    void add(int fd, int index, int fdseq, boolean writer) throws IOException {
        ensureOpen();
        int result = control(EPOLL_CTL_ADD, fd, writer ? BOTH_SIDES : READER, data(index, fdseq));
        if (result == -Errno.EPERM) {
            throw new NotPollableException(fd);
        }
        if (result < 0) {
            throw Errno.newException("epoll_ctl", result);
        }
    }

    @Override
    void addWriter(int fd, int index, int fdseq) {
        int result = control(EPOLL_CTL_MOD, fd, BOTH_SIDES, data(index, fdseq));
        if (result < 0) {
            throw failed("epoll_ctl(MOD) of descriptor " + fd, result);
        }
    }

    private static long data(int index, int fdseq) {
        return (long) index << 32 | (fdseq & 0xffffffffL);
    }

    @Override
    void remove(int fd) {
        int result = control(EPOLL_CTL_DEL, fd, 0, 0);
        if (result < 0) {
            throw failed("epoll_ctl(DEL) of descriptor " + fd, result);
        }
    }

    private int control(int op, int fd, int mask, long data) {
        controlLock.lock();
        try {
            change.set(0, mask, data);
            return sys.epoll_ctl(epfd, op, fd, change.address());
        } finally {
            controlLock.unlock();
        }
    }

    @Override
    boolean waitForEvents(long until, ReadyList ready) {
        ensureOpen();
        int count = await(until);
        boolean interrupted = false;
        for (int i = 0; i < count; i++) {
            int mask = events.events(i);
            long data = events.data(i);
            if (data == EVENTFD_DATA) {
                interrupted = true;
                continue;
            }
            int modes = 0;
            if ((mask & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
                modes |= PollDesc.READ;
            }
            if ((mask & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
                modes |= PollDesc.WRITE;
            }
            int news = (mask & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 ? PollDesc.HUNG_UP : 0;
            if ((mask & EPOLLPRI) != 0) {
                news |= PollDesc.URGENT;
            }
            event((int) (data >>> 32), (int) data, modes, news, ready);
        }
        if (count == events.capacity() && count < MAX_EVENTS) {
            events = new EpollEvents(count * 2);
        }
        return interrupted;
    }

    /** The number of events, 0 if the time has passed or if a signal ends a mere look. */
    private int await(long until) {
        for (; ; ) {
            long nanos = -1;
            if (until != Clock.NEVER) {
                nanos = until == 0 ? 0 : Math.max(0, until - Clock.now());
            }
            int result =
                    sys.epoll_pwait2(
                            epfd, events.address(), events.capacity(), nanos, timespec.address());
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
    void interrupt() {
        closeLock.lock();
        try {
            if (closed) {
                return;
            }
            int result;
            do {
                result = sys.write(eventfd, one.address(), Long.BYTES);
            } while (result == -Errno.EINTR);
            if (result < 0) {
                throw failed("write to the eventfd", result);
            }
        } finally {
            closeLock.unlock();
        }
    }

    /**
     * {@inheritDoc} Not while another thread polls. A {@link #wakeup} after it does nothing.
     *
     * @throws IllegalStateException if PollDescs are still open
     */
    @Override
    public void close() {
        int open = cache.inUse();
        if (open > 0) {
            throw new IllegalStateException(
                    open + " PollDescs of this poller are still open: close them first");
        }
        closeLock.lock();
        try {
            if (!closed) {
                closed = true;
                sys.close(eventfd);
                sys.close(epfd);
            }
        } finally {
            closeLock.unlock();
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("this poller has been closed");
        }
    }

    /** The eventfd; tests count its writes. */
    int eventfd() {
        return eventfd;
    }

    /** How many events one wait can bring; tests watch it grow. */
    int eventCapacity() {
        return events.capacity();
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
