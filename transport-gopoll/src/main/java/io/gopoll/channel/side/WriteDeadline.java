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
package io.gopoll.channel.side;

import io.gopoll.poll.Deadline;
import io.gopoll.poll.DeadlineExceededException;
import io.gopoll.poll.PollDesc;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;

/**
 * When the writes of a channel fail. As {@link ReadDeadline}, it moves the poll descriptor's timer
 * only if that would come too late, and sets none while nothing waits for the socket.
 */
public final class WriteDeadline {

    private final WriteSide side;

    /** When writes fail: see {@link Deadline}. */
    private volatile long at;

    /** The time that the poll descriptor has; written by the loop. */
    private volatile long timer;

    WriteDeadline(WriteSide side) {
        this.side = side;
    }

    public Duration left() {
        return Deadline.left(at);
    }

    /**
     * Any thread.
     *
     * @param nanoTime see {@link Deadline}
     */
    public void set(long nanoTime) {
        at = nanoTime;
        if (!Deadline.isSoonEnough(timer, nanoTime)) {
            side.inLoopIfWatched(this::moved);
        }
    }

    // ---- The loop's. ----

    /** The channel has come to a poller. */
    void watched() {
        timer = Deadline.NONE;
    }

    private void moved() {
        // A connect that is under way waits there too, and has a time limit of its own.
        if (side.isParked() && side.channel.isActive()) {
            setTimer();
        }
    }

    private void setTimer() {
        long nanoTime;
        do {
            nanoTime = at;
            timer = nanoTime;
            side.registration().setDeadline(Deadline.delay(nanoTime), PollDesc.WRITE);
        } while (nanoTime != at);
    }

    /** The writing side is about to wait. */
    void parks() {
        if (at != timer || side.registration().isPast(PollDesc.WRITE)) {
            setTimer();
        }
    }

    /** If writes fail now, fails all that were flushed so far. */
    boolean failIfPast(ChannelOutboundBuffer in) {
        if (!Deadline.isPast(at)) {
            return false;
        }
        DeadlineExceededException cause =
                new DeadlineExceededException("write", side.channel.remoteAddress());
        for (int i = in.size(); i > 0; i--) {
            in.remove(cause);
        }
        if (!in.isEmpty()) {
            // A listener has written anew, and would do so for ever.
            side.queue();
        }
        return true;
    }
}
