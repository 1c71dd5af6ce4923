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

import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.InternalThreadLocalMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What Netty keeps for each thread to be faster the next time: for a few event loops next to
 * nothing, for a thread a channel the larger part of its memory. A goroutine event loop that has
 * been idle for a while gives it back; users' own thread-locals stay.
 */
final class ThreadCaches {

    /** Names of the FastThreadLocals' classes begin so. They can be filled again at any time. */
    private static final String[] CACHES = {
        "io.netty.channel.ChannelHandlerMask$",
        "io.netty.channel.DefaultChannelPipeline$",
        "io.netty.handler.codec.CodecOutputList$",
        "io.netty.buffer.ByteBufUtil$",
        "io.netty.buffer.PooledByteBufAllocator$PoolThreadLocalCache",
    };

    private ThreadCaches() {}

    /**
     * Drops the caches of the calling thread. Netty's map of thread-locals is a cache too, of types
     * and of encoders: what is not dropped moves to a new map.
     */
    static void drop() {
        InternalThreadLocalMap map = InternalThreadLocalMap.getIfSet();
        if (map == null) {
            return;
        }
        Object filled = map.indexedVariable(InternalThreadLocalMap.VARIABLES_TO_REMOVE_INDEX);
        if (!(filled instanceof Set)) {
            return;
        }
        Map<FastThreadLocal<Object>, Object> kept = new IdentityHashMap<>();
        for (Object element : ((Set<?>) filled).toArray()) {
            @SuppressWarnings("unchecked")
            FastThreadLocal<Object> local = (FastThreadLocal<Object>) element;
            if (isCache(local.getClass().getName())) {
                local.remove();
            } else {
                kept.put(local, local.getIfExists());
            }
        }
        InternalThreadLocalMap.remove();
        kept.forEach(FastThreadLocal::set);
    }

    private static boolean isCache(String className) {
        for (String cache : CACHES) {
            if (className.startsWith(cache)) {
                return true;
            }
        }
        return false;
    }
}
