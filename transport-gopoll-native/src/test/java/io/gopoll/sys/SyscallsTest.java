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
package io.gopoll.sys;

import static io.gopoll.sys.Constants.*;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every binding must do: the same calls, the same results. */
@Timeout(60)
class SyscallsTest {

    private static final int BAD_FD = -1;
    private static final int MAP_PRIVATE = 2;
    private static final int NONBLOCK = SOCK_NONBLOCK | SOCK_CLOEXEC;

    private final NativeMemory memory = NativeMemory.allocate(4096);
    private final ByteBuffer buffer = memory.buffer();
    private final SockAddr addr = new SockAddr();
    private final List<Runnable> cleanup = new ArrayList<>();

    @TempDir Path folder;

    static List<Named<Syscalls>> bindings() {
        return Syscalls.available().stream()
                .map(sys -> Named.of(sys.binding() + " " + sys.entry(), sys))
                .collect(Collectors.toList());
    }

    @AfterEach
    void closeDescriptors() {
        cleanup.forEach(Runnable::run);
    }

    @Test
    void everyBindingThatTheJdkCanHaveIsTested() {
        List<String> expected =
                Runtime.version().feature() >= 22
                        ? List.of("ffm stub", "ffm libc", "jna stub", "jna libc")
                        : List.of("jna stub", "jna libc");
        assertEquals(
                expected, bindings().stream().map(Named::getName).collect(Collectors.toList()));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void everyCallReturnsNegatedErrnoOfABadDescriptor(Syscalls sys) {
        long p = memory.address();
        buffer.putInt(0, 16);
        Stream.of(
                        sys.epoll_ctl(BAD_FD, EPOLL_CTL_ADD, 0, p),
                        sys.epoll_wait(BAD_FD, p, 1, 0),
                        sys.epoll_pwait2(BAD_FD, p, 1, 1, p),
                        sys.bind(BAD_FD, p, 16),
                        sys.listen(BAD_FD, 1),
                        sys.accept4(BAD_FD, 0, 0, 0),
                        sys.connect(BAD_FD, p, 16),
                        sys.shutdown(BAD_FD, SHUT_RDWR),
                        sys.close(BAD_FD),
                        sys.read(BAD_FD, p, 1),
                        sys.write(BAD_FD, p, 1),
                        sys.readv(BAD_FD, p, 1),
                        sys.writev(BAD_FD, p, 1),
                        sys.recv(BAD_FD, p, 1, 0),
                        sys.send(BAD_FD, p, 1, 0),
                        sys.sendto(BAD_FD, p, 1, 0, 0, 0),
                        sys.recvfrom(BAD_FD, p, 1, 0, 0, 0),
                        sys.recvmsg(BAD_FD, p, 0),
                        sys.sendmsg(BAD_FD, p, 0),
                        sys.recvmmsg(BAD_FD, p, 1, 0),
                        sys.sendmmsg(BAD_FD, p, 1, 0),
                        sys.sendfile(BAD_FD, BAD_FD, 0, 1),
                        sys.splice(BAD_FD, 0, BAD_FD, 0, 1, 0),
                        sys.getsockopt(BAD_FD, SOL_SOCKET, SO_ERROR, p + 8, p),
                        sys.setsockopt(BAD_FD, SOL_SOCKET, SO_REUSEADDR, p, 4),
                        sys.getsockname(BAD_FD, p + 8, p),
                        sys.getpeername(BAD_FD, p + 8, p),
                        sys.fcntl(BAD_FD, F_GETFL, 0),
                        sys.ioctl(BAD_FD, FIONREAD, p))
                .forEach(result -> assertEquals(-Errno.EBADF, result.intValue()));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void callsThatMakeDescriptorsRefuseFlagsThatAreNone(Syscalls sys) {
        assertEquals(-Errno.EINVAL, sys.epoll_create1(1));
        assertEquals(-Errno.EINVAL, sys.eventfd(0, -1));
        assertEquals(-Errno.EINVAL, sys.pipe2(memory.address(), -1));
        assertEquals(-Errno.EAFNOSUPPORT, sys.socket(9999, SOCK_STREAM, 0));
        assertEquals(-Errno.EAFNOSUPPORT, sys.socketpair(9999, SOCK_STREAM, 0, memory.address()));
        cString("/dev/null/none");
        assertEquals(-Errno.ENOTDIR, sys.open(memory.address(), O_RDONLY, 0));
        assertEquals(-Errno.EFAULT, sys.pipe2(1, 0));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void errnoIsThatOfTheCallAlsoWithManyThreads(Syscalls sys) throws Exception {
        int eventfd = fd(sys, sys.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        CompletableFuture<?>[] all = new CompletableFuture<?>[200];
        ExecutorService threads = Executors.newFixedThreadPool(all.length);
        cleanup.add(threads::shutdown);
        for (int i = 0; i < all.length; i++) {
            int mine = i;
            all[i] =
                    CompletableFuture.runAsync(
                            () -> {
                                NativeMemory own = NativeMemory.allocate(8);
                                for (int n = 0; n < 400; n++) {
                                    if (mine % 2 == 0) {
                                        assertEquals(
                                                -Errno.EAGAIN, sys.read(eventfd, own.address(), 8));
                                    } else {
                                        assertEquals(-Errno.EBADF, sys.close(BAD_FD));
                                    }
                                }
                            },
                            threads);
        }
        CompletableFuture.allOf(all).get(50, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void aWaitThatASignalInterruptsSaysSo(Syscalls sys) throws Exception {
        EpollEvents events = new EpollEvents(1);
        int ep = fd(sys, sys.epoll_create1(EPOLL_CLOEXEC));
        CompletableFuture<Integer> waiting =
                CompletableFuture.supplyAsync(() -> sys.epoll_wait(ep, events.address(), 1, -1));
        long pid = ProcessHandle.current().pid();
        String stopAndGoOn = "kill -STOP " + pid + "; kill -CONT " + pid;
        while (!waiting.isDone()) {
            assertEquals(0, new ProcessBuilder("sh", "-c", stopAndGoOn).start().waitFor());
        }
        assertEquals(-Errno.EINTR, waiting.get());
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void allSixArgumentsReachTheKernel(Syscalls sys) throws IOException {
        int[] pair = socketpair(sys);
        long size = 1 << 16; // A whole number of pages on every machine.
        byte[] content = new byte[2 << 16];
        System.arraycopy(new byte[] {1, 2, 3}, 0, content, 1 << 16, 3);
        int file = file(sys, content);
        long readable = 1;
        long map = sys.syscall(SyscallNumbers.MMAP, 0, size, readable, MAP_PRIVATE, file, size);
        assertTrue(map > 0, () -> Errno.name((int) -map));
        assertEquals(3, sys.write(pair[0], map, 3));
        assertEquals(3, sys.read(pair[1], memory.address(), 16));
        assertArrayEquals(new byte[] {1, 2, 3}, bytes(0, 3));
        assertEquals(-Errno.EFAULT, sys.read(file, map, 1), "mapped for reading only");
        assertEquals(
                -Errno.EINVAL,
                sys.syscall(SyscallNumbers.MMAP, 0, size, readable, MAP_PRIVATE, file, 1));
        assertEquals(0, sys.syscall(SyscallNumbers.MUNMAP, map, size, 0, 0, 0, 0));
        assertEquals(-Errno.EFAULT, sys.write(pair[0], map, 3));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void noCallAllocates(Syscalls sys) {
        int eventfd = fd(sys, sys.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        double bytes =
                AllocatedBytes.ofACall(
                        () -> {
                            if (sys.read(eventfd, memory.address(), 8) != -Errno.EAGAIN) {
                                throw new AssertionError();
                            }
                        });
        assertTrue(bytes < 1, bytes + " bytes a call");
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void addressOfABufferIsThatOfItsFirstByte(Syscalls sys) {
        ByteBuffer direct = ByteBuffer.allocateDirect(64);
        long address = sys.addressOf(direct);
        assertNotEquals(0, address);
        direct.position(16);
        assertEquals(address, sys.addressOf(direct));
        assertEquals(address + 16, sys.addressOf(direct.slice()));
        assertEquals(address, sys.addressOf(direct.asReadOnlyBuffer()));
        assertEquals(address, Syscalls.get().addressOf(direct));
        assertThrows(IllegalArgumentException.class, () -> sys.addressOf(ByteBuffer.allocate(64)));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void putLongWritesNativeMemory(Syscalls sys) {
        sys.putLong(memory.address() + 8, 0x0123456789abcdefL);
        assertEquals(0x0123456789abcdefL, buffer.getLong(8));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void eventfdCountsAndSaysEagainWhenEmpty(Syscalls sys) {
        int fd = fd(sys, sys.eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC));
        buffer.putLong(0, 4);
        assertEquals(8, sys.write(fd, memory.address(), 8));
        buffer.putLong(0, 0);
        assertEquals(8, sys.read(fd, memory.address(), 8));
        assertEquals(7, buffer.getLong(0));
        assertEquals(-Errno.EAGAIN, sys.read(fd, memory.address(), 8));
        assertEquals(-Errno.EINVAL, sys.read(fd, memory.address(), 7));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void epollReportsEventsWithTheirData(Syscalls sys) {
        EpollEvents events = new EpollEvents(4);
        int ep = fd(sys, sys.epoll_create1(EPOLL_CLOEXEC));
        int first = fd(sys, sys.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        int second = fd(sys, sys.eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC));
        events.set(3, EPOLLOUT | EPOLLET, 0xfedcba9876543210L);
        assertEquals(0, sys.epoll_ctl(ep, EPOLL_CTL_ADD, first, events.address(3)));
        events.set(3, EPOLLIN | EPOLLOUT | EPOLLET, 42);
        assertEquals(0, sys.epoll_ctl(ep, EPOLL_CTL_ADD, second, events.address(3)));
        assertEquals(-Errno.EEXIST, sys.epoll_ctl(ep, EPOLL_CTL_ADD, first, events.address(3)));

        assertEquals(2, sys.epoll_wait(ep, events.address(), 4, -1));
        int one = events.data(0) == 42 ? 1 : 0;
        assertEquals(EPOLLOUT, events.events(one));
        assertEquals(0xfedcba9876543210L, events.data(one));
        assertEquals(EPOLLIN | EPOLLOUT, events.events(1 - one));
        assertEquals(42, events.data(1 - one));

        assertEquals(0, sys.epoll_wait(ep, events.address(), 4, 0), "edges are reported once");
        assertEquals(0, sys.epoll_ctl(ep, EPOLL_CTL_DEL, first, 0));
        assertEquals(-Errno.ENOENT, sys.epoll_ctl(ep, EPOLL_CTL_DEL, first, 0));
        assertEquals(-Errno.EINVAL, sys.epoll_wait(ep, events.address(), 0, 0));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void epollWaitsAreAsLongAsTheyWereAskedToBe(Syscalls sys) {
        EpollEvents events = new EpollEvents(1);
        int ep = fd(sys, sys.epoll_create1(EPOLL_CLOEXEC));
        long scratch = memory.address();
        long start = System.nanoTime();
        assertEquals(0, sys.epoll_wait(ep, events.address(), 1, 20));
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(20));

        long nanos = TimeUnit.MICROSECONDS.toNanos(1_500);
        start = System.nanoTime();
        assertEquals(0, sys.epoll_pwait2(ep, events.address(), 1, nanos, scratch));
        assertTrue(System.nanoTime() - start >= nanos);

        nanos = TimeUnit.MILLISECONDS.toNanos(1_001);
        start = System.nanoTime();
        assertEquals(0, sys.epoll_pwait2(ep, events.address(), 1, nanos, scratch));
        assertTrue(System.nanoTime() - start >= nanos);

        assertEquals(0, sys.epoll_pwait2(ep, events.address(), 1, 0, scratch));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void epollWaitWithoutALimitEndsWithAnEvent(Syscalls sys) throws Exception {
        EpollEvents events = new EpollEvents(1);
        int ep = fd(sys, sys.epoll_create1(EPOLL_CLOEXEC));
        int eventfd = fd(sys, sys.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        events.set(0, EPOLLIN | EPOLLET, 7);
        assertEquals(0, sys.epoll_ctl(ep, EPOLL_CTL_ADD, eventfd, events.address()));
        for (long timeout : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            CompletableFuture<Integer> waiting =
                    CompletableFuture.supplyAsync(
                            () ->
                                    sys.epoll_pwait2(
                                            ep, events.address(), 1, timeout, memory.address()));
            NativeMemory one = NativeMemory.allocate(8);
            one.buffer().putLong(0, 1);
            assertEquals(8, sys.write(eventfd, one.address(), 8));
            assertEquals(1, waiting.get(30, TimeUnit.SECONDS));
            assertEquals(7, events.data(0));
        }
    }

    @Test
    void epollWaitStandsInWhereTheKernelOrASandboxLacksEpollPwait2() {
        EpollEvents events = new EpollEvents(1);
        for (int missing : new int[] {-Errno.ENOSYS, -Errno.EPERM}) {
            Syscalls sys =
                    new JnaSyscalls() {
                        @Override
                        long syscall(long nr, long a, long b, long c, long d, long e, long f) {
                            return nr == SyscallNumbers.EPOLL_PWAIT2
                                    ? missing
                                    : super.syscall(nr, a, b, c, d, e, f);
                        }
                    };
            int ep = fd(sys, sys.epoll_create1(EPOLL_CLOEXEC));
            buffer.putLong(0, -1);
            long start = System.nanoTime();
            assertEquals(0, sys.epoll_pwait2(ep, events.address(), 1, 1, memory.address()));
            assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(1));
            assertEquals(0, sys.epoll_pwait2(ep, events.address(), 1, 0, memory.address()));
            assertEquals(-1, buffer.getLong(0), "no timespec was written");
        }
        Syscalls sys = new JnaSyscalls();
        int ep = fd(sys, sys.epoll_create1(EPOLL_CLOEXEC));
        assertEquals(0, sys.epoll_pwait2(ep, events.address(), 1, 1, memory.address()));
        assertEquals(0, buffer.getLong(0));
        assertEquals(1, buffer.getLong(8));
    }

    @Test
    void timeoutsInMillisecondsAreRoundedUp() {
        assertEquals(-1, Syscalls.toMillis(Long.MIN_VALUE));
        assertEquals(-1, Syscalls.toMillis(-1));
        assertEquals(0, Syscalls.toMillis(0));
        assertEquals(1, Syscalls.toMillis(1));
        assertEquals(1, Syscalls.toMillis(1_000_000));
        assertEquals(2, Syscalls.toMillis(1_000_001));
        assertEquals(Integer.MAX_VALUE, Syscalls.toMillis(Long.MAX_VALUE));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void tcpOverIpv4(Syscalls sys) throws Exception {
        tcp(sys, AF_INET, InetAddress.getByName("127.0.0.1"));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void tcpOverIpv6(Syscalls sys) throws Exception {
        tcp(sys, AF_INET6, InetAddress.getByName("::1"));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void tcpOverIpv4OnAnIpv6Socket(Syscalls sys) throws Exception {
        tcp(sys, AF_INET6, InetAddress.getByName("127.0.0.1"));
    }

    private void tcp(Syscalls sys, int family, InetAddress loopback) {
        int server = fd(sys, sys.socket(family, SOCK_STREAM | NONBLOCK, 0));
        addr.setInet(new InetSocketAddress(loopback, 0), family);
        assertEquals(0, sys.bind(server, addr.address(), addr.length()));
        assertEquals(0, sys.listen(server, 16));
        addr.reset();
        assertEquals(0, sys.getsockname(server, addr.address(), addr.lengthAddress()));
        assertEquals(family, addr.family());
        InetSocketAddress local = addr.inet();
        assertEquals(loopback, local.getAddress());
        assertNotEquals(0, local.getPort());
        assertEquals(-Errno.EAGAIN, sys.accept4(server, 0, 0, NONBLOCK));

        int client = fd(sys, sys.socket(family, SOCK_STREAM | NONBLOCK, 0));
        addr.setInet(local, family);
        assertEquals(-Errno.EINPROGRESS, sys.connect(client, addr.address(), addr.length()));
        await(sys, client, EPOLLOUT);
        buffer.putInt(0, -1).putInt(4, 4);
        assertEquals(
                0,
                sys.getsockopt(
                        client, SOL_SOCKET, SO_ERROR, memory.address(), memory.address() + 4));
        assertEquals(0, buffer.getInt(0));
        addr.reset();
        assertEquals(0, sys.getpeername(client, addr.address(), addr.lengthAddress()));
        assertEquals(local, addr.inet());

        await(sys, server, EPOLLIN);
        addr.reset();
        int peer = fd(sys, sys.accept4(server, addr.address(), addr.lengthAddress(), NONBLOCK));
        InetSocketAddress remote = addr.inet();
        addr.reset();
        assertEquals(0, sys.getsockname(client, addr.address(), addr.lengthAddress()));
        assertEquals(addr.inet(), remote);
        assertEquals(O_NONBLOCK | O_RDWR, sys.fcntl(peer, F_GETFL, 0));
        assertEquals(FD_CLOEXEC, sys.fcntl(peer, F_GETFD, 0));

        stream(sys, client, peer);
    }

    /** What both ends of a connected stream must do. */
    private void stream(Syscalls sys, int client, int peer) {
        assertEquals(-Errno.EAGAIN, sys.read(peer, memory.address(), 16));
        buffer.put(0, new byte[] {1, 2, 3, 4, 5});
        assertEquals(5, sys.write(client, memory.address(), 5));
        await(sys, peer, EPOLLIN);
        assertEquals(0, sys.ioctl(peer, FIONREAD, memory.address() + 8));
        assertEquals(5, buffer.getInt(8));
        assertEquals(2, sys.recvfrom(peer, memory.address() + 16, 2, MSG_PEEK, 0, 0));
        assertEquals(5, sys.read(peer, memory.address() + 16, 16));
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5}, bytes(16, 5));

        Iovecs iovecs = new Iovecs(2);
        buffer.put(0, new byte[] {6, 7, 8, 9});
        assertTrue(iovecs.add(memory.address() + 2, 2));
        assertTrue(iovecs.add(memory.address(), 2));
        assertEquals(4, sys.writev(peer, iovecs.address(), iovecs.count()));
        await(sys, client, EPOLLIN);
        iovecs.clear();
        assertTrue(iovecs.add(memory.address() + 100, 3));
        assertTrue(iovecs.add(memory.address() + 200, 3));
        assertEquals(4, sys.readv(client, iovecs.address(), iovecs.count()));
        assertArrayEquals(new byte[] {8, 9, 6}, bytes(100, 3));
        assertArrayEquals(new byte[] {7}, bytes(200, 1));

        assertEquals(3, sys.sendto(client, memory.address(), 3, MSG_NOSIGNAL, 0, 0));
        await(sys, peer, EPOLLIN);
        assertEquals(3, sys.recvfrom(peer, memory.address(), 16, 0, 0, 0));

        assertEquals(-Errno.EAGAIN, sys.recv(peer, memory.address(), 16, 0));
        buffer.put(0, new byte[] {10, 11, 12});
        assertEquals(3, sys.send(client, memory.address(), 3, MSG_NOSIGNAL));
        await(sys, peer, EPOLLIN);
        assertEquals(2, sys.recv(peer, memory.address() + 16, 2, MSG_PEEK));
        assertEquals(3, sys.recv(peer, memory.address() + 16, 16, 0));
        assertArrayEquals(new byte[] {10, 11, 12}, bytes(16, 3));

        assertEquals(0, sys.shutdown(client, SHUT_WR));
        await(sys, peer, EPOLLIN);
        assertEquals(0, sys.read(peer, memory.address(), 16));
        assertEquals(-Errno.EPIPE, sys.send(client, memory.address(), 1, MSG_NOSIGNAL));
        assertEquals(-Errno.EPIPE, sys.sendto(client, memory.address(), 1, MSG_NOSIGNAL, 0, 0));
        assertEquals(-Errno.EPIPE, sys.write(client, memory.address(), 1), "and no SIGPIPE");
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void connectToAPortThatNobodyListensOnIsRefused(Syscalls sys) throws Exception {
        // Bound but not listening: so nobody else takes the port meanwhile.
        int bound = fd(sys, sys.socket(AF_INET, SOCK_STREAM | NONBLOCK, 0));
        addr.setInet(new InetSocketAddress("127.0.0.1", 0), AF_INET);
        assertEquals(0, sys.bind(bound, addr.address(), addr.length()));
        assertEquals(-Errno.EINVAL, sys.bind(bound, addr.address(), addr.length()));
        addr.reset();
        assertEquals(0, sys.getsockname(bound, addr.address(), addr.lengthAddress()));

        int other = fd(sys, sys.socket(AF_INET, SOCK_STREAM | NONBLOCK, 0));
        assertEquals(-Errno.EADDRINUSE, sys.bind(other, addr.address(), addr.length()));

        int blocking = fd(sys, sys.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        assertEquals(-Errno.ECONNREFUSED, sys.connect(blocking, addr.address(), addr.length()));
        assertEquals(-Errno.ENOTCONN, sys.shutdown(other, SHUT_RDWR));
        addr.reset();
        assertEquals(-Errno.ENOTCONN, sys.getpeername(other, addr.address(), addr.lengthAddress()));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void unixSocketWithAPath(Syscalls sys) {
        unix(sys, folder.resolve("sock\u00e9t").toString());
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void unixSocketWithAnAbstractName(Syscalls sys) {
        unix(sys, "\0gopoll-" + ProcessHandle.current().pid() + "-" + System.nanoTime() + "\0end");
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void unixSocketWithTheLongestPath(Syscalls sys) {
        // The temporary folder may be too long itself; so the path is relative to /proc/self/fd/N.
        cString(folder.toString());
        int dir = fd(sys, sys.open(memory.address(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
        String start = "/proc/self/fd/" + dir + "/";
        unix(sys, start + "x".repeat(SockAddr.UNIX_PATH_MAX - start.length()));
    }

    private void unix(Syscalls sys, String path) {
        int server = fd(sys, sys.socket(AF_UNIX, SOCK_STREAM | NONBLOCK, 0));
        addr.setUnix(path);
        if (!path.startsWith("\0")) {
            assertEquals(-Errno.ENOENT, sys.connect(server, addr.address(), addr.length()));
        }
        assertEquals(0, sys.bind(server, addr.address(), addr.length()));
        assertEquals(0, sys.listen(server, 16));
        addr.reset();
        assertEquals(0, sys.getsockname(server, addr.address(), addr.lengthAddress()));
        assertEquals(AF_UNIX, addr.family());
        assertEquals(path, addr.unixPath());

        int client = fd(sys, sys.socket(AF_UNIX, SOCK_STREAM | NONBLOCK, 0));
        addr.setUnix(path);
        assertEquals(0, sys.connect(client, addr.address(), addr.length()));
        addr.reset();
        int peer = fd(sys, sys.accept4(server, addr.address(), addr.lengthAddress(), NONBLOCK));
        assertEquals("", addr.unixPath());
        stream(sys, client, peer);
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void bindToAnEmptyUnixPathChoosesAnAbstractName(Syscalls sys) {
        int fd = fd(sys, sys.socket(AF_UNIX, SOCK_DGRAM | NONBLOCK, 0));
        addr.setUnix("");
        assertEquals(0, sys.bind(fd, addr.address(), addr.length()));
        addr.reset();
        assertEquals(0, sys.getsockname(fd, addr.address(), addr.lengthAddress()));
        assertTrue(addr.unixPath().matches("\0[0-9a-f]{5}"), addr.unixPath());
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void socketpairIsConnected(Syscalls sys) {
        int[] pair = socketpair(sys);
        stream(sys, pair[0], pair[1]);
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void descriptorsTravelOverUnixSockets(Syscalls sys) {
        int[] pair = socketpair(sys);
        int eventfd = fd(sys, sys.eventfd(77, EFD_NONBLOCK | EFD_CLOEXEC));
        Msghdrs message = new Msghdrs(1, Msghdrs.controlSpace(Integer.BYTES));
        message.send(0, memory.address(), 1);
        message.addFd(0, eventfd);
        assertThrows(IllegalStateException.class, () -> message.addFd(0, eventfd));
        assertEquals(1, sys.sendmsg(pair[0], message.address(0), 0));

        message.receive(0, memory.address(), 16);
        assertEquals(1, sys.recvmsg(pair[1], message.address(0), MSG_CMSG_CLOEXEC));
        assertEquals(MSG_CMSG_CLOEXEC, message.flags(0));
        assertEquals(1, message.fdCount(0));
        int received = fd(sys, message.fd(0, 0));
        assertNotEquals(eventfd, received);
        assertEquals(8, sys.read(received, memory.address(), 8));
        assertEquals(77, buffer.getLong(0));
        assertThrows(IndexOutOfBoundsException.class, () -> message.fd(0, 1));

        message.send(0, memory.address(), 1);
        assertEquals(1, sys.sendmsg(pair[0], message.address(0), 0));
        message.receive(0, memory.address(), 16);
        assertEquals(1, sys.recvmsg(pair[1], message.address(0), 0));
        assertEquals(0, message.fdCount(0));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void sendfileMovesTheOffset(Syscalls sys) throws IOException {
        int[] pair = socketpair(sys);
        int file = file(sys, new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
        buffer.putLong(0, 3);
        assertEquals(5, sys.sendfile(pair[0], file, memory.address(), 5));
        assertEquals(8, buffer.getLong(0));
        assertEquals(5, sys.read(pair[1], memory.address() + 8, 16));
        assertArrayEquals(new byte[] {3, 4, 5, 6, 7}, bytes(8, 5));
        assertEquals(10, sys.sendfile(pair[0], file, 0, 100));
        assertEquals(0, sys.sendfile(pair[0], file, 0, 100));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void spliceGoesThroughAPipe(Syscalls sys) throws IOException {
        int[] pair = socketpair(sys);
        int file = file(sys, new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
        assertEquals(0, sys.pipe2(memory.address(), O_NONBLOCK | O_CLOEXEC));
        int out = fd(sys, buffer.getInt(0));
        int in = fd(sys, buffer.getInt(4));
        assertEquals(
                -Errno.EAGAIN,
                sys.splice(out, 0, pair[0], 0, 10, SPLICE_F_NONBLOCK | SPLICE_F_MOVE));
        buffer.putLong(8, 4);
        assertEquals(6, sys.splice(file, memory.address() + 8, in, 0, 10, SPLICE_F_NONBLOCK));
        assertEquals(10, buffer.getLong(8));
        assertEquals(6, sys.splice(out, 0, pair[0], 0, 10, SPLICE_F_NONBLOCK));
        assertEquals(6, sys.read(pair[1], memory.address(), 16));
        assertArrayEquals(new byte[] {4, 5, 6, 7, 8, 9}, bytes(0, 6));
        assertEquals(-Errno.EINVAL, sys.splice(file, 0, pair[0], 0, 1, 0));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void openMakesAFileWithTheModeGiven(Syscalls sys) throws IOException {
        Path path = folder.resolve("made");
        cString(path.toString());
        int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
        int fd = fd(sys, sys.open(memory.address(), flags, 0600));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        assertEquals(-Errno.EEXIST, sys.open(memory.address(), flags, 0600));
        assertEquals(-Errno.EBADF, sys.read(fd, memory.address(), 1), "write only");
        Files.createSymbolicLink(folder.resolve("link"), path.getFileName());
        cString(folder.resolve("link").toString());
        assertEquals(-Errno.ELOOP, sys.open(memory.address(), O_RDONLY | O_NOFOLLOW, 0));
        assertEquals(-Errno.ENOTDIR, sys.open(memory.address(), O_RDONLY | O_DIRECTORY, 0));
        cString(".");
        fd(sys, sys.open(memory.address(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void fcntlSetsFlags(Syscalls sys) {
        assertEquals(0, sys.pipe2(memory.address(), 0));
        int out = fd(sys, buffer.getInt(0));
        fd(sys, buffer.getInt(4));
        assertEquals(O_RDONLY, sys.fcntl(out, F_GETFL, 0));
        assertEquals(0, sys.fcntl(out, F_SETFL, O_NONBLOCK));
        assertEquals(O_RDONLY | O_NONBLOCK, sys.fcntl(out, F_GETFL, 0));
        assertEquals(-Errno.EAGAIN, sys.read(out, memory.address(), 1));
        assertEquals(0, sys.fcntl(out, F_GETFD, 0));
        int copy = fd(sys, sys.fcntl(out, F_DUPFD_CLOEXEC, 0));
        assertEquals(FD_CLOEXEC, sys.fcntl(copy, F_GETFD, 0));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void optionsOfATcpSocketCanBeSetAndRead(Syscalls sys) {
        int fd = fd(sys, sys.socket(AF_INET6, SOCK_STREAM | NONBLOCK, 0));
        roundTrip(sys, fd, SOL_SOCKET, SO_REUSEADDR, 1);
        roundTrip(sys, fd, SOL_SOCKET, SO_REUSEPORT, 1);
        roundTrip(sys, fd, SOL_SOCKET, SO_KEEPALIVE, 1);
        roundTrip(sys, fd, SOL_SOCKET, SO_RCVLOWAT, 5);
        roundTrip(sys, fd, IPPROTO_TCP, TCP_NODELAY, 1);
        roundTrip(sys, fd, IPPROTO_TCP, TCP_CORK, 1);
        roundTrip(sys, fd, IPPROTO_TCP, TCP_KEEPIDLE, 61);
        roundTrip(sys, fd, IPPROTO_TCP, TCP_KEEPINTVL, 62);
        roundTrip(sys, fd, IPPROTO_TCP, TCP_KEEPCNT, 63);
        roundTrip(sys, fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 6_400);
        roundTrip(sys, fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 65_000);
        roundTrip(sys, fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
        roundTrip(sys, fd, IPPROTO_TCP, TCP_QUICKACK, 1);
        roundTrip(sys, fd, IPPROTO_IP, IP_FREEBIND, 1);
        roundTrip(sys, fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
        roundTrip(sys, fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
        roundTrip(sys, fd, IPPROTO_IPV6, IPV6_TCLASS, 16);
        option(sys, fd, SOL_SOCKET, SO_TYPE, SOCK_STREAM);
        option(sys, fd, SOL_SOCKET, SO_DOMAIN, AF_INET6);
        option(sys, fd, SOL_SOCKET, SO_PROTOCOL, IPPROTO_TCP);
        option(sys, fd, SOL_SOCKET, SO_ACCEPTCONN, 0);
        assertEquals(
                -Errno.ENOPROTOOPT, sys.setsockopt(fd, IPPROTO_TCP, 9999, memory.address(), 4));
        assertEquals(
                -Errno.EINVAL, sys.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, memory.address(), 1));
        buffer.putInt(4, 256);
        assertEquals(
                0,
                sys.getsockopt(
                        fd, IPPROTO_TCP, TCP_INFO, memory.address() + 8, memory.address() + 4));
        assertTrue(buffer.getInt(4) >= 104, "size of tcp_info: " + buffer.getInt(4));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void peerCredentialsAreThoseOfThisProcess(Syscalls sys) {
        int[] pair = socketpair(sys);
        buffer.putInt(12, 12);
        assertEquals(
                0,
                sys.getsockopt(
                        pair[0], SOL_SOCKET, SO_PEERCRED, memory.address(), memory.address() + 12));
        assertEquals(ProcessHandle.current().pid(), buffer.getInt(0));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void datagramsGoOutAndComeInManyAtATime(Syscalls sys) throws Exception {
        for (String loopback : List.of("127.0.0.1", "::1")) {
            int family = loopback.equals("::1") ? AF_INET6 : AF_INET;
            int from = udp(sys, family, loopback);
            InetSocketAddress fromAddress = local(sys, from);
            int to = udp(sys, family, loopback);
            InetSocketAddress toAddress = local(sys, to);

            Msghdrs out = new Msghdrs(3, 0);
            Iovecs pieces = new Iovecs(2);
            buffer.put(0, new byte[] {1, 2, 3, 4, 5, 6});
            for (int i = 0; i < 3; i++) {
                out.send(i, memory.address(), i + 1);
                out.name(i).setInet(toAddress, family);
            }
            assertTrue(pieces.add(memory.address() + 4, 2));
            assertTrue(pieces.add(memory.address(), 2));
            out.iovecs(2, pieces.address(), pieces.count());
            assertEquals(3, sys.sendmmsg(from, out.address(), 3, 0));
            assertEquals(List.of(1, 2, 4), List.of(out.length(0), out.length(1), out.length(2)));

            Msghdrs in = new Msghdrs(4, 0);
            for (int i = 0; i < 4; i++) {
                in.receive(i, memory.address() + 100 + 16 * i, i == 2 ? 3 : 16);
            }
            await(sys, to, EPOLLIN);
            assertEquals(3, sys.recvmmsg(to, in.address(), 4, 0));
            for (int i = 0; i < 3; i++) {
                assertEquals(fromAddress, in.name(i).inet());
            }
            assertEquals(List.of(1, 2, 3), List.of(in.length(0), in.length(1), in.length(2)));
            assertArrayEquals(new byte[] {1, 2}, bytes(116, 2));
            assertArrayEquals(new byte[] {5, 6, 1}, bytes(132, 3));
            assertEquals(List.of(0, MSG_TRUNC), List.of(in.flags(1), in.flags(2)));
            assertEquals(-Errno.EAGAIN, sys.recvmmsg(to, in.address(), 4, 0));

            addr.setInet(toAddress, family);
            assertEquals(
                    2, sys.sendto(from, memory.address(), 2, 0, addr.address(), addr.length()));
            await(sys, to, EPOLLIN);
            addr.reset();
            assertEquals(
                    2,
                    sys.recvfrom(
                            to, memory.address(), 16, 0, addr.address(), addr.lengthAddress()));
            assertEquals(fromAddress, addr.inet());
        }
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void segmentsAreSplitWhenSentAndPutTogetherWhenReceived(Syscalls sys) throws Exception {
        int from = udp(sys, AF_INET, "127.0.0.1");
        int to = udp(sys, AF_INET, "127.0.0.1");
        addr.setInet(local(sys, to), AF_INET);
        assertEquals(0, sys.connect(from, addr.address(), addr.length()));

        Msghdrs messages = new Msghdrs(1, Msghdrs.controlSpace(Integer.BYTES));
        messages.send(0, memory.address(), 250);
        messages.addSegmentSize(0, 100);
        assertEquals(250, sys.sendmsg(from, messages.address(), 0));
        for (int size : new int[] {100, 100, 50}) {
            await(sys, to, EPOLLIN);
            messages.receive(0, memory.address(), 1000);
            assertEquals(size, sys.recvmsg(to, messages.address(), 0));
            assertEquals(0, messages.segmentSize(0));
        }

        roundTrip(sys, to, SOL_UDP, UDP_GRO, 1);
        messages.send(0, memory.address(), 250);
        messages.addSegmentSize(0, 100);
        assertEquals(250, sys.sendmsg(from, messages.address(), 0));
        await(sys, to, EPOLLIN);
        messages.receive(0, memory.address(), 1000);
        assertEquals(250, sys.recvmsg(to, messages.address(), 0));
        assertEquals(100, messages.segmentSize(0));
        assertEquals(0, messages.flags(0));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void originalDestinationsAreToldWhenAskedFor(Syscalls sys) throws Exception {
        for (String loopback : List.of("127.0.0.1", "::1")) {
            int family = loopback.equals("::1") ? AF_INET6 : AF_INET;
            int to = udp(sys, family, loopback);
            roundTrip(
                    sys,
                    to,
                    family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
                    family == AF_INET ? IP_RECVORIGDSTADDR : IPV6_RECVORIGDSTADDR,
                    1);
            InetSocketAddress toAddress = local(sys, to);
            addr.setInet(toAddress, family);
            assertEquals(1, sys.sendto(to, memory.address(), 1, 0, addr.address(), addr.length()));
            await(sys, to, EPOLLIN);
            Msghdrs in = new Msghdrs(1, Msghdrs.controlSpace(28));
            in.receive(0, memory.address(), 16);
            assertEquals(1, sys.recvmsg(to, in.address(), 0));
            assertEquals(toAddress, in.originalDestination(0));
            assertEquals(0, in.segmentSize(0));
        }
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void controlMessagesThatFindNoRoomAreReportedAsTruncated(Syscalls sys) throws Exception {
        int to = udp(sys, AF_INET, "127.0.0.1");
        roundTrip(sys, to, IPPROTO_IP, IP_RECVORIGDSTADDR, 1);
        addr.setInet(local(sys, to), AF_INET);
        assertEquals(1, sys.sendto(to, memory.address(), 1, 0, addr.address(), addr.length()));
        await(sys, to, EPOLLIN);
        Msghdrs in = new Msghdrs(1, 0);
        in.receive(0, memory.address(), 16);
        assertEquals(1, sys.recvmsg(to, in.address(), 0));
        assertEquals(MSG_CTRUNC, in.flags(0));
        assertEquals(null, in.originalDestination(0));
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void scopeIdsOfLinkLocalAddressesReachTheKernel(Syscalls sys) throws Exception {
        // A link-local address needs a scope to be bound at all, and this one belongs to nobody:
        // the kernel first looks for the interface (EINVAL or ENODEV), then for the address.
        int fd = fd(sys, sys.socket(AF_INET6, SOCK_DGRAM | NONBLOCK, 0));
        byte[] linkLocal = InetAddress.getByName("fe80::1234:5678:9abc:def0").getAddress();
        addr.setInet(new InetSocketAddress(InetAddress.getByAddress(linkLocal), 0), AF_INET6);
        assertEquals(-Errno.EINVAL, sys.bind(fd, addr.address(), addr.length()));
        int lo = NetworkInterface.getByName("lo").getIndex();
        addr.setInet(
                new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, lo), 0), AF_INET6);
        assertEquals(-Errno.EADDRNOTAVAIL, sys.bind(fd, addr.address(), addr.length()));
    }

    private int udp(Syscalls sys, int family, String loopback) {
        int fd = fd(sys, sys.socket(family, SOCK_DGRAM | NONBLOCK, 0));
        addr.setInet(new InetSocketAddress(loopback, 0), family);
        assertEquals(0, sys.bind(fd, addr.address(), addr.length()));
        return fd;
    }

    private InetSocketAddress local(Syscalls sys, int fd) {
        addr.reset();
        assertEquals(0, sys.getsockname(fd, addr.address(), addr.lengthAddress()));
        return addr.inet();
    }

    private int[] socketpair(Syscalls sys) {
        assertEquals(0, sys.socketpair(AF_UNIX, SOCK_STREAM | NONBLOCK, 0, memory.address()));
        return new int[] {fd(sys, buffer.getInt(0)), fd(sys, buffer.getInt(4))};
    }

    private int file(Syscalls sys, byte[] content) throws IOException {
        Path path = Files.write(folder.resolve("file"), content);
        cString(path.toString());
        return fd(sys, sys.open(memory.address(), O_RDONLY | O_CLOEXEC, 0));
    }

    private void roundTrip(Syscalls sys, int fd, int level, int option, int value) {
        buffer.putInt(0, value);
        assertEquals(0, sys.setsockopt(fd, level, option, memory.address(), 4), "option " + option);
        option(sys, fd, level, option, value);
    }

    private void option(Syscalls sys, int fd, int level, int option, int expected) {
        buffer.putInt(0, ~expected).putInt(4, 4);
        assertEquals(0, sys.getsockopt(fd, level, option, memory.address(), memory.address() + 4));
        assertEquals(4, buffer.getInt(4));
        assertEquals(expected, buffer.getInt(0), "option " + option + " of level " + level);
    }

    /** Waits until a descriptor is ready. */
    private void await(Syscalls sys, int fd, int event) {
        EpollEvents events = new EpollEvents(1);
        int ep = sys.epoll_create1(EPOLL_CLOEXEC);
        events.set(0, event, 0);
        assertEquals(0, sys.epoll_ctl(ep, EPOLL_CTL_ADD, fd, events.address()));
        int n = sys.epoll_wait(ep, events.address(), 1, 30_000);
        assertEquals(0, sys.close(ep));
        assertEquals(1, n);
        assertEquals(event, events.events(0) & event);
    }

    private int fd(Syscalls sys, int result) {
        assertTrue(result >= 0, () -> Errno.name(-result));
        cleanup.add(() -> assertEquals(0, sys.close(result)));
        return result;
    }

    private void cString(String s) {
        byte[] bytes = s.getBytes(UTF_8);
        buffer.put(0, Arrays.copyOf(bytes, bytes.length + 1));
    }

    private byte[] bytes(int from, int count) {
        byte[] bytes = new byte[count];
        buffer.get(from, bytes);
        return bytes;
    }
}
