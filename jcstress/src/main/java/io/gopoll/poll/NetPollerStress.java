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

import static io.gopoll.poll.PollDesc.READ;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The polling thread, as it goes to sleep and wakes, and one that has something for it. */
public class NetPollerStress {

    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Asleep too long, but woken.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "It saw the timer.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "It saw the timer, and is woken for nothing.")
    @Outcome(expect = FORBIDDEN, desc = "It sleeps past the timer.")
    @State
    public static class SleepArm extends Machine {
        public SleepArm() {
            pd.setDeadline(HOUR, READ);
        }

        @Actor
        public void sleep(II_Result r) {
            r.r1 = timers.sleep(Clock.NEVER) == Clock.NEVER ? 0 : 1;
        }

        @Actor
        public void arm() {
            park();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = interrupts.get();
        }
    }

    /** A wakeup that is coalesced with one that the poll is just about to be done with. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Coalesced, the task was seen.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Seen, and woken once more for nothing.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Not seen yet, but woken once more.")
    @Outcome(expect = FORBIDDEN, desc = "The task waits and the poller sleeps.")
    @State
    public static class PollWakeup extends Machine {
        private volatile int task;

        public PollWakeup() {
            wakeup();
        }

        @Actor
        public void poll(II_Result r) {
            poll(-1);
            r.r1 = task;
        }

        @Actor
        public void wake() {
            task = 1;
            wakeup();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = interrupts.get() - 1;
        }
    }

    /** A wakeup that cannot interrupt the poller. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The task was seen.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Seen, and the next poll does not wait.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Not seen, but the next poll does not wait.")
    @Outcome(expect = FORBIDDEN, desc = "The task waits and the poller sleeps.")
    @State
    public static class PollMissedWakeup extends Machine {
        private volatile int task;
        private long waitedUntil;

        @Override
        void waitForEvents(long until, ReadyList ready) {
            waitedUntil = until;
        }

        @Override
        boolean interrupt() {
            return false;
        }

        @Actor
        public void poll(II_Result r) {
            poll(-1);
            r.r1 = task;
        }

        @Actor
        public void wake() {
            task = 1;
            wakeup();
        }

        @Arbiter
        public void after(II_Result r) {
            poll(-1);
            r.r2 = waitedUntil == 0 ? 1 : 0;
        }
    }
}
