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

/**
 * When a socket is drained, so that its next edge says all there is to say: the one rule of
 * edge-triggering. Only EAGAIN always says so. Whoever stops reading before it may wait for an edge
 * that never comes, unless a named piece of the kernel promises that one. A method for each kind of
 * socket; each says whether a read that has not filled its buffer has drained it.
 *
 * <table>
 * <caption>What may be left after a short read</caption>
 * <tr><th>socket</th><th>left behind</th></tr>
 * <tr><td>TCP</td><td>what follows urgent data, at which a read stops; the end of the stream</td></tr>
 * <tr><td>Unix stream</td><td>bytes that carry descriptors or other credentials, before which a read
 *     stops, and those after {@code MSG_OOB}</td></tr>
 * <tr><td>VSOCK</td><td>the next packet of the stream</td></tr>
 * <tr><td>datagrams</td><td>those behind a pending error, which ends recvmmsg(2) early</td></tr>
 * </table>
 */
final class Drained {

    private Drained() {}

    /**
     * TCP: {@code tcp_recvmsg} takes all that is in the queue but for those two, and the poller is
     * told of both ({@code EPOLLRDHUP}, {@code EPOLLPRI}) no later than of the bytes.
     */
    static boolean byShortReadOfTcp(GoPollIoRegistration registration) {
        return !registration.hungUp() && !registration.urgent();
    }

    /** Unix streams, VSOCK and all datagrams: never. */
    static boolean byShortRead() {
        return false;
    }
}
