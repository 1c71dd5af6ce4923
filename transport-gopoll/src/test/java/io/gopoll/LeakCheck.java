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
package io.gopoll;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class in whose time Netty found a leak, with the leak's own text. JUnit finds this
 * extension through META-INF/services, here and in every module that has this module's test jar.
 *
 * <p>A leak is only seen once its buffer has been collected, so each class ends with a collection;
 * one that something still held then is laid to a later class, and the stack in its text says where
 * it is from.
 */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {

    private static final long COLLECTION_MILLIS = 10_000;

    private static final Queue<String> leaks = new ConcurrentLinkedQueue<>();
    private static final List<ResourceLeakDetector<Object>> detectors =
            new CopyOnWriteArrayList<>();

    // Before any class of Netty's has asked the factory for its detector: JUnit makes extensions
    // before it initializes test classes.
    static {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Detectors());
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        // Netty reads the level from a property that only the build sets; an IDE does not.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        if (detectors.isEmpty() || context.getParent().flatMap(p -> p.getTestClass()).isPresent()) {
            return;
        }
        collectGarbage();
        detectors.forEach(LeakCheck::report);
        StringBuilder found = new StringBuilder();
        for (String leak = leaks.poll(); leak != null; leak = leaks.poll()) {
            found.append(leak).append('\n');
        }
        if (found.length() != 0) {
            throw new AssertionError("Netty found leaks:\n" + found);
        }
    }

    /** Twice, because the references that one collection clears are queued in no known order. */
    private static void collectGarbage() throws InterruptedException {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        for (int i = 0; i < 2; i++) {
            WeakReference<Object> canary = new WeakReference<>(new Object(), queue);
            System.gc();
            if (queue.remove(COLLECTION_MILLIS) != canary) {
                throw new AssertionError(
                        "System.gc() collected nothing; is -XX:+DisableExplicitGC on?");
            }
        }
    }

    /** A detector looks for leaks only when it is given something new to track. */
    private static void report(ResourceLeakDetector<Object> detector) {
        Object something = new Object();
        ResourceLeakTracker<Object> tracker = detector.track(something);
        tracker.close(something);
    }

    private static final class Detectors extends ResourceLeakDetectorFactory {

        @Override
        @Deprecated
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            return newResourceLeakDetector(resource, samplingInterval);
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval) {
            ResourceLeakDetector<T> detector =
                    new ResourceLeakDetector<>(resource, samplingInterval) {
                        @Override
                        protected boolean needReport() {
                            return true;
                        }
                    };
            detector.setLeakListener(
                    (type, records) -> leaks.add("LEAK: " + type + " was not released." + records));
            // A tracker is all that is asked of it here, and any object will do for that.
            detectors.add((ResourceLeakDetector<Object>) detector);
            return detector;
        }
    }
}
