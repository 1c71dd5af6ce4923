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

import io.gopoll.channel.loop.Registration;
import io.gopoll.net.fd.NetFd;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;

/** What the two sides of a channel have in common: the socket, and where it is registered. */
public abstract class Side {

    protected final Channel channel;
    protected final NetFd netFd;

    /** The present registration or, after a deregistration, the last one, which is not valid. */
    private Registration registration;

    /** The socket is in a poller: from then on the loop is to be told of a deadline. */
    private volatile boolean watched;

    Side(Channel channel, NetFd netFd) {
        this.channel = channel;
        this.netFd = netFd;
    }

    final Sides sides() {
        return (Sides) channel.unsafe();
    }

    public final Registration registration() {
        return registration;
    }

    public final void registered(Registration present) {
        registration = present;
    }

    /** Whether the channel is registered in the loop that this side has known last. */
    final boolean isValid() {
        return registration != null && registration.isValid();
    }

    /**
     * The descriptor is in the poller. Whoever overrides it looks for a deadline after this: one
     * that is set meanwhile is seen then, or the loop is told of it.
     */
    void opened() {
        watched = true;
    }

    /** The channel leaves its loop. */
    public final void left() {
        watched = false;
    }

    /** Runs a task in the event loop, if the loop is to be told: else {@link #opened} sees it. */
    final void inLoopIfWatched(Runnable task) {
        if (!watched) {
            return;
        }
        EventLoop loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException ignored) {
            // The loop has ended, and closed the channel.
        }
    }
}
