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

import io.gopoll.sys.Constants;
import io.gopoll.sys.SockAddr;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** The addresses of this package, to and from the memory of system calls. */
final class SockAddrs {

    private SockAddrs() {}

    /**
     * @param family of the socket
     */
    static void put(SockAddr memory, SocketAddress address, int family) {
        if (address instanceof UnixAddr) {
            memory.setUnix(((UnixAddr) address).bytes());
        } else {
            memory.setInet((InetSocketAddress) address, family);
        }
    }

    static SocketAddress get(SockAddr memory) {
        return memory.length() == 0 || memory.family() == Constants.AF_UNIX
                ? new UnixAddr(memory.unixPathBytes())
                : memory.inet();
    }
}
