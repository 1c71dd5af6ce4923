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

import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.management.ObjectName;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Bounds the time of a test's method, in place of JUnit's timeouts: those in Netty's suite are for
 * an idle machine, and here other classes run at the same time, on whatever else has the machine to
 * do. First the test is interrupted and fails; if that does not help, the JVM ends, with the test's
 * name. What all threads are in is on stderr in either case. JUnit finds this extension as it does
 * {@link LeakCheck}.
 */
public final class Watchdog implements InvocationInterceptor {

    private static final long SECONDS = Long.getLong("gopoll.test.seconds", 240);

    /** From the interrupt to the end of the JVM. */
    private static final long GRACE_SECONDS = Long.getLong("gopoll.test.grace-seconds", 60);

    /** Whoever looks at a test in a debugger takes his time. */
    private static final boolean DEBUGGED =
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .anyMatch(argument -> argument.startsWith("-agentlib:jdwp"));

    private static final int EXIT_CODE = 86;

    private static final ScheduledExecutorService watch =
            Executors.newScheduledThreadPool(
                    2, // a dump may hang itself
                    task -> {
                        Thread thread = new Thread(task, "watchdog");
                        thread.setDaemon(true);
                        return thread;
                    });

    @Override
    public <T> T interceptTestClassConstructor(
            Invocation<T> invocation,
            ReflectiveInvocationContext<java.lang.reflect.Constructor<T>> method,
            ExtensionContext context)
            throws Throwable {
        return watched(invocation, context, "its constructor");
    }

    @Override
    public void interceptBeforeAllMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        watched(invocation, context, method.getExecutable());
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        watched(invocation, context, method.getExecutable());
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        watched(invocation, context, method.getExecutable());
    }

    @Override
    public <T> T interceptTestFactoryMethod(
            Invocation<T> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        return watched(invocation, context, method.getExecutable());
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        watched(invocation, context, method.getExecutable());
    }

    @Override
    public void interceptDynamicTest(
            Invocation<Void> invocation,
            DynamicTestInvocationContext dynamic,
            ExtensionContext context)
            throws Throwable {
        watched(invocation, context, "dynamic test");
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        watched(invocation, context, method.getExecutable());
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        watched(invocation, context, method.getExecutable());
    }

    private static <T> T watched(Invocation<T> invocation, ExtensionContext context, Object what)
            throws Throwable {
        if (DEBUGGED) {
            return invocation.proceed();
        }
        Watched watched = new Watched(context, what);
        T result;
        try {
            result = invocation.proceed();
        } catch (Throwable t) {
            if (watched.end()) {
                AssertionError late = new AssertionError(watched.message());
                late.addSuppressed(t);
                throw late;
            }
            throw t;
        }
        if (watched.end()) {
            throw new AssertionError(watched.message());
        }
        return result;
    }

    private static final class Watched {

        private final Thread thread = Thread.currentThread();
        private final String name;
        private final Future<?> interrupt;
        private final Future<?> halt;
        private boolean ended;
        private boolean late;

        Watched(ExtensionContext context, Object what) {
            String type = context.getTestClass().map(Class::getName).orElse("");
            name = type + " > " + context.getDisplayName() + " (" + what + ")";
            interrupt = watch.schedule(this::interrupt, SECONDS, TimeUnit.SECONDS);
            halt = watch.schedule(this::halt, SECONDS + GRACE_SECONDS, TimeUnit.SECONDS);
        }

        String message() {
            return "After " + SECONDS + " seconds not at its end: " + name;
        }

        private void interrupt() {
            synchronized (this) {
                if (ended) {
                    return;
                }
                late = true;
            }
            dump(message());
            synchronized (this) {
                if (!ended) {
                    thread.interrupt();
                }
            }
        }

        private void halt() {
            synchronized (this) {
                if (ended) {
                    return;
                }
            }
            System.err.println(message() + "; nor after an interrupt: the JVM ends");
            System.err.flush();
            Runtime.getRuntime().halt(EXIT_CODE);
        }

        /** Whether it was late. */
        synchronized boolean end() {
            ended = true;
            interrupt.cancel(false);
            halt.cancel(false);
            if (late) {
                Thread.interrupted(); // else the next method has it
            }
            return late;
        }
    }

    private static void dump(String message) {
        StringBuilder text = new StringBuilder(message).append('\n');
        text.append(diagnose("threadPrint", "-l"));
        if (Runtime.version().feature() >= 21) {
            text.append(virtualThreads());
        }
        System.err.println(text.append(message));
    }

    /** All threads, virtual ones too, which the other dump does not have. */
    private static String virtualThreads() {
        try {
            Path file = Files.createTempFile("threads", ".txt");
            try {
                String answer =
                        diagnose(
                                "threadDumpToFile", "-overwrite", file.toAbsolutePath().toString());
                return answer + Files.readString(file);
            } finally {
                Files.delete(file);
            }
        } catch (Exception e) {
            return "no dump of virtual threads: " + e;
        }
    }

    /** What jcmd says. */
    private static String diagnose(String operation, String... arguments) {
        try {
            return (String)
                    ManagementFactory.getPlatformMBeanServer()
                            .invoke(
                                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                    operation,
                                    new Object[] {arguments},
                                    new String[] {String[].class.getName()});
        } catch (Exception e) {
            return "no " + operation + ": " + e;
        }
    }
}
