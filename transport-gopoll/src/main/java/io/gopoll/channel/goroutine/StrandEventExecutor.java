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
package io.gopoll.channel.goroutine;

import static io.netty.util.internal.ObjectUtil.checkNotNull;

import io.gopoll.channel.loop.Registration;
import io.gopoll.channel.loop.Registrations;
import io.gopoll.poll.PollDesc;
import io.gopoll.poll.SafeLogger;
import io.gopoll.sched.Strand;
import io.netty.channel.IoHandle;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs the sides, tasks and timers of a goroutine loop, in bursts: its strand lends a virtual
 * thread for each, so that what blocks in it blocks nobody else. Its group knows it while there is
 * something to run or to wait for, that is a registration, a task or a timer; before and after that
 * it is an object like any other.
 */
abstract class StrandEventExecutor extends AbstractScheduledEventExecutor implements Strand.Work {

    private static final SafeLogger logger = SafeLogger.of(StrandEventExecutor.class);

    // What it is doing. Whoever changes one of the others to AWAKE has to make the strand go on. A
    // burst changes AWAKE to one of the others when it is over. Then it looks for news once more:
    // if there is some, it changes the status back to AWAKE, as any other thread would.
    private static final int AWAKE = 0;
    private static final int ASLEEP = 1;

    /** Asleep, and its group does not know it. */
    private static final int ENDED = 2;

    /** A burst waits for a future: {@link Await}. */
    private static final int AWAITING = 3;

    private static final VarHandle STATUS;
    private static final VarHandle THREAD;
    private static final VarHandle TURN;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATUS = lookup.findVarHandle(StrandEventExecutor.class, "status", int.class);
            THREAD = lookup.findVarHandle(StrandEventExecutor.class, "thread", Thread.class);
            TURN = lookup.findVarHandle(StrandEventExecutor.class, "turn", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** How many tasks run before the channels have their turn. */
    private static final int TASKS_PER_TURN = 1024;

    /** How many turns a burst has before other loops have theirs. */
    private static final int TURNS_PER_BURST = 16;

    private final Strand strand;
    private final StrandRegistrations registrations;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** AWAKE, ASLEEP, ENDED or AWAITING. */
    private volatile int status = ENDED;

    /** Null while it does not shut down. Written once, under the tasks. */
    private volatile LoopShutdown shutdown;

    /** The thread whose burst this is, null between bursts. Only bursts write it, each its own. */
    private volatile Thread thread;

    /** Counts the turns, those of {@link Await} too. Written by bursts. */
    private volatile int turn;

    /** The group did not wait for this loop's handler: only that one's thread may still come. */
    volatile boolean abandoned;

    /** The strand's timer has come. A burst takes it back. */
    private volatile boolean due;

    /**
     * The deadline of the strand's timer, -1 if there is none, 0 if it ends the quiet time of a
     * loop that shuts down. Belongs to the burst.
     */
    private long timer = -1;

    /** The {@link #turn} with which the thread's caches were dropped. */
    private volatile int trimmed = -1;

    /** What {@link #turn} was at the last sweep. The sweeper's. */
    private int swept = -1;

    /** How many {@link Await}s are under way, one in a task of the other. */
    int awaiting;

    StrandEventExecutor(Loops loops, LoopPoller poller) {
        super(loops.group());
        strand = loops.newStrand(poller, this);
        registrations = new StrandRegistrations(this, strand, poller);
    }

    final Registrations registrations() {
        return registrations;
    }

    abstract Registration newRegistration(IoHandle handle);

    /**
     * There is something to run or to wait for, until {@link #leaveGroup}. Any thread.
     *
     * @throws RejectedExecutionException if the group has terminated
     */
    abstract void joinGroup();

    /** There is nothing to run or to wait for any more. Any thread. */
    abstract void leaveGroup();

    /** The last step of a burst that finds nothing more to do. */
    abstract void burstEnds();

    /** It has terminated: tells those who keep something for it. */
    abstract void terminated();

    // ---- Bursts. ----

    /** There is something to do. Any thread. */
    final void wake() {
        if (status == AWAKE) {
            return;
        }
        switch ((int) STATUS.getAndSet(this, AWAKE)) {
            case ASLEEP:
                strand.ready();
                break;
            case ENDED:
                begin();
                break;
            case AWAITING:
                // If it goes on by itself just now, nobody or somebody else is unparked, in vain.
                LockSupport.unpark(thread);
                break;
            default:
                break;
        }
    }

    private void begin() {
        boolean begun = false;
        try {
            joinGroup();
            begun = true;
            strand.ready();
        } catch (Throwable e) {
            status = ENDED;
            if (begun) {
                leaveGroup();
            }
            throw e;
        }
    }

    /** The strand's timer. Any thread. */
    @Override
    public void due() {
        due = true;
        wake();
    }

    /** A burst. */
    @Override
    public void run() {
        registrations.burstBegins();
        THREAD.setRelease(this, Thread.currentThread());
        ThreadExecutorMap.setCurrentExecutor(this);
        int turns = 0;
        do {
            try {
                turn();
            } catch (Throwable t) {
                logger.error("Unexpected exception in a goroutine event loop.", t);
            }
            // What is queued has had its share: it goes on when others have had theirs.
            if (++turns > TURNS_PER_BURST || registrations.hasQueued()) {
                THREAD.setRelease(this, (Thread) null);
                strand.ready();
                return;
            }
        } while (hasWork());
        sleep();
    }

    private void turn() {
        TURN.setRelease(this, turn + 1);
        takeDue();
        registrations.runResumed();
        registrations.runQueued(PollDesc.READ | PollDesc.WRITE);
        runTasks();
        registrations.settle();
        LoopShutdown s = shutdown;
        if (s != null) {
            s.turn();
        }
    }

    private void takeDue() {
        if (due) {
            due = false;
            timer = -1;
        }
    }

    private boolean hasWork() {
        return hasNews()
                || registrations.hasQueued()
                || registrations.hasLooks()
                || hasScheduledTasks();
    }

    /** What others may have brought. Any thread. */
    private boolean hasNews() {
        LoopShutdown s = shutdown;
        return registrations.hasResumed() || !tasks.isEmpty() || due || s != null && s.isNews();
    }

    /** Says that the burst is over. From then on the next one may run. */
    private void sleep() {
        boolean ends =
                isTerminated()
                        || registrations.isEmpty()
                                && nextScheduledTaskDeadlineNanos() == -1
                                && quiet() < 0;
        setTimer(ends);
        if (ends) {
            strand.release();
        }
        // Within the burst: the next one may be that of another channel.
        burstEnds();
        THREAD.setRelease(this, (Thread) null);
        status = ends ? ENDED : ASLEEP;
        if (hasNews()) {
            wake();
        }
        if (ends) {
            leaveGroup();
        }
    }

    /**
     * One that is set for too early stays: when it comes it is set anew. So a timeout for each
     * request, cancelled when that is done, sets no timer each time.
     */
    private void setTimer(boolean ends) {
        if (quiet() >= 0) {
            timer = 0;
            strand.wakeAfter(quiet());
            return;
        }
        long deadline = nextScheduledTaskDeadlineNanos();
        boolean late = timer == -1 ? deadline != -1 : ends || deadline != -1 && deadline < timer;
        if (late) {
            timer = deadline;
            strand.wakeAfter(deadline == -1 ? -1 : Math.max(0, nextScheduledTaskNano()));
        }
    }

    /**
     * Now and then, where a loop has a thread of its own: if it has slept since the last time it
     * gives back what that has cached. One sweeper at a time.
     */
    void sweep() {
        int t = turn;
        if (status != ASLEEP || t == trimmed) {
            return;
        }
        if (t != swept) {
            swept = t;
            return;
        }
        try {
            execute(this::trim);
        } catch (RejectedExecutionException ignored) {
            // It has ended, and its thread's caches with it.
        }
    }

    private void trim() {
        // In a handler that awaits something, they are in use.
        if (awaiting == 0) {
            ThreadCaches.drop();
            trimmed = turn;
        }
    }

    /** Runs a share of the tasks; false if there is none. */
    boolean runTasks() {
        return runTasks(null);
    }

    /**
     * @param await ends it when it is over: what comes then, as channelInactive, comes when the
     *     handler that waits has returned. Null for none
     */
    private boolean runTasks(Await await) {
        fetchFromScheduledTaskQueue(tasks);
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        int count = 0;
        do {
            safeExecute(task);
        } while (++count < TASKS_PER_TURN
                && (await == null || !await.isOver())
                && (task = tasks.poll()) != null);
        LoopShutdown s = shutdown;
        if (s != null) {
            s.executed();
        }
        return true;
    }

    /** What was awaited is done. Any thread. */
    void awaited() {
        try {
            wake();
        } catch (RejectedExecutionException ignored) {
            // Nobody waits for it any more.
        }
    }

    /**
     * What a turn does while a handler awaits something: writes, tasks and timers, no reads.
     *
     * @return whether there is, or may be, more to do
     */
    boolean awaitTurn(Await await) {
        TURN.setRelease(this, turn + 1);
        takeDue();
        registrations.queueResumed();
        boolean ran = registrations.runQueued(PollDesc.WRITE) > 0;
        Registration handling = registrations.current;
        registrations.current = null;
        try {
            ran |= runTasks(await);
        } finally {
            registrations.current = handling;
        }
        LoopShutdown s = shutdown;
        if (s != null) {
            s.seen();
            registrations.closeAll();
        }
        return ran || registrations.hasResumed() || !tasks.isEmpty() || hasScheduledTasks();
    }

    /** Waits until there is news, unless that which is awaited has come. */
    void awaitNews(Await await) {
        status = AWAITING;
        if (!hasNews() && !await.isOver()) {
            long delay = nextScheduledTaskNano();
            if (delay < 0) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, delay);
            }
        }
        status = AWAKE;
    }

    // ---- Tasks. ----

    @Override
    public void execute(Runnable task) {
        checkNotNull(task, "task");
        boolean inEventLoop = inEventLoop();
        if (isRefused(inEventLoop)) {
            throw rejected();
        }
        tasks.add(task);
        if (inEventLoop) {
            return;
        }
        if (isTerminated() && tasks.remove(task)) {
            throw rejected();
        }
        try {
            wake();
        } catch (RejectedExecutionException e) {
            tasks.remove(task);
            throw e;
        }
    }

    /** The loop itself, as it closes its channels, has things to do later up to its end. */
    private boolean isRefused(boolean inEventLoop) {
        return inEventLoop ? isTerminated() : isShutdown() || abandoned;
    }

    static RejectedExecutionException rejected() {
        return new RejectedExecutionException("event executor terminated");
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return thread == this.thread;
    }

    // ---- What the loop is doing. Any thread. ----

    /** Between bursts null. */
    final Thread thread() {
        return thread;
    }

    /** Changes with each turn. */
    final int turns() {
        return turn;
    }

    final boolean isAwake() {
        return status == AWAKE;
    }

    /** How many tasks wait for their turn; those do not count whose time has not come. */
    public final int pendingTasks() {
        return tasks.size();
    }

    /** For the dump; null if it waits for its descriptors. */
    final String doing() {
        switch (status) {
            case AWAITING:
                return "in GoPoll.await";
            case AWAKE:
                return thread == null ? "ready, waits for its turn" : "in a handler";
            default:
                return null;
        }
    }

    // ---- Shutdown. ----

    final void shutDown(LoopShutdown begun) {
        synchronized (tasks) {
            if (shutdown != null) {
                return;
            }
            shutdown = begun;
        }
        try {
            wake();
        } catch (RejectedExecutionException e) {
            // The group has terminated, and this loop had no thread.
            begun.terminatedWithoutATurn();
            terminated();
        }
    }

    private long quiet() {
        LoopShutdown s = shutdown;
        return s == null ? -1 : s.quiet();
    }

    void cancelScheduled() {
        cancelScheduledTasks();
    }

    /** Runs all tasks that there are, though the loop takes none any more. */
    void runLastTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            safeExecute(task);
        }
    }

    long now() {
        return ticker().nanoTime();
    }

    @Override
    public boolean isShuttingDown() {
        return shutdown != null;
    }

    @Override
    public boolean isShutdown() {
        LoopShutdown s = shutdown;
        return s != null && s.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        LoopShutdown s = shutdown;
        return s != null && s.isTerminated();
    }
}
