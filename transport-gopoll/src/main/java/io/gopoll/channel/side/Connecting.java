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

import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/** A connect that is under way: who waits for it, and how long. The event loop's. */
public final class Connecting {

    public final ChannelPromise promise;
    public final SocketAddress remote;

    /** Null without a time limit. */
    private final Future<?> timeout;

    /**
     * @param millis the time limit; 0 for none
     */
    public Connecting(ChannelPromise promise, SocketAddress remote, int millis) {
        this.promise = promise;
        this.remote = remote;
        timeout =
                millis <= 0
                        ? null
                        : promise.channel()
                                .eventLoop()
                                .schedule(() -> timedOut(millis), millis, TimeUnit.MILLISECONDS);
    }

    private void timedOut(int millis) {
        String message = "connection timed out after " + millis + " ms: " + remote;
        if (promise.tryFailure(new ConnectTimeoutException(message))) {
            promise.channel().unsafe().close(promise.channel().voidPromise());
        }
    }

    /** It is done, well or badly, or given up. */
    public void end() {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }
}
