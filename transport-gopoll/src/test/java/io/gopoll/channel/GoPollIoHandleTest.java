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
package io.gopoll.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.poll.NotPollableException;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A user's own descriptor on a GoPoll loop: {@code IoEventLoop.register}. */
@Timeout(60)
class GoPollIoHandleTest {

    private static final Syscalls SYS = Syscalls.get();

    private final NativeMemory memory = NativeMemory.allocate(64 * 1024);
    private EventLoopGroup group;
    private IoEventLoop loop;
    private int readEnd;
    private int writeEnd;

    @BeforeEach
    void start() {
        group = new GoPollEventLoopGroup(1);
        loop = (IoEventLoop) group.next();
        assertEquals(0, SYS.pipe2(memory.address(), Constants.O_NONBLOCK | Constants.O_CLOEXEC));
        readEnd = memory.buffer().getInt(0);
        writeEnd = memory.buffer().getInt(4);
    }

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        SYS.close(readEnd);
        SYS.close(writeEnd);
    }

    @SuppressWarnings("try")
    private static final class Recorded implements GoPollIoHandle {
        final BlockingQueue<GoPollIoOps> events = new LinkedBlockingQueue<>();
        final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
        private final FileDescriptor fd;
        volatile Error toThrow;

        Recorded(int fd) {
            this.fd =
                    new FileDescriptor(fd) {
                        @Override
                        public boolean isOpen() {
                            return true;
                        }
                    };
        }

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            events.add(((GoPollIoEvent) event).ops());
            Error error = toThrow;
            if (error != null) {
                toThrow = null;
                throw error;
            }
        }

        @Override
        public void registered() {
            calls.add("registered");
        }

        @Override
        public void unregistered() {
            calls.add("unregistered");
        }

        @Override
        public void close() {
            calls.add("close");
        }

        GoPollIoOps next() throws InterruptedException {
            GoPollIoOps ops = events.poll(20, TimeUnit.SECONDS);
            assertNotNull(ops);
            return ops;
        }
    }

    private void turns() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            loop.submit(() -> {}).sync();
        }
    }

    @Test
    void aSubmitIsAnsweredOnceWhenTheSideIsReady() throws Exception {
        Recorded handle = new Recorded(readEnd);
        IoRegistration registration = loop.register(handle).sync().getNow();
        registration.submit(GoPollIoOps.READ);
        turns();
        assertNull(handle.events.peek());

        assertEquals(8, SYS.write(writeEnd, memory.address(), 8));
        assertEquals(GoPollIoOps.READ, handle.next());
        assertEquals(8, SYS.read(readEnd, memory.address(), 100));

        assertEquals(8, SYS.write(writeEnd, memory.address(), 8));
        turns();
        assertNull(handle.events.peek(), "nothing was submitted");

        // The edge that came meanwhile was kept.
        registration.submit(GoPollIoOps.READ);
        assertEquals(GoPollIoOps.READ, handle.next());
        assertTrue(registration.cancel());
    }

    @Test
    void theWritingSideIsReadyAtOnceAndAgainWhenAFullPipeIsRead() throws Exception {
        Recorded handle = new Recorded(writeEnd);
        IoRegistration registration = loop.register(handle).sync().getNow();
        registration.submit(GoPollIoOps.WRITE);
        assertEquals(GoPollIoOps.WRITE, handle.next());

        while (SYS.write(writeEnd, memory.address(), memory.size()) != -Errno.EAGAIN) {
            // Until it is full.
        }
        registration.submit(GoPollIoOps.WRITE);
        turns();
        while (SYS.read(readEnd, memory.address(), memory.size()) != -Errno.EAGAIN) {
            // Until it is empty.
        }
        assertEquals(GoPollIoOps.WRITE, handle.next());
        assertTrue(registration.cancel());
    }

    @Test
    void aLoopOutlivesAnErrorOfAHandle() throws Exception {
        Recorded handle = new Recorded(readEnd);
        IoRegistration registration = loop.register(handle).sync().getNow();
        for (Error error : List.of(new OutOfMemoryError("test"), new StackOverflowError())) {
            handle.toThrow = error;
            registration.submit(GoPollIoOps.READ);
            turns();
            assertEquals(1, SYS.write(writeEnd, memory.address(), 1));
            assertEquals(GoPollIoOps.READ, handle.next());
            turns();
            assertEquals(1, SYS.read(readEnd, memory.address(), 1));
        }
        registration.submit(GoPollIoOps.READ);
        assertEquals(1, SYS.write(writeEnd, memory.address(), 1));
        assertEquals(GoPollIoOps.READ, handle.next());
        registration.cancel();
    }

    @Test
    void noneTakesASubmitBack() throws Exception {
        Recorded handle = new Recorded(readEnd);
        IoRegistration registration = loop.register(handle).sync().getNow();
        registration.submit(GoPollIoOps.READ);
        registration.submit(GoPollIoOps.NONE);
        turns();
        assertEquals(1, SYS.write(writeEnd, memory.address(), 1));
        turns();
        assertNull(handle.events.peek());
        assertTrue(registration.cancel());
    }

    @Test
    void aCancelledRegistrationIsSilentAndSaysSo() throws Exception {
        Recorded handle = new Recorded(readEnd);
        IoRegistration registration = loop.register(handle).sync().getNow();
        assertEquals("registered", handle.calls.poll(20, TimeUnit.SECONDS));
        registration.submit(GoPollIoOps.READ);
        assertTrue(registration.isValid());

        assertTrue(registration.cancel());
        assertFalse(registration.cancel());
        assertFalse(registration.isValid());
        assertEquals("unregistered", handle.calls.poll(20, TimeUnit.SECONDS));
        assertEquals(-1, registration.submit(GoPollIoOps.READ));
        assertEquals(1, SYS.write(writeEnd, memory.address(), 1));
        turns();
        assertNull(handle.events.peek());
    }

    @Test
    void aShutdownClosesTheHandlesThatAreLeft() throws Exception {
        Recorded handle = new Recorded(readEnd);
        loop.register(handle).sync();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        assertEquals("registered", handle.calls.poll());
        assertTrue(handle.calls.contains("close"));
        assertTrue(handle.calls.contains("unregistered"));
    }

    @Test
    void aRegularFileCannotBePolledAndTheErrorSaysSo(@TempDir Path dir) throws Exception {
        Path file = Files.createFile(dir.resolve("file"));
        byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
        memory.buffer().put(0, path).put(path.length, (byte) 0);
        int fd = SYS.open(memory.address(), Constants.O_RDONLY, 0);
        try {
            IoRegistration registration = loop.register(new Recorded(fd)).sync().getNow();
            Future<?> submit = loop.submit(() -> registration.submit(GoPollIoOps.READ)).await();
            assertInstanceOf(UncheckedIOException.class, submit.cause());
            assertInstanceOf(NotPollableException.class, submit.cause().getCause());
            assertTrue(registration.cancel());
        } finally {
            SYS.close(fd);
        }
    }
}
