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
import io.netty.channel.Channel;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A channel with deadlines, as Go's {@code net.Conn} has them: every stream and datagram channel of
 * GoPoll. From its deadline on, whatever waits to read or write, and all that comes after it, fails
 * with {@link io.gopoll.poll.DeadlineExceededException}, also if it could go on; until the deadline
 * is moved or cleared. The channel stays open.
 *
 * <ul>
 *   <li>Reading: somebody who wants to read, by {@link Channel#read} or by autoRead, gets the
 *       exception through {@code exceptionCaught}, once for each {@code read()} and once for
 *       autoRead. When the deadline is moved, autoRead goes on by itself.
 *   <li>Writing: everything that was flushed fails, through its promises; what comes after it fails
 *       when it is flushed. A message of which the socket had taken a part already is lost half
 *       way, as in Go.
 * </ul>
 *
 * Any thread may move a deadline, at any time, also before the channel is registered. To move one
 * that has not passed costs a write to memory: no timer is touched, and no system call made.
 *
 * <p>{@link GoPollChannelOption#READ_DEADLINE}, {@link GoPollChannelOption#WRITE_DEADLINE} set the
 * same deadlines relative to now; {@link GoPollChannelOption#READ_IDLE_DEADLINE} one that moves
 * itself at each read.
 */
public interface DeadlineChannel extends Channel {

    /**
     * When reads fail.
     *
     * @param nanoTime a time of {@link System#nanoTime}; 0 for no deadline, below 0 for one that
     *     has passed. Ends {@link GoPollChannelOption#READ_IDLE_DEADLINE}.
     */
    void setReadDeadline(long nanoTime);

    /**
     * When writes fail.
     *
     * @param nanoTime a time of {@link System#nanoTime}; 0 for no deadline, below 0 for one that
     *     has passed
     */
    void setWriteDeadline(long nanoTime);

    /**
     * When reads and writes fail: both {@link #setReadDeadline(long)} and {@link
     * #setWriteDeadline(long)}.
     *
     * @param nanoTime a time of {@link System#nanoTime}; 0 for no deadline, below 0 for one that
     *     has passed
     */
    default void setDeadline(long nanoTime) {
        setReadDeadline(nanoTime);
        setWriteDeadline(nanoTime);
    }

    /**
     * When reads fail.
     *
     * @param time a time of day as it is now known: a clock that is set later moves nothing; null
     *     for no deadline
     */
    default void setReadDeadline(@Nullable Instant time) {
        setReadDeadline(Deadline.at(time));
    }

    /**
     * When writes fail.
     *
     * @param time as for {@link #setReadDeadline(Instant)}
     */
    default void setWriteDeadline(@Nullable Instant time) {
        setWriteDeadline(Deadline.at(time));
    }

    /**
     * When reads and writes fail: both {@link #setReadDeadline(Instant)} and {@link
     * #setWriteDeadline(Instant)}.
     *
     * @param time as for {@link #setReadDeadline(Instant)}; null for no deadline
     */
    default void setDeadline(@Nullable Instant time) {
        setDeadline(Deadline.at(time));
    }
}
