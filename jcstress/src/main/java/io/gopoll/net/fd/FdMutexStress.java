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
package io.gopoll.net.fd;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The life of a descriptor: calls, locks and a close that race, and who destroys it. */
public class FdMutexStress {

    private FdMutexStress() {}

    static class Mutex extends FdMutex {
        /** Plain: that it is destroyed once is what is to be shown. */
        int destroyed;

        /** A system call is under way. */
        volatile boolean calling;

        /** It was destroyed under a system call. */
        volatile boolean torn;

        @Override
        void destroy() {
            destroyed++;
            torn |= calling;
        }

        /** 1 if the call was let in. */
        final int call() {
            if (!incref()) {
                return 0;
            }
            calling = true;
            calling = false;
            decref();
            return 1;
        }

        /** 1 if it got the lock. */
        final int lockedCall(boolean read) {
            if (!rwlock(read)) {
                return 0;
            }
            calling = true;
            calling = false;
            rwunlock(read);
            return 1;
        }

        final int close() {
            if (!increfAndClose()) {
                return 0;
            }
            decref();
            return 1;
        }

        /** How often it was destroyed; 9 if that was under a call. */
        final int end() {
            return torn ? 9 : destroyed;
        }
    }

    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "Destroyed once, after the call.")
    @Outcome(expect = FORBIDDEN, desc = "Never, twice, or under the call.")
    @State
    public static class CallAndClose extends Mutex {
        @Actor
        public void call(II_Result r) {
            r.r1 = call();
        }

        @Actor
        public void closes() {
            close();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = end();
        }
    }

    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "Destroyed once, after the call.")
    @Outcome(expect = FORBIDDEN, desc = "Never, twice, or under the call.")
    @State
    public static class LockAndClose extends Mutex {
        @Actor
        public void call(II_Result r) {
            r.r1 = lockedCall(true);
        }

        @Actor
        public void closes() {
            close();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = end();
        }
    }

    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1"},
            expect = ACCEPTABLE,
            desc = "One of the two closes it, and it is destroyed once.")
    @Outcome(expect = FORBIDDEN, desc = "Closed or destroyed by both, or by neither.")
    @State
    public static class CloseAndClose extends Mutex {
        @Actor
        public void one(III_Result r) {
            r.r1 = close();
        }

        @Actor
        public void other(III_Result r) {
            r.r2 = close();
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = end();
        }
    }

    /** Two want the same lock: one may have to wait for the other. */
    @JCStressTest
    @Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "One after the other.")
    @Outcome(expect = FORBIDDEN, desc = "Refused, or both at once.")
    @State
    public static class TwoWriters extends Mutex {
        private int counter;

        private int increment() {
            if (!rwlock(false)) {
                return 0;
            }
            counter++;
            rwunlock(false);
            return 1;
        }

        @Actor
        public void one(III_Result r) {
            r.r1 = increment();
        }

        @Actor
        public void other(III_Result r) {
            r.r2 = increment();
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = counter;
        }
    }

    /** One waits for the lock that another one gives back, who closes it then. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "It gets the lock or hears of the close; the last one destroys it.")
    @Outcome(expect = FORBIDDEN, desc = "Never, twice, or under a call.")
    @State
    public static class WaiterAndClose extends Mutex {
        public WaiterAndClose() {
            rwlock(true);
        }

        @Actor
        public void unlocksAndCloses() {
            rwunlock(true);
            close();
        }

        @Actor
        public void waits(II_Result r) {
            r.r1 = lockedCall(true);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = end();
        }
    }
}
