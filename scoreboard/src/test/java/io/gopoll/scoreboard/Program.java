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
package io.gopoll.scoreboard;

import io.gopoll.examples.Transport;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A small program that shows a report: a static method that fails where the report is true. */
final class Program {

    private static final List<Class<?>> THEMES =
            List.of(
                    Ends.class,
                    Reads.class,
                    Connects.class,
                    Writes.class,
                    FileRegions.class,
                    Datagrams.class,
                    UnixSockets.class,
                    Loops.class,
                    BlockingSockets.class);

    private static final Pattern URL =
            Pattern.compile("https://github\\.com/([^/]+)/([^/]+)/(?:issues|pull)/(\\d+)");

    private final Method method;
    final Reported reported;

    private Program(Method method) {
        this.method = method;
        method.setAccessible(true);
        reported = method.getAnnotation(Reported.class);
    }

    static List<Program> all() {
        List<Program> all = new ArrayList<>();
        for (Class<?> theme : THEMES) {
            Arrays.stream(theme.getDeclaredMethods())
                    .filter(method -> method.isAnnotationPresent(Reported.class))
                    .map(Program::new)
                    .sorted(Comparator.comparing(program -> program.method.getName()))
                    .forEach(all::add);
        }
        return all;
    }

    /** How people cite the report: {@code netty#3457}. */
    String number() {
        Matcher url = URL.matcher(reported.url());
        if (!url.matches()) {
            throw new IllegalArgumentException(method + " has no report: " + reported.url());
        }
        String owner = url.group(1).equals("netty") ? "" : url.group(1) + "/";
        return owner + url.group(2) + "#" + url.group(3);
    }

    String theme() {
        return method.getDeclaringClass().getSimpleName();
    }

    /** What it does on a transport: "passes", or what was seen instead. */
    String run(Transport transport) {
        try (Host host = new Host(transport)) {
            method.invoke(null, host);
            return Scoreboard.PASSES;
        } catch (InvocationTargetException e) {
            return describe(e.getCause());
        } catch (Exception | AssertionError e) {
            return describe(e);
        }
    }

    private static String describe(Throwable failure) {
        if (failure instanceof Lacks) {
            return "has no " + failure.getMessage();
        }
        if (failure instanceof AssertionError) {
            return failure.getMessage();
        }
        if (failure instanceof SocketTimeoutException) {
            return "nothing comes within " + Host.LIMIT.toSeconds() + " s";
        }
        return failure.toString();
    }

    @Override
    public String toString() {
        return number() + " " + method.getName();
    }
}
