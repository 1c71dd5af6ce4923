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
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gopoll.net.fd.NetFd;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks and addresses, listeners and packets. */
@Timeout(60)
class NetTest {

    private final Goroutines goroutines = new Goroutines();

    @AfterEach
    void stop() {
        goroutines.close();
    }

    private static int port(Endpoint endpoint) {
        return ((InetSocketAddress) endpoint.localAddress()).getPort();
    }

    private void echoOnce(Listener listener, Conn conn) throws Exception {
        try (conn;
                Conn accepted = Goroutines.get(goroutines.go(listener::accept))) {
            assertEquals(conn.localAddress(), accepted.remoteAddress());
            assertEquals(3, conn.write(new byte[] {1, 2, 3}));
            ByteBuffer got = ByteBuffer.allocate(3);
            while (got.hasRemaining()) {
                accepted.read(got);
            }
            assertEquals(3, got.get(2));
        }
    }

    // ---- Names. ----

    @ParameterizedTest
    @CsvSource({
        "tcp,127.0.0.1:0,127.0.0.1",
        "tcp4,127.0.0.1:0,127.0.0.1",
        "tcp4,:0,127.0.0.1",
        "tcp4,:0,''",
        "tcp,:0,127.0.0.1",
        "tcp,:0,''",
        "tcp,:0,localhost",
        "tcp,localhost:0,localhost"
    })
    void whatListensCanBeDialled(String network, String listen, String host) throws Exception {
        try (Listener listener = Net.listen(network, listen)) {
            echoOnce(listener, Net.dial(network, host + ":" + port(listener)));
        }
    }

    @Test
    void ipv6AndBothFamiliesOnOneListener() throws Exception {
        assumeTrue(NetFd.isIpv6Available(), "this machine has no IPv6");
        try (Listener listener = Net.listen("tcp6", "[::1]:0")) {
            echoOnce(listener, Net.dial("tcp6", "[::1]:" + port(listener)));
            echoOnce(listener, Net.dial("tcp", "[::1]:" + port(listener)));
        }
        try (Listener listener = Net.listen("tcp", ":0")) {
            echoOnce(listener, Net.dial("tcp6", ":" + port(listener)));
            echoOnce(listener, Net.dial("tcp4", ":" + port(listener)));
        }
        assertThrows(UnknownHostException.class, () -> Net.dial("tcp6", "127.0.0.1:1"));
        assertThrows(UnknownHostException.class, () -> Net.dial("tcp4", "[::1]:1"));
    }

    @ParameterizedTest
    @CsvSource({
        "ip,127.0.0.1:1",
        "TCP,127.0.0.1:1",
        "tcp,127.0.0.1",
        "tcp,127.0.0.1:",
        "tcp,127.0.0.1:x",
        "tcp,127.0.0.1:65536",
        "tcp,127.0.0.1:-1",
        "tcp,::1:80",
        "unix,''"
    })
    void whatIsNoNetworkOrAddressIsRefused(String network, String address) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Net.dial(network, address));
        assertTrue(e.getMessage().contains("expected") || network.equals("unix"), e.getMessage());
    }

    @Test
    void eachKindOfSocketListensInItsOwnWay() {
        assertThrows(IllegalArgumentException.class, () -> Net.listen("udp", ":0"));
        assertThrows(IllegalArgumentException.class, () -> Net.listen("unixgram", "@x"));
        assertThrows(IllegalArgumentException.class, () -> Net.listenPacket("tcp", ":0"));
        assertThrows(IllegalArgumentException.class, () -> Net.listenPacket("unix", "@x"));
    }

    @Test
    void failuresNameTheAddress() throws Exception {
        int port;
        try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
            port = port(listener);
            BindException e =
                    assertThrows(BindException.class, () -> Net.listen("tcp", "127.0.0.1:" + port));
            assertTrue(e.getMessage().contains(":" + port), e.getMessage());
        }
        ConnectException e =
                assertThrows(ConnectException.class, () -> Net.dial("tcp", "127.0.0.1:" + port));
        assertTrue(e.getMessage().contains("refused"), e.getMessage());
        assertThrows(
                FileNotFoundException.class,
                () -> Net.dial("unix", "/nowhere/" + UUID.randomUUID()));
        assertThrows(IllegalArgumentException.class, () -> Net.dial("unix", "/" + "x".repeat(200)));
    }

    // ---- Listeners. ----

    @Test
    void aClosedListenerFailsWhoeverWaitsAndWhoeverComes() throws Exception {
        Listener listener = Net.listen("tcp", "127.0.0.1:0");
        List<Future<Conn>> accepts = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            accepts.add(
                    goroutines.go(
                            () -> {
                                synchronized (threads) {
                                    threads.add(Thread.currentThread());
                                }
                                return listener.accept();
                            }));
        }
        for (; ; ) {
            synchronized (threads) {
                if (threads.size() == 3
                        && threads.stream().allMatch(t -> t.getState() == Thread.State.WAITING)) {
                    break;
                }
            }
            Thread.onSpinWait();
        }
        listener.close();
        int asynchronous = 0;
        for (Future<Conn> accept : accepts) {
            ExecutionException e =
                    assertThrows(ExecutionException.class, () -> Goroutines.get(accept));
            assertInstanceOf(ClosedChannelException.class, e.getCause());
            asynchronous += e.getCause() instanceof AsynchronousCloseException ? 1 : 0;
        }
        assertEquals(1, asynchronous, "one waited for a connection, the others for their turn");
        assertThrows(ClosedChannelException.class, listener::accept);
        assertFalse(listener.isOpen());
        listener.close();
    }

    @Test
    void theFileOfAUnixListenerGoesWithIt(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("socket");
        try (Listener listener = Net.listen("unix", path.toString())) {
            assertTrue(Files.exists(path));
            assertEquals(new UnixAddr(path.toString()), listener.localAddress());
            try (Conn conn = Net.dial("unix", path.toString());
                    Conn accepted = listener.accept()) {
                assertEquals(new UnixAddr(""), conn.localAddress());
                assertEquals(new UnixAddr(path.toString()), conn.remoteAddress());
                assertEquals(path.toString(), accepted.localAddress().toString());
            }
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void unixAddressesAreValues() {
        assertEquals(new UnixAddr("@a"), new UnixAddr("@a"));
        assertEquals(new UnixAddr("@a").hashCode(), new UnixAddr("@a").hashCode());
        assertNotEquals(new UnixAddr("@a"), new UnixAddr("a"));
        assertTrue(new UnixAddr("@a").isAbstract());
        assertEquals("@a", new UnixAddr("@a").name());
    }

    // ---- Packets. ----

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void packetsKeepTheirBounds(boolean direct) throws Exception {
        try (PacketConn a = Net.listenPacket("udp", "127.0.0.1:0");
                Conn b = Net.dial("udp", "127.0.0.1:" + port(a))) {
            for (int size : new int[] {1, 0, 40_000, 3}) {
                ByteBuffer packet =
                        direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
                assertEquals(size, b.write(packet));
            }
            ByteBuffer got =
                    direct ? ByteBuffer.allocateDirect(50_000) : ByteBuffer.allocate(50_000);
            for (int size : new int[] {1, 0, 40_000}) {
                got.clear();
                assertEquals(b.localAddress(), a.readFrom(got));
                assertEquals(size, got.position());
            }
            got.clear().limit(2);
            a.readFrom(got);
            assertEquals(2, got.position(), "the rest of a packet is lost");

            assertEquals(5, a.writeTo(ByteBuffer.allocate(5), b.localAddress()));
            assertEquals(0, a.writeTo(ByteBuffer.allocate(0), b.localAddress()));
            assertEquals(5, b.read(ByteBuffer.allocate(10)));
            assertEquals(0, b.read(ByteBuffer.allocate(10)), "an empty packet is not the end");
        }
    }

    @Test
    void unixPackets(@TempDir Path folder) throws Exception {
        try (PacketConn a = Net.listenPacket("unixgram", folder.resolve("a").toString());
                PacketConn b = Net.listenPacket("unixgram", "@gopoll-" + UUID.randomUUID());
                Conn nameless = Net.dial("unixgram", a.localAddress().toString())) {
            b.writeTo(ByteBuffer.wrap(new byte[] {1}), a.localAddress());
            nameless.write(new byte[] {2});
            ByteBuffer got = ByteBuffer.allocate(10);
            assertEquals(b.localAddress(), a.readFrom(got));
            assertEquals(new UnixAddr(""), a.readFrom(got));
            assertEquals(2, got.get(1));
        }
    }

    @Test
    void addressesOfAnotherKindAreRefused() throws IOException {
        try (PacketConn udp = Net.listenPacket("udp", "127.0.0.1:0")) {
            ByteBuffer one = ByteBuffer.allocate(1);
            assertThrows(
                    IllegalArgumentException.class, () -> udp.writeTo(one, new UnixAddr("@x")));
            assertThrows(IllegalArgumentException.class, () -> udp.writeTo(one, null));
            assertThrows(
                    UnresolvedAddressException.class,
                    () -> udp.writeTo(one, InetSocketAddress.createUnresolved("x", 1)));
        }
    }

    // ---- Descriptors that are used again. ----

    @Test
    void connectionsComeAndGoOnTheSameDescriptors() throws Exception {
        Listener listener = Net.listen("tcp", "127.0.0.1:0");
        try {
            Future<Integer> server =
                    goroutines.go(
                            () -> {
                                int served = 0;
                                for (; ; ) {
                                    Conn conn;
                                    try {
                                        conn = listener.accept();
                                    } catch (ClosedChannelException e) {
                                        return served;
                                    }
                                    served++;
                                    goroutines.go(
                                            () -> {
                                                try (conn) {
                                                    byte[] b = new byte[16];
                                                    for (int n; (n = conn.read(b)) > 0; ) {
                                                        conn.write(b, 0, n);
                                                    }
                                                }
                                                return null;
                                            });
                                }
                            });
            List<Future<Void>> clients = new ArrayList<>();
            for (int c = 0; c < 8; c++) {
                byte value = (byte) c;
                clients.add(
                        goroutines.go(
                                () -> {
                                    for (int i = 0; i < 100; i++) {
                                        try (Conn conn =
                                                Net.dial("tcp", "127.0.0.1:" + port(listener))) {
                                            conn.setDeadline(System.nanoTime() + 30_000_000_000L);
                                            conn.write(new byte[] {value});
                                            byte[] got = new byte[1];
                                            assertEquals(1, conn.read(got));
                                            assertEquals(value, got[0]);
                                        }
                                    }
                                    return null;
                                }));
            }
            for (Future<Void> client : clients) {
                Goroutines.get(client);
            }
            listener.close();
            assertEquals(800, Goroutines.get(server));
        } finally {
            listener.close();
        }
    }

    @Test
    void whatWasClosedHasNoAddressUnlessItWasAsked() throws IOException {
        PacketConn asked = Net.listenPacket("udp", "127.0.0.1:0");
        int port = port(asked);
        asked.close();
        assertEquals(port, port(asked));
        Conn conn;
        try (PacketConn peer = Net.listenPacket("udp", "127.0.0.1:0")) {
            conn = Net.dial("udp", "127.0.0.1:" + port(peer));
            conn.close();
        }
        assertNull(conn.localAddress());
    }

    @Test
    void whatIsNullIsNamed() {
        for (String name : List.of("network", "address")) {
            String network = name.equals("network") ? null : "tcp";
            String address = name.equals("address") ? null : "127.0.0.1:1";
            assertEquals(
                    name,
                    assertThrows(NullPointerException.class, () -> Net.dial(network, address))
                            .getMessage());
            assertEquals(
                    name,
                    assertThrows(NullPointerException.class, () -> Net.listen(network, address))
                            .getMessage());
        }
    }
}
