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
package io.gopoll.sched;

import io.gopoll.poll.NetPoller;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A poller and the platform thread that polls it, beside those who wait: Go's background netpoll.
 * To resume a virtual thread from it is a hand-over between threads. While much is ready it is paid
 * once for many: then the thread rests, and a virtual thread, the looker, looks at the network in
 * line with those that it resumes. That depends on the JDK's carriers, which may all compute or be
 * pinned: a looker that has not looked for 10 ms loses its turn to the thread. Before JDK 21 there
 * is the thread alone.
 *
 * <p>Any thread may call everything here.
 */
public final class BackgroundPoller implements AutoCloseable {

    private static final AtomicInteger IDS = new AtomicInteger();

    /** How many are ready at once when the looker takes over. */
    private static final int MUCH = 4;

    /** How many looks in a row find nothing when the thread takes over again. */
    private static final int IDLE_LOOKS = 2;

    /** How long the looker may stay away. */
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int THREAD = 0;
    private static final int LOOKER = 1;
    private static final int LOOKING = 2;
    private static final int ENDED = 3;

    private static final VarHandle TURN;

    static {
        try {
            TURN = MethodHandles.lookup().findVarHandle(BackgroundPoller.class, "turn", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final NetPoller poller = NetPoller.newPoller();
    private final boolean daemon;

    /** Under this. */
    private Thread thread;

    /** Null before JDK 21. Written before the thread starts. */
    private Thread looker;

    /**
     * Whose turn it is to poll.
     *
     * <pre>
     *   THREAD  -> LOOKER   the thread, when much was ready: it waits for its turn
     *   LOOKER  -> LOOKING  the looker begins a look
     *   LOOKING -> LOOKER   the looker has looked, and resumed whoever became runnable
     *   LOOKER  -> THREAD   the looker, when nothing comes any more; or the thread, when the looker
     *                       is late
     *   THREAD  -> ENDED    the thread, when this is closed
     * </pre>
     */
    private volatile int turn = THREAD;

    /** Counts the looker's looks. */
    private volatile int looks;

    /**
     * The thread has taken the looker's turn: it gets no other one before it has noticed. Written
     * by the thread when it has the turn, and back by the looker.
     */
    private volatile boolean late;

    private volatile boolean closed;

    /**
     * @param daemon whether the thread lets the JVM end
     * @throws IOException if there are no descriptors left
     */
    public BackgroundPoller(boolean daemon) throws IOException {
        this.daemon = daemon;
    }

    public NetPoller poller() {
        return poller;
    }

    /** Starts the thread, unless it has been started or closed. */
    public synchronized void start() {
        if (thread != null || closed) {
            return;
        }
        int id = IDS.incrementAndGet();
        if (VirtualThreads.unavailabilityCause() == null) {
            looker = VirtualThreads.unstarted("gopoll-looker-" + id, this::look);
        }
        Thread t = new Thread(null, this::await, "gopoll-poller-" + id, 0, false);
        t.setDaemon(daemon);
        t.start();
        // Seen by the looker, which starts later.
        thread = t;
        if (looker != null) {
            looker.start();
        }
    }

    // ---- The thread. ----

    /** Waits for the network; while the looker has its turn, for that one's end. */
    private void await() {
        while (!closed) {
            int resumed = Polling.pollAndResume(poller, -1);
            if (resumed >= MUCH && looker != null && !late && !closed) {
                turn = LOOKER;
                LockSupport.unpark(looker);
                awaitTurn();
            }
        }
        turn = ENDED;
        if (looker != null) {
            LockSupport.unpark(looker);
        }
        Netpoll.retire(poller);
    }

    private void awaitTurn() {
        while (turn != THREAD) {
            int seen = looks;
            LockSupport.parkNanos(this, LATE_NANOS);
            Thread.interrupted(); // or it would not park any more
            if (looks == seen) {
                // Before the turn is taken, so that the looker finds it when it finds that.
                late = true;
                if (TURN.compareAndSet(this, LOOKER, THREAD)) {
                    return;
                }
                late = false;
            }
        }
    }

    // ---- The looker. ----

    /** Looks at the network until nothing comes any more. */
    private void look() {
        while (turn != ENDED) {
            int idle = 0;
            while (TURN.compareAndSet(this, LOOKER, LOOKING)) {
                int seen = looks;
                try {
                    idle = Polling.pollAndResume(poller, 0) == 0 ? idle + 1 : 0;
                    looks = seen + 1;
                } finally {
                    turn = LOOKER;
                }
                if (idle == IDLE_LOOKS || closed) {
                    if (TURN.compareAndSet(this, LOOKER, THREAD)) {
                        LockSupport.unpark(thread);
                    }
                    break;
                }
                Thread.yield();
            }
            late = false;
            LockSupport.park(this);
            Thread.interrupted();
        }
    }

    /**
     * Ends the thread, soon. The poller is closed with its last descriptor, and polled until then.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (thread == null) {
            Netpoll.retire(poller);
        } else {
            poller.wakeup();
        }
    }
}
