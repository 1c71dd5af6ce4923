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
package io.gopoll.net;

import io.gopoll.net.fd.PollFd;
import io.gopoll.poll.Deadline;
import io.gopoll.poll.PollDesc;
import java.io.Closeable;
import java.net.SocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What connections, listeners and packet connections share. Any number of threads may use one at
 * the same time; of those who read, and of those who write, one at a time has its turn.
 *
 * <p>A deadline that passes fails whoever waits and all that comes after, also what could go on,
 * with {@link io.gopoll.poll.DeadlineExceededException}, until it is moved or cleared; the socket
 * stays as it is. {@link #close} fails whoever waits with {@link
 * java.nio.channels.AsynchronousCloseException}, and all that comes after with {@link
 * java.nio.channels.ClosedChannelException}. The interrupt of a virtual thread that waits closes
 * the socket and throws {@link java.net.SocketException}, with the interrupt status set, as the
 * JDK's sockets do; on platform threads it does not end the wait.
 */
abstract class Endpoint implements Closeable {

    final PollFd fd;
    private volatile @Nullable SocketAddress local;

    Endpoint(PollFd fd) {
        this.fd = fd;
    }

    /**
     * Whether it has not been closed. Any thread.
     *
     * @return false once it has been closed
     */
    public final boolean isOpen() {
        return fd.isOpen();
    }

    /**
     * The address it is bound to.
     *
     * @return an {@link java.net.InetSocketAddress} or a {@link UnixAddr}; null if it was closed
     *     before anybody asked
     */
    public final @Nullable SocketAddress localAddress() {
        SocketAddress address = local;
        if (address == null) {
            local = address = fd.netFd.localAddress(SockAddrs::get);
        }
        return address;
    }

    /**
     * When all operations fail. Any thread, at any time.
     *
     * @param nanoTime a time of {@link System#nanoTime}; 0 for no deadline, below 0 for one that
     *     has passed
     */
    public final void setDeadline(long nanoTime) {
        fd.setDeadline(nanoTime, PollDesc.READ | PollDesc.WRITE);
    }

    /**
     * As {@link #setDeadline(long)}.
     *
     * @param time a time of day as it is now known: a clock that is set later moves nothing; null
     *     for no deadline
     */
    public final void setDeadline(@Nullable Instant time) {
        setDeadline(Deadline.at(time));
    }

    /** Closes it; the second time does nothing. Any thread; never waits. */
    @Override
    public void close() {
        fd.close();
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "(" + fd + ")";
    }
}
