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
import io.gopoll.sys.SockAddr;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** The addresses of a channel's socket: asked of the kernel once, and only if somebody asks. */
public final class Addresses {

    private final AddressFamily family;
    private final NetFd netFd;

    /** Whether the socket has an address to ask for: by bind, by connect, or by sending. */
    private volatile boolean named;

    private volatile SocketAddress local;
    private volatile SocketAddress remote;

    /**
     * @param remote null if it is not known
     */
    public Addresses(AddressFamily family, NetFd netFd, boolean named, SocketAddress remote) {
        this.family = family;
        this.netFd = netFd;
        this.named = named;
        this.remote = remote;
    }

    /** Writes the address of a peer into the memory of a system call. */
    public void put(SockAddr memory, SocketAddress peer) {
        family.put(memory, peer, netFd);
    }

    /** Null if the socket has none. Any thread. */
    public SocketAddress local() {
        SocketAddress address = local;
        if (address == null && named) {
            local = address = family.local(netFd);
        }
        return address;
    }

    /** Null if the socket has no peer. Any thread. */
    public SocketAddress remote(boolean connected) {
        SocketAddress address = remote;
        if (address == null && connected) {
            remote = address = family.remote(netFd);
        }
        return address;
    }

    public boolean isRemoteKnown() {
        return remote != null;
    }

    /** bind(2), after which the socket has a name. */
    public void bind(SocketAddress address) throws IOException {
        family.bind(netFd, address);
        named = true;
    }

    /** The system has given the socket an address. */
    public void nameGiven() {
        if (!named) {
            named = true;
        }
    }

    /**
     * The socket is connected. Its peer has the address asked for, which spares a system call,
     * unless that was the wildcard, for which the system puts another one.
     */
    public void connected(SocketAddress requested) {
        SocketAddress actual = null;
        if (requested instanceof InetSocketAddress
                && ((InetSocketAddress) requested).getAddress().isAnyLocalAddress()) {
            actual = family.remote(netFd);
        }
        remote = actual == null ? requested : actual;
    }

    /** After the socket was disconnected, its addresses are other ones. */
    public void forget() {
        local = null;
        remote = null;
    }
}
