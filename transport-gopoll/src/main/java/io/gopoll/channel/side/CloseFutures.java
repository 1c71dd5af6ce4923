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

import io.gopoll.poll.SafeLogger;
import io.netty.channel.ChannelFuture;
import java.lang.reflect.Method;

/** Completes a channel's close future from outside of its event loop. */
public final class CloseFutures {

    private static final SafeLogger logger = SafeLogger.of(CloseFutures.class);

    private CloseFutures() {}

    /**
     * Netty keeps the method to its own package. Where it cannot be reached, as in a named module
     * that is not open, the future is done when the event loop closes the channel.
     */
    public static void setClosed(ChannelFuture closeFuture) {
        try {
            Method setClosed = closeFuture.getClass().getDeclaredMethod("setClosed");
            setClosed.setAccessible(true);
            setClosed.invoke(closeFuture);
        } catch (ReflectiveOperationException | RuntimeException e) {
            logger.debug("{} is done later", closeFuture, e);
        }
    }
}
