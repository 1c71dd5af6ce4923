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
import static io.gopoll.poll.PollDesc.WRITE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two threads on one side of a {@link PollDesc}. What is not listed is forbidden. */
public class PollDescStress {

    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "The edge came first, park took it.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Parked, and resumed by the edge.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or told twice.")
    @State
    public static class ParkReady extends Machine {
        @Actor
        public void park(III_Result r) {
            r.r1 = park();
        }

        @Actor
        public void ready() {
            edge();
        }

        @Arbiter
        public void after(III_Result r) {
            r.r2 = resumes.get();
            r.r3 = token();
        }
    }

    /** With a deadline, so that park queues a timer that the close must take out. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "Park saw that it is closing.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Parked, and resumed by the close.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or resumed twice, or a timer left.")
    @State
    public static class ParkClose extends Machine {
        public ParkClose() {
            pd.setDeadline(HOUR, READ);
        }

        @Actor
        public void park(III_Result r) {
            r.r1 = park();
        }

        @Actor
        public void unblock() {
            pd.unblock();
        }

        @Arbiter
        public void after(III_Result r) {
            r.r2 = resumes.get();
            r.r3 = timers.size();
        }
    }

    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "Park saw that it is too late.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Parked, and resumed by the deadline.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or resumed twice, or a token left.")
    @State
    public static class ParkPastDeadline extends Machine {
        @Actor
        public void park(III_Result r) {
            r.r1 = park();
        }

        @Actor
        public void deadline() {
            pd.setDeadline(-1, READ);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r2 = resumes.get();
            r.r3 = token();
        }
    }

    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "One of the two queued the timer.")
    @Outcome(expect = FORBIDDEN, desc = "Nobody queued it, or it fired twice.")
    @State
    public static class ParkDeadline extends Machine {
        @Actor
        public void park(II_Result r) {
            r.r1 = park();
        }

        @Actor
        public void deadline() {
            pd.setDeadline(HOUR, READ);
        }

        @Arbiter
        public void after(II_Result r) {
            hoursPass(2);
            r.r2 = resumes.get();
        }
    }

    /** A timer that an earlier wait has left queued fires while somebody parks for its deadline. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "Park saw that it has fired.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Parked, and resumed by the timer.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or resumed twice, or a timer left.")
    @State
    public static class ParkTimer extends Machine {
        public ParkTimer() {
            pd.setDeadline(HOUR, READ);
            park();
            pd.unpark(READ, waiter);
        }

        @Actor
        public void park(III_Result r) {
            r.r1 = park();
        }

        @Actor
        public void timer() {
            hoursPass(2);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r2 = resumes.get();
            r.r3 = timers.size();
        }
    }

    /** A timer that finds its deadline moved, and nobody waiting, while somebody parks. */
    @JCStressTest
    @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "Resumed when it was time.")
    @Outcome(expect = FORBIDDEN, desc = "The timer was lost, or fired too early.")
    @State
    public static class ParkMovedTimer extends Machine {
        public ParkMovedTimer() {
            pd.setDeadline(HOUR, READ);
            park();
            pd.unpark(READ, waiter);
            pd.setDeadline(3 * HOUR, READ);
        }

        @Actor
        public void park(III_Result r) {
            r.r1 = park();
        }

        @Actor
        public void timer() {
            hoursPass(2);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r2 = resumes.get();
            hoursPass(4);
            r.r3 = resumes.get();
        }
    }

    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "Taken back, the edge kept.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Too late: resumed by the edge.")
    @Outcome(expect = FORBIDDEN, desc = "Taken back and resumed, or neither.")
    @State
    public static class UnparkReady extends Machine {
        public UnparkReady() {
            park();
        }

        @Actor
        public void unpark(III_Result r) {
            r.r1 = pd.unpark(READ, waiter) ? 1 : 0;
        }

        @Actor
        public void ready() {
            edge();
        }

        @Arbiter
        public void after(III_Result r) {
            r.r2 = resumes.get();
            r.r3 = token();
        }
    }

    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Taken back.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Too late: resumed by the close.")
    @Outcome(expect = FORBIDDEN, desc = "Taken back and resumed, or neither.")
    @State
    public static class UnparkClose extends Machine {
        public UnparkClose() {
            park();
        }

        @Actor
        public void unpark(II_Result r) {
            r.r1 = pd.unpark(READ, waiter) ? 1 : 0;
        }

        @Actor
        public void unblock() {
            pd.unblock();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = resumes.get();
        }
    }

    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The edge was first: it resumed the waiter.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The deadline was first: the edge is kept.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or resumed twice.")
    @State
    public static class ReadyDeadline extends Machine {
        public ReadyDeadline() {
            park();
        }

        @Actor
        public void ready() {
            edge();
        }

        @Actor
        public void deadline() {
            pd.setDeadline(-1, READ);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 = resumes.get();
            r.r2 = token();
        }
    }

    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Resumed once.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or resumed twice.")
    @State
    public static class ReadyClose extends Machine {
        public ReadyClose() {
            park();
        }

        @Actor
        public void ready() {
            edge();
        }

        @Actor
        public void unblock() {
            pd.unblock();
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = resumes.get();
        }
    }

    /** An event in flight while its desc is closed and opened for another descriptor. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Dropped.")
    @Outcome(
            id = "0, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Found valid just before the close: a token for nothing, as in Go.")
    @Outcome(expect = FORBIDDEN, desc = "The next user must not be taken for one of these.")
    @State
    public static class ReadyReuse extends Machine {
        private final int fdseq = pd.fdseq();

        @Actor
        public void ready() {
            pd.event(fdseq, READ, PollDesc.HUNG_UP | PollDesc.URGENT | PollDesc.FAILED, 0, ready);
        }

        @Actor
        public void reuse() {
            pd.unblock();
            pd.close(false);
            reopen();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 = pd.hungUp() || pd.urgent() || pd.failed() ? 1 : 0;
            r.r2 = token();
        }
    }

    /** The bytes stand for what the kernel has; reset, then a read that does not see them. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The read saw them.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The read saw them, the edge is kept.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "EAGAIN, but the edge is kept.")
    @Outcome(expect = FORBIDDEN, desc = "EAGAIN, and the edge is lost.")
    @State
    public static class ResetReady extends Machine {
        private volatile int bytes;

        public ResetReady() {
            edge();
        }

        @Actor
        public void read(II_Result r) {
            pd.reset(READ);
            r.r1 = bytes;
        }

        @Actor
        public void ready() {
            bytes = 1;
            edge();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = token();
        }
    }

    /** A deadline is moved ahead at the moment in which it fires. */
    @JCStressTest
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "It had fired.")
    @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "It was moved, and fired later.")
    @Outcome(expect = FORBIDDEN, desc = "It fired twice or not, or the move was lost.")
    @State
    public static class DeadlineTimer extends Machine {
        public DeadlineTimer() {
            pd.setDeadline(HOUR, READ);
            park();
        }

        @Actor
        public void move() {
            pd.setDeadline(3 * HOUR, READ);
        }

        @Actor
        public void timer() {
            hoursPass(2);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r1 = pd.error(READ);
            r.r2 = resumes.get();
            hoursPass(4);
            r.r3 = resumes.get() - r.r2;
        }
    }

    /** Both move it, one of them before the timer that is queued. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The later deadline was the last word.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The earlier deadline was the last word.")
    @Outcome(expect = FORBIDDEN, desc = "It fired twice or not at all.")
    @State
    public static class DeadlineDeadline extends Machine {
        public DeadlineDeadline() {
            pd.setDeadline(3 * HOUR, READ | WRITE);
            park();
        }

        @Actor
        public void earlier() {
            pd.setDeadline(HOUR, READ | WRITE);
        }

        @Actor
        public void later() {
            pd.setDeadline(5 * HOUR, READ | WRITE);
        }

        @Arbiter
        public void after(II_Result r) {
            hoursPass(2);
            r.r1 = resumes.get();
            hoursPass(6);
            r.r2 = resumes.get() - r.r1;
        }
    }

    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Resumed once.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or resumed twice, or a token left.")
    @State
    public static class PastDeadlinePastDeadline extends Machine {
        public PastDeadlinePastDeadline() {
            park();
        }

        @Actor
        public void one() {
            pd.setDeadline(-1, READ);
        }

        @Actor
        public void other() {
            pd.setDeadline(-1, READ | WRITE);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 = resumes.get();
            r.r2 = token();
        }
    }

    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Resumed by the close, no timer left.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or resumed twice, or a timer left.")
    @State
    public static class DeadlineClose extends Machine {
        public DeadlineClose() {
            park();
        }

        @Actor
        public void deadline() {
            pd.setDeadline(HOUR, READ);
        }

        @Actor
        public void unblock() {
            pd.unblock();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 = resumes.get();
            r.r2 = timers.size();
        }
    }

    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Resumed by one of the two, no timer left.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or resumed twice, or a timer left.")
    @State
    public static class TimerClose extends Machine {
        public TimerClose() {
            pd.setDeadline(HOUR, READ);
            park();
        }

        @Actor
        public void timer() {
            hoursPass(2);
        }

        @Actor
        public void unblock() {
            pd.unblock();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 = resumes.get();
            r.r2 = timers.size();
        }
    }

    /**
     * Park has published its waiter and not yet queued the timer, when the waiter is resumed,
     * closes the desc, and the next user waits with a deadline of his own.
     */
    @JCStressTest
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Park took the edge: no next user.")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Both timers have fired.")
    @Outcome(expect = FORBIDDEN, desc = "A timer was lost, or is left.")
    @State
    public static class ArmReuse extends Machine {
        private final AtomicInteger others = new AtomicInteger();
        private final AtomicInteger nexts = new AtomicInteger();

        public ArmReuse() {
            PollDesc other = reopen();
            other.setDeadline(2 * HOUR, READ);
            other.park(READ, others::incrementAndGet);
            pd.setDeadline(HOUR, READ);
        }

        @Actor
        public void parkFirst() {
            pd.park(READ, waiter);
        }

        @Actor
        public void resumeAndReuse() {
            edge();
            if (resumes.get() == 1) {
                pd.unblock();
                pd.close(false);
                PollDesc next = reopen();
                next.setDeadline(3 * HOUR, READ);
                next.park(READ, nexts::incrementAndGet);
            }
        }

        @Arbiter
        public void after(III_Result r) {
            hoursPass(4);
            r.r1 = nexts.get();
            r.r2 = others.get();
            r.r3 = timers.size();
        }
    }
}
