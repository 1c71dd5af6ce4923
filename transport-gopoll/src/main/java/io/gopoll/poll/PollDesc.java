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

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A descriptor that is watched by a {@link NetPoller}: Go's {@code pollDesc}. It has two sides,
 * {@link #READ} and {@link #WRITE}, with one waiter at most and one deadline each.
 *
 * <p>Each operation on the descriptor goes in Go's order:
 *
 * <pre>
 *   reset              error? then fail
 *   system call        not EAGAIN? then done
 *   park (or await)    true: start again; false: return, and start again when resumed
 * </pre>
 *
 * An edge that comes between EAGAIN and park leaves a token in the side's state, and park takes the
 * token. Readiness is a hint: a waiter may be resumed although nothing is ready, and then finds
 * EAGAIN again. That happens when a deadline is moved while it fires, or when an event was meant
 * for the former user of a descriptor. So whoever waits for a connect must ask the kernel for its
 * result, and wait again if there is none. The token is spent once a waiter has been resumed or
 * park has returned {@code true}: if an error then prevents the I/O, the next attempt must begin
 * with the I/O, not with park.
 *
 * <p>Threads: for each side, one thread at a time may be in {@link #reset}, {@link #park}, {@link
 * #unpark} and {@link #await}. Any thread may call {@link #error}, {@link #setDeadline} and {@link
 * #unblock} at any time between open and close. A closed PollDesc is used again for another
 * descriptor, so nobody may keep it after close.
 */
public final class PollDesc implements Watcher {

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

    static final int FAILED = 8;

    /** The bit in {@link #info} that says that a side is armed: its mode, shifted. */
    private static final int ARMED_SHIFT = 4;

    /** {@link #info}: an error or the end of both directions has not been reported yet. */
    static final int ARMED_HANG_UP = 64;

    static final int ALL_ARMED = (READ | WRITE) << ARMED_SHIFT | ARMED_HANG_UP;

    /** {@link #info}: the descriptor is being closed, though this is not yet. */
    private static final int ABANDONED = 128;

    private static final int FDSEQ_SHIFT = 8;

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
     * Fields that one thread writes and another reads are volatile, and nothing weaker. The protocol
     * depends on pairs of threads that each write a field and then read the other's: at least one of
     * the two must see what the other wrote.
     *
     *   park            writes rg = WAIT,             then reads info and rd
     *   unblock         writes info, closing,         then reads rg
     *   a past deadline writes rd = FIRED,            then reads rg
     *
     * So either park finds the error, or the other thread finds WAIT and sets it to null, and then
     * park fails to put its waiter there. For the timer:
     *
     *   park            writes rg = waiter,           then reads rd, then timerAt
     *   setDeadline     writes rd,                    then reads rg, then timerAt
     *   a fired timer   writes timerAt = IDLE,        then reads rg and rd (nextDue)
     *
     * So the last of them queues the timer.
     */

    /**
     * Go's {@code atomicInfo}: {@code fdseq << 8}, ABANDONED, what is armed, FAILED, URGENT,
     * HUNG_UP, CLOSING_BIT. In one word so that a stale event cannot mark the next user as hung up,
     * or disarm it. fdseq counts the closes. Closing is set from unblock to the next open, so a
     * desc in the free list is closing. Only the next open clears FAILED, URGENT and HUNG_UP.
     *
     * <p>An armed side is one whose readiness the poller reports. All are armed from open on, but
     * the writing side of {@link NetPoller#openReader}, which the first park on it arms. Where the
     * kernel reports edges that is all. Where it reports levels ({@link PollPoller}) an event
     * disarms what it reports, and {@link #park} or {@link #arm} arms it again.
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
     * Only an edge sets READY. An edge that takes the waiter leaves no token: the resume hands it
     * over. Only the side's user goes from null to WAIT, and from READY to null.
     */
    private volatile Object rg;

    /** Who waits to write, as {@link #rg}. */
    private volatile Object wg;

    /**
     * The reading deadline: 0 for none, a time of {@link Clock} (above 0), or FIRED. A time counts
     * as soon as it has passed, whether or not the timer has fired. A timer or a park that finds it
     * passed sets FIRED with a CAS, so it never overwrites a deadline that was moved meanwhile.
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
     * -1 while not open. Written by open and close: after the {@link #info} that ends the former
     * user, and before that of the next one.
     */
    private volatile int fd = -1;

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

    /**
     * The descriptor that is watched.
     *
     * @return its number; -1 after {@link #close}
     */
    public int fd() {
        return fd;
    }

    /**
     * Who watches the descriptor. Any thread.
     *
     * @return it never changes
     */
    public NetPoller poller() {
        return poller;
    }

    /**
     * Go's {@code pollReset}: checks for an error, then sets the side's state to null. To be called
     * before each I/O: what the kernel reports from now on counts as news.
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
        // The CAS is also a fence before the system call that follows: an edge that still found
        // READY belongs to bytes that the system call will see.
        if (state != null && !(state == READY && casSide(mode, READY, null))) {
            throw new IllegalStateException(
                    "reset while somebody waits to " + name(mode) + ": " + this);
        }
        return OK;
    }

    /**
     * Go's {@code netpollcheckerr}. Changes nothing. Reads the clock only if a deadline is set. Any
     * thread.
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
     * The first part of Go's {@code pollWait} ({@code netpollarm}, {@code netpollblock}), up to
     * where a goroutine gives up its thread. For a side that has found EAGAIN.
     *
     * @param mode READ or WRITE
     * @param waiter is resumed by the thread that polls, or that interrupts the wait
     * @return false if the waiter has been parked: it will be resumed once, or has been already.
     *     True if there is nothing to wait for, because the side was ready (the token is spent) or
     *     because of an {@link #error}: the waiter will not be resumed.
     * @throws IllegalStateException "double wait" if somebody already waits on that side
     */
    public boolean park(int mode, Waiter waiter) {
        return park(mode, waiter, true);
    }

    /**
     * As {@link #park}, for a side that has not found EAGAIN: it waits for news, as a hang-up or a
     * deadline. Of what it has left in the socket it may or may not be told again, until {@link
     * #arm}.
     *
     * @param mode READ or WRITE
     * @param waiter as for {@link #park}
     * @return as of {@link #park}
     */
    public boolean watch(int mode, Waiter waiter) {
        return park(mode, waiter, false);
    }

    private boolean park(int mode, Waiter waiter, boolean arm) {
        for (; ; ) {
            Object state = side(mode);
            if (state == READY) {
                if (casSide(mode, READY, null)) {
                    return true;
                }
                continue;
            }
            if (state != null) {
                throw new IllegalStateException(
                        "double wait: somebody already waits to " + name(mode) + ": " + this);
            }
            if (arm) {
                arm(mode);
            }
            if (casSide(mode, null, WAIT)) {
                // Checked again after reset: a close or a deadline that came before WAIT has
                // resumed nobody.
                int error = error(mode);
                if (error != OK) {
                    if (error == TIMEOUT) {
                        expire(mode);
                    }
                    // If this fails, the state is READY, which stays, or null already.
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
                // An edge, a deadline or a close came in between. The next round finds READY or
                // the error. It finds neither if the deadline has been moved since.
            }
        }
    }

    /**
     * Go's {@code netpollarm}: an edge is to follow if the side is ready, now or later. Called by
     * park; by the side's user himself if he finds EAGAIN while his waiter is parked.
     *
     * @param mode READ or WRITE
     */
    public void arm(int mode) {
        if (!isArmed(mode)) {
            poller.arm(this, mode);
        }
    }

    /**
     * Takes back a waiter that {@link #park} has parked. To be called by the side's user, after
     * park has returned.
     *
     * @param mode READ or WRITE
     * @param waiter the one that was parked; null is none
     * @return true if {@code waiter} was parked, and will not be resumed; false if it was not
     *     parked any more, because it has been or will be resumed
     */
    public boolean unpark(int mode, Waiter waiter) {
        return waiter != null && casSide(mode, waiter, null);
    }

    /**
     * Go's {@code pollWait}: parks the calling thread, platform or virtual, until the side is
     * ready. It may return although nothing is ready: then the I/O finds EAGAIN, and the caller
     * waits again. An interrupt does not end the wait; the interrupt flag is set when the method
     * returns. The JDK's sockets wait in the same way on platform threads. {@link
     * #awaitInterruptibly} can be interrupted.
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
        new ParkedThread(Thread.currentThread()).await(this, mode);
        return error(mode);
    }

    /**
     * As {@link #await}, but an interrupt ends the wait, as with the JDK's sockets on virtual
     * threads. Those close the socket then; here the caller has to.
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
        if (!new ParkedThread(Thread.currentThread()).awaitInterruptibly(this, mode)) {
            return INTERRUPTED;
        }
        return error(mode);
    }

    /**
     * Whether the descriptor has hung up. From then on a short read does not mean that the socket
     * is drained: read on until EAGAIN or the end. Any thread.
     *
     * @return true once the kernel has reported RDHUP, HUP or ERR for this descriptor
     */
    public boolean hungUp() {
        return (info & HUNG_UP) != 0;
    }

    /**
     * Whether the peer has sent urgent data. A read stops before the urgent byte, so a short read
     * does not mean that the socket is drained. Urgent data alone makes no side ready. Any thread.
     *
     * @return true once the kernel has reported EPOLLPRI for this descriptor
     */
    public boolean urgent() {
        return (info & URGENT) != 0;
    }

    /**
     * Whether the connection is gone, by a reset or a timeout. HUP alone is an end in good order:
     * of a socket that has ended its own side before, or of a Unix socket whose peer has closed.
     * Any thread.
     *
     * @return true once the kernel has reported ERR and HUP at once for this descriptor
     */
    public boolean failed() {
        return (info & FAILED) != 0;
    }

    /**
     * Whether a side's deadline has passed and a timer or {@link #park} has acted on it. Unlike
     * {@link #error} it does not read the clock. Any thread.
     *
     * @param mode READ or WRITE
     * @return false also if it has no deadline
     */
    public boolean isPast(int mode) {
        return deadline(mode) < 0;
    }

    /**
     * Go's {@code pollSetDeadline}. Once the deadline has passed, every {@link #reset} and every
     * wait of that side gives TIMEOUT, even if the I/O could go on, until the deadline is moved or
     * cleared. Any thread. If two threads move the deadlines of both sides at once, each side gets
     * the deadline of one of them.
     *
     * <p>To move a deadline before it fires costs a read of the clock and a write. The timer is
     * queued only if somebody waits, and the timer is not queued yet or only for later.
     *
     * @param delayNanos above 0: that many nanoseconds from now, without an upper limit; 0: no
     *     deadline; below 0: already past, so that whoever waits is resumed before the method
     *     returns
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
            // Take both before the first resume, after which the desc may be in use again.
            Waiter writer = writing ? take(WRITE) : null;
            Waiter reader = reading ? take(READ) : null;
            resume(writer);
            resume(reader);
        } else if ((writing && wg instanceof Waiter) || (reading && rg instanceof Waiter)) {
            arm(deadline);
        }
    }

    /**
     * Go's {@code pollUnblock}: from now on every operation gives CLOSING. Resumes both waiters,
     * and takes the timer out of its queue. Any thread, once.
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
            // arm leaves UNTIMED, then reads closing; here closing is written, then timerAt read.
            // So if timerAt is UNTIMED, no arm will queue the timer.
            if (timerAt != TimerQueue.UNTIMED) {
                poller.timers.remove(this);
            }
        } finally {
            resume(writer);
            resume(reader);
        }
    }

    /**
     * Go's {@code pollClose}: stops watching, and gives the PollDesc back to be used again. The
     * caller must not use it any more.
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
            poller.remove(this, fdStaysOpen);
        } finally {
            poller.cache.free(this);
        }
    }

    /**
     * Has another poller watch the descriptor, with the same deadlines, and closes this PollDesc.
     * An edge is not lost: the other poller reports what is ready already. The caller must be the
     * user of both sides, and nobody may be in {@link #setDeadline} or {@link #unblock}.
     *
     * @param other an open poller
     * @return the PollDesc to be used from now on
     * @throws IOException if the kernel refuses; this PollDesc stays as it is
     * @throws IllegalStateException if the other poller is closed, or if somebody waits
     */
    public PollDesc moveTo(NetPoller other) throws IOException {
        if (isWaited(rg) || isWaited(wg)) {
            throw new IllegalStateException("moved while somebody waits: " + this);
        }
        PollDesc moved = isArmed(WRITE) ? other.open(fd) : other.openReader(fd);
        moved.rd = rd;
        moved.wd = wd;
        unblock();
        close(true);
        return moved;
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

    /** The part of {@link NetPoller#open} that comes before epoll_ctl. */
    void open(int fd, boolean writer) {
        this.fd = fd;
        rg = null;
        wg = null;
        rd = 0;
        wd = 0;
        // Last: a park of the former user may still be running, after somebody has taken its
        // waiter. It ignores the fields above as long as it sees closing.
        int armed = READ << ARMED_SHIFT | ARMED_HANG_UP | (writer ? WRITE << ARMED_SHIFT : 0);
        info = info >>> FDSEQ_SHIFT << FDSEQ_SHIFT | armed;
    }

    /** Whether the poller reports the side when it becomes ready. */
    boolean isArmed(int mode) {
        return isArmed(info, mode);
    }

    /** Everything that one look must tell, to be asked below. */
    long info() {
        return info;
    }

    /** Whether the poller has anything to report, and somebody to report it to. */
    static boolean isWatched(long info) {
        return (info & ALL_ARMED) != 0 && (info & (CLOSING_BIT | ABANDONED)) == 0;
    }

    static int fdseq(long info) {
        return (int) (info >>> FDSEQ_SHIFT);
    }

    static boolean isArmed(long info, int mode) {
        return (info & mode << ARMED_SHIFT) != 0;
    }

    /** The poller reports the side from now on. */
    void armed(int mode) {
        int bit = mode << ARMED_SHIFT;
        long i;
        do {
            i = info;
        } while ((i & bit) == 0 && !INFO.compareAndSet(this, i, i | bit));
    }

    /** What an event disarms that has made these sides ready. */
    static int disarmed(int modes) {
        return modes << ARMED_SHIFT;
    }

    /** No event comes any more. Also after {@link #close}. */
    @Override
    public void abandon(int fdseq) {
        poller.abandon(this, fdseq);
    }

    /** False if it is another's by now. */
    boolean abandoned(int fdseq) {
        long i;
        do {
            i = info;
            if (fdseq(i) != fdseq) {
                return false;
            }
        } while (!INFO.compareAndSet(this, i, i | ABANDONED));
        return true;
    }

    /**
     * What tells the present user from others: the sequence number that an event must carry to be
     * meant for him.
     *
     * @return a number that a PollDesc gets anew with each descriptor
     */
    public int fdseq() {
        return fdseq(info);
    }

    /**
     * Go's {@code netpollready}: the kernel has reported something. An event with an old fdseq is
     * dropped.
     *
     * @param modes the sides that have become ready, in any combination
     * @param news HUNG_UP, URGENT and FAILED, in any combination
     * @param disarmed what is not to be reported again until it is armed
     * @param ready has room for two
     * @return true if the event is stale, and not the first one of that former user: the kernel
     *     still watches a descriptor that has been closed here
     */
    boolean event(int fdseq, int modes, int news, int disarmed, ReadyList ready) {
        long i = info;
        if ((int) (i >>> FDSEQ_SHIFT) != fdseq) {
            // The first one may have come in while the descriptor was being closed.
            boolean again = fdseq - newestStale <= 0;
            if (!again) {
                newestStale = fdseq;
            }
            return again;
        }
        for (long next; (next = i & ~disarmed | news) != i; ) {
            if (INFO.compareAndSet(this, i, next)) {
                break;
            }
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

    /**
     * Fires the deadlines that are due. Called by {@link TimerQueue}, under its lock.
     *
     * @param ready has room for two
     */
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

    /** Fires a deadline that has passed while nobody waited, so that no timer was queued for it. */
    private void expire(int mode) {
        long deadline = deadline(mode);
        if (deadline > 0 && deadline <= Clock.now()) {
            (mode == READ ? RD : WD).compareAndSet(this, deadline, FIRED);
        }
    }

    /** The earliest deadline of a side on which somebody waits; NEVER if none, or if closing. */
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
     * Queues the timer for {@code deadline}, unless it is queued for that time or an earlier one.
     */
    private void arm(long deadline) {
        if (deadline > 0 && deadline < timerAt && poller.timers.arm(this)) {
            poller.wakeup();
        }
    }

    /**
     * Go's {@code netpollunblock} with ioready: takes the waiter, or leaves READY if there is none.
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
     * Go's {@code netpollunblock} without ioready: takes the waiter, and leaves null.
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
                + ((i & FAILED) != 0 ? ", failed" : "")
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
}
