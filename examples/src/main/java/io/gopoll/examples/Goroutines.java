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
package io.gopoll.examples;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A thread for each task: Go's {@code go} statement. Virtual ones from JDK 21 on. */
final class Goroutines {

    private static final ExecutorService EXECUTOR = open();

    private Goroutines() {}

    private static ExecutorService open() {
        if (Runtime.version().feature() < 21) {
            return Executors.newCachedThreadPool();
        }
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("JDK 21 and later have virtual threads", e);
        }
    }

    static void go(Runnable task) {
        EXECUTOR.execute(task);
    }
}
