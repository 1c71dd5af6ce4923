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
package io.gopoll.faults;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** What the server listens with, each in a way of its own to read and write. */
enum Service {
    /** Sends back what it reads: recvfrom(2), sendto(2). */
    ECHO,
    /** In two pieces: writev(2). */
    GATHER,
    /** By way of the other loop, which has to be woken twice: write(2) to an eventfd. */
    RELAY,
    /** A piece of a file: sendfile(2). */
    FILE,
    /** Echoes, and ends its output after the peer has ended its own: shutdown(2). */
    HALF,
    /** By way of a connection to ECHO: connect(2). */
    PROXY,
    /** The same, spliced: pipe2(2), splice(2). */
    SPLICE,
    /** As ECHO, on a Unix socket. */
    UNIX,
    /** Is sent descriptors: recvmsg(2). */
    DESCRIPTORS,
    /** Datagrams, one by one: recvmsg(2), sendmsg(2). */
    UDP,
    /** Datagrams, many at a time: recvmmsg(2), sendmmsg(2). */
    UDP_MANY;

    boolean isUnix() {
        return this == UNIX || this == DESCRIPTORS;
    }

    boolean isUdp() {
        return this == UDP || this == UDP_MANY;
    }

    boolean isTcp() {
        return !isUnix() && !isUdp();
    }

    /**
     * @param port 0 for any
     */
    SocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    UnixDomainSocketAddress address(Path folder) {
        return UnixDomainSocketAddress.of(path(folder));
    }

    Path path(Path folder) {
        return folder.resolve(name());
    }
}
