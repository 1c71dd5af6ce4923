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

import io.gopoll.net.fd.PollFd;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;

/** Sends and receives packets: Go's {@code net.PacketConn}. */
public final class PacketConn extends DataEndpoint {

    private final Net.Network network;

    PacketConn(PollFd fd, Net.Network network) {
        super(fd);
        this.network = network;
        fd.address(localAddress());
    }

    /**
     * The next packet; waits for it if need be. What the buffer has no room for is lost.
     *
     * @param dst takes the packet from its position on
     * @return whom it is from: an {@link InetSocketAddress} or a {@link UnixAddr}
     * @throws IOException if it is closed, or if the deadline has passed
     */
    public SocketAddress readFrom(ByteBuffer dst) throws IOException {
        return fd.readFrom(dst, SockAddrs::get);
    }

    /**
     * Sends the buffer's bytes as one packet.
     *
     * @param src its bytes from its position to its limit
     * @param to an {@link InetSocketAddress} or a {@link UnixAddr}, as the network has them
     * @return how many bytes
     * @throws IOException if the kernel refuses, if it is closed, or if the deadline has passed
     * @throws IllegalArgumentException if the address is not one of this network
     * @throws UnresolvedAddressException if it is not resolved
     */
    public int writeTo(ByteBuffer src, SocketAddress to) throws IOException {
        if (network.isUnix() ? !(to instanceof UnixAddr) : !(to instanceof InetSocketAddress)) {
            throw new IllegalArgumentException(
                    "address: "
                            + to
                            + (network.isUnix()
                                    ? " (expected: a UnixAddr)"
                                    : " (expected: an InetSocketAddress)"));
        }
        if (!network.isUnix() && ((InetSocketAddress) to).isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        int family = fd.netFd.family();
        return fd.writeTo(src, to, memory -> SockAddrs.put(memory, to, family));
    }
}
