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

import io.gopoll.poll.Deadline;
import io.gopoll.poll.DeadlineExceededException;
import io.gopoll.poll.PollDesc;
import io.netty.channel.ChannelOutboundBuffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

/**
 * The deadlines of a channel. What the user wants stands here; the poll descriptor's deadline is a
 * timer that comes at that time or before: one that comes before finds the later deadline, and is
 * set again. So a deadline that is moved ahead, by any thread, costs a write.
 *
 * <p>The fields that others than the loop use are volatile, because each side writes its own before
 * it looks at the other's: who moves a deadline writes {@link #readAt}, then looks at {@link
 * #readTimer} and {@link #stopped}; the loop writes these, then looks at {@link #readAt} again.
 */
final class Deadlines {

    private static final VarHandle READ_AT;

    static {
        try {
            READ_AT = MethodHandles.lookup().findVarHandle(Deadlines.class, "readAt", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final AbstractGoPollChannel channel;

    /** When reads fail: see {@link Deadline}. */
    private volatile long readAt;

    private volatile long writeAt;

    /** Above zero: after each read, {@link #readAt} is moved to so many nanoseconds later. */
    private volatile long idle;

    /** The time that the poll descriptor has; written by the loop. */
    private volatile long readTimer;

    private volatile long writeTimer;

    /** Reads have failed, and the reading side is not parked until the deadline is moved. */
    private volatile boolean stopped;

    /** Neighbour in {@link Registrations}' list of those that have read in this turn. */
    Deadlines next;

    /** Whether it is in that list. The loop's. */
    boolean touched;

    Deadlines(AbstractGoPollChannel channel) {
        this.channel = channel;
    }

    /** Whether a timer that is set for {@code timer} does for {@code at} too. */
    private static boolean isSoonEnough(long timer, long at) {
        return at == Deadline.NONE || (timer > Deadline.NONE && at >= timer);
    }

    Duration readLeft() {
        return Deadline.left(readAt);
    }

    Duration writeLeft() {
        return Deadline.left(writeAt);
    }

    Duration idle() {
        return Duration.ofNanos(idle);
    }

    // ---- Reading. ----

    /** Any thread. */
    void setRead(long at) {
        idle = 0;
        moveRead(at);
    }

    /** Any thread. */
    void setIdle(Duration duration) {
        long nanos = Math.max(0, Deadline.saturatedNanos(duration));
        idle = nanos;
        moveRead(nanos == 0 ? Deadline.NONE : Deadline.in(nanos));
    }

    private void moveRead(long at) {
        readAt = at;
        if (stopped || !isSoonEnough(readTimer, at)) {
            inLoop(this::readMoved);
        }
    }

    private void inLoop(Runnable task) {
        if (!channel.isWatched()) {
            return; // watched() will see it
        }
        if (channel.eventLoop().inEventLoop()) {
            task.run();
            return;
        }
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException ignored) {
            // The loop has ended, and closed the channel.
        }
    }

    /** The channel has come to a poller. The loop's, as all from here on. */
    void watched() {
        readTimer = Deadline.NONE;
        writeTimer = Deadline.NONE;
        stopped = false;
        if (readAt != Deadline.NONE) {
            setReadTimer();
        }
    }

    private void readMoved() {
        GoPollIoRegistration registration = channel.registration();
        if (!registration.isValid()) {
            return;
        }
        setReadTimer();
        if (stopped) {
            stopped = false;
            channel.readAgain();
            if (!channel.isReadQueued()) {
                registration.park(PollDesc.READ);
            }
        }
    }

    private void setReadTimer() {
        long at;
        do {
            at = readAt;
            readTimer = at;
            channel.registration().setDeadline(Deadline.delay(at), PollDesc.READ);
        } while (at != readAt);
    }

    /** Whether reads fail now. Without a look at the clock, unless the timer has fired. */
    boolean readExceeded() {
        if (!channel.registration().isPast(PollDesc.READ)) {
            return false;
        }
        setReadTimer();
        return channel.registration().isPast(PollDesc.READ);
    }

    boolean isIdle() {
        return idle > 0;
    }

    /** Reads have failed: nothing more is read until the deadline is moved. */
    void stop() {
        stopped = true;
        if (readAt != readTimer) {
            readMoved();
        }
    }

    /** Something was read in this turn, or somebody has begun to wait for it. */
    void touch() {
        if (!touched && idle > 0) {
            channel.registration().loop.touched(this);
        }
    }

    /** The end of the turn in which it was touched. */
    void settle(long now) {
        touched = false;
        long at = readAt;
        long nanos = idle;
        if (nanos > 0) {
            long moved = now + nanos;
            // Fails if another thread has moved it meanwhile; that one has the say.
            READ_AT.compareAndSet(this, at, moved < 0 ? Long.MAX_VALUE : moved);
        }
    }

    /** Nothing has come for as long as it may: begins anew. */
    void restartIdle() {
        settle(System.nanoTime());
        setReadTimer();
    }

    // ---- Writing. ----

    /** Any thread. */
    void setWrite(long at) {
        writeAt = at;
        if (!isSoonEnough(writeTimer, at)) {
            inLoop(this::writeMoved);
        }
    }

    private void writeMoved() {
        GoPollIoRegistration registration = channel.registration();
        // A connect that is under way waits there too, and has a time limit of its own.
        if (registration.isParked(PollDesc.WRITE) && channel.isActive()) {
            setWriteTimer();
        }
    }

    private void setWriteTimer() {
        long at;
        do {
            at = writeAt;
            writeTimer = at;
            channel.registration().setDeadline(Deadline.delay(at), PollDesc.WRITE);
        } while (at != writeAt);
    }

    /** The writing side is about to wait. */
    void writerParks() {
        if (writeAt != writeTimer || channel.registration().isPast(PollDesc.WRITE)) {
            setWriteTimer();
        }
    }

    /** If writes fail now, fails all that were flushed so far. */
    boolean failWrites(ChannelOutboundBuffer in) {
        if (!Deadline.isPast(writeAt)) {
            return false;
        }
        DeadlineExceededException cause =
                new DeadlineExceededException("write", channel.remoteAddress());
        for (int i = in.size(); i > 0; i--) {
            in.remove(cause);
        }
        if (!in.isEmpty()) {
            // A listener has written anew, and would do so for ever.
            channel.registration().queue(PollDesc.WRITE);
        }
        return true;
    }
}
