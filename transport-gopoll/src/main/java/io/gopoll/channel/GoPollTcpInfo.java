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

import io.gopoll.net.NetFd;
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

    void fill(NetFd fd) throws IOException {
        fd.getOption(Constants.IPPROTO_TCP, Constants.TCP_INFO, info);
    }

    private int u8(int offset) {
        return info.buffer().get(offset) & 0xff;
    }

    private long u32(int offset) {
        return info.buffer().getInt(offset) & 0xffffffffL;
    }

    public int state() {
        return u8(0);
    }

    public int caState() {
        return u8(1);
    }

    public int retransmits() {
        return u8(2);
    }

    public int probes() {
        return u8(3);
    }

    public int backoff() {
        return u8(4);
    }

    public int options() {
        return u8(5);
    }

    public int sndWscale() {
        // A bit field: the low half on both architectures, which are little-endian.
        return u8(6) & 0xf;
    }

    public int rcvWscale() {
        return u8(6) >>> 4;
    }

    public long rto() {
        return u32(8);
    }

    public long ato() {
        return u32(12);
    }

    public long sndMss() {
        return u32(16);
    }

    public long rcvMss() {
        return u32(20);
    }

    public long unacked() {
        return u32(24);
    }

    public long sacked() {
        return u32(28);
    }

    public long lost() {
        return u32(32);
    }

    public long retrans() {
        return u32(36);
    }

    public long fackets() {
        return u32(40);
    }

    public long lastDataSent() {
        return u32(44);
    }

    public long lastAckSent() {
        return u32(48);
    }

    public long lastDataRecv() {
        return u32(52);
    }

    public long lastAckRecv() {
        return u32(56);
    }

    public long pmtu() {
        return u32(60);
    }

    public long rcvSsthresh() {
        return u32(64);
    }

    public long rtt() {
        return u32(68);
    }

    public long rttvar() {
        return u32(72);
    }

    public long sndSsthresh() {
        return u32(76);
    }

    public long sndCwnd() {
        return u32(80);
    }

    public long advmss() {
        return u32(84);
    }

    public long reordering() {
        return u32(88);
    }

    public long rcvRtt() {
        return u32(92);
    }

    public long rcvSpace() {
        return u32(96);
    }

    public long totalRetrans() {
        return u32(100);
    }
}
