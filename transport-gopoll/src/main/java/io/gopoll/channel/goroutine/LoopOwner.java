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

import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;

/**
 * The channel that a goroutine loop is for, and who is told when that has left. Any thread may call
 * everything here.
 */
final class LoopOwner {

    private static final VarHandle CHANNEL;
    private static final VarHandle TERMINATION;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CHANNEL = lookup.findVarHandle(LoopOwner.class, "channel", Channel.class);
            TERMINATION = lookup.findVarHandle(LoopOwner.class, "termination", Promise.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * The channel that the group has made the loop, or taken it, for; null before that, and when
     * the channel has left.
     */
    private volatile Channel channel;

    /** Whether the channel has been registered: before that it cannot have left. */
    private volatile boolean arrived;

    /** See {@link #name}; null until it is asked for and all is known. */
    private volatile String name;

    /**
     * What {@link #terminationFuture} has given out; null while nobody has asked. Netty and others
     * keep things for an executor until this is done: a resolver, with a socket of its own. So it
     * is not only done when the group ends, but also when the loop ends because its channels have
     * closed. A loop that is used again after that has another one.
     */
    @SuppressWarnings("unused")
    private volatile Promise<Void> termination;

    Channel channel() {
        return channel;
    }

    /** The group takes the loop for a channel. */
    void take(Channel taker) {
        name = null;
        // Whoever finds the channel finds that it has not arrived.
        arrived = false;
        channel = taker;
    }

    /** The channel that the loop was taken for is registered with it. */
    void arrived() {
        arrived = true;
    }

    /**
     * @param left what {@link #channel} has given; null for none
     */
    boolean isLeftBy(Channel left, GoroutineEventLoop loop) {
        return left == null || arrived && !(left.isRegistered() && left.eventLoop() == loop);
    }

    /**
     * The channel has left, or did not come.
     *
     * @return true for one caller, who decides what becomes of the loop
     */
    boolean release(Channel left) {
        return CHANNEL.compareAndSet(this, left, (Channel) null);
    }

    /** The channel's id and peer; the loop's, as long as there is no channel. */
    String name() {
        String n = name;
        if (n != null) {
            return n;
        }
        Channel c = channel;
        if (c == null) {
            return "goroutine-loop";
        }
        SocketAddress peer = c.remoteAddress();
        n = "goroutine [id: 0x" + c.id().asShortText() + (peer == null ? "]" : ", R:" + peer + "]");
        if (peer != null || c instanceof ServerChannel) {
            name = n;
        }
        return n;
    }

    /**
     * Done when the loop ends, with its group or without it.
     *
     * @param over whether it has ended for good
     */
    Future<?> terminationFuture(boolean over) {
        Promise<Void> promise = termination;
        if (promise == null) {
            promise = new DefaultPromise<>(GlobalEventExecutor.INSTANCE);
            if (!TERMINATION.compareAndSet(this, (Promise<Void>) null, promise)) {
                return terminationFuture(over);
            }
        }
        if (over) {
            // It may have ended before the promise was there.
            promise.trySuccess(null);
        }
        return promise;
    }

    /** The loop has ended: tells those who keep something for it. */
    void ended() {
        @SuppressWarnings("unchecked")
        Promise<Void> promise = (Promise<Void>) TERMINATION.getAndSet(this, (Promise<Void>) null);
        if (promise != null) {
            promise.trySuccess(null);
        }
    }
}
