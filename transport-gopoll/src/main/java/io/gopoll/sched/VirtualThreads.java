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
package io.gopoll.sched;

import io.gopoll.poll.SafeLogger;
import io.gopoll.sys.ModuleName;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.UnaryOperator;

/** The JDK's virtual threads, by way of reflection: this is compiled for JDK 17. */
final class VirtualThreads {

    private static final SafeLogger logger = SafeLogger.of(VirtualThreads.class);

    private static final Throwable UNAVAILABILITY_CAUSE;

    /** {@code Thread.ofVirtual()}. */
    private static final Method OF_VIRTUAL;

    private static final Method NAME;
    private static final Method UNSTARTED;

    /** {@code Thread.isVirtual()}; null where there are none. */
    private static final MethodHandle IS_VIRTUAL;

    /** Why no scheduler of our own can be used; null if it can. */
    private static final Throwable OWN_SCHEDULER_CAUSE;

    /** {@code ThreadBuilders.newVirtualThread(Executor, String, int, Runnable)}. */
    private static final MethodHandle NEW_ON_EXECUTOR;

    /** {@code Thread.currentCarrierThread()}. */
    private static final MethodHandle CURRENT_CARRIER;

    /** {@code Thread.name}. */
    private static final VarHandle THREAD_NAME;

    /** {@code VirtualThread.DEFAULT_SCHEDULER}. */
    private static final Executor DEFAULT_SCHEDULER;

    static {
        Method ofVirtual = null;
        Method name = null;
        Method unstarted = null;
        MethodHandle isVirtual = null;
        Throwable cause = null;
        try {
            ofVirtual = Thread.class.getMethod("ofVirtual");
            Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
            name = builder.getMethod("name", String.class);
            unstarted = builder.getMethod("unstarted", Runnable.class);
            isVirtual =
                    MethodHandles.publicLookup()
                            .findVirtual(
                                    Thread.class,
                                    "isVirtual",
                                    MethodType.methodType(boolean.class));
            // JDK 19 and 20 have them as a preview that has to be enabled.
            ofVirtual.invoke(null);
        } catch (ReflectiveOperationException e) {
            cause =
                    new UnsupportedOperationException(
                            "goroutine event loops need virtual threads, JDK 21 or later, and this"
                                    + " is "
                                    + System.getProperty("java.version")
                                    + "; the loop mode works here: GoPollEventLoopGroup, or"
                                    + " MultiThreadIoEventLoopGroup with GoPollIoHandler",
                            e);
        }
        OF_VIRTUAL = ofVirtual;
        NAME = name;
        UNSTARTED = unstarted;
        IS_VIRTUAL = isVirtual;
        UNAVAILABILITY_CAUSE = cause;

        MethodHandle newOnExecutor = null;
        MethodHandle currentCarrier = null;
        Executor defaultScheduler = null;
        VarHandle threadName = null;
        if (cause == null) {
            try {
                MethodHandles.Lookup lookup = MethodHandles.lookup();
                Method method =
                        Class.forName("java.lang.ThreadBuilders")
                                .getDeclaredMethod(
                                        "newVirtualThread",
                                        Executor.class,
                                        String.class,
                                        int.class,
                                        Runnable.class);
                method.setAccessible(true);
                newOnExecutor = lookup.unreflect(method);
                method = Thread.class.getDeclaredMethod("currentCarrierThread");
                method.setAccessible(true);
                currentCarrier =
                        lookup.unreflect(method).asType(MethodType.methodType(Thread.class));
                Field field =
                        Class.forName("java.lang.VirtualThread")
                                .getDeclaredField("DEFAULT_SCHEDULER");
                field.setAccessible(true);
                defaultScheduler = (Executor) field.get(null);
                threadName =
                        MethodHandles.privateLookupIn(Thread.class, lookup)
                                .findVarHandle(Thread.class, "name", String.class);
            } catch (ReflectiveOperationException | RuntimeException e) {
                cause =
                        new UnsupportedOperationException(
                                "GoPoll's own scheduler needs java.base/java.lang opened: start"
                                        + " with --add-opens java.base/java.lang="
                                        + ModuleName.of(VirtualThreads.class)
                                        + ", or have Add-Opens: java.base/java.lang in the manifest of"
                                        + " an executable jar; -Dio.gopoll.scheduler=jdk does"
                                        + " without",
                                e);
            }
        }
        NEW_ON_EXECUTOR = newOnExecutor;
        CURRENT_CARRIER = currentCarrier;
        DEFAULT_SCHEDULER = defaultScheduler;
        THREAD_NAME = threadName;
        OWN_SCHEDULER_CAUSE = cause;
    }

    private VirtualThreads() {}

    /** How many schedulers of ours there are that have not ended. Under the class. */
    private static int timersTaken;

    /**
     * Puts {@link CarrierTimers} before the timers that JDK 25 has for virtual threads of other
     * schedulers than its own, for as long as there are such: those of the JDK's own scheduler have
     * other timers, and what parks on no carrier of ours goes through to the JDK's.
     */
    static synchronized void takeTimers() {
        if (timersTaken++ == 0) {
            replaceTimers(CarrierTimers::new);
        }
    }

    /** Undoes {@link #takeTimers}. Timers that are set come all the same. */
    static synchronized void giveTimersBack() {
        if (--timersTaken == 0) {
            replaceTimers(
                    timers ->
                            timers instanceof CarrierTimers
                                    ? ((CarrierTimers) timers).jdk()
                                    : timers);
        }
    }

    /** The JDK's own array. */
    static ScheduledExecutorService[] timers() throws ReflectiveOperationException {
        Field field =
                Class.forName("java.lang.VirtualThread$DelayedTaskSchedulers")
                        .getDeclaredField("INSTANCE");
        field.setAccessible(true);
        return (ScheduledExecutorService[]) field.get(null);
    }

    /** Where they cannot be found all is as without. */
    private static void replaceTimers(UnaryOperator<ScheduledExecutorService> by) {
        try {
            ScheduledExecutorService[] services = timers();
            for (int i = 0; i < services.length; i++) {
                services[i] = by.apply(services[i]);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            logger.debug("Goroutines that sleep are woken by the JDK's timer threads.", e);
        }
    }

    static Throwable unavailabilityCause() {
        return UNAVAILABILITY_CAUSE;
    }

    static Throwable ownSchedulerUnavailabilityCause() {
        return OWN_SCHEDULER_CAUSE;
    }

    /**
     * A virtual thread of the JDK's scheduler, not started. Said by name where that can be: a
     * goroutine's child would be of the goroutine's scheduler.
     */
    static Thread unstarted(String name, Runnable task) {
        if (DEFAULT_SCHEDULER != null) {
            return unstarted(DEFAULT_SCHEDULER, name, task);
        }
        try {
            return (Thread) UNSTARTED.invoke(NAME.invoke(OF_VIRTUAL.invoke(null), name), task);
        } catch (InvocationTargetException e) {
            throw rethrow(e.getCause());
        } catch (IllegalAccessException e) {
            throw new AssertionError("these methods are public", e);
        }
    }

    /** A virtual thread whose continuation is given to an executor whenever it can go on. */
    static Thread unstarted(Executor executor, String name, Runnable task) {
        try {
            return (Thread) NEW_ON_EXECUTOR.invoke(executor, name, 0, task);
        } catch (Throwable t) {
            throw rethrow(t);
        }
    }

    static boolean isVirtual(Thread thread) {
        if (IS_VIRTUAL == null) {
            return false;
        }
        try {
            return (boolean) IS_VIRTUAL.invokeExact(thread);
        } catch (Throwable t) {
            throw rethrow(t);
        }
    }

    /** The platform thread that this code runs on, also if a virtual one is mounted on it. */
    static Thread currentCarrier() {
        try {
            return (Thread) CURRENT_CARRIER.invokeExact();
        } catch (Throwable t) {
            throw rethrow(t);
        }
    }

    /**
     * {@code thread.setName(name)} of a virtual thread, but without the thread's monitor, which
     * user code can hold: a carrier calls this.
     */
    static void setName(Thread thread, String name) {
        THREAD_NAME.setVolatile(thread, name);
    }

    /** The JDK's own, which outlives all others. */
    static Executor defaultScheduler() {
        return DEFAULT_SCHEDULER;
    }

    /**
     * The thread that a continuation belongs to, which the JDK hands to an executor; null if that
     * cannot be known. For reports.
     */
    static Thread threadOf(Runnable continuation) {
        if (continuation == null) {
            return null;
        }
        try {
            for (Field field : continuation.getClass().getDeclaredFields()) {
                if (Thread.class.isAssignableFrom(field.getType())) {
                    field.setAccessible(true);
                    return (Thread) field.get(continuation);
                }
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            logger.debug("The thread of {} cannot be known.", continuation, e);
        }
        return null;
    }

    private static RuntimeException rethrow(Throwable t) {
        if (t instanceof Error) {
            throw (Error) t;
        }
        if (t instanceof RuntimeException) {
            throw (RuntimeException) t;
        }
        throw new IllegalStateException("Unable to make a virtual thread", t);
    }
}
