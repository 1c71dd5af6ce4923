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
package io.gopoll.traffic;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Where {@link Traffic#CLIENTS} requests wait for each other: so many connections are open. */
public final class Gathering {

    private final AtomicInteger missing = new AtomicInteger(Traffic.CLIENTS);
    private final CompletableFuture<Void> all = new CompletableFuture<>();

    /**
     * Called by the server for each request to {@link Traffic#GATHER}.
     *
     * @return done when all have arrived
     */
    public CompletableFuture<Void> arrive() {
        if (missing.decrementAndGet() == 0) {
            all.complete(null);
        }
        return all;
    }
}
