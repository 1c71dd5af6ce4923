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

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The address of a socket between a virtual machine and its host, vsock(7): what {@code
 * io.netty.channel.epoll.VSockAddress} is to Netty's epoll transport.
 */
public class VSockAddress extends SocketAddress {

    private static final long serialVersionUID = 1;

    /** Any context id: to bind to. */
    public static final int VMADDR_CID_ANY = -1;

    /** The context id of the hypervisor itself, for services that are built into it. */
    public static final int VMADDR_CID_HYPERVISOR = 0;

    /** This machine itself: the loopback of VSOCK. */
    public static final int VMADDR_CID_LOCAL = 1;

    /** The context id of the host, as its virtual machines see it. */
    public static final int VMADDR_CID_HOST = 2;

    /** Any port: to bind to. */
    public static final int VMADDR_PORT_ANY = -1;

    /** Unsigned. */
    private final int cid;

    /** Unsigned. */
    private final int port;

    /**
     * A port of a machine.
     *
     * @param cid the context id, unsigned, or one of the constants
     * @param port unsigned, or {@link #VMADDR_PORT_ANY}
     */
    public VSockAddress(int cid, int port) {
        this.cid = cid;
        this.port = port;
    }

    /**
     * Which machine it is.
     *
     * @return the context id, unsigned: {@link Integer#toUnsignedString(int)} shows it
     */
    public int getCid() {
        return cid;
    }

    /**
     * Which socket of the machine it is.
     *
     * @return the port, unsigned
     */
    public int getPort() {
        return port;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof VSockAddress
                && cid == ((VSockAddress) o).cid
                && port == ((VSockAddress) o).port;
    }

    @Override
    public int hashCode() {
        return 31 * cid + port;
    }

    @Override
    public String toString() {
        return "VSockAddress{cid="
                + Integer.toUnsignedString(cid)
                + ", port="
                + Integer.toUnsignedString(port)
                + '}';
    }
}
