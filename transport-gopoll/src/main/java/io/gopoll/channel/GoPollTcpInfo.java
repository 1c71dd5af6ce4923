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

import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.NativeMemory;
import java.io.IOException;

/**
 * {@code struct tcp_info} of a connection, as it was when it was asked for: tcp(7), linux/tcp.h.
 * Times are in microseconds ({@code rto}, {@code ato}, {@code rtt}, {@code rttvar}, {@code rcvRtt})
 * or milliseconds ({@code last...}). Not safe for use by several threads at once.
 */
public class GoPollTcpInfo {

    /** Up to tcpi_total_retrans: eight bytes of small fields, then 24 of 32 bits each. */
    private static final int SIZE = 104;

    private final NativeMemory info = NativeMemory.allocate(SIZE);

    /** All zero, for {@link GoPollSocketChannel#tcpInfo(GoPollTcpInfo)} to fill. */
    public GoPollTcpInfo() {}

    void fill(NetFd fd) throws IOException {
        fd.getOption(Constants.IPPROTO_TCP, Constants.TCP_INFO, info);
    }

    private int u8(int offset) {
        return info.buffer().get(offset) & 0xff;
    }

    private long u32(int offset) {
        return info.buffer().getInt(offset) & 0xffffffffL;
    }

    /**
     * The state of the connection.
     *
     * @return as the kernel numbers them: 1 established, 2 SYN sent, 3 SYN received, 4 FIN wait 1,
     *     5 FIN wait 2, 6 time wait, 7 closed, 8 close wait, 9 last ACK, 10 listening, 11 closing
     */
    public int state() {
        return u8(0);
    }

    /**
     * The state of congestion control.
     *
     * @return 0 open, 1 disorder, 2 window reduced, 3 recovery, 4 loss
     */
    public int caState() {
        return u8(1);
    }

    /**
     * How often what is unacknowledged was sent again without an answer.
     *
     * @return 0 after each answer
     */
    public int retransmits() {
        return u8(2);
    }

    /**
     * Probes of a closed window, or of keep-alive, that were not answered.
     *
     * @return 0 after each answer
     */
    public int probes() {
        return u8(3);
    }

    /**
     * How often the retransmission timer was doubled.
     *
     * @return the power of two that it is multiplied by
     */
    public int backoff() {
        return u8(4);
    }

    /**
     * What the two ends have agreed on.
     *
     * @return bits: 1 timestamps, 2 selective acknowledgements, 4 window scaling, 8 ECN, 16 ECN
     *     seen, 32 data acknowledged that came with the SYN
     */
    public int options() {
        return u8(5);
    }

    /**
     * The scale of the window that the peer announces.
     *
     * @return a shift, 0 to 14
     */
    public int sndWscale() {
        // A bit field: the low half on both architectures, which are little-endian.
        return u8(6) & 0xf;
    }

    /**
     * The scale of the window that this end announces.
     *
     * @return a shift, 0 to 14
     */
    public int rcvWscale() {
        return u8(6) >>> 4;
    }

    /**
     * How long what was sent may be unacknowledged before it is sent again.
     *
     * @return microseconds
     */
    public long rto() {
        return u32(8);
    }

    /**
     * How long an acknowledgement may be delayed.
     *
     * @return microseconds
     */
    public long ato() {
        return u32(12);
    }

    /**
     * The longest segment that is sent.
     *
     * @return bytes
     */
    public long sndMss() {
        return u32(16);
    }

    /**
     * The longest segment that the peer sends, as far as seen.
     *
     * @return bytes
     */
    public long rcvMss() {
        return u32(20);
    }

    /**
     * What was sent and is not acknowledged.
     *
     * @return segments; of a listening socket, the connections that wait to be accepted
     */
    public long unacked() {
        return u32(24);
    }

    /**
     * What the peer has acknowledged out of order.
     *
     * @return segments; of a listening socket, its backlog
     */
    public long sacked() {
        return u32(28);
    }

    /**
     * What is taken for lost.
     *
     * @return segments
     */
    public long lost() {
        return u32(32);
    }

    /**
     * What was sent again and is not acknowledged.
     *
     * @return segments
     */
    public long retrans() {
        return u32(36);
    }

    /**
     * What forward acknowledgement has counted.
     *
     * @return segments; 0 since Linux 4.15, which does without
     */
    public long fackets() {
        return u32(40);
    }

    /**
     * The time since data was sent last.
     *
     * @return milliseconds
     */
    public long lastDataSent() {
        return u32(44);
    }

    /**
     * The time since an acknowledgement was sent last.
     *
     * @return 0: Linux does not remember it
     */
    public long lastAckSent() {
        return u32(48);
    }

    /**
     * The time since data was received last.
     *
     * @return milliseconds
     */
    public long lastDataRecv() {
        return u32(52);
    }

    /**
     * The time since an acknowledgement was received last.
     *
     * @return milliseconds
     */
    public long lastAckRecv() {
        return u32(56);
    }

    /**
     * The longest packet that the path to the peer takes.
     *
     * @return bytes
     */
    public long pmtu() {
        return u32(60);
    }

    /**
     * How far the receive window may grow for now.
     *
     * @return bytes
     */
    public long rcvSsthresh() {
        return u32(64);
    }

    /**
     * The time until an answer comes, smoothed.
     *
     * @return microseconds
     */
    public long rtt() {
        return u32(68);
    }

    /**
     * How much {@link #rtt} varies: its mean deviation, smoothed.
     *
     * @return microseconds
     */
    public long rttvar() {
        return u32(72);
    }

    /**
     * Where slow start ends.
     *
     * @return segments; 2<sup>31</sup> - 1 as long as it has no end
     */
    public long sndSsthresh() {
        return u32(76);
    }

    /**
     * The congestion window: how much may be under way.
     *
     * @return segments
     */
    public long sndCwnd() {
        return u32(80);
    }

    /**
     * The longest segment that this end has announced to take.
     *
     * @return bytes
     */
    public long advmss() {
        return u32(84);
    }

    /**
     * How far out of order segments may come before one is taken for lost.
     *
     * @return segments
     */
    public long reordering() {
        return u32(88);
    }

    /**
     * The time until an answer comes, as the receiver estimates it.
     *
     * @return microseconds; 0 if it is not known
     */
    public long rcvRtt() {
        return u32(92);
    }

    /**
     * How much the application reads in one such time, by which the receive buffer grows.
     *
     * @return bytes
     */
    public long rcvSpace() {
        return u32(96);
    }

    /**
     * What was sent again since the connection began.
     *
     * @return segments
     */
    public long totalRetrans() {
        return u32(100);
    }
}
