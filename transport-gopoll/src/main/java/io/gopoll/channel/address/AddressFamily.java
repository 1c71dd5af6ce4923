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
package io.gopoll.channel.address;

import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.SockAddr;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.UnresolvedAddressException;

/** How the addresses of a kind of socket are handed to the kernel, and read from it. */
public abstract class AddressFamily {

    public static final AddressFamily INET =
            new AddressFamily() {
                @Override
                public void put(SockAddr memory, SocketAddress address, NetFd netFd) {
                    memory.setInet((InetSocketAddress) address, netFd.family());
                }

                @Override
                public SocketAddress local(NetFd netFd) {
                    return netFd.localInetAddress();
                }

                @Override
                public SocketAddress remote(NetFd netFd) {
                    return netFd.remoteInetAddress();
                }
            };

    public static final AddressFamily UNIX =
            new AddressFamily() {
                @Override
                public void put(SockAddr memory, SocketAddress address, NetFd netFd) {
                    UnixAddresses.put(memory, address);
                }

                @Override
                public void bind(NetFd netFd, SocketAddress address) throws IOException {
                    UnixAddresses.bind(netFd, address);
                }

                @Override
                public SocketAddress local(NetFd netFd) {
                    return netFd.localAddress(UnixAddresses::read);
                }

                @Override
                public SocketAddress remote(NetFd netFd) {
                    return netFd.remoteAddress(UnixAddresses::read);
                }
            };

    protected AddressFamily() {}

    /** Writes an address into the memory of a system call. */
    public abstract void put(SockAddr memory, SocketAddress address, NetFd netFd);

    /** getsockname(2). */
    public abstract SocketAddress local(NetFd netFd);

    /** getpeername(2). */
    public abstract SocketAddress remote(NetFd netFd);

    /** bind(2). */
    public void bind(NetFd netFd, SocketAddress address) throws IOException {
        netFd.bind(address, memory -> put(memory, address, netFd));
    }

    /** The number of the address family of a new socket of the internet. */
    public static int inet(SocketProtocolFamily family) {
        if (family == null) {
            return !NetUtil.isIpV4StackPreferred() && NetFd.isIpv6Available()
                    ? Constants.AF_INET6
                    : Constants.AF_INET;
        }
        switch (family) {
            case INET:
                return Constants.AF_INET;
            case INET6:
                return Constants.AF_INET6;
            default:
                throw new UnsupportedOperationException(
                        "family: " + family + " (expected: INET or INET6)");
        }
    }

    public static void checkResolved(SocketAddress address) {
        if (address instanceof InetSocketAddress && ((InetSocketAddress) address).isUnresolved()) {
            throw new UnresolvedAddressException();
        }
    }
}
