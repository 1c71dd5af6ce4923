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

/**
 * Something that goes wrong with a system call.
 *
 * @param what as strace is told
 */
record Fault(Row row, String what, When when) {

    static final int DELAY_MICROS = 20_000;

    /** Which of a thread's calls, from the moment on when strace traces it. */
    enum When {
        FIRST("1", "first", 40),
        TENTH("10", "tenth", 60),
        EVERY_HUNDREDTH("100+100", "each 100th", 480);

        private final String expression;
        private final String words;

        /** How often an exercise is done, so that it comes to that. */
        final int times;

        When(String expression, String words, int times) {
            this.expression = expression;
            this.words = words;
            this.times = times;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /** In strace's language. */
    String injection() {
        return row.calls() + ":" + what + ":when=" + when.expression;
    }

    /** In a reader's. */
    String words() {
        if (what.startsWith("delay")) {
            return "takes " + DELAY_MICROS / 1000 + " ms longer";
        }
        return what.replace("error=", "").replace("retval=", "returns ");
    }

    /** Whether whoever is hit may be lost: not by a signal, and not by a delay. */
    boolean mayEnd() {
        return !what.startsWith("delay") && !what.equals("error=EINTR");
    }

    /**
     * Whether a descriptor stays open that is not there with a real fault: strace does not close,
     * and an eventfd that cannot be written is taken for one that somebody else has closed.
     */
    boolean leaksDescriptor() {
        boolean leaks = row.calls().equals("close") || row.calls().equals("write");
        return leaks && !what.startsWith("delay");
    }

    @Override
    public String toString() {
        return row.name() + " (" + row.exercise() + "), " + words() + ", " + when;
    }
}
