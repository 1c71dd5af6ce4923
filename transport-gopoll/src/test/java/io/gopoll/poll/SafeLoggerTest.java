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
package io.gopoll.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.internal.logging.InternalLogLevel;
import io.netty.util.internal.logging.InternalLogger;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SafeLoggerTest {

    private static InternalLogger logger(InvocationHandler handler) {
        return (InternalLogger)
                Proxy.newProxyInstance(
                        SafeLoggerTest.class.getClassLoader(),
                        new Class<?>[] {InternalLogger.class},
                        handler);
    }

    private static String stderrOf(Runnable action) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream saved = System.err;
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(saved);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatIsLoggedReachesTheLoggerAsItIs() {
        List<Object[]> calls = new ArrayList<>();
        InternalLogger target =
                logger(
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("isEnabled")) {
                                return arguments[0] != InternalLogLevel.DEBUG;
                            }
                            calls.add(arguments);
                            return null;
                        });
        SafeLogger log = new SafeLogger(() -> target);
        Throwable cause = new Throwable();
        log.debug("not enabled {}", 1, cause);
        log.warn("plain");
        log.warn("{} {}", 1, 2, cause);
        log.error("failed", cause);
        assertEquals(3, calls.size());
        assertSame(InternalLogLevel.WARN, calls.get(0)[0]);
        assertEquals("plain", calls.get(0)[1]);
        assertEquals(List.of(1, 2, cause), List.of((Object[]) calls.get(1)[2]));
        assertSame(InternalLogLevel.ERROR, calls.get(2)[0]);
        assertEquals(List.of(cause), List.of((Object[]) calls.get(2)[2]));
    }

    @Test
    void aLoggerThatThrowsIsReplacedByStandardError() {
        InternalLogger target =
                logger(
                        (proxy, method, arguments) -> {
                            throw new OutOfMemoryError("of the logger");
                        });
        SafeLogger log = new SafeLogger(() -> target);
        String printed = stderrOf(() -> log.error("about {}", 1, new Exception("the cause")));
        assertTrue(printed.contains("about {}"), printed);
        assertTrue(printed.contains("the cause"), printed);
        assertEquals("", stderrOf(() -> log.debug("little", new Exception())));
    }

    @Test
    void aLoggerThatCannotBeMadeIsAskedForAgain() {
        List<String> logged = new ArrayList<>();
        InternalLogger target =
                logger(
                        (proxy, method, arguments) ->
                                method.getName().equals("isEnabled")
                                                || logged.add((String) arguments[1])
                                        ? true
                                        : null);
        boolean[] available = {false};
        SafeLogger log =
                new SafeLogger(
                        () -> {
                            if (!available[0]) {
                                throw new NoClassDefFoundError("java/util/logging/LogRecord");
                            }
                            return target;
                        });
        assertTrue(stderrOf(() -> log.warn("first")).contains("first"));
        available[0] = true;
        log.warn("second");
        assertEquals(List.of("second"), logged);
    }

    @Test
    void anArgumentThatThrowsDoesNoHarm() {
        SafeLogger log = SafeLogger.of(SafeLoggerTest.class);
        Object bad =
                new Object() {
                    @Override
                    public String toString() {
                        throw new IllegalStateException();
                    }
                };
        stderrOf(() -> log.error("{}", bad));
        Throwable[] thrown = {null};
        PrintStream saved = System.err;
        System.setErr(
                new PrintStream(OutputStream.nullOutputStream()) {
                    @Override
                    public void println(String text) {
                        throw new OutOfMemoryError("of the stream");
                    }
                });
        try {
            new SafeLogger(() -> null).error("not even there", bad);
        } catch (Throwable t) {
            thrown[0] = t;
        } finally {
            System.setErr(saved);
        }
        assertNull(thrown[0]);
    }
}
