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

import static io.gopoll.sys.Constants.*;

import io.gopoll.sys.EpollEvents;
import io.gopoll.sys.Msghdrs;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.SockAddr;
import io.gopoll.sys.Syscalls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Random system calls on sockets, eventfds and epoll, with what each of them has returned. A number
 * of a descriptor is not told, since a real process has others; data is told by its sum.
 */
final class CallProgram implements AutoCloseable {

    private static final int CALLS = 60;
    private static final int MOST = 300;

    private final Syscalls sys;
    private final Chance chance;
    private final long pauseMillis;
    private final NativeMemory memory = NativeMemory.allocate(1 << 12);
    private final EpollEvents events = new EpollEvents(64);
    private final SockAddr address = new SockAddr();
    private final Msghdrs message = new Msghdrs(1, Msghdrs.controlSpace(Integer.BYTES));

    /** Descriptors, -1 where one was closed; the first is epoll's. */
    private final List<Integer> fds = new ArrayList<>();

    /** The ends of a pipe, for splice(2). */
    private final int pipeIn;

    private final int pipeOut;

    private final List<Character> kinds = new ArrayList<>();
    private final List<String> results = new ArrayList<>();

    private CallProgram(Syscalls sys, long seed, long pauseMillis) {
        this.sys = sys;
        this.pauseMillis = pauseMillis;
        chance = new Chance(seed);
        sys.pipe2(memory.address(), O_CLOEXEC | O_NONBLOCK);
        pipeOut = memory.buffer().getInt(0);
        pipeIn = memory.buffer().getInt(Integer.BYTES);
    }

    /**
     * The calls of a seed, with their results.
     *
     * @param pauseMillis between two calls, for a kernel that delivers on another CPU
     */
    static List<String> run(Syscalls sys, long seed, long pauseMillis) throws InterruptedException {
        try (CallProgram program = new CallProgram(sys, seed, pauseMillis)) {
            program.add(sys.epoll_create1(EPOLL_CLOEXEC), 'p');
            program.pair();
            for (int i = 0; i < CALLS; i++) {
                if (pauseMillis > 0) {
                    Thread.sleep(pauseMillis);
                }
                program.call();
            }
            return program.results;
        }
    }

    @Override
    public void close() {
        sys.close(pipeOut);
        sys.close(pipeIn);
        for (int fd : fds) {
            if (fd >= 0) {
                sys.close(fd);
            }
        }
    }

    private int add(int fd, char kind) {
        if (fd >= 0) {
            fds.add(fd);
            kinds.add(kind);
        }
        return fd;
    }

    private void told(String call, long result) {
        results.add(call + " = " + result);
    }

    private void created(String call, int fd, char kind) {
        told(call, add(fd, kind) < 0 ? fd : 0);
    }

    private void call() {
        int i = 1 + chance.below(fds.size() - 1);
        int fd = fds.get(i);
        char kind = kinds.get(i);
        boolean socket = kind != 'e';
        String on = "(" + i + kind;
        switch (chance.below(26)) {
            case 0 -> {
                if (fds.size() < 16) {
                    pair();
                }
            }
            case 1 -> {
                if (fds.size() < 16) {
                    tcpPair();
                }
            }
            case 2 -> created("eventfd", sys.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), 'e');
            case 3, 4, 5, 6 -> control(i, fd);
            case 7, 8, 9, 10, 11 -> await();
            case 12, 13, 14, 15 -> write(on, fd, socket);
            case 16, 17, 18, 19 -> read(on, fd, socket);
            case 20 -> {
                if (socket) {
                    int how = chance.below(3);
                    told("shutdown" + on + ", " + how + ")", sys.shutdown(fd, how));
                }
            }
            case 21 -> {
                if (socket && chance.oneIn(2)) {
                    memory.buffer().putInt(0, 0).putInt(8, 4);
                    int r =
                            sys.getsockopt(
                                    fd,
                                    SOL_SOCKET,
                                    SO_ERROR,
                                    memory.address(),
                                    memory.address() + 8);
                    told("SO_ERROR" + on + ")", r < 0 ? r : memory.buffer().getInt(0));
                } else if (kind == 'u') {
                    passDescriptor(on, fd);
                }
            }
            case 22 -> {
                if (chance.oneIn(2)) {
                    told("close" + on + ")", sys.close(fd));
                    fds.set(i, -1);
                } else if (kind == 't' && chance.oneIn(2)) {
                    memory.buffer().putInt(0, 1).putInt(4, 0);
                    told(
                            "SO_LINGER" + on + ")",
                            sys.setsockopt(fd, SOL_SOCKET, SO_LINGER, memory.address(), 8));
                }
            }
            case 23, 24 -> {
                if (kind == 'u') {
                    splice(on, fd);
                }
            }
            default -> {
                if (chance.oneIn(2)) {
                    created("dup" + on + ")", sys.fcntl(fd, F_DUPFD_CLOEXEC, 0), kind);
                }
            }
        }
    }

    private void pair() {
        int r =
                sys.socketpair(
                        AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, memory.address());
        told("socketpair", r);
        if (r == 0) {
            int one = memory.buffer().getInt(0);
            int other = memory.buffer().getInt(4);
            add(one, 'u');
            add(other, 'u');
        }
    }

    private int tcp() {
        return sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    }

    private void tcpPair() {
        int listener = tcp();
        address.setInet(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), AF_INET);
        told("bind", sys.bind(listener, address.address(), address.length()));
        told("listen", sys.listen(listener, 8));
        address.reset();
        told("getsockname", sys.getsockname(listener, address.address(), address.lengthAddress()));
        int client = tcp();
        told("connect", sys.connect(client, address.address(), address.length()));
        if (pauseMillis > 0) {
            try {
                Thread.sleep(pauseMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (chance.oneIn(2)) {
            told("connect", sys.connect(client, address.address(), address.length()));
            told("connect", sys.connect(client, address.address(), address.length()));
        }
        int server = sys.accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
        add(client, 't');
        created("accept4", server, 't');
        told("accept4", sys.accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC));
        sys.close(listener);
    }

    private void control(int i, int fd) {
        int op = 1 + chance.below(3);
        int mask = 0;
        for (int bit : new int[] {EPOLLIN, EPOLLOUT, EPOLLPRI, EPOLLRDHUP}) {
            if (chance.below(4) > 0) {
                mask |= bit;
            }
        }
        if (!chance.oneIn(8)) {
            mask |= EPOLLET;
        }
        events.set(0, mask, i);
        told(
                "epoll_ctl(" + op + ", " + i + ", " + Integer.toHexString(mask) + ")",
                sys.epoll_ctl(fds.get(0), op, fd, events.address()));
    }

    private void await() {
        int n = sys.epoll_wait(fds.get(0), events.address(), events.capacity(), 0);
        List<String> got = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            got.add(events.data(i) + ":" + Integer.toHexString(events.events(i)));
        }
        got.sort(null);
        results.add("epoll_wait = " + n + " " + got);
    }

    private void write(String on, int fd, boolean socket) {
        int length = socket ? 1 + chance.below(MOST) : 8;
        for (int i = 0; i < length; i++) {
            memory.buffer().put(i, (byte) (socket ? chance.next() : i == 0 ? 3 : 0));
        }
        if (!socket) {
            told("write" + on + ")", sys.write(fd, memory.address(), length));
        } else if (chance.oneIn(8)) {
            told(
                    "send" + on + ", 1, MSG_OOB)",
                    on.endsWith("u")
                            ? 0
                            : sys.send(fd, memory.address(), 1, MSG_OOB | MSG_NOSIGNAL));
        } else {
            told(
                    "send" + on + ", " + length + ")",
                    sys.send(fd, memory.address(), length, MSG_NOSIGNAL));
        }
    }

    private void read(String on, int fd, boolean socket) {
        int length = socket ? 1 + chance.below(2 * MOST) : 8;
        int n =
                socket
                        ? sys.recv(fd, memory.address(), length, 0)
                        : sys.read(fd, memory.address(), length);
        int sum = 0;
        for (int i = 0; i < n; i++) {
            sum = 31 * sum + memory.buffer().get(i);
        }
        told("read" + on + ", " + length + ") sum " + sum, n);
    }

    private void splice(String on, int fd) {
        int length = 1 + chance.below(2 * MOST);
        boolean in = chance.oneIn(2);
        told(
                "splice" + on + (in ? " to" : " from") + " the pipe, " + length + ")",
                in
                        ? sys.splice(fd, 0, pipeIn, 0, length, SPLICE_F_MOVE)
                        : sys.splice(pipeOut, 0, fd, 0, length, SPLICE_F_MOVE));
    }

    private void passDescriptor(String on, int fd) {
        if (chance.oneIn(2)) {
            int length = 1 + chance.below(MOST);
            for (int i = 0; i < length; i++) {
                memory.buffer().put(i, (byte) chance.next());
            }
            message.send(0, memory.address(), length);
            message.addFd(0, fd);
            told("sendmsg" + on + ")", sys.sendmsg(fd, message.address(), MSG_NOSIGNAL));
            return;
        }
        message.receive(0, memory.address(), 1 + chance.below(2 * MOST));
        long n = sys.recvmsg(fd, message.address(), MSG_CMSG_CLOEXEC);
        int count = n < 0 ? 0 : message.fdCount(0);
        for (int i = 0; i < count; i++) {
            sys.close(message.fd(0, i));
        }
        told("recvmsg" + on + ") with " + count, n);
    }
}
