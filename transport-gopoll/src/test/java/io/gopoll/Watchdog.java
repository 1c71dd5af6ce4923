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
import java.time.Duration;
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
 * Ends the JVM if a method of a test does not end: with the test's name and what all threads are
 * in, on stderr. JUnit's timeouts come earlier, and are better where an interrupt helps; they only
 * interrupt. JUnit finds this extension as it does {@link LeakCheck}.
 */
public final class Watchdog implements InvocationInterceptor {

    /** {@code -Dgopoll.test.watchdog.minutes=N}; 0 for never, as where one debugs. */
    private static final long MINUTES = Long.getLong("gopoll.test.watchdog.minutes", 8);

    private static final int EXIT_CODE = 86;

    private static final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(
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
        if (MINUTES == 0) {
            return invocation.proceed();
        }
        String name =
                context.getTestClass().map(Class::getName).orElse("")
                        + " > "
                        + context.getDisplayName()
                        + " ("
                        + what
                        + ")";
        Future<?> end = watch.schedule(() -> end(name), MINUTES, TimeUnit.MINUTES);
        try {
            return invocation.proceed();
        } finally {
            end.cancel(false);
        }
    }

    @SuppressWarnings("SystemOut")
    private static void end(String name) {
        // The dump may hang itself, as where a thread does not come to a safepoint.
        Thread last =
                new Thread(
                        () -> {
                            try {
                                Thread.sleep(Duration.ofSeconds(30).toMillis());
                            } catch (InterruptedException e) {
                                // Then at once.
                            }
                            Runtime.getRuntime().halt(EXIT_CODE);
                        },
                        "watchdog's end");
        last.setDaemon(true);
        last.start();
        System.err.println("HANGS for " + MINUTES + " minutes: " + name);
        System.err.println(diagnose("threadPrint", "-l"));
        if (Runtime.version().feature() >= 21) {
            System.err.println(virtualThreads());
        }
        System.err.println("HANGS for " + MINUTES + " minutes: " + name);
        System.err.flush();
        Runtime.getRuntime().halt(EXIT_CODE);
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
