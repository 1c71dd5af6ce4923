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
package io.gopoll.testsuite;

import io.netty.channel.ChannelHandlerContext;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What a {@link BlockingOperation} has at hand in a handler. */
final class Blocking {

    /** How many channels use something heavy at the same time. */
    private static final int FEW = 16;

    final ChannelHandlerContext ctx;
    final Services services;
    final Round round;

    Blocking(ChannelHandlerContext ctx, Services services, Round round) {
        this.ctx = ctx;
        this.services = services;
        this.round = round;
    }

    /** What the channels that run the operation at the same time share. */
    static final class Round {
        final int channels;
        final Semaphore few = new Semaphore(FEW);
        private final Map<Class<?>, Object> shared = new ConcurrentHashMap<>();

        Round(int channels) {
            this.channels = channels;
        }

        /** The first that asks makes it. */
        <T> T shared(Class<T> type, Supplier<T> maker) {
            return type.cast(shared.computeIfAbsent(type, t -> maker.get()));
        }
    }

    interface Task {
        void run() throws Exception;
    }

    interface Body {
        /** The answer, {@code null} if something else answers. */
        String run(Blocking blocking) throws Exception;
    }

    interface PoolBody {
        String run(ExecutorService pool) throws Exception;
    }

    /** Of those that run the operation, no more than a few get here at a time. */
    String few(Body body) throws Exception {
        round.few.acquire();
        try {
            return body.run(this);
        } finally {
            round.few.release();
        }
    }

    static String in(ExecutorService pool, PoolBody body) throws Exception {
        try {
            return body.run(pool);
        } finally {
            pool.shutdown();
            pool.awaitTermination(1, TimeUnit.HOURS); // whoever waits for the answer waits less
        }
    }

    static void until(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(2);
        }
    }

    static boolean isBlocked(Thread thread) {
        return switch (thread.getState()) {
            case BLOCKED, WAITING, TIMED_WAITING -> true;
            default -> false;
        };
    }

    /** Whoever a handler waits for. */
    enum Other {
        PLATFORM {
            @Override
            ThreadFactory factory() {
                return run -> {
                    Thread thread = new Thread(run, "other");
                    thread.setDaemon(true);
                    return thread;
                };
            }
        },
        VIRTUAL {
            @Override
            ThreadFactory factory() {
                try {
                    return (ThreadFactory)
                            Class.forName("java.lang.Thread$Builder")
                                    .getMethod("factory")
                                    .invoke(Thread.class.getMethod("ofVirtual").invoke(null));
                } catch (ReflectiveOperationException e) {
                    throw new LinkageError("no virtual threads", e);
                }
            }
        };

        abstract ThreadFactory factory();

        Thread start(Task task) {
            Thread thread =
                    factory()
                            .newThread(
                                    () -> {
                                        try {
                                            task.run();
                                        } catch (Exception e) {
                                            throw new IllegalStateException(e);
                                        }
                                    });
            thread.start();
            return thread;
        }

        /** Does it when the thread that calls this waits for something. */
        Thread startWhenBlocked(Task task) {
            Thread caller = Thread.currentThread();
            return start(
                    () -> {
                        until(() -> isBlocked(caller));
                        task.run();
                    });
        }
    }

    /** The JDK's own, since a library's would be just that. */
    static ExecutorService virtualThreads() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no virtual threads", e);
        }
    }
}
