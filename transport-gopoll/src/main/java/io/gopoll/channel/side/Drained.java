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
package io.gopoll.channel.side;

import io.gopoll.sys.Errno;

/**
 * What the reading side knows of its socket: whether there is more to read. An edge makes it {@link
 * #NO}; after each read the rule of the kind of socket says what it is. This is the one place that
 * knows when a read that was shorter than asked for has drained a socket, for which the kernel must
 * promise an edge for whatever it has kept back.
 *
 * <table>
 *   <caption>What a read says</caption>
 *   <tr><th>socket</th><th>EAGAIN</th><th>all that was asked for</th><th>less</th></tr>
 *   <tr><td>TCP</td><td>YES</td><td>NO</td><td>YES; NO after a hang-up, an error or urgent data
 *     </td></tr>
 *   <tr><td>Unix stream, VSOCK</td><td>YES</td><td>NO</td><td>PERHAPS; NO after a hang-up</td></tr>
 *   <tr><td>datagrams</td><td>YES</td><td>NO</td><td>PERHAPS</td></tr>
 *   <tr><td>listening</td><td>YES</td><td>NO</td><td></td></tr>
 * </table>
 */
public enum Drained {
    /** There is, or may well be, more: the side reads on in the next turn. */
    NO,

    /**
     * There mostly is no more, but nothing promises an edge if there is: the side reads once more
     * before the loop sleeps.
     */
    PERHAPS,

    /** There was no more: an edge comes with the next. */
    YES;

    /**
     * TCP: an edge follows all that comes after a short read. Only an urgent byte makes a read stop
     * early, tcp(7); the end and an error may be there already, without an edge of their own.
     *
     * @param hungUp whether a hang-up or an error was seen
     * @param urgent whether urgent data was seen
     */
    static Drained tcp(int read, int attempted, boolean hungUp, boolean urgent) {
        return read == attempted || hungUp || urgent ? NO : YES;
    }

    /**
     * Unix streams and VSOCK: a read stops at bytes that carry descriptors or other credentials,
     * and at a byte out of band.
     */
    static Drained localStream(int read, int attempted, boolean hungUp) {
        return read == attempted || hungUp ? NO : PERHAPS;
    }

    /** Datagrams: an error that is pending makes recvmmsg(2) return before it has taken all. */
    static Drained datagrams(int received, int attempted) {
        return received == attempted ? NO : PERHAPS;
    }

    /**
     * A call that has failed: a server's accept reports the errors of single connections, a
     * datagram socket those of single datagrams; behind them there may be more.
     */
    static Drained failed(int result) {
        return result == -Errno.EAGAIN ? YES : NO;
    }
}
