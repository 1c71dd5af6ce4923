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

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A datagram is read whole if the buffer has room for it, whatever kind of buffer it is. */
@Timeout(60)
class DatagramReadTest {

    private static final int SIZE = 40_000;

    private static void sendTo(PacketConn receiver, String network) throws Exception {
        String address = receiver.localAddress().toString();
        try (Conn sender =
                Net.dial(network, address.startsWith("/") ? address.substring(1) : address)) {
            byte[] datagram = new byte[SIZE];
            Arrays.fill(datagram, (byte) 7);
            sender.write(datagram);
        }
    }

    /** A connection of datagrams to itself. */
    private interface Read {
        int from(Conn conn) throws Exception;
    }

    private static void assertReadsAll(Read read) throws Exception {
        try (PacketConn probe = Net.listenPacket("udp", "127.0.0.1:0");
                Conn conn = Net.dial("udp", probe.localAddress().toString().substring(1))) {
            probe.writeTo(ByteBuffer.wrap(new byte[SIZE]), conn.localAddress());
            assertEquals(SIZE, read.from(conn));
        }
    }

    @Test
    void intoAHeapBuffer() throws Exception {
        assertReadsAll(conn -> conn.read(ByteBuffer.allocate(65_536)));
    }

    @Test
    void intoADirectBuffer() throws Exception {
        assertReadsAll(conn -> conn.read(ByteBuffer.allocateDirect(65_536)));
    }

    @Test
    void intoAnArray() throws Exception {
        assertReadsAll(conn -> conn.read(new byte[65_536]));
    }

    @Test
    void ofWhoeverSendsThem() throws Exception {
        try (PacketConn receiver = Net.listenPacket("udp", "127.0.0.1:0")) {
            sendTo(receiver, "udp");
            ByteBuffer buffer = ByteBuffer.allocate(65_536);
            receiver.readFrom(buffer);
            assertEquals(SIZE, buffer.position());
            assertEquals(7, buffer.get(SIZE - 1));
        }
    }

    @Test
    void ofAUnixSocket() throws Exception {
        String name = "@gopoll-datagram-read-" + ProcessHandle.current().pid();
        try (PacketConn receiver = Net.listenPacket("unixgram", name);
                Conn sender = Net.dial("unixgram", name)) {
            sender.write(new byte[SIZE]);
            ByteBuffer buffer = ByteBuffer.allocate(65_536);
            receiver.readFrom(buffer);
            assertEquals(SIZE, buffer.position());
        }
    }
}
