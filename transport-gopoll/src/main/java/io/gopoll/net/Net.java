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
package io.gopoll.net;

import io.gopoll.net.fd.NetFd;
import io.gopoll.net.fd.PollFd;
import io.gopoll.poll.Deadline;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Syscalls;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Blocking sockets for virtual threads, shaped as Go's package net; platform threads work too. To
 * the user they block; underneath nothing does: whoever can't go on is parked, and one poller in
 * the background resumes him.
 *
 * <p>Networks: {@code tcp}, {@code tcp4}, {@code tcp6}, {@code udp}, {@code udp4}, {@code udp6},
 * {@code unix}, {@code unixgram}. Addresses, as Go takes them: {@code host:port}, {@code
 * [host]:port} with an IPv6 address, {@code :port} for this machine (to dial) or all of its
 * addresses (to listen), with the port as a number, 0 for any to listen; for Unix sockets a path,
 * or {@code @} and an abstract name. A host name with several addresses: each is dialled in turn,
 * the first is listened on.
 *
 * <p>All of it throws {@link IllegalArgumentException} for a network or an address that is none,
 * before any system call.
 */
public final class Net {

    private Net() {}

    /**
     * Connects: Go's {@code net.Dial}. For udp and unixgram there is nobody to answer: it sets whom
     * to send to and to hear.
     *
     * @param network tcp, tcp4, tcp6, udp, udp4, udp6, unix or unixgram
     * @param address as the class says
     * @return a connection, to be closed by the caller
     * @throws IOException why it failed; of several addresses, why the first did, with the others'
     *     reasons as suppressed exceptions
     */
    public static Conn dial(String network, String address) throws IOException {
        return dial(network, address, Deadline.NONE);
    }

    /**
     * As {@link #dial(String, String)}, within a time: Go's {@code net.DialTimeout}. With several
     * addresses each gets its part of what is left.
     *
     * @param network tcp, tcp4, tcp6, udp, udp4, udp6, unix or unixgram
     * @param address as the class says
     * @param timeout zero for no limit
     * @return a connection, to be closed by the caller
     * @throws io.gopoll.poll.DeadlineExceededException if it took longer
     */
    public static Conn dialTimeout(String network, String address, Duration timeout)
            throws IOException {
        return dial(network, address, Deadline.in(timeout));
    }

    private static Conn dial(String network, String address, long deadline) throws IOException {
        Network n = Network.of(network);
        List<SocketAddress> remotes = n.resolve(address, false);
        IOException first = null;
        for (int i = 0; i < remotes.size(); i++) {
            try {
                return dial(n, remotes.get(i), part(deadline, remotes.size() - i));
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        throw first;
    }

    private static long part(long deadline, int of) {
        if (of == 1 || deadline <= Deadline.NONE || deadline == Long.MAX_VALUE) {
            return deadline;
        }
        long left = deadline - System.nanoTime();
        return left <= 0 ? Deadline.PAST : Deadline.in(left / of);
    }

    private static Conn dial(Network n, SocketAddress remote, long deadline) throws IOException {
        NetFd netFd = NetFd.socket(n.family(remote), n.sotype);
        PollFd fd = new PollFd(netFd, n.name());
        try {
            if (n.isTcp()) {
                netFd.setIntOption(Constants.IPPROTO_TCP, Constants.TCP_NODELAY, 1);
            }
            fd.connect(remote, memory -> SockAddrs.put(memory, remote, netFd.family()), deadline);
            return new Conn(fd, n, remote);
        } catch (Throwable t) {
            fd.close();
            throw t;
        }
    }

    /**
     * Listens for connections: Go's {@code net.Listen}.
     *
     * @param network tcp, tcp4, tcp6 or unix
     * @param address as the class says; port 0 for one that the kernel chooses
     * @return a listener, to be closed by the caller
     * @throws IOException if the address is in use, or not one of this machine
     */
    public static Listener listen(String network, String address) throws IOException {
        Network n = Network.of(network);
        if (n.sotype != Constants.SOCK_STREAM) {
            throw new IllegalArgumentException(
                    "network: " + network + " (expected to listen: tcp, tcp4, tcp6 or unix)");
        }
        SocketAddress local = n.resolve(address, true).get(0);
        NetFd netFd = NetFd.socket(n.family(local), n.sotype);
        boolean listening = false;
        try {
            if (n.isTcp()) {
                netFd.setIntOption(Constants.SOL_SOCKET, Constants.SO_REUSEADDR, 1);
                // What is accepted inherits it.
                netFd.setIntOption(Constants.IPPROTO_TCP, Constants.TCP_NODELAY, 1);
            }
            netFd.bind(local, memory -> SockAddrs.put(memory, local, netFd.family()));
            netFd.listen(NetUtil.SOMAXCONN);
            PollFd fd = new PollFd(netFd, n.name());
            listening = true;
            return new Listener(fd, n);
        } finally {
            if (!listening) {
                netFd.close();
            }
        }
    }

    /**
     * Receives packets: Go's {@code net.ListenPacket}.
     *
     * @param network udp, udp4, udp6 or unixgram
     * @param address as the class says; port 0 for one that the kernel chooses
     * @return a connection, to be closed by the caller
     * @throws IOException if the address is in use, or not one of this machine
     */
    public static PacketConn listenPacket(String network, String address) throws IOException {
        Network n = Network.of(network);
        if (n.sotype != Constants.SOCK_DGRAM) {
            throw new IllegalArgumentException(
                    "network: " + network + " (expected for packets: udp, udp4, udp6 or unixgram)");
        }
        SocketAddress local = n.resolve(address, true).get(0);
        NetFd netFd = NetFd.socket(n.family(local), n.sotype);
        boolean bound = false;
        try {
            netFd.bind(local, memory -> SockAddrs.put(memory, local, netFd.family()));
            PollFd fd = new PollFd(netFd, n.name());
            bound = true;
            return new PacketConn(fd, n);
        } finally {
            if (!bound) {
                netFd.close();
            }
        }
    }

    /** A network by its name. */
    static final class Network {
        private final String name;
        final int sotype;

        private Network(String name, int sotype) {
            this.name = name;
            this.sotype = sotype;
        }

        static Network of(String name) {
            // Before NetFd's class does: that would not try again after a failure.
            Syscalls.get();
            switch (Objects.requireNonNull(name, "network")) {
                case "tcp":
                case "tcp4":
                case "tcp6":
                case "unix":
                    return new Network(name, Constants.SOCK_STREAM);
                case "udp":
                case "udp4":
                case "udp6":
                case "unixgram":
                    return new Network(name, Constants.SOCK_DGRAM);
                default:
                    throw new IllegalArgumentException(
                            "network: "
                                    + name
                                    + " (expected: tcp, tcp4, tcp6, udp, udp4, udp6, unix or"
                                    + " unixgram)");
            }
        }

        String name() {
            return name;
        }

        boolean isUnix() {
            return name.startsWith("unix");
        }

        boolean isTcp() {
            return name.startsWith("tcp");
        }

        boolean isStream() {
            return sotype == Constants.SOCK_STREAM;
        }

        /** The family of the socket for an address; IPv6 ones take IPv4 addresses, too. */
        int family(SocketAddress address) {
            if (isUnix()) {
                return Constants.AF_UNIX;
            }
            InetAddress inet = ((InetSocketAddress) address).getAddress();
            boolean ipv4 =
                    name.endsWith("4")
                            || !NetFd.isIpv6Available()
                            || (inet instanceof Inet4Address && !inet.isAnyLocalAddress());
            return ipv4 ? Constants.AF_INET : Constants.AF_INET6;
        }

        List<SocketAddress> resolve(String address, boolean listen) throws IOException {
            Objects.requireNonNull(address, "address");
            if (isUnix()) {
                if (address.isEmpty() && !listen) {
                    throw new IllegalArgumentException("address: an empty path");
                }
                return List.of(new UnixAddr(address));
            }
            int colon = address.lastIndexOf(':');
            String host = colon < 0 ? "" : address.substring(0, colon);
            boolean brackets = host.startsWith("[") && host.endsWith("]");
            if (colon < 0 || (!brackets && host.indexOf(':') >= 0)) {
                throw new IllegalArgumentException(
                        "address: " + address + " (expected: host:port, [IPv6 address]:port)");
            }
            if (brackets) {
                host = host.substring(1, host.length() - 1);
            }
            int port = port(address, address.substring(colon + 1));
            List<SocketAddress> found = new ArrayList<>();
            for (InetAddress inet : addresses(host, listen)) {
                if ((name.endsWith("4") && !(inet instanceof Inet4Address))
                        || (name.endsWith("6") && !(inet instanceof Inet6Address))) {
                    continue;
                }
                found.add(new InetSocketAddress(inet, port));
            }
            if (found.isEmpty()) {
                throw new UnknownHostException(
                        address + ": no address that is suitable for " + name);
            }
            return found;
        }

        private InetAddress[] addresses(String host, boolean listen) throws UnknownHostException {
            if (!host.isEmpty()) {
                return InetAddress.getAllByName(host);
            }
            String own = listen ? "0.0.0.0" : "127.0.0.1";
            String own6 = listen ? "::" : "::1";
            return new InetAddress[] {InetAddress.getByName(name.endsWith("6") ? own6 : own)};
        }

        private static int port(String address, String port) {
            try {
                int number = Integer.parseInt(port);
                if (number >= 0 && number <= 65535) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Told below, with the address.
            }
            throw new IllegalArgumentException(
                    "address: " + address + " (expected at its end: a port, 0 to 65535)");
        }
    }
}
