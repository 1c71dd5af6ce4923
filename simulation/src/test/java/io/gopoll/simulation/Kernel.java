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

import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.RawMemory;
import io.gopoll.sys.SimulatedSyscalls;
import io.gopoll.sys.SimulatedSyscalls.Call;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A kernel in memory: what GoPoll uses of Linux, for one process and whoever is at the other ends.
 * Everything happens in the thread that calls, and when is up to a {@link Chance}. Time passes only
 * here.
 */
final class Kernel implements SimulatedSyscalls.Kernel {

    private static final int FIRST_PORT = 40000;
    private static final int CMSG_DATA = 16;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** What goes on in the world while the process sleeps. */
    interface World {

        /** Something happens, or else nothing will before that time. */
        boolean happens(long until);
    }

    final Chance chance;

    /** One of so many calls that can fail does; 0 for none. */
    int faults;

    /** Whether what is sent takes its time. */
    boolean latency;

    World world = until -> false;

    /** Nanoseconds, as System.nanoTime has them. */
    private long now = 1_000_000_000;

    private final List<OpenFile> descriptors = new ArrayList<>();
    private int limit = 1024;

    private final Map<Object, OpenFile> names = new HashMap<>();
    private int nextPort = FIRST_PORT;

    private final List<StreamSocket> busy = new ArrayList<>();

    private final byte[] scratch = new byte[1 << 20];

    private int bufferSize = 1 << 18;

    /** How many slots a pipe has. */
    int pipeSlots = Pipe.DEFAULT_SLOTS;

    /** How many waits in epoll have lasted to their end. */
    private int sleeps;

    /** How many calls there were. */
    private long calls;

    Kernel(Chance chance) {
        this.chance = chance;
    }

    void bufferSize(int bytes) {
        bufferSize = bytes;
    }

    int sendBuffer() {
        return bufferSize;
    }

    int receiveBuffer() {
        return bufferSize;
    }

    long now() {
        return now;
    }

    void pass(long nanos) {
        now += nanos;
    }

    int sleeps() {
        return sleeps;
    }

    long calls() {
        return calls;
    }

    // ---- Descriptors. ----

    private int install(OpenFile file) {
        file.retain();
        int fd = descriptors.indexOf(null);
        if (fd < 0) {
            fd = descriptors.size();
            descriptors.add(file);
        } else {
            descriptors.set(fd, file);
        }
        return fd;
    }

    private boolean isFull() {
        return open() >= limit;
    }

    void limit(int descriptors) {
        limit = descriptors;
    }

    int open() {
        int n = 0;
        for (OpenFile file : descriptors) {
            if (file != null) {
                n++;
            }
        }
        return n;
    }

    OpenFile file(long fd) {
        return fd >= 0 && fd < descriptors.size() ? descriptors.get((int) fd) : null;
    }

    private int close(long fd) {
        OpenFile file = file(fd);
        if (file == null) {
            return -Errno.EBADF;
        }
        descriptors.set((int) fd, null);
        file.release();
        return 0;
    }

    /** All that a process has open is closed when it ends. */
    String describe() {
        StringBuilder text = new StringBuilder();
        for (int fd = 0; fd < descriptors.size(); fd++) {
            if (descriptors.get(fd) != null) {
                text.append(fd).append(": ").append(descriptors.get(fd)).append("; ");
            }
        }
        return text.toString();
    }

    // ---- The network. ----

    void busy(StreamSocket socket) {
        if (!busy.contains(socket)) {
            busy.add(socket);
        }
        if (!latency) {
            deliverAll();
        }
    }

    void notBusy(StreamSocket socket) {
        busy.remove(socket);
    }

    /** There is room again in the receiver of what this one sends. */
    void windowOpened(StreamSocket sender) {
        if (!latency && sender != null && busy.contains(sender)) {
            deliverAll();
        }
    }

    boolean isBusy() {
        return !busy.isEmpty();
    }

    /** Something that was sent gets there; false if nothing can. */
    boolean deliverSome() {
        if (busy.isEmpty()) {
            return false;
        }
        int first = chance.below(busy.size());
        for (int i = 0; i < busy.size(); i++) {
            StreamSocket socket = busy.get((first + i) % busy.size());
            if (socket.deliver(chance.oneIn(2) ? Integer.MAX_VALUE : chance.size(1 << 14))) {
                return true;
            }
        }
        return false;
    }

    void deliverAll() {
        boolean any;
        do {
            any = false;
            for (StreamSocket socket : List.copyOf(busy)) {
                any |= busy.contains(socket) && socket.deliver(Integer.MAX_VALUE);
            }
        } while (any);
    }

    /** How much of so many bytes a write takes. */
    int taken(int most) {
        return faults != 0 && most > 1 && chance.oneIn(8) ? chance.size(most) : most;
    }

    // ---- Names. ----

    private static Object name(byte[] address) {
        int family = address[0] | address[1] << 8;
        if (family == AF_UNIX) {
            return Arrays.toString(address);
        }
        return (address[2] & 0xff) << 8 | address[3] & 0xff;
    }

    StreamSocket listener(byte[] address) {
        OpenFile file = names.get(name(address));
        return file instanceof StreamSocket socket && socket.state == StreamSocket.State.LISTENING
                ? socket
                : null;
    }

    void unbind(StreamSocket socket) {
        names.remove(socket.boundTo, socket);
        socket.boundTo = null;
    }

    /** The loopback address with a port that nobody has. */
    private byte[] newAddress(int family) {
        if (family == AF_UNIX) {
            return new byte[] {AF_UNIX, 0};
        }
        byte[] address = new byte[family == AF_INET ? 16 : 28];
        address[0] = (byte) family;
        if (family == AF_INET) {
            address[4] = 127;
            address[7] = 1;
        } else {
            address[23] = 1;
        }
        putPort(address, nextPort++);
        return address;
    }

    private static void putPort(byte[] address, int port) {
        address[2] = (byte) (port >> 8);
        address[3] = (byte) port;
    }

    private int bind(StreamSocket socket, byte[] address) {
        if (socket.boundTo != null) {
            return -Errno.EINVAL;
        }
        if (socket.family != AF_UNIX && ((address[2] | address[3]) == 0)) {
            putPort(address, nextPort++);
        }
        if (names.putIfAbsent(name(address), socket) != null) {
            return -Errno.EADDRINUSE;
        }
        socket.boundTo = name(address);
        socket.local = address;
        return 0;
    }

    private static int putAddress(byte[] from, long address, long lengthAddress) {
        if (address != 0) {
            int room = RawMemory.getInt(lengthAddress);
            RawMemory.put(address, from, 0, Math.min(room, from.length));
            RawMemory.putInt(lengthAddress, from.length);
        }
        return 0;
    }

    // ---- Calls. ----

    private boolean fault() {
        return faults != 0 && chance.oneIn(faults);
    }

    @SafeVarargs
    private static <T> T oneOf(Chance chance, T... all) {
        return all[chance.below(all.length)];
    }

    /** What a call fails of that has to do with nothing but the times; 0 if it does not. */
    private int failure(Call call) {
        if (!fault()) {
            return 0;
        }
        switch (call) {
            case READ, READV, RECVFROM, RECVMSG, RECVMMSG, WRITEV, SENDTO, SENDMSG, SENDMMSG:
            case SENDFILE, SPLICE:
                return -Errno.EINTR;
            case WRITE:
                return -oneOf(chance, Errno.EINTR, Errno.EAGAIN);
            case SOCKET, EPOLL_CREATE1, EVENTFD2, PIPE2, SOCKETPAIR:
                return -oneOf(chance, Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM);
            case ACCEPT4:
                return -oneOf(
                        chance,
                        Errno.EINTR,
                        Errno.EMFILE,
                        Errno.ENFILE,
                        Errno.ENOBUFS,
                        Errno.ENOMEM,
                        Errno.ECONNABORTED);
            default:
                return 0;
        }
    }

    @Override
    public long call(Call call, long a, long b, long c, long d, long e, long f) {
        calls++;
        now += chance.below(2000);
        int failure = failure(call);
        if (failure != 0) {
            return failure;
        }
        switch (call) {
            case CLOSE:
                return close(a);
            case EPOLL_CREATE1:
                return create(new Epoll(this));
            case EVENTFD2:
                return create(new EventFd((int) a));
            case SOCKET:
                return create(new StreamSocket(this, (int) a), (b & SOCK_NONBLOCK) != 0);
            case PIPE2:
                return pipe(a);
            case SOCKETPAIR:
                return socketpair((int) a, (int) b, d);
            default:
                break;
        }
        OpenFile file = file(a);
        if (file == null) {
            return -Errno.EBADF;
        }
        switch (call) {
            case EPOLL_CTL:
                return control(file, (int) b, c, d);
            case EPOLL_WAIT:
                return await(file, b, (int) c, d < 0 ? -1 : d * NANOS_PER_MILLI);
            case EPOLL_PWAIT2:
                long nanos =
                        RawMemory.getLong(d) * NANOS_PER_SECOND + RawMemory.getLong(d + Long.BYTES);
                return await(file, b, (int) c, nanos);
            case READ:
                return read(file, b, c);
            case WRITE:
                return write(file, b, c);
            case READV:
                return readv(file, b, (int) c, null);
            case WRITEV:
                return writev(file, b, (int) c, false, null);
            case FCNTL:
                return fcntl(file, (int) b, (int) c);
            case SPLICE:
                return splice(file, file(c), e);
            default:
                break;
        }
        if (!(file instanceof StreamSocket socket)) {
            return -Errno.ENOTSOCK;
        }
        switch (call) {
            case BIND:
                return bind(socket, RawMemory.get(b, (int) c));
            case LISTEN:
                socket.listen((int) b);
                return 0;
            case CONNECT:
                return connect(socket, RawMemory.get(b, (int) c));
            case ACCEPT4:
                return accept(socket, b, c, (d & SOCK_NONBLOCK) != 0);
            case RECVFROM:
                return read(socket, b, c);
            case SENDTO:
                if ((d & MSG_FASTOPEN) != 0) {
                    return -Errno.EOPNOTSUPP;
                }
                RawMemory.get(b, scratch, 0, (int) c);
                return socket.write(scratch, 0, (int) c, (d & MSG_OOB) != 0, null);
            case RECVMSG:
                return recvmsg(socket, b);
            case SENDMSG:
                return sendmsg(socket, b);
            case SHUTDOWN:
                return socket.shutdown((int) b);
            case GETSOCKOPT:
                return getsockopt(socket, (int) b, (int) c, d, e);
            case SETSOCKOPT:
                if (b == SOL_SOCKET && c == SO_LINGER) {
                    socket.resetsOnClose =
                            RawMemory.getInt(d) != 0 && RawMemory.getInt(d + Integer.BYTES) == 0;
                }
                return 0;
            case GETSOCKNAME:
                return putAddress(
                        socket.local == null ? newUnnamed(socket.family) : socket.local, b, c);
            case GETPEERNAME:
                return socket.remote == null || socket.state != StreamSocket.State.CONNECTED
                        ? -Errno.ENOTCONN
                        : putAddress(socket.remote, b, c);
            case IOCTL:
                if (b != FIONREAD) {
                    return -Errno.ENOTTY;
                }
                RawMemory.putInt(c, socket.available());
                return 0;
            default:
                throw new AssertionError("the simulated kernel has no " + call);
        }
    }

    private static byte[] newUnnamed(int family) {
        byte[] address = new byte[family == AF_UNIX ? 2 : family == AF_INET ? 16 : 28];
        address[0] = (byte) family;
        return address;
    }

    private int create(OpenFile file) {
        return create(file, true);
    }

    private int create(OpenFile file, boolean nonBlocking) {
        if (isFull()) {
            return -Errno.EMFILE;
        }
        file.nonBlocking = nonBlocking;
        return install(file);
    }

    private int pipe(long address) {
        if (open() + 2 > limit) {
            return -Errno.EMFILE;
        }
        Pipe pipe = new Pipe(pipeSlots);
        RawMemory.putInt(address, install(pipe.readEnd));
        RawMemory.putInt(address + Integer.BYTES, install(pipe.writeEnd));
        return 0;
    }

    private int socketpair(int domain, int type, long address) {
        if (domain != AF_UNIX) {
            return -Errno.EOPNOTSUPP;
        }
        if (open() + 2 > limit) {
            return -Errno.EMFILE;
        }
        StreamSocket one = new StreamSocket(this, domain);
        StreamSocket other = new StreamSocket(this, domain);
        StreamSocket.join(one, other);
        one.local = other.local = one.remote = other.remote = newUnnamed(domain);
        one.nonBlocking = other.nonBlocking = (type & SOCK_NONBLOCK) != 0;
        RawMemory.putInt(address, install(one));
        RawMemory.putInt(address + Integer.BYTES, install(other));
        return 0;
    }

    private int fcntl(OpenFile file, int command, int argument) {
        switch (command) {
            case F_GETFL:
                return O_RDWR | (file.nonBlocking ? O_NONBLOCK : 0);
            case F_SETFL:
                file.nonBlocking = (argument & O_NONBLOCK) != 0;
                return 0;
            case F_GETFD:
                return FD_CLOEXEC;
            case F_DUPFD_CLOEXEC:
                return isFull() ? -Errno.EMFILE : install(file);
            default:
                return -Errno.EINVAL;
        }
    }

    // ---- epoll. ----

    private int control(OpenFile file, int op, long fd, long event) {
        OpenFile target = file(fd);
        if (target == null) {
            return -Errno.EBADF;
        }
        if (!(file instanceof Epoll epoll)) {
            return -Errno.EINVAL;
        }
        if (op == EPOLL_CTL_ADD && fault()) {
            return -oneOf(chance, Errno.ENOMEM, Errno.ENOSPC);
        }
        return epoll.control(op, target, (int) fd, event);
    }

    private int await(OpenFile file, long events, int max, long nanos) {
        if (!(file instanceof Epoll epoll)) {
            return -Errno.EINVAL;
        }
        long until = nanos < 0 ? Long.MAX_VALUE : now + nanos;
        for (; ; ) {
            if (fault()) {
                return -Errno.EINTR;
            }
            if (fault()) {
                int n = epoll.repeat(events, chance);
                if (n > 0) {
                    return n;
                }
            }
            int n = epoll.take(events, max, fault() ? chance.below(4) : 0);
            if (n > 0 || nanos == 0) {
                return n;
            }
            if (now >= until || !world.happens(until)) {
                if (until == Long.MAX_VALUE) {
                    throw new AssertionError("a wait without an end, and nothing will happen");
                }
                now = Math.max(now, until);
                sleeps++;
                return 0;
            }
        }
    }

    // ---- Data. ----

    private long read(OpenFile file, long address, long length) {
        int n = (int) Math.min(length, scratch.length);
        if (file instanceof EventFd eventfd) {
            return eventfd.read(address, n);
        }
        if (file instanceof Pipe.End end) {
            n = end.reads ? end.pipe().read(scratch, n) : -Errno.EBADF;
        } else if (file instanceof StreamSocket socket) {
            n = socket.read(scratch, 0, n, null);
        } else {
            return -Errno.EINVAL;
        }
        if (n > 0) {
            RawMemory.put(address, scratch, 0, n);
        }
        return n;
    }

    private long write(OpenFile file, long address, long length) {
        int n = (int) Math.min(length, scratch.length);
        if (file instanceof EventFd eventfd) {
            return eventfd.write(address, n);
        }
        RawMemory.get(address, scratch, 0, n);
        return file instanceof StreamSocket socket
                ? socket.write(scratch, 0, n, false, null)
                : -Errno.EINVAL;
    }

    private long readv(OpenFile file, long iov, int count, List<OpenFile> rights) {
        if (!(file instanceof StreamSocket socket)) {
            return -Errno.EINVAL;
        }
        int room = 0;
        for (int i = 0; i < count; i++) {
            room += (int) RawMemory.getLong(iov + i * 16L + 8);
        }
        int n = socket.read(scratch, 0, Math.min(room, scratch.length), rights);
        for (int i = 0, done = 0; done < n; i++) {
            int piece = (int) Math.min(n - done, RawMemory.getLong(iov + i * 16L + 8));
            RawMemory.put(RawMemory.getLong(iov + i * 16L), scratch, done, piece);
            done += piece;
        }
        return n;
    }

    private long writev(OpenFile file, long iov, int count, boolean urgent, List<OpenFile> rights) {
        if (!(file instanceof StreamSocket socket)) {
            return -Errno.EINVAL;
        }
        int total = 0;
        for (int i = 0; i < count; i++) {
            int piece =
                    (int) Math.min(scratch.length - total, RawMemory.getLong(iov + i * 16L + 8));
            RawMemory.get(RawMemory.getLong(iov + i * 16L), scratch, total, piece);
            total += piece;
        }
        return socket.write(scratch, 0, total, urgent, rights);
    }

    private long recvmsg(StreamSocket socket, long msg) {
        List<OpenFile> rights = new ArrayList<>(1);
        long control = RawMemory.getLong(msg + 32);
        long room = RawMemory.getLong(msg + 40);
        long n =
                readv(
                        socket,
                        RawMemory.getLong(msg + 16),
                        (int) RawMemory.getLong(msg + 24),
                        rights);
        int flags = 0;
        long used = 0;
        if (!rights.isEmpty()) {
            int fit = room < CMSG_DATA ? 0 : (int) (room - CMSG_DATA) / Integer.BYTES;
            int given = 0;
            for (OpenFile file : rights) {
                if (given < fit && !isFull()) {
                    RawMemory.putInt(
                            control + CMSG_DATA + (long) given++ * Integer.BYTES, install(file));
                } else {
                    flags |= MSG_CTRUNC;
                }
                file.release();
            }
            if (given > 0) {
                RawMemory.putLong(control, CMSG_DATA + (long) given * Integer.BYTES);
                RawMemory.putInt(control + 8, SOL_SOCKET);
                RawMemory.putInt(control + 12, SCM_RIGHTS);
                used = Math.min(room, CMSG_DATA + ((long) given * Integer.BYTES + 7 & -8));
            }
        }
        if (n >= 0) {
            RawMemory.putLong(msg + 40, used);
            RawMemory.putInt(msg + 48, flags);
            RawMemory.putInt(msg + 8, 0);
        }
        return n;
    }

    private long sendmsg(StreamSocket socket, long msg) {
        long control = RawMemory.getLong(msg + 32);
        long length = RawMemory.getLong(msg + 40);
        List<OpenFile> rights = null;
        if (length >= CMSG_DATA) {
            rights = new ArrayList<>(1);
            int count = (int) (RawMemory.getLong(control) - CMSG_DATA) / Integer.BYTES;
            for (int i = 0; i < count; i++) {
                OpenFile file = file(RawMemory.getInt(control + CMSG_DATA + 4L * i));
                if (file == null) {
                    rights.forEach(OpenFile::release);
                    return -Errno.EBADF;
                }
                file.retain();
                rights.add(file);
            }
        }
        long n =
                writev(
                        socket,
                        RawMemory.getLong(msg + 16),
                        (int) RawMemory.getLong(msg + 24),
                        false,
                        rights);
        if (n < 0 && rights != null) {
            rights.forEach(OpenFile::release);
        }
        return n;
    }

    private long splice(OpenFile in, OpenFile out, long length) {
        if (out == null) {
            return -Errno.EBADF;
        }
        int n = (int) Math.min(length, scratch.length);
        if (in instanceof StreamSocket socket && out instanceof Pipe.End end && !end.reads) {
            return end.pipe().spliceFrom(socket, scratch, n);
        }
        if (in instanceof Pipe.End end && end.reads && out instanceof StreamSocket socket) {
            return end.pipe().spliceTo(socket, n);
        }
        return -Errno.EINVAL;
    }

    // ---- Sockets. ----

    private int connect(StreamSocket socket, byte[] address) {
        int result = connect(socket, address, listener(address));
        // The connect goes on.
        return result == -Errno.EINPROGRESS && fault() ? -Errno.EINTR : result;
    }

    private int connect(StreamSocket socket, byte[] address, StreamSocket listener) {
        byte[] from = socket.local == null ? newAddress(socket.family) : socket.local;
        return socket.connect(listener, address, from);
    }

    private int accept(StreamSocket socket, long address, long length, boolean nonBlocking) {
        if (socket.state != StreamSocket.State.LISTENING) {
            return -Errno.EINVAL;
        }
        if (isFull()) {
            return -Errno.EMFILE;
        }
        StreamSocket child = socket.accept();
        if (child == null) {
            return -Errno.EAGAIN;
        }
        putAddress(
                Objects.requireNonNullElseGet(child.remote, () -> newUnnamed(child.family)),
                address,
                length);
        child.nonBlocking = nonBlocking;
        return install(child);
    }

    private int getsockopt(StreamSocket socket, int level, int name, long value, long length) {
        int result = 0;
        if (level == SOL_SOCKET) {
            switch (name) {
                case SO_ERROR -> result = socket.takeError();
                case SO_DOMAIN -> result = socket.family;
                case SO_TYPE -> result = SOCK_STREAM;
                case SO_ACCEPTCONN -> result = socket.state == StreamSocket.State.LISTENING ? 1 : 0;
                default -> {}
            }
        }
        int room = RawMemory.getInt(length);
        RawMemory.putInt(value, result);
        if (room >= 2 * Integer.BYTES && name == SO_LINGER) {
            RawMemory.putInt(value, socket.resetsOnClose ? 1 : 0);
            RawMemory.putInt(value + Integer.BYTES, 0);
            RawMemory.putInt(length, 2 * Integer.BYTES);
        } else {
            RawMemory.putInt(length, Integer.BYTES);
        }
        return 0;
    }

    // ---- Others. ----

    /** A socket of another process, which nobody but the caller refers to. */
    StreamSocket foreign(int family) {
        StreamSocket socket = new StreamSocket(this, family);
        socket.retain();
        return socket;
    }

    /** A Unix socket that is connected to one of another process; its descriptor, or -errno. */
    int connected() {
        if (isFull()) {
            return -Errno.EMFILE;
        }
        StreamSocket mine = new StreamSocket(this, AF_UNIX);
        StreamSocket other = foreign(AF_UNIX);
        StreamSocket.join(mine, other);
        mine.local = mine.remote = other.local = other.remote = newUnnamed(AF_UNIX);
        mine.nonBlocking = true;
        return install(mine);
    }

    int connectForeign(StreamSocket socket, byte[] address) {
        return connect(socket, address, listener(address));
    }

    /** A listening socket of another process; returns its address. */
    byte[] listenForeign(StreamSocket socket, int backlog) {
        byte[] address =
                socket.family == AF_UNIX ? abstractName(nextPort++) : newAddress(socket.family);
        bind(socket, address);
        socket.listen(backlog);
        return address;
    }

    private static byte[] abstractName(int number) {
        ByteBuffer bytes = ByteBuffer.allocate(8);
        bytes.put((byte) Constants.AF_UNIX).put((byte) 0).put((byte) 0).put((byte) 'g');
        return bytes.putInt(number).array();
    }

    @Override
    public String toString() {
        return "kernel at " + now + ", " + busy.size() + " busy: " + busy;
    }
}
