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

import io.gopoll.channel.address.AddressFamily;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.SockAddr;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** {@link VSockAddress}es, to and from the memory of system calls. */
final class VSockAddressFamily extends AddressFamily {

    static final AddressFamily VSOCK = new VSockAddressFamily();

    private VSockAddressFamily() {}

    @Override
    public void put(SockAddr memory, SocketAddress address, NetFd netFd) {
        VSockAddress vsock = (VSockAddress) address;
        memory.setVsock(vsock.getCid(), vsock.getPort());
    }

    @Override
    public @Nullable SocketAddress local(NetFd netFd) {
        return netFd.localAddress(VSockAddressFamily::read);
    }

    @Override
    public @Nullable SocketAddress remote(NetFd netFd) {
        return netFd.remoteAddress(VSockAddressFamily::read);
    }

    static VSockAddress read(SockAddr memory) {
        return new VSockAddress(memory.vsockCid(), memory.vsockPort());
    }
}
