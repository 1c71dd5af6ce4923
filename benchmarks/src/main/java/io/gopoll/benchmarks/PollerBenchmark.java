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
package io.gopoll.benchmarks;

import io.gopoll.poll.NetPoller;
import io.gopoll.poll.PollDesc;
import io.gopoll.poll.ReadyList;
import io.gopoll.poll.Waiter;
import io.gopoll.sys.Constants;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The poller's operations. With {@code -prof gc}, none of them allocates but opening. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PollerBenchmark {

    private static final Waiter NOBODY = () -> {};

    private final Syscalls sys = Syscalls.get();
    private final NativeMemory one = NativeMemory.allocate(8);
    private NetPoller poller;
    private PollDesc idle;
    private PollDesc busy;
    private int idleFd;
    private int busyFd;

    @Setup
    public void open() throws IOException {
        one.buffer().putLong(0, 1);
        poller = NetPoller.newPoller();
        idleFd = sys.eventfd(0, Constants.EFD_NONBLOCK);
        busyFd = sys.eventfd(0, Constants.EFD_NONBLOCK);
        idle = poller.open(idleFd);
        busy = poller.open(busyFd);
        poller.poll(0);
    }

    @TearDown
    public void close() {
        idle.unblock();
        idle.close(true);
        busy.unblock();
        busy.close(true);
        poller.close();
        sys.close(idleFd);
        sys.close(busyFd);
    }

    /** A continuation parks and is taken back: no system call. */
    @Benchmark
    public boolean parkAndUnpark() {
        return idle.park(PollDesc.READ, NOBODY) || idle.unpark(PollDesc.READ, NOBODY);
    }

    /** What Go's netpoll does for one descriptor: park, an edge (a write), a poll that finds it. */
    @Benchmark
    public ReadyList parkWriteAndPoll() {
        busy.park(PollDesc.READ, NOBODY);
        sys.write(busyFd, one.address(), Long.BYTES);
        return poller.poll(0);
    }

    /** As before each read: a deadline is moved ahead while nobody waits. */
    @Benchmark
    public void moveDeadline() {
        idle.setDeadline(1_000_000_000_000L, PollDesc.READ);
    }

    /** The life of a PollDesc: epoll_ctl ADD and DEL. */
    @Benchmark
    public void openAndClose() throws IOException {
        int fd = sys.eventfd(0, Constants.EFD_NONBLOCK);
        PollDesc pd = poller.open(fd);
        pd.unblock();
        pd.close(false);
        sys.close(fd);
    }

    /** A look at the network that finds nothing. */
    @Benchmark
    public int look() {
        return poller.poll(0).size();
    }

    /** A wake-up and the poll that it ends. */
    @Benchmark
    public int wakeupAndPoll() {
        poller.wakeup();
        return poller.poll(-1).size();
    }
}
