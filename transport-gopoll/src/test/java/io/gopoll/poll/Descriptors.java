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

import static io.gopoll.sys.Constants.AF_INET;
import static io.gopoll.sys.Constants.AF_UNIX;
import static io.gopoll.sys.Constants.EFD_CLOEXEC;
import static io.gopoll.sys.Constants.EFD_NONBLOCK;
import static io.gopoll.sys.Constants.F_DUPFD_CLOEXEC;
import static io.gopoll.sys.Constants.MSG_OOB;
import static io.gopoll.sys.Constants.O_CLOEXEC;
import static io.gopoll.sys.Constants.O_NONBLOCK;
import static io.gopoll.sys.Constants.O_RDONLY;
import static io.gopoll.sys.Constants.SOCK_CLOEXEC;
import static io.gopoll.sys.Constants.SOCK_NONBLOCK;
import static io.gopoll.sys.Constants.SOCK_STREAM;

import io.gopoll.sys.Errno;
import io.gopoll.sys.Msghdrs;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Real descriptors for tests. Belongs to one thread. */
final class Descriptors {

    private static final Syscalls SYS = Syscalls.get();

    /** The size of struct sockaddr_in in bytes. */
    private static final int SOCKADDR_IN = 16;

    private final NativeMemory memory = NativeMemory.allocate(4096);

    /** The reading and the writing end. */
    int[] pipe() {
        check("pipe2", SYS.pipe2(memory.address(), O_NONBLOCK | O_CLOEXEC));
        return pair();
    }

    int[] socketPair() {
        int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
        check("socketpair", SYS.socketpair(AF_UNIX, type, 0, memory.address()));
        return pair();
    }

    /** Two ends of one TCP connection over loopback. */
    int[] tcpPair() {
        int type = SOCK_STREAM | SOCK_CLOEXEC;
        int listener = check("socket", SYS.socket(AF_INET, type, 0));
        int client = check("socket", SYS.socket(AF_INET, type | SOCK_NONBLOCK, 0));
        // A sockaddr_in: 127.0.0.1, the port is the kernel's choice.
        memory.buffer().putShort(0, (short) AF_INET).putShort(2, (short) 0);
        memory.buffer().put(4, new byte[] {127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
        check("bind", SYS.bind(listener, memory.address(), SOCKADDR_IN));
        check("listen", SYS.listen(listener, 1));
        memory.buffer().putInt(SOCKADDR_IN, SOCKADDR_IN);
        long length = memory.address() + SOCKADDR_IN;
        check("getsockname", SYS.getsockname(listener, memory.address(), length));
        int result = SYS.connect(client, memory.address(), SOCKADDR_IN);
        if (result != -Errno.EINPROGRESS) {
            check("connect", result);
        }
        int accepted = check("accept4", SYS.accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC));
        close(listener);
        return new int[] {client, accepted};
    }

    /** One byte of urgent data. */
    void sendUrgent(int fd) {
        check("send", SYS.send(fd, memory.address(), 1, MSG_OOB));
    }

    private int[] pair() {
        return new int[] {memory.buffer().getInt(0), memory.buffer().getInt(4)};
    }

    int eventfd() {
        return check("eventfd", SYS.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    }

    int file(Path path) {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        memory.buffer().put(0, name).put(name.length, (byte) 0);
        return check("open", SYS.open(memory.address(), O_RDONLY | O_CLOEXEC, 0));
    }

    int duplicate(int fd) {
        return check("fcntl", SYS.fcntl(fd, F_DUPFD_CLOEXEC, 0));
    }

    /** As {@link #duplicate}, with a number that is free. */
    void duplicateTo(int fd, int number) {
        int result = check("fcntl", SYS.fcntl(fd, F_DUPFD_CLOEXEC, number));
        if (result != number) {
            close(result);
            throw new AssertionError("descriptor " + number + " is taken");
        }
    }

    /**
     * Sends a descriptor over a Unix socket (SCM_RIGHTS). Until it is received, or the other socket
     * closes, the kernel keeps it open.
     */
    void sendDescriptor(int socket, int fd) {
        Msghdrs message = new Msghdrs(1, Msghdrs.controlSpace(Integer.BYTES));
        message.send(0, memory.address(), 1);
        message.addFd(0, fd);
        check("sendmsg", (int) SYS.sendmsg(socket, message.address(), 0));
        Reference.reachabilityFence(message);
    }

    /** How many descriptors an epoll instance watches. */
    static long watchedBy(int epfd) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/fdinfo/" + epfd))) {
            return lines.filter(line -> line.startsWith("tfd:")).count();
        }
    }

    /** What read(2) of one byte returns: 1, 0 at the end, or -EAGAIN. */
    int readByte(int fd) {
        return SYS.read(fd, memory.address(), 1);
    }

    void writeByte(int fd) {
        check("write", SYS.write(fd, memory.address(), 1));
    }

    /** Writes until EAGAIN. */
    void fill(int fd) {
        int result;
        do {
            result = SYS.write(fd, memory.address(), memory.size());
        } while (result > 0);
        if (result != -Errno.EAGAIN) {
            check("write", result);
        }
    }

    /** Reads until EAGAIN. */
    void drain(int fd) {
        int result;
        do {
            result = SYS.read(fd, memory.address(), memory.size());
        } while (result > 0);
    }

    /** The count of an eventfd, which then is 0. */
    long readCount(int eventfd) {
        int result = SYS.read(eventfd, memory.address(), Long.BYTES);
        return result == -Errno.EAGAIN ? 0 : memory.buffer().getLong(0);
    }

    void addCount(int eventfd, long count) {
        memory.buffer().putLong(0, count);
        check("write", SYS.write(eventfd, memory.address(), Long.BYTES));
    }

    void close(int... fds) {
        for (int fd : fds) {
            check("close", SYS.close(fd));
        }
    }

    private static int check(String call, int result) {
        if (result < 0) {
            throw new AssertionError(Errno.newException(call, result));
        }
        return result;
    }
}
