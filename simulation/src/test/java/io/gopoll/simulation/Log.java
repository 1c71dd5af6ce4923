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
package io.gopoll.simulation;

import io.netty.util.internal.logging.AbstractInternalLogger;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/** A warning of GoPoll's or Netty's is a failure: it tells of something that was not foreseen. */
final class Log extends AbstractInternalLogger {

    private static final long serialVersionUID = 1;

    private static String worst;

    private Log(String name) {
        super(name);
    }

    static void install() {
        InternalLoggerFactory.setDefaultFactory(
                new InternalLoggerFactory() {
                    @Override
                    protected InternalLogger newInstance(String name) {
                        return new Log(name);
                    }
                });
    }

    static void begin() {
        worst = null;
    }

    static String worst() {
        return worst;
    }

    private static void found(String message, Throwable cause) {
        if (worst == null) {
            StringBuilder text = new StringBuilder("logged: ").append(message);
            if (cause != null) {
                text.append(": ").append(cause);
                for (int i = 0; i < Math.min(8, cause.getStackTrace().length); i++) {
                    text.append("\n      at ").append(cause.getStackTrace()[i]);
                }
            }
            worst = text.toString();
        }
    }

    private static Throwable cause(Object[] arguments) {
        for (Object argument : arguments) {
            if (argument instanceof Throwable t) {
                return t;
            }
        }
        return null;
    }

    @Override
    public boolean isTraceEnabled() {
        return false;
    }

    @Override
    public boolean isDebugEnabled() {
        return false;
    }

    @Override
    public boolean isInfoEnabled() {
        return false;
    }

    @Override
    public boolean isWarnEnabled() {
        return true;
    }

    @Override
    public boolean isErrorEnabled() {
        return true;
    }

    @Override
    public void warn(String message) {
        found(message, null);
    }

    @Override
    public void warn(String message, Object a) {
        found(message + " " + a, cause(new Object[] {a}));
    }

    @Override
    public void warn(String message, Object a, Object b) {
        found(message + " " + a, cause(new Object[] {a, b}));
    }

    @Override
    public void warn(String message, Object... arguments) {
        found(message, cause(arguments));
    }

    @Override
    public void warn(String message, Throwable cause) {
        found(message, cause);
    }

    @Override
    public void error(String message) {
        warn(message);
    }

    @Override
    public void error(String message, Object a) {
        warn(message, a);
    }

    @Override
    public void error(String message, Object a, Object b) {
        warn(message, a, b);
    }

    @Override
    public void error(String message, Object... arguments) {
        warn(message, arguments);
    }

    @Override
    public void error(String message, Throwable cause) {
        warn(message, cause);
    }

    @Override
    public void trace(String message) {}

    @Override
    public void trace(String message, Object a) {}

    @Override
    public void trace(String message, Object a, Object b) {}

    @Override
    public void trace(String message, Object... arguments) {}

    @Override
    public void trace(String message, Throwable cause) {}

    @Override
    public void debug(String message) {}

    @Override
    public void debug(String message, Object a) {}

    @Override
    public void debug(String message, Object a, Object b) {}

    @Override
    public void debug(String message, Object... arguments) {}

    @Override
    public void debug(String message, Throwable cause) {}

    @Override
    public void info(String message) {}

    @Override
    public void info(String message, Object a) {}

    @Override
    public void info(String message, Object a, Object b) {}

    @Override
    public void info(String message, Object... arguments) {}

    @Override
    public void info(String message, Throwable cause) {}
}
