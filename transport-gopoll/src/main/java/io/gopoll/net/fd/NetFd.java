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

import static io.gopoll.sys.Errno.EINPROGRESS;
import static io.gopoll.sys.Errno.EINTR;

import io.gopoll.poll.NetPoller;
import io.gopoll.poll.PollDesc;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.SockAddr;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A socket: its descriptor and what is known of it. It stands where Go has {@code net.netFD} over
 * {@code internal/poll.FD}; Netty's channels and the blocking API are built on it.
 *
 * <p>The calls that move data return what the kernel returns, see {@link Fd}; the other calls
 * throw. Any thread may close the socket at any time.
 */
public final class NetFd extends Fd {

    /**
     * What is known of IPv6 here; null while it is not known, as when there were no descriptors to
     * find out.
     */
    private static volatile @Nullable Ipv6 ipv6;

    private enum Ipv6 {
        /** There is none. */
        ABSENT,
        /** A new socket takes IPv4 peers too. */
        DUAL,
        /** A new socket would refuse IPv4 peers: sysctl net.ipv6.bindv6only. */
        V6_ONLY
    }

    private static Ipv6 ipv6() {
        Ipv6 known = ipv6;
        if (known == null) {
            ipv6 = known = probeIpv6();
        }
        return known == null ? Ipv6.DUAL : known;
    }

    private static @Nullable Ipv6 probeIpv6() {
        int fd = SYS.socket(Constants.AF_INET6, Constants.SOCK_STREAM | Constants.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            return fd == -Errno.EAFNOSUPPORT ? Ipv6.ABSENT : null;
        }
        NativeMemory value = NativeMemory.allocate(16);
        value.buffer().putInt(0, 0).putInt(8, Integer.BYTES);
        int result =
                SYS.getsockopt(
                        fd,
                        Constants.IPPROTO_IPV6,
                        Constants.IPV6_V6ONLY,
                        value.address(),
                        value.address() + 8);
        boolean v6Only = result == 0 && value.buffer().getInt(0) != 0;
        Reference.reachabilityFence(value);
        SYS.close(fd);
        return v6Only ? Ipv6.V6_ONLY : Ipv6.DUAL;
    }

    /** Bytes, as Linux has some 50 families and 10 types, and a server has many sockets. */
    private final byte family;

    private final byte sotype;
    private final boolean adopted;

    /**
     * Takes a descriptor over. It must be non-blocking.
     *
     * @param sysfd the number of an open socket
     * @param family {@code AF_INET}, {@code AF_INET6}, {@code AF_UNIX}, ...
     * @param sotype {@code SOCK_STREAM} or {@code SOCK_DGRAM}
     */
    public NetFd(int sysfd, int family, int sotype) {
        this(sysfd, family, sotype, false);
    }

    private NetFd(int sysfd, int family, int sotype, boolean adopted) {
        super(sysfd);
        this.family = (byte) family;
        this.sotype = (byte) sotype;
        this.adopted = adopted;
    }

    /**
     * Whether this machine can open IPv6 sockets.
     *
     * @return what was found out once, by opening one
     */
    public static boolean isIpv6Available() {
        return ipv6() != Ipv6.ABSENT;
    }

    /**
     * Opens a socket: non-blocking, close-on-exec; one of IPv6 takes IPv4 peers too.
     *
     * @param family {@code AF_INET}, {@code AF_INET6}, {@code AF_UNIX} or {@code AF_VSOCK}
     * @param sotype {@code SOCK_STREAM} or {@code SOCK_DGRAM}
     * @return a new socket, to be closed by the caller
     * @throws IOException if the system refuses, named "socket"
     */
    public static NetFd socket(int family, int sotype) throws IOException {
        int flags = Constants.SOCK_NONBLOCK | Constants.SOCK_CLOEXEC;
        int fd = SYS.socket(family, sotype | flags, 0);
        if (fd < 0) {
            throw Errno.newException("socket", fd);
        }
        NetFd netFd = new NetFd(fd, family, sotype);
        if (family == Constants.AF_INET6 && ipv6() == Ipv6.V6_ONLY) {
            try {
                netFd.setIntOption(Constants.IPPROTO_IPV6, Constants.IPV6_V6ONLY, 0);
            } catch (IOException e) {
                netFd.close();
                throw e;
            }
        }
        return netFd;
    }

    /**
     * Takes over a descriptor that somebody else has opened: makes it non-blocking and asks the
     * kernel for its family and type.
     *
     * @param fd its number
     * @return what closes it from now on
     * @throws IOException if it is not an open socket
     */
    public static NetFd adopt(int fd) throws IOException {
        NetFd unknown = new NetFd(fd, 0, 0);
        int family = unknown.getIntOption(Constants.SOL_SOCKET, Constants.SO_DOMAIN);
        int sotype = unknown.getIntOption(Constants.SOL_SOCKET, Constants.SO_TYPE);
        int flags = SYS.fcntl(fd, Constants.F_GETFL, 0);
        if (flags >= 0 && (flags & Constants.O_NONBLOCK) == 0) {
            flags = SYS.fcntl(fd, Constants.F_SETFL, flags | Constants.O_NONBLOCK);
        }
        if (flags < 0) {
            throw Errno.newException("fcntl", flags);
        }
        return new NetFd(fd, family, sotype, true);
    }

    /**
     * Whether somebody else has opened this descriptor.
     *
     * @return true if there may be duplicates of it, so that closing it does not take its socket
     *     out of a poller
     */
    public boolean isAdopted() {
        return adopted;
    }

    /**
     * The socket's family.
     *
     * @return {@code AF_INET}, {@code AF_INET6}, {@code AF_UNIX} or {@code AF_VSOCK}
     */
    public int family() {
        return family;
    }

    /**
     * The socket's type.
     *
     * @return {@code SOCK_STREAM} or {@code SOCK_DGRAM}
     */
    public int sotype() {
        return sotype;
    }

    /**
     * Has it watched; of Unix sockets and UDP the writing side only once somebody waits for it.
     *
     * @param poller that watches it until it is closed
     * @return where to wait for it
     * @throws IOException if it cannot be polled
     */
    public PollDesc open(NetPoller poller) throws IOException {
        incref("open");
        try {
            PollDesc pd =
                    sotype == Constants.SOCK_STREAM && family != Constants.AF_UNIX
                            ? poller.open(sysfd())
                            : poller.openReader(sysfd());
            watchedBy(pd, pd.fdseq());
            return pd;
        } finally {
            decref();
        }
    }

    // ---- Calls that throw. ----

    /**
     * Starts to connect: connect(2).
     *
     * @param remote the peer, for the message of the exception
     * @param writer writes the address for the call
     * @return true if the connection stands, false if it is under way: the descriptor becomes
     *     writable when it stands or has failed, see {@link #finishConnect}
     * @throws IOException the refusal, naming the address
     */
    public boolean connect(SocketAddress remote, SockAddrWriter writer) throws IOException {
        incref("connect");
        Scratch scratch = Scratch.take();
        try {
            SockAddr address = scratch.address;
            writer.write(address);
            int result = SYS.connect(sysfd(), address.address(), address.length());
            // EINTR leaves the connect going on, connect(2); it ends as EINPROGRESS does.
            if (result == -EINPROGRESS || result == -EINTR || result == -Errno.EALREADY) {
                return false;
            }
            check("connect", result, remote);
            return true;
        } finally {
            scratch.giveBack();
            decref();
        }
    }

    /**
     * What became of a connect that was under way: asked by a second connect(2), which unlike
     * SO_ERROR does not take a wake-up that came for nothing for success (golang/go#14548). VSOCK
     * would take it for a new attempt once the first has failed, so it is asked for SO_ERROR
     * before.
     *
     * @param remote the address of the first call
     * @param writer writes the address for the call
     * @return false if it still is under way
     * @throws IOException why it failed
     */
    public boolean finishConnect(SocketAddress remote, SockAddrWriter writer) throws IOException {
        incref("finishConnect");
        Scratch scratch = Scratch.take();
        try {
            if (family == Constants.AF_VSOCK) {
                int error = getIntOption(Constants.SOL_SOCKET, Constants.SO_ERROR);
                check("finishConnect", -error, null);
            }
            SockAddr address = scratch.address;
            writer.write(address);
            int result = SYS.connect(sysfd(), address.address(), address.length());
            if (result == -Errno.EALREADY || result == -EINPROGRESS || result == -EINTR) {
                return false;
            }
            if (result != -Errno.EISCONN) {
                check("finishConnect", result, null);
            }
            return true;
        } finally {
            scratch.giveBack();
            decref();
        }
    }

    /**
     * Takes the peer from a datagram socket: connect(2) to {@code AF_UNSPEC}.
     *
     * @throws IOException if the system refuses, or the socket is closed
     */
    public void disconnect() throws IOException {
        incref("disconnect");
        Scratch scratch = Scratch.take();
        try {
            SockAddr address = scratch.address;
            address.reset();
            check("disconnect", SYS.connect(sysfd(), address.address(), address.length()), null);
        } finally {
            scratch.giveBack();
            decref();
        }
    }

    /**
     * Binds: bind(2).
     *
     * @param local the address, for the message of the exception
     * @param writer writes the address for the call
     * @throws IOException the refusal, naming the address
     */
    public void bind(SocketAddress local, SockAddrWriter writer) throws IOException {
        incref("bind");
        Scratch scratch = Scratch.take();
        try {
            SockAddr address = scratch.address;
            writer.write(address);
            check("bind", SYS.bind(sysfd(), address.address(), address.length()), local);
        } finally {
            scratch.giveBack();
            decref();
        }
    }

    /**
     * Listens: listen(2).
     *
     * @param backlog how many connections may wait to be accepted; {@code net.core.somaxconn}
     *     limits it
     * @throws IOException if the system refuses, or the socket is closed
     */
    public void listen(int backlog) throws IOException {
        incref("listen");
        try {
            check("listen", SYS.listen(sysfd(), backlog), null);
        } finally {
            decref();
        }
    }

    /**
     * Ends one or both directions: shutdown(2).
     *
     * @param how {@code SHUT_RD}, {@code SHUT_WR} or {@code SHUT_RDWR}
     * @throws java.nio.channels.NotYetConnectedException if the socket is not connected
     * @throws IOException if the system refuses, or the socket is closed
     */
    public void shutdown(int how) throws IOException {
        incref("shutdown");
        try {
            check("shutdown", SYS.shutdown(sysfd(), how), null);
        } finally {
            decref();
        }
    }

    /** Writes a socket address for this socket's family into the memory of a call. */
    @FunctionalInterface
    public interface SockAddrWriter {
        /**
         * Called once for each system call.
         *
         * @param address memory that belongs to the call
         */
        void write(SockAddr address);
    }

    /**
     * Reads a socket address out of the memory of a call.
     *
     * @param <T> the class of the address
     */
    @FunctionalInterface
    public interface SockAddrReader<T> {
        /**
         * Called once, after the system call.
         *
         * @param address memory that belongs to the call: what is read must be copied
         * @return the address as an object
         */
        T read(SockAddr address);
    }

    /**
     * The address this socket is bound to: getsockname(2).
     *
     * @param <T> the class of the address
     * @param reader reads it
     * @return null if the socket is closed or has none
     */
    public <T> @Nullable T localAddress(SockAddrReader<T> reader) {
        return address(true, reader);
    }

    /**
     * The address of the peer: getpeername(2).
     *
     * @param <T> the class of the address
     * @param reader reads it
     * @return null if the socket is closed or not connected
     */
    public <T> @Nullable T remoteAddress(SockAddrReader<T> reader) {
        return address(false, reader);
    }

    /**
     * As {@link #localAddress}, of IPv4 or IPv6.
     *
     * @return null if the socket is closed or has none
     */
    public @Nullable InetSocketAddress localInetAddress() {
        return localAddress(SockAddr::inet);
    }

    /**
     * As {@link #remoteAddress}, of IPv4 or IPv6.
     *
     * @return null if the socket is closed or not connected
     */
    public @Nullable InetSocketAddress remoteInetAddress() {
        return remoteAddress(SockAddr::inet);
    }

    private <T> @Nullable T address(boolean local, SockAddrReader<T> reader) {
        if (!incref()) {
            return null;
        }
        Scratch scratch = Scratch.take();
        try {
            SockAddr a = scratch.address;
            a.reset();
            int result =
                    local
                            ? SYS.getsockname(sysfd(), a.address(), a.lengthAddress())
                            : SYS.getpeername(sysfd(), a.address(), a.lengthAddress());
            return result < 0 ? null : reader.read(a);
        } finally {
            scratch.giveBack();
            decref();
        }
    }

    /**
     * An option whose value is an int: getsockopt(2).
     *
     * @param level {@code SOL_SOCKET}, {@code IPPROTO_TCP} and so on
     * @param name of the option at that level
     * @return its value
     * @throws IOException if the system refuses, or the socket is closed
     */
    public int getIntOption(int level, int name) throws IOException {
        Scratch scratch = Scratch.take();
        try {
            NativeMemory value = scratch.option;
            value.buffer().putInt(0, 0);
            getOption(level, name, value.address(), Integer.BYTES);
            return value.buffer().getInt(0);
        } finally {
            scratch.giveBack();
        }
    }

    /**
     * Sets an option whose value is an int: setsockopt(2).
     *
     * @param level {@code SOL_SOCKET}, {@code IPPROTO_TCP} and so on
     * @param name of the option at that level
     * @param value to set
     * @throws IOException if the system refuses, or the socket is closed
     */
    public void setIntOption(int level, int name, int value) throws IOException {
        Scratch scratch = Scratch.take();
        try {
            scratch.option.buffer().putInt(0, value);
            setOption(level, name, scratch.option, Integer.BYTES);
        } finally {
            scratch.giveBack();
        }
    }

    /**
     * Any option: getsockopt(2).
     *
     * @param level {@code SOL_SOCKET}, {@code IPPROTO_TCP} and so on
     * @param name of the option at that level
     * @param value room for the value
     * @return how many bytes of it the kernel filled in
     * @throws IOException if the system refuses, or the socket is closed
     */
    public int getOption(int level, int name, NativeMemory value) throws IOException {
        return getOption(level, name, value.address(), value.size());
    }

    private int getOption(int level, int name, long value, int size) throws IOException {
        incref("getsockopt");
        Scratch scratch = Scratch.take();
        try {
            NativeMemory length = scratch.option;
            length.buffer().putInt(8, size);
            check(
                    "getsockopt",
                    SYS.getsockopt(sysfd(), level, name, value, length.address() + 8),
                    null);
            return length.buffer().getInt(8);
        } finally {
            scratch.giveBack();
            decref();
        }
    }

    /**
     * Any option: setsockopt(2).
     *
     * @param level {@code SOL_SOCKET}, {@code IPPROTO_TCP} and so on
     * @param name of the option at that level
     * @param value begins with the value
     * @param length of the value, in bytes
     * @throws IOException if the system refuses, or the socket is closed
     */
    public void setOption(int level, int name, NativeMemory value, int length) throws IOException {
        incref("setsockopt");
        try {
            check(
                    "setsockopt",
                    SYS.setsockopt(sysfd(), level, name, value.address(), length),
                    null);
        } finally {
            decref();
        }
    }

    /**
     * {@code SO_LINGER}, socket(7).
     *
     * @return seconds, -1 if it is off
     * @throws IOException if the system refuses, or the socket is closed
     */
    public int getLinger() throws IOException {
        NativeMemory linger = NativeMemory.allocate(2 * Integer.BYTES);
        getOption(Constants.SOL_SOCKET, Constants.SO_LINGER, linger);
        return linger.buffer().getInt(0) == 0 ? -1 : linger.buffer().getInt(4);
    }

    /**
     * {@code SO_LINGER}, socket(7).
     *
     * @param seconds below 0 turns it off
     * @throws IOException if the system refuses, or the socket is closed
     */
    public void setLinger(int seconds) throws IOException {
        NativeMemory linger = NativeMemory.allocate(2 * Integer.BYTES);
        linger.buffer().putInt(0, seconds < 0 ? 0 : 1).putInt(4, Math.max(0, seconds));
        setOption(Constants.SOL_SOCKET, Constants.SO_LINGER, linger, linger.size());
        Reference.reachabilityFence(linger);
    }

    /**
     * Joins or leaves a multicast group, or blocks or lets in one of its senders, ip(7) and RFC
     * 3678.
     *
     * @param name {@code MCAST_JOIN_GROUP} and so on
     * @param group the address of the group
     * @param interfaceIndex 0 lets the kernel choose by its routes
     * @param source the sender, null for the options that concern all of them
     * @throws IOException if the system refuses, or the socket is closed
     */
    public void multicast(
            int name, InetAddress group, int interfaceIndex, @Nullable InetAddress source)
            throws IOException {
        // struct group_source_req, of which struct group_req is the beginning: an int, aligned to
        // eight bytes, and one or two struct sockaddr_storage.
        NativeMemory request = NativeMemory.allocate(8 + 2 * SockAddr.CAPACITY + Integer.BYTES);
        int length = request.size() - Integer.BYTES;
        request.buffer().putInt(0, interfaceIndex);
        boolean ipv6 = group instanceof Inet6Address;
        int domain = ipv6 ? Constants.AF_INET6 : Constants.AF_INET;
        new SockAddr(request, 8, length).setInet(new InetSocketAddress(group, 0), domain);
        if (source != null) {
            new SockAddr(request, 8 + SockAddr.CAPACITY, length)
                    .setInet(new InetSocketAddress(source, 0), domain);
        } else {
            length -= SockAddr.CAPACITY;
        }
        setOption(ipv6 ? Constants.IPPROTO_IPV6 : Constants.IPPROTO_IP, name, request, length);
        Reference.reachabilityFence(request);
    }

    private static void check(String syscall, int result, @Nullable SocketAddress address)
            throws IOException {
        if (result < 0) {
            throw Errno.newException(syscall, result, address);
        }
    }

    @Override
    public String toString() {
        return "NetFd(" + sysfd() + (isOpen() ? ")" : ", closed)");
    }
}
