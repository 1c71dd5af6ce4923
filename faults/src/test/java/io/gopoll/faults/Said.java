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
package io.gopoll.faults;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import io.netty.util.concurrent.Future;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** What the server has said of failures: exceptions in a pipeline, failed promises, warnings. */
final class Said extends AppenderBase<ILoggingEvent> {

    private static final Queue<String> lines = new ConcurrentLinkedQueue<>();

    /** From now on warnings come here, and nowhere else. */
    static void collectLog() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        Said said = new Said();
        said.setContext(root.getLoggerContext());
        said.start();
        root.setLevel(Level.WARN);
        root.addAppender(said);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLoggerName().endsWith(".Sysmon")) {
            // A goroutine computes for long: on a busy machine, or stopped by strace.
            return;
        }
        StringBuilder line = new StringBuilder("log: ").append(event.getFormattedMessage());
        for (IThrowableProxy t = event.getThrowableProxy(); t != null; t = t.getCause()) {
            line.append(" / ").append(t.getClassName()).append(": ").append(t.getMessage());
        }
        add(line.toString());
    }

    static void exception(Throwable cause) {
        add("exception: " + withCauses(cause));
    }

    /** Listens to a promise: its failure is one that was said. */
    static void ifFailed(Future<?> promise) {
        if (!promise.isSuccess()) {
            add("promise: " + withCauses(promise.cause()));
        }
    }

    private static String withCauses(Throwable thrown) {
        StringBuilder line = new StringBuilder(thrown.toString());
        for (Throwable t = thrown.getCause(); t != null; t = t.getCause()) {
            line.append(" / ").append(t);
        }
        return line.toString();
    }

    private static void add(String line) {
        lines.add(line.replaceAll("\\s+", " "));
    }

    /** All that was said since the last time, divided by tabs. */
    static String take() {
        StringBuilder all = new StringBuilder();
        for (String line; (line = lines.poll()) != null; ) {
            all.append(all.length() == 0 ? "" : "\t").append(line);
        }
        return all.toString();
    }
}
