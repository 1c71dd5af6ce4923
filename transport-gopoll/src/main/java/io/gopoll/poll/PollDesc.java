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

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A descriptor that is watched by a {@link NetPoller}: Go's {@code pollDesc}. It has two sides,
 * {@link #READ} and {@link #WRITE}, with one waiter at most and one deadline each.
 *
 * <p>The order of things is Go's, for each operation on the descriptor:
 *
 * <pre>
 *   reset              error? then fail
 *   system call        not EAGAIN? then done
 *   park (or await)    true: from the top; false: return, and begin from the top when resumed
 * </pre>
 *
 * An edge that comes between EAGAIN and park is kept as a token in the side's state, and park takes
 * it. Readiness is a hint: a waiter may be resumed although there is nothing (a deadline moved at
 * the moment in which it fired, an event for the former user of a descriptor), and finds EAGAIN
 * once more. So whoever waits for a connect must ask the kernel how it ended, and wait again if it
 * has not. And whoever was resumed, or got {@code true} from park, and then did not do the I/O
 * because of an error, must begin with the I/O next time, not with park: the token has been spent.
 *
 * <p>Threads: one thread at a time for each side in {@link #reset}, {@link #park}, {@link #unpark},
 * {@link #await} (they may be different ones, one after the other); any thread, at any time, in
 * {@link #error}, {@link #setDeadline}, {@link #unblock}. Between open and close: whoever uses a
 * PollDesc must know that it is still his own, since a closed one is used again.
 */
public final class PollDesc {

    /** The reading side: Go's {@code 'r'}. */
    public static final int READ = 1;

    /** The writing side: Go's {@code 'w'}. */
    public static final int WRITE = 2;

    /** No error: Go's {@code pollNoError}. */
    public static final int OK = 0;

    /** The descriptor is being closed: Go's {@code pollErrClosing}. */
    public static final int CLOSING = 1;

    /** The side's deadline has passed: Go's {@code pollErrTimeout}. */
    public static final int TIMEOUT = 2;

    /** The waiting thread has been interrupted; only {@link #awaitInterruptibly} says so. */
    public static final int INTERRUPTED = 3;

    /** A side's state: Go's {@code pdReady} and {@code pdWait}; null is its {@code pdNil}. */
    private static final Object READY = Sentinel.READY;

    private static final Object WAIT = Sentinel.WAIT;

    /** A deadline that has passed and has been acted on: Go's {@code pd.rd = -1}. */
    private static final long FIRED = -1;

    private static final long CLOSING_BIT = 1;

    /** What an event can say besides readiness, and what {@link #info} remembers of it. */
    static final int HUNG_UP = 2;

    static final int URGENT = 4;

    private static final int FDSEQ_SHIFT = 3;

    private static final VarHandle INFO;
    private static final VarHandle RG;
    private static final VarHandle WG;
    private static final VarHandle RD;
    private static final VarHandle WD;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            INFO = lookup.findVarHandle(PollDesc.class, "info", long.class);
            RG = lookup.findVarHandle(PollDesc.class, "rg", Object.class);
            WG = lookup.findVarHandle(PollDesc.class, "wg", Object.class);
            RD = lookup.findVarHandle(PollDesc.class, "rd", long.class);
            WD = lookup.findVarHandle(PollDesc.class, "wd", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /*
     * Everything that is written by one thread and read by another is volatile, and nothing weaker,
     * because the whole machine stands on pairs of "write mine, then read yours" of which at least one
     * must see the other:
     *
     *   park            writes rg = WAIT,             then reads info and rd
     *   unblock         writes info, closing,         then reads rg
     *   a past deadline writes rd = FIRED,            then reads rg
     *
     * so either park finds the error, or the other one finds WAIT and puts it back to nil, which park
     * notices when it wants to put its waiter there. And, for the timer:
     *
     *   park            writes rg = waiter,           then reads rd, then timerAt
     *   setDeadline     writes rd,                    then reads rg, then timerAt
     *   a fired timer   writes timerAt = IDLE,        then reads rg and rd (nextDue)
     *
     * so whoever comes last queues the timer.
     */

    /**
     * Go's {@code atomicInfo}: {@code fdseq << 3}, URGENT, HUNG_UP, CLOSING_BIT. In one word so
     * that a stale event cannot mark the next user as hung up. fdseq counts the closes. Closing is
     * set from unblock to the next open, so a desc in the free list is closing. Only the next open
     * clears HUNG_UP and URGENT.
     */
    private volatile long info = CLOSING_BIT;

    /**
     * Who waits to read: null, READY, WAIT or the {@link Waiter}.
     *
     * <pre>
     *   null   -> READY    an edge, and nobody waits
     *   null   -> WAIT     park begins
     *   WAIT   -> READY    an edge: park will take it
     *   WAIT   -> null     a deadline or a close, or park itself when it sees one: park returns true
     *   WAIT   -> waiter   park: the waiter belongs to whoever takes it out
     *   waiter -> null     an edge, a deadline or a close: will resume it; or unpark
     *   READY  -> null     park or reset: the token is spent
     * </pre>
     *
     * Only an edge makes READY. An edge that takes the waiter leaves no token, it is handed over
     * with the resume. Only the side's one user leaves null for WAIT, and READY for null.
     */
    private volatile Object rg;

    /** Who waits to write, as {@link #rg}. */
    private volatile Object wg;

    /**
     * The reading deadline: 0 none, above 0 a time of {@link Clock} (it counts from that time on,
     * fired or not), FIRED. Only a timer, or a park, that finds it passed replaces it by FIRED,
     * with a CAS, and so never touches one that was moved meanwhile.
     */
    private volatile long rd;

    /** The writing deadline, as {@link #rd}. */
    private volatile long wd;

    /**
     * When the timer fires; UNTIMED or IDLE if it is not queued. Only {@link TimerQueue} writes.
     */
    volatile long timerAt = TimerQueue.UNTIMED;

    /** The place in the heap, while queued. {@link TimerQueue}'s. */
    int timerIndex;

    /** The kernel's events name the desc by its index and {@link #fdseq}. */
    final int index;

    /** The next in the free list. {@link PollCache}'s. */
    PollDesc link;

    private final AbstractNetPoller poller;

    /**
     * -1 while not open. Written by open and close, which are ordered by whoever hands the desc on.
     */
    private int fd = -1;

    /** Whether the kernel tells of the writing side. Its user's. */
    private boolean writerWatched;

    /**
     * What the kernel watches, a mask of {@link EpollPoller}; 0 while it does not. Written under
     * the poller's controlLock, and by {@link #retire}.
     */
    int interest;

    /** The newest {@link #fdseq} of a stale event. The polling thread's. */
    private int newestStale = -1;

    PollDesc(AbstractNetPoller poller, int index) {
        this.poller = poller;
        this.index = index;
    }

    /** The descriptor; -1 after {@link #close}. */
    public int fd() {
        return fd;
    }

    /**
     * Go's {@code pollReset}: error check, then the side's state back to nil. Before each I/O: what
     * the kernel reports from now on counts as news.
     *
     * @param mode READ or WRITE
     * @return OK, CLOSING or TIMEOUT; the state is only changed if OK
     * @throws IllegalStateException if somebody waits on that side
     */
    public int reset(int mode) {
        int error = error(mode);
        if (error != OK) {
            return error;
        }
        Object state = side(mode);
        // The CAS is also the fence between the state and the system call that follows: an edge
        // that found READY still there must have come with bytes that the system call will see.
        if (state != null && !(state == READY && casSide(mode, READY, null))) {
            throw new IllegalStateException(
                    "reset while somebody waits to " + name(mode) + ": " + this);
        }
        return OK;
    }

    /**
     * Go's {@code netpollcheckerr}. Changes nothing; any thread. Asks for the time only if a
     * deadline is set.
     *
     * @param mode READ or WRITE
     * @return OK, CLOSING (which goes first) or TIMEOUT
     */
    public int error(int mode) {
        if ((info & CLOSING_BIT) != 0) {
            return CLOSING;
        }
        long deadline = deadline(mode);
        if (deadline == 0 || deadline == Clock.NEVER) {
            return OK;
        }
        return deadline < 0 || deadline <= Clock.now() ? TIMEOUT : OK;
    }

    /**
     * Go's {@code pollWait} ({@code netpollblock}), split at the point where a goroutine would give
     * up its thread.
     *
     * @param mode READ or WRITE
     * @return false if the waiter now is parked: it will be resumed once, or already has been. True
     *     if there is nothing to wait for: readiness was there and has been consumed, or {@link
     *     #error} has something to say; the waiter will not be resumed.
     * @throws IllegalStateException "double wait" if somebody already waits on that side
     */
    public boolean park(int mode, Waiter waiter) {
        if (mode == WRITE && !writerWatched) {
            poller.addWriter(this);
            writerWatched = true;
        }
        for (; ; ) {
            Object state = side(mode);
            if (state == READY) {
                if (casSide(mode, READY, null)) {
                    return true;
                }
            } else if (state != null) {
                throw new IllegalStateException(
                        "double wait: somebody already waits to " + name(mode) + ": " + this);
            } else if (casSide(mode, null, WAIT)) {
                // Again, although reset has looked: a close or a deadline that found nobody waiting
                // resumed nobody.
                int error = error(mode);
                if (error != OK) {
                    if (error == TIMEOUT) {
                        expire(mode);
                    }
                    // If it fails there is READY, which stays, or null already.
                    casSide(mode, WAIT, null);
                    return true;
                }
                if (casSide(mode, WAIT, waiter)) {
                    try {
                        arm(deadline(mode));
                    } catch (Throwable noMemory) {
                        // Not parked, unless somebody has taken the waiter and resumes it.
                        if (casSide(mode, waiter, null)) {
                            throw noMemory;
                        }
                    }
                    return false;
                }
                // An edge, a deadline or a close came in between: the next round finds READY, or
                // the error, or, if the deadline has been moved already, nothing.
            }
        }
    }

    /**
     * Takes a parked waiter back. To be called after {@link #park} has returned, by the side's
     * user.
     *
     * @param mode READ or WRITE
     * @return true if {@code waiter} was parked and now will not be resumed; false if it was not
     *     parked (any more): it was or will be resumed
     */
    public boolean unpark(int mode, Waiter waiter) {
        return waiter != null && casSide(mode, waiter, null);
    }

    /**
     * Go's {@code pollWait}: parks the calling thread, platform or virtual, until the side is
     * ready. As every wait here it may end for nothing, then the I/O finds EAGAIN and the caller
     * waits again. An interrupt neither ends nor breaks the wait, and is still there when it
     * returns: so wait the sockets of the JDK on platform threads. Whoever wants it otherwise takes
     * {@link #awaitInterruptibly}.
     *
     * @param mode READ or WRITE
     * @return OK, CLOSING or TIMEOUT
     * @throws IllegalStateException "double wait" if somebody already waits on that side
     */
    public int await(int mode) {
        int error = error(mode);
        if (error != OK) {
            return error;
        }
        ParkedThread waiter = new ParkedThread(Thread.currentThread());
        if (!park(mode, waiter)) {
            waiter.awaitResume();
        }
        return error(mode);
    }

    /**
     * As {@link #await}, but an interrupt ends the wait, as with the JDK's sockets on virtual
     * threads (which close the socket then; here that is the caller's to do).
     *
     * @param mode READ or WRITE
     * @return OK, CLOSING, TIMEOUT, or INTERRUPTED; the thread's interrupt flag stays set
     * @throws IllegalStateException "double wait" if somebody already waits on that side
     */
    public int awaitInterruptibly(int mode) {
        int error = error(mode);
        if (error != OK) {
            return error;
        }
        Thread thread = Thread.currentThread();
        ParkedThread waiter = new ParkedThread(thread);
        if (!park(mode, waiter)) {
            while (!waiter.resumed && !thread.isInterrupted()) {
                LockSupport.park(this);
            }
            if (unpark(mode, waiter)) {
                return INTERRUPTED;
            }
            // Someone has taken the waiter: the call of resume is on its way, and must not be left
            // to meet the thread somewhere else.
            waiter.awaitResume();
        }
        return error(mode);
    }

    /**
     * True once the kernel has reported RDHUP, HUP or ERR for this descriptor: a short read then
     * does not mean that the socket is drained, reading must go on until it ends. Any thread.
     */
    public boolean hungUp() {
        return (info & HUNG_UP) != 0;
    }

    /**
     * True once the kernel has reported EPOLLPRI for this descriptor: the peer has sent urgent
     * data. A read stops before the urgent byte, so a short read does not mean that the socket is
     * drained. Urgent data alone makes no side ready. Any thread.
     */
    public boolean urgent() {
        return (info & URGENT) != 0;
    }

    /**
     * Whether a side's deadline has passed and somebody has noticed: the timer of whoever waited,
     * or {@link #park}. Other than {@link #error} it does not look at the clock. Any thread.
     *
     * @param mode READ or WRITE
     */
    public boolean isPast(int mode) {
        return deadline(mode) < 0;
    }

    /**
     * Go's {@code pollSetDeadline}. From the deadline on, every {@link #reset} and every wait of
     * that side gives TIMEOUT, even if the I/O could go on, until it is moved or cleared. Any
     * thread; when two threads move both sides at once, each side gets what one of the two wanted.
     *
     * <p>Moving a deadline before it fires costs the time and a write. Only if somebody waits, and
     * so far had no timer or a later one, the timer is queued.
     *
     * @param delayNanos above 0: so many nanoseconds from now, without an upper limit; 0: no
     *     deadline; below 0: already past, whoever waits is resumed before the method returns
     * @param modes READ, WRITE or READ | WRITE
     */
    public void setDeadline(long delayNanos, int modes) {
        if (modes < READ || modes > (READ | WRITE)) {
            throw badMode(modes);
        }
        if ((info & CLOSING_BIT) != 0) {
            return;
        }
        long deadline = delayNanos > 0 ? Clock.after(delayNanos) : delayNanos == 0 ? 0 : FIRED;
        boolean writing = (modes & WRITE) != 0;
        boolean reading = (modes & READ) != 0;
        if (writing) {
            wd = deadline;
        }
        if (reading) {
            rd = deadline;
        }
        if (deadline == FIRED) {
            // Both before the first resume, after which the desc may be someone else's.
            Waiter writer = writing ? take(WRITE) : null;
            Waiter reader = reading ? take(READ) : null;
            resume(writer);
            resume(reader);
        } else if ((writing && wg instanceof Waiter) || (reading && rg instanceof Waiter)) {
            arm(deadline);
        }
    }

    /**
     * Go's {@code pollUnblock}: from now on everything gives CLOSING; both waiters are resumed, the
     * timer is taken out of its queue. Any thread, once.
     *
     * @throws IllegalStateException if it has been unblocked before
     */
    public void unblock() {
        long i;
        do {
            i = info;
            if ((i & CLOSING_BIT) != 0) {
                throw new IllegalStateException("unblocked twice: " + this);
            }
        } while (!INFO.compareAndSet(this, i, i | CLOSING_BIT));
        Waiter writer = take(WRITE);
        Waiter reader = take(READ);
        try {
            // Whoever queues the timer first leaves UNTIMED, then looks at closing; here the other
            // way round. So if it still is UNTIMED, nobody will.
            if (timerAt != TimerQueue.UNTIMED) {
                poller.timers.remove(this);
            }
        } finally {
            resume(writer);
            resume(reader);
        }
    }

    /**
     * Go's {@code pollClose}: ends the watch, and gives the PollDesc back to be used again; the
     * caller must forget it.
     *
     * @param fdStaysOpen true if the descriptor must be taken out of the poller (epoll_ctl DEL);
     *     false if the caller closes it, which takes it out without a system call of its own. If
     *     another descriptor for the same socket is open somewhere, the kernel does not: its events
     *     are stale from then on, see {@link EpollPoller}
     * @throws IllegalStateException if it has not been unblocked, if somebody waits, or if it is
     *     closed
     */
    public void close(boolean fdStaysOpen) {
        long i = info;
        if ((i & CLOSING_BIT) == 0) {
            throw new IllegalStateException("close without unblock: " + this);
        }
        if (fd < 0) {
            throw new IllegalStateException("closed twice: " + this);
        }
        if (isWaited(rg) || isWaited(wg)) {
            throw new IllegalStateException("close while somebody waits: " + this);
        }
        try {
            if (fdStaysOpen) {
                poller.remove(this);
            }
        } finally {
            poller.cache.free(this);
        }
    }

    /**
     * The part of {@link #close} that {@link PollCache} does under its lock. From now on what the
     * kernel still has to say about this descriptor is stale.
     */
    void retire() {
        info = (((info >>> FDSEQ_SHIFT) + 1) << FDSEQ_SHIFT) | CLOSING_BIT;
        fd = -1;
        interest = 0;
    }

    /** The part of {@link NetPoller#open} that comes before the kernel knows of it. */
    void open(int fd, boolean writer) {
        this.fd = fd;
        writerWatched = writer;
        rg = null;
        wg = null;
        rd = 0;
        wd = 0;
        // Last, because what is left of the former user (a park that has just published its waiter
        // and lost it) finds all of the above void as long as it sees closing.
        info = info & ~(CLOSING_BIT | HUNG_UP | URGENT);
    }

    /** The sequence number that an event must carry to be meant for the present user. */
    int fdseq() {
        return (int) (info >>> FDSEQ_SHIFT);
    }

    /**
     * Go's {@code netpollready}: the kernel has reported something. An event with an old fdseq is
     * dropped.
     *
     * @param modes the sides that have become ready, in any combination
     * @param news HUNG_UP and URGENT, in any combination
     * @param ready has room for two
     * @return true if the event is stale, and not the first one of that former user: the kernel
     *     still watches a descriptor that has been closed here
     */
    boolean event(int fdseq, int modes, int news, ReadyList ready) {
        long i = info;
        if ((int) (i >>> FDSEQ_SHIFT) != fdseq) {
            // The first one may have come in while the descriptor was being closed.
            boolean again = fdseq - newestStale <= 0;
            if (!again) {
                newestStale = fdseq;
            }
            return again;
        }
        while ((i & news) != news && !INFO.compareAndSet(this, i, i | news)) {
            i = info;
            if ((int) (i >>> FDSEQ_SHIFT) != fdseq) {
                return false;
            }
        }
        if ((modes & WRITE) != 0) {
            ready.add(ready(WRITE));
        }
        if ((modes & READ) != 0) {
            ready.add(ready(READ));
        }
        return false;
    }

    /** The timer has fired: by {@link TimerQueue}, under its lock. Sides that are not due stay. */
    void expire(long now, ReadyList ready) {
        long deadline = wd;
        if (deadline > 0 && deadline <= now && WD.compareAndSet(this, deadline, FIRED)) {
            ready.add(take(WRITE));
        }
        deadline = rd;
        if (deadline > 0 && deadline <= now && RD.compareAndSet(this, deadline, FIRED)) {
            ready.add(take(READ));
        }
    }

    /** Acts on a deadline that has passed, and that no timer has seen because nobody waited. */
    private void expire(int mode) {
        long deadline = deadline(mode);
        if (deadline > 0 && deadline <= Clock.now()) {
            (mode == READ ? RD : WD).compareAndSet(this, deadline, FIRED);
        }
    }

    /** The earliest deadline that somebody waits for; NEVER if there is none, or if closing. */
    long nextDue() {
        if ((info & CLOSING_BIT) != 0) {
            return Clock.NEVER;
        }
        return Math.min(nextDue(wg, wd), nextDue(rg, rd));
    }

    private static long nextDue(Object state, long deadline) {
        return state instanceof Waiter && deadline > 0 ? deadline : Clock.NEVER;
    }

    /**
     * Queues the timer if somebody waits for {@code deadline} and the timer comes later or not at
     * all.
     */
    private void arm(long deadline) {
        if (deadline > 0 && deadline < timerAt && poller.timers.arm(this)) {
            poller.wakeup();
        }
    }

    /**
     * Go's {@code netpollunblock} with ioready: hands readiness over to the waiter, or leaves it.
     *
     * @return the waiter to resume, or null
     */
    private Waiter ready(int mode) {
        for (; ; ) {
            Object state = side(mode);
            if (state == READY) {
                return null;
            }
            if (state instanceof Waiter) {
                if (casSide(mode, state, null)) {
                    return (Waiter) state;
                }
            } else if (casSide(mode, state, READY)) {
                return null;
            }
        }
    }

    /**
     * Go's {@code netpollunblock} without ioready: ends a wait, without leaving anything.
     *
     * @return the waiter to resume, or null
     */
    private Waiter take(int mode) {
        for (; ; ) {
            Object state = side(mode);
            if (state == null || state == READY) {
                return null;
            }
            if (casSide(mode, state, null)) {
                return state == WAIT ? null : (Waiter) state;
            }
        }
    }

    private static void resume(Waiter waiter) {
        if (waiter != null) {
            waiter.resume();
        }
    }

    private static boolean isWaited(Object state) {
        return state != null && state != READY;
    }

    private Object side(int mode) {
        return switch (mode) {
            case READ -> rg;
            case WRITE -> wg;
            default -> throw badMode(mode);
        };
    }

    private boolean casSide(int mode, Object expected, Object state) {
        return switch (mode) {
            case READ -> RG.compareAndSet(this, expected, state);
            case WRITE -> WG.compareAndSet(this, expected, state);
            default -> throw badMode(mode);
        };
    }

    private long deadline(int mode) {
        return switch (mode) {
            case READ -> rd;
            case WRITE -> wd;
            default -> throw badMode(mode);
        };
    }

    private static String name(int mode) {
        return mode == READ ? "read" : "write";
    }

    private static IllegalArgumentException badMode(int mode) {
        return new IllegalArgumentException("not a mode (READ 1, WRITE 2): " + mode);
    }

    @Override
    public String toString() {
        long i = info;
        return "PollDesc(fd "
                + fd
                + ((i & CLOSING_BIT) != 0 ? ", closing" : "")
                + ((i & HUNG_UP) != 0 ? ", hung up" : "")
                + ((i & URGENT) != 0 ? ", urgent" : "")
                + ", reading: "
                + rg
                + ", writing: "
                + wg
                + ")";
    }

    private enum Sentinel {
        READY,
        WAIT
    }

    /** A thread that waits in {@link #await}. */
    private static final class ParkedThread implements Waiter {

        private final Thread thread;
        volatile boolean resumed;

        ParkedThread(Thread thread) {
            this.thread = thread;
        }

        @Override
        public void resume() {
            resumed = true;
            LockSupport.unpark(thread);
        }

        /**
         * By the thread itself. Whoever unparks it for another reason, or interrupts it, is
         * ignored.
         */
        void awaitResume() {
            boolean interrupted = false;
            while (!resumed) {
                LockSupport.park(this);
                // park does not wait while the flag is set.
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                thread.interrupt();
            }
        }

        @Override
        public String toString() {
            return thread.getName();
        }
    }
}
