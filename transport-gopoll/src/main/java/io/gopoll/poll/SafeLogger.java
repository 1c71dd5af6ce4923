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

import io.netty.util.internal.logging.InternalLogLevel;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.function.Supplier;

/**
 * A logger that never throws, for threads that must not end: loops, carriers, pollers. A plain
 * logger can fail exactly when it is needed: its first use loads classes, which fails without
 * descriptors, and it needs memory. What it fails to write goes to {@link System#err}, and is lost
 * if that fails too.
 *
 * <p>Messages have the form of Netty's loggers: each <code>{}</code> stands for an argument, and a
 * last argument that is a Throwable is written with its stack. No method takes a variable number of
 * arguments, because the caller would have to allocate the array. Any thread.
 */
public final class SafeLogger {

    private final Supplier<InternalLogger> source;

    /** Null until the source has given one. */
    private volatile InternalLogger logger;

    SafeLogger(Supplier<InternalLogger> source) {
        this.source = source;
        try {
            // Now, while its classes can be loaded.
            logger = source.get();
        } catch (Throwable triedAgainWhenUsed) {
            logger = null;
        }
    }

    /**
     * The logger that has the name of a class. Never throws, but for lack of memory.
     *
     * @param owner the class that logs
     * @return a new one
     */
    public static SafeLogger of(Class<?> owner) {
        return new SafeLogger(() -> InternalLoggerFactory.getInstance(owner));
    }

    /**
     * Something is broken.
     *
     * @param message as it stands
     */
    public void error(String message) {
        log(InternalLogLevel.ERROR, message, 0, null, null, null);
    }

    /**
     * Something is broken.
     *
     * @param message with a <code>{}</code>
     * @param a the first argument
     */
    public void error(String message, Object a) {
        log(InternalLogLevel.ERROR, message, 1, a, null, null);
    }

    /**
     * Something is broken.
     *
     * @param message with two <code>{}</code>
     * @param a the first argument
     * @param b the second argument
     */
    public void error(String message, Object a, Object b) {
        log(InternalLogLevel.ERROR, message, 2, a, b, null);
    }

    /**
     * Something is broken.
     *
     * @param message with three <code>{}</code>
     * @param a the first argument
     * @param b the second argument
     * @param c the third argument
     */
    public void error(String message, Object a, Object b, Object c) {
        log(InternalLogLevel.ERROR, message, 3, a, b, c);
    }

    /**
     * Something goes on, but not as it should.
     *
     * @param message as it stands
     */
    public void warn(String message) {
        log(InternalLogLevel.WARN, message, 0, null, null, null);
    }

    /**
     * Something goes on, but not as it should.
     *
     * @param message with a <code>{}</code>
     * @param a the first argument
     */
    public void warn(String message, Object a) {
        log(InternalLogLevel.WARN, message, 1, a, null, null);
    }

    /**
     * Something goes on, but not as it should.
     *
     * @param message with two <code>{}</code>
     * @param a the first argument
     * @param b the second argument
     */
    public void warn(String message, Object a, Object b) {
        log(InternalLogLevel.WARN, message, 2, a, b, null);
    }

    /**
     * Something goes on, but not as it should.
     *
     * @param message with three <code>{}</code>
     * @param a the first argument
     * @param b the second argument
     * @param c the third argument
     */
    public void warn(String message, Object a, Object b, Object c) {
        log(InternalLogLevel.WARN, message, 3, a, b, c);
    }

    /**
     * Something that a user may want to know.
     *
     * @param message as it stands
     */
    public void info(String message) {
        log(InternalLogLevel.INFO, message, 0, null, null, null);
    }

    /**
     * Something for whoever looks for a fault.
     *
     * @param message as it stands
     */
    public void debug(String message) {
        log(InternalLogLevel.DEBUG, message, 0, null, null, null);
    }

    /**
     * Something for whoever looks for a fault.
     *
     * @param message with a <code>{}</code>
     * @param a the first argument
     */
    public void debug(String message, Object a) {
        log(InternalLogLevel.DEBUG, message, 1, a, null, null);
    }

    /**
     * Something for whoever looks for a fault.
     *
     * @param message with two <code>{}</code>
     * @param a the first argument
     * @param b the second argument
     */
    public void debug(String message, Object a, Object b) {
        log(InternalLogLevel.DEBUG, message, 2, a, b, null);
    }

    /**
     * Something for whoever looks for a fault.
     *
     * @param message with three <code>{}</code>
     * @param a the first argument
     * @param b the second argument
     * @param c the third argument
     */
    public void debug(String message, Object a, Object b, Object c) {
        log(InternalLogLevel.DEBUG, message, 3, a, b, c);
    }

    private void log(InternalLogLevel level, String message, int n, Object a, Object b, Object c) {
        try {
            InternalLogger l = logger;
            if (l == null) {
                l = source.get();
                logger = l;
            }
            if (!l.isEnabled(level)) {
                return;
            }
            switch (n) {
                case 0 -> l.log(level, message);
                case 1 -> l.log(level, message, new Object[] {a});
                case 2 -> l.log(level, message, new Object[] {a, b});
                default -> l.log(level, message, new Object[] {a, b, c});
            }
        } catch (Throwable failure) {
            if (level.ordinal() >= InternalLogLevel.WARN.ordinal()) {
                print(message, n == 3 ? c : n == 2 ? b : a);
            }
        }
    }

    /** With as little as can be: what the logger has failed on may be missing here as well. */
    private static void print(String message, Object last) {
        try {
            System.err.println(message);
            if (last instanceof Throwable) {
                System.err.println(last);
            }
        } catch (Throwable lost) {
            // There is nowhere left to say it.
        }
    }
}
