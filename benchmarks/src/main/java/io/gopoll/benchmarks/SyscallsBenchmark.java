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

import io.gopoll.sys.Constants;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A system call through each binding, by the stub and by the C library, beside Netty's JNI: eight
 * bytes to /dev/null, and EAGAIN.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SyscallsBenchmark {

    /** A binding that this machine lacks ends its runs with the reason. */
    @State(Scope.Thread)
    public static class Binding {
        @Param({"jna", "ffm"})
        public String binding;

        @Param({"stub", "libc"})
        public String entry;

        Syscalls syscalls;

        @Setup
        public void choose() {
            for (Syscalls candidate : Syscalls.available()) {
                if (candidate.binding().equals(binding) && candidate.entry().startsWith(entry)) {
                    syscalls = candidate;
                    return;
                }
            }
            throw new IllegalStateException("no " + binding + " by " + entry + " here");
        }
    }

    private final NativeMemory memory = NativeMemory.allocate(16);
    private int devNull;
    private int emptyPipe;
    private int pipeWriteEnd;
    private FileDescriptor nettyDevNull;

    @Setup
    public void open() throws IOException {
        Syscalls sys = Syscalls.get();
        NativeMemory path = NativeMemory.allocate(16);
        path.buffer().put(0, "/dev/null".getBytes(StandardCharsets.US_ASCII));
        devNull = sys.open(path.address(), Constants.O_WRONLY, 0);
        sys.pipe2(memory.address(), Constants.O_NONBLOCK);
        emptyPipe = memory.buffer().getInt(0);
        pipeWriteEnd = memory.buffer().getInt(4);
        Epoll.ensureAvailability();
        nettyDevNull = new FileDescriptor(devNull);
    }

    @TearDown
    public void close() {
        Syscalls.get().close(devNull);
        Syscalls.get().close(emptyPipe);
        Syscalls.get().close(pipeWriteEnd);
    }

    @Benchmark
    public int write(Binding b) {
        return b.syscalls.write(devNull, memory.address(), 8);
    }

    @Benchmark
    public int readAgain(Binding b) {
        return b.syscalls.read(emptyPipe, memory.address(), 8);
    }

    @Benchmark
    public int writeByNettysJni() throws IOException {
        return nettyDevNull.writeAddress(memory.address(), 0, 8);
    }
}
