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
package io.gopoll.channel;

import static io.netty.util.internal.ObjectUtil.checkNotNull;
import static io.netty.util.internal.ObjectUtil.checkPositiveOrZero;

import io.gopoll.poll.NetPoller;
import io.gopoll.poll.PollDesc;
import io.gopoll.poll.SafeLogger;
import io.gopoll.sched.Strand;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoRegistration;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.BlockingOperationException;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.ThreadExecutorMap;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An event loop of its own for a channel: a strand, whose bursts are run by virtual threads, so
 * that what blocks in it blocks nobody else. It takes further channels, too. Its group knows it
 * while there is something to run or to wait for, that is a registration, a task or a timer; before
 * and after that it is an object like any other.
 */
final class GoroutineEventLoop extends AbstractScheduledEventExecutor
        implements IoEventLoop, Strand.Work {

    private static final SafeLogger logger = SafeLogger.of(GoroutineEventLoop.class);

    // What it is doing. Whoever turns one of the others to AWAKE sees to it that it goes on. A
    // burst
    // says that it is over by turning AWAKE to one of the others, as its last step but one: if
    // there
    // is something to do then, it turns it back like anybody else.
    private static final int AWAKE = 0;
    private static final int ASLEEP = 1;

    /** Asleep, and its group does not know it. */
    private static final int ENDED = 2;

    /** A burst waits for a future in {@link #await}. */
    private static final int AWAITING = 3;

    // The life of the loop, in this order.
    private static final int STARTED = 0;
    private static final int SHUTTING_DOWN = 1;
    private static final int SHUTDOWN = 2;
    private static final int TERMINATED = 3;

    private static final VarHandle STATUS;
    private static final VarHandle THREAD;
    private static final VarHandle TURN;
    private static final VarHandle TERMINATION;
    private static final VarHandle OWN;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATUS = lookup.findVarHandle(GoroutineEventLoop.class, "status", int.class);
            THREAD = lookup.findVarHandle(GoroutineEventLoop.class, "thread", Thread.class);
            TURN = lookup.findVarHandle(GoroutineEventLoop.class, "turn", int.class);
            OWN = lookup.findVarHandle(GoroutineEventLoop.class, "own", Channel.class);
            TERMINATION =
                    lookup.findVarHandle(GoroutineEventLoop.class, "termination", Promise.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A handler that waits, and has not returned for so long after a close was asked for. */
    private static final long BLOCKED_MILLIS = 10;

    /** One that computes has so many times as long. */
    private static final int LOOKS_FOR_BLOCKED = 10;

    /** How many tasks run before the channels have their turn. */
    private static final int TASKS_PER_TURN = 1024;

    /** How many turns a burst has before other loops have theirs. */
    private static final int TURNS_PER_BURST = 16;

    private final GoroutineEventLoopGroup group;
    private final LoopPoller poller;
    private final Strand strand;
    private final Registrations registrations = new GoroutineRegistrations();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** Whether it is one of those that {@link GoroutineEventLoopGroup#next} goes through. */
    private final boolean durable;

    /**
     * What {@link #terminationFuture} has given out; null while nobody has asked. Netty and others
     * keep things for an executor until this is done: a resolver, with a socket of its own. So it
     * is not only done when the group ends, but also when the loop ends because its channels have
     * closed. A loop that begins anew after that has another one.
     */
    @SuppressWarnings("unused")
    private volatile Promise<Void> termination;

    /**
     * The channel that the group has made it, or taken it, for; null before that, and when the
     * channel has left. Written by whoever takes the loop; {@link #disown} takes it back.
     */
    private volatile Channel own;

    /** AWAKE, ASLEEP, ENDED or AWAITING. */
    private volatile int status = ENDED;

    private volatile int state = STARTED;

    /** See {@link #name}; null until it is asked for and all is known. */
    private volatile String name;

    /** The thread whose burst this is, null between bursts. Only bursts write it, each its own. */
    private volatile Thread thread;

    /** Counts the turns, those of {@link #await} too. Written by bursts. */
    private volatile int turn;

    /** The group did not wait for this loop's handler: only that one's thread may still come. */
    private volatile boolean abandoned;

    /** The strand's timer has come. A burst takes it back. */
    private volatile boolean due;

    /**
     * The deadline of the strand's timer, -1 if there is none, 0 if it ends the quiet time of a
     * loop that shuts down. Belongs to the burst.
     */
    private long timer = -1;

    /** How often the loop has gone to sleep. Read late is good enough. */
    private int sleeps;

    /** What {@link #sleeps} will be when the thread sleeps again with its caches dropped. */
    private volatile int sleepsTrimmed = -1;

    /** What {@link #sleeps} was at the last sweep. The sweeper's. */
    private int sleepsSwept = -1;

    /** The state that the last turn has acted on. Belongs to the burst. */
    private int stateSeen = STARTED;

    /** How many calls of {@link #await} are under way, one in a task of the other. */
    private int awaiting;

    /**
     * How long a loop that shuts down waits for further tasks, in nanoseconds; -1 if it does not.
     */
    private long quiet = -1;

    private long shutdownQuietPeriod;
    private long shutdownTimeout;
    private long shutdownStart;
    private long lastExecution;

    /**
     * @param poller where its descriptors are watched
     */
    GoroutineEventLoop(GoroutineEventLoopGroup group, LoopPoller poller, boolean durable) {
        super(group);
        this.group = group;
        this.durable = durable;
        this.poller = poller;
        this.strand = group.newStrand(poller, this);
    }

    private final class GoroutineRegistrations extends Registrations {

        GoroutineRegistrations() {
            super(null);
        }

        @Override
        NetPoller poller() {
            return poller.poller;
        }

        @Override
        boolean inEventLoop() {
            return GoroutineEventLoop.this.inEventLoop();
        }

        @Override
        void execute(Runnable task) {
            GoroutineEventLoop.this.execute(task);
        }

        @Override
        void resume(Continuation side) {
            push(side);
            wake();
        }

        @Override
        boolean isAlone() {
            return strand.isAlone();
        }

        @Override
        Gathering gathering() {
            return poller.gathering();
        }

        @Override
        void giveBack(Gathering gathering) {
            poller.giveBack(gathering);
        }

        @Override
        Datagrams datagrams() {
            return poller.datagrams();
        }

        @Override
        void giveBack(Datagrams datagrams) {
            poller.giveBack(datagrams);
        }

        @Override
        boolean isOnlyPoller() {
            return false;
        }
    }

    // ---- Bursts. ----

    /** There is something to do. Any thread. */
    private void wake() {
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
            group.begin(this);
            begun = true;
            strand.ready();
        } catch (Throwable e) {
            status = ENDED;
            if (begun) {
                group.ended(this);
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
        registrations.now = System.nanoTime();
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
        if (state >= SHUTTING_DOWN) {
            shutDown();
        }
    }

    private void takeDue() {
        if (due) {
            due = false;
            timer = -1;
        }
    }

    private boolean hasWork() {
        return hasNews() || registrations.hasQueued() || hasScheduledTasks();
    }

    /** What others may have brought. Any thread. */
    private boolean hasNews() {
        return registrations.hasResumed() || !tasks.isEmpty() || due || state != stateSeen;
    }

    /** Says that the burst is over. From then on the next one may run. */
    private void sleep() {
        boolean ends =
                state == TERMINATED
                        || registrations.isEmpty()
                                && nextScheduledTaskDeadlineNanos() == -1
                                && quiet < 0;
        setTimer(ends);
        sleeps++;
        if (ends) {
            strand.release();
        }
        if (!durable && isUnused()) {
            // Within the burst: the next one may be that of another channel.
            unused();
        }
        THREAD.setRelease(this, (Thread) null);
        status = ends ? ENDED : ASLEEP;
        if (hasNews()) {
            wake();
        }
        if (ends) {
            group.ended(this);
        }
    }

    /**
     * Whether no channel is left but those that serve the loop itself, as a resolver's, and no task
     * is to come. What serves the loop goes when the loop says that it has ended, and would wait
     * for ever if the loop waited for it.
     */
    private boolean isUnused() {
        Channel channel = own;
        return (channel == null || !channel.isRegistered() || channel.eventLoop() != this)
                && nextScheduledTaskDeadlineNanos() == -1
                && registrations.hasDatagramsOnly();
    }

    /** Its channel has left: another one gets it, or all who keep something for it are told. */
    private void unused() {
        Channel left = own;
        if (left == null) {
            ended();
        } else {
            group.takeBack(this, left);
        }
    }

    /** Completes what {@link #terminationFuture} has given out so far. Any thread. */
    void ended() {
        @SuppressWarnings("unchecked")
        Promise<Void> promise = (Promise<Void>) TERMINATION.getAndSet(this, (Promise<Void>) null);
        if (promise != null) {
            promise.trySuccess(null);
        }
    }

    /** The group takes it for a channel. */
    void own(Channel channel) {
        name = null;
        own = channel;
    }

    /**
     * The channel has left, or did not come. True for one caller: that one says what becomes of it.
     */
    boolean disown(Channel channel) {
        return OWN.compareAndSet(this, channel, (Channel) null);
    }

    /** The channel's id and peer; the loop's, as long as the peer is not known. */
    @Override
    public String name() {
        String n = name;
        if (n == null) {
            Channel channel = own;
            SocketAddress peer = channel == null ? null : channel.remoteAddress();
            n =
                    channel == null
                            ? "goroutine-loop"
                            : "goroutine [id: 0x"
                                    + channel.id().asShortText()
                                    + (peer == null ? "]" : ", R:" + peer + "]");
            if (peer != null || channel instanceof ServerChannel) {
                name = n;
            }
        }
        return n;
    }

    /**
     * One that is set for too early stays: when it comes it is set anew. So a timeout for each
     * request, cancelled when that is done, sets no timer each time.
     */
    private void setTimer(boolean ends) {
        if (quiet >= 0) {
            timer = 0;
            strand.wakeAfter(quiet);
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
        int s = sleeps;
        if (status != ASLEEP || s == sleepsTrimmed) {
            return;
        }
        if (s != sleepsSwept) {
            sleepsSwept = s;
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
            sleepsTrimmed = sleeps + 1;
        }
    }

    /** The sides that were resumed, in the order that they were. */
    private boolean runTasks() {
        fetchFromScheduledTaskQueue(tasks);
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        int count = 0;
        do {
            safeExecute(task);
        } while (++count < TASKS_PER_TURN && (task = tasks.poll()) != null);
        if (state != STARTED) {
            lastExecution = ticker().nanoTime();
        }
        return true;
    }

    // ---- Direct style. ----

    /**
     * Runs tasks, timers and writes until a future is done; no reads, so that the handler that
     * waits is not called again meanwhile: what can be read has its turn after this one.
     *
     * @throws BlockingOperationException if it is a future of a channel that is writing just now:
     *     in a listener of a write, or in {@code channelWritabilityChanged}
     * @throws InterruptedException if the thread was interrupted
     * @throws ClosedChannelException if the channel whose handler waits is closed, closes
     *     meanwhile, or has lost its peer: then what that had sent before is read later
     * @throws RejectedExecutionException if there is no channel, and the loop ends meanwhile
     */
    void await(Future<?> future)
            throws InterruptedException, ClosedChannelException, RejectedExecutionException {
        if (future.isDone()) {
            return;
        }
        if (future instanceof ChannelFuture && isWriting(((ChannelFuture) future).channel())) {
            throw new BlockingOperationException(
                    "await of "
                            + future
                            + " by what a write has called: let that return first, as by"
                            + " eventLoop().execute");
        }
        future.addListener(done -> awaited());
        // Who closes it does so in this loop, which wakes the wait, or interrupts this thread.
        Channel channel = handled();
        GoPollIoRegistration stream =
                channel instanceof AbstractGoPollStreamChannel
                        ? ((AbstractGoPollChannel) channel).readSide().registration()
                        : null;
        awaiting++;
        try {
            for (; ; ) {
                awaitTurn(future, channel, stream);
                if (future.isDone()) {
                    return;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (channel == null && state != STARTED) {
                    throw rejected();
                }
                if (channel != null && !channel.isOpen() || isGone(stream)) {
                    throw new ClosedChannelException();
                }
            }
        } finally {
            awaiting--;
        }
    }

    private static boolean isGone(GoPollIoRegistration stream) {
        return stream != null && stream.failed();
    }

    /**
     * The channel whose handler this is called by; null if it cannot be known. In a task that is
     * the one that the loop is for, as long as it is open, or the only one.
     */
    private Channel handled() {
        GoPollIoRegistration current = registrations.current;
        if (current != null
                && current.handle instanceof AbstractGoPollChannel.AbstractGoPollUnsafe
                && (current.isValid() || !current.handle.fd().isOpen())) {
            return ((AbstractGoPollChannel.AbstractGoPollUnsafe) current.handle).channel();
        }
        Channel channel = own;
        int channels = registrations.channels();
        if (channel != null && (channel.isOpen() || channels == 0)) {
            return channel;
        }
        return channels == 1 ? registrations.channelList().get(0) : null;
    }

    private boolean isWriting(Channel channel) {
        return channel instanceof AbstractGoPollChannel
                && channel.isRegistered()
                && channel.eventLoop() == this
                && ((AbstractGoPollChannel) channel).writeSide().isWriting();
    }

    /** What was awaited is done. Any thread. */
    private void awaited() {
        try {
            wake();
        } catch (RejectedExecutionException ignored) {
            // Nobody waits for it any more.
        }
    }

    private void awaitTurn(Future<?> future, Channel channel, GoPollIoRegistration stream) {
        TURN.setRelease(this, turn + 1);
        takeDue();
        registrations.queueResumed();
        boolean ran = registrations.runQueued(PollDesc.WRITE) > 0;
        GoPollIoRegistration handling = registrations.current;
        registrations.current = null;
        try {
            ran |= runTasks();
        } finally {
            registrations.current = handling;
        }
        stateSeen = state;
        if (stateSeen >= SHUTTING_DOWN) {
            registrations.closeAll();
        }
        if (ran
                || future.isDone()
                || registrations.hasResumed()
                || !tasks.isEmpty()
                || hasScheduledTasks()) {
            return;
        }
        if (stream != null) {
            stream.reader().watch();
        }
        status = AWAITING;
        if (!hasNews()
                && !future.isDone()
                && (channel == null || channel.isOpen())
                && !isGone(stream)) {
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
        if (state == TERMINATED && tasks.remove(task)) {
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
        return inEventLoop ? state == TERMINATED : state >= SHUTDOWN || abandoned;
    }

    static RejectedExecutionException rejected() {
        return new RejectedExecutionException("event executor terminated");
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return thread == this.thread;
    }

    @Override
    public IoEventLoop next() {
        return this;
    }

    @Override
    public IoEventLoopGroup parent() {
        return group;
    }

    // ---- Channels. ----

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel) {
        return register(new DefaultChannelPromise(channel, this));
    }

    @Override
    @Deprecated
    public ChannelFuture register(ChannelPromise promise) {
        Channel channel = checkNotNull(promise, "promise").channel();
        if (!(channel instanceof AbstractGoPollChannel) && channel.unsafe() instanceof IoHandle) {
            return promise.setFailure(GoPollEventLoop.incompatible(channel, this));
        }
        channel.unsafe().register(this, promise);
        return promise;
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        checkNotNull(channel, "channel").unsafe().register(this, checkNotNull(promise, "promise"));
        return promise;
    }

    @Override
    public Future<IoRegistration> register(IoHandle handle) {
        Promise<IoRegistration> promise = newPromise();
        if (inEventLoop()) {
            register(handle, promise);
        } else {
            execute(() -> register(handle, promise));
        }
        return promise;
    }

    private void register(IoHandle handle, Promise<IoRegistration> promise) {
        GoPollIoRegistration registration;
        try {
            registration = registrations.add(handle);
        } catch (Exception e) {
            promise.setFailure(e);
            return;
        }
        // Calls the handlers of a channel.
        GoPollIoRegistration before = registrations.current;
        registrations.current = registration;
        try {
            promise.setSuccess(registration);
        } finally {
            registrations.current = before;
        }
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return GoPollIoHandle.class.isAssignableFrom(handleType);
    }

    /** Says that it is GoPoll, to those who choose channel classes by it. */
    @Override
    public boolean isIoType(Class<? extends IoHandler> handlerType) {
        return handlerType == GoPollIoHandler.class;
    }

    int registeredChannels() {
        return registrations.channels();
    }

    Iterator<Channel> registeredChannelsIterator() {
        return registrations.channelList().iterator();
    }

    // ---- Shutdown. ----

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        checkPositiveOrZero(quietPeriod, "quietPeriod");
        if (timeout < quietPeriod) {
            throw new IllegalArgumentException(
                    "timeout: " + timeout + " (expected: >= quietPeriod, " + quietPeriod + ")");
        }
        checkNotNull(unit, "unit");
        shutDown(SHUTTING_DOWN, unit.toNanos(quietPeriod), unit.toNanos(timeout));
        return terminationFuture();
    }

    @Override
    @Deprecated
    public void shutdown() {
        shutDown(SHUTDOWN, 0, 0);
    }

    private void shutDown(int to, long quietPeriod, long timeout) {
        synchronized (tasks) {
            if (state != STARTED) {
                return;
            }
            shutdownQuietPeriod = quietPeriod;
            shutdownTimeout = timeout;
            state = to;
        }
        try {
            wake();
        } catch (RejectedExecutionException e) {
            // The group has terminated, and this loop had no thread.
            state = TERMINATED;
            ended();
        }
    }

    /** The end of a turn of a loop that shuts down. */
    private void shutDown() {
        stateSeen = state;
        if (stateSeen == TERMINATED) {
            return;
        }
        registrations.closeAll();
        cancelScheduledTasks();
        if (shutdownStart == 0) {
            shutdownStart = ticker().nanoTime();
            lastExecution = shutdownStart;
        }
        while (runTasks()) {
            // What closing has submitted.
        }
        long now = ticker().nanoTime();
        quiet =
                Math.min(
                        shutdownQuietPeriod - (now - lastExecution),
                        shutdownTimeout - (now - shutdownStart));
        if (stateSeen != SHUTTING_DOWN || quiet <= 0) {
            terminate();
        }
    }

    private void terminate() {
        state = SHUTDOWN;
        do {
            registrations.closeAll();
        } while (runTasks());
        state = TERMINATED;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            safeExecute(task);
        }
        // What came in between the two, or was scheduled by what they have run.
        registrations.closeAll();
        cancelScheduledTasks();
        quiet = -1;
        stateSeen = TERMINATED;
        ended();
    }

    // ---- From outside, while a handler blocks. ----

    /**
     * A close was asked for by another thread. Its turn comes after the handler that runs now: if
     * that one blocks, the descriptor is closed without waiting for it, and the handler finds it
     * closed; what handlers do about a close they do when it has returned.
     */
    void closeEvenIfBlocked(AbstractGoPollChannel channel, ChannelPromise promise) {
        if (!promise.isDone() && status == AWAKE) {
            lookIfBlocked(channel, promise, turn, LOOKS_FOR_BLOCKED);
        }
    }

    private void lookIfBlocked(
            AbstractGoPollChannel channel, ChannelPromise promise, int seen, int looks) {
        GlobalEventExecutor.INSTANCE.schedule(
                () -> {
                    if (promise.isDone() || turn != seen) {
                        return;
                    }
                    Thread running = thread;
                    if (running != null
                            && (looks == 1 || running.getState() != Thread.State.RUNNABLE)) {
                        channel.closeAtOnce();
                        promise.trySuccess();
                    } else {
                        lookIfBlocked(channel, promise, seen, Math.max(1, looks - 1));
                    }
                },
                BLOCKED_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /**
     * The group's time is over. Closes the channels and interrupts the handler; it is not waited
     * for.
     */
    void abandon() {
        abandoned = true;
        Thread running = thread;
        for (Channel channel : registrations.channelList()) {
            ((AbstractGoPollChannel) channel).closeAtOnce();
        }
        if (running != null) {
            running.interrupt();
        }
        ended();
    }

    /** For {@link Dump}: what the loop does, with the thread if it is in a handler. Any thread. */
    void describe(Dump dump) {
        Thread running = thread;
        int s = status;
        String what =
                s == AWAITING
                        ? "in GoPoll.await"
                        : s == AWAKE && running != null
                                ? "in a handler"
                                : s == AWAKE ? "ready, waits for its turn" : null;
        for (GoPollIoRegistration r : registrations.snapshot()) {
            dump.add(
                    r,
                    what,
                    what == null ? r.since() : registrations.now,
                    what == null ? null : running,
                    tasks.size());
        }
    }

    /** The thread of a handler that has not returned although the loop was abandoned, or null. */
    Thread stillRunning() {
        return abandoned && state != TERMINATED ? thread : null;
    }

    /** Done when the loop ends, with its group or without it: see {@link #termination}. */
    @Override
    public Future<?> terminationFuture() {
        Promise<Void> promise = termination;
        if (promise == null) {
            promise = new DefaultPromise<>(GlobalEventExecutor.INSTANCE);
            if (!TERMINATION.compareAndSet(this, (Promise<Void>) null, promise)) {
                return terminationFuture();
            }
        }
        if (state == TERMINATED || abandoned) {
            // It may have ended before the promise was there.
            promise.trySuccess(null);
        }
        return promise;
    }

    @Override
    public boolean isShuttingDown() {
        return state >= SHUTTING_DOWN;
    }

    @Override
    public boolean isShutdown() {
        return state >= SHUTDOWN;
    }

    @Override
    public boolean isTerminated() {
        return state == TERMINATED;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return terminationFuture().await(timeout, unit);
    }
}
