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
package io.gopoll.sys;

import static io.gopoll.sys.Constants.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.UnresolvedAddressException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class SockAddrTest {

    private static final int LENGTH = 200;

    private final NativeMemory memory = NativeMemory.allocate(256);
    private final ByteBuffer buffer = memory.buffer();
    private final SockAddr addr = new SockAddr(memory, 8, LENGTH);

    @Test
    void ipv4IsLaidOutAsInIp7() throws Exception {
        addr.setInet(new InetSocketAddress("192.0.2.1", 0xfedc), AF_INET);
        assertBytes(AF_INET, "fedc" + "c0000201" + "0000000000000000");
        assertEquals(new InetSocketAddress("192.0.2.1", 0xfedc), addr.inet());
    }

    @Test
    void ipv6IsLaidOutAsInIpv67() throws Exception {
        Inet6Address scoped =
                Inet6Address.getByAddress(null, InetAddress.getByName("fe80::1").getAddress(), 5);
        addr.setInet(new InetSocketAddress(scoped, 80), AF_INET6);
        assertBytes(AF_INET6, "0050" + "00000000" + "fe80" + "00".repeat(13) + "01" + nativeInt(5));
        InetSocketAddress back = addr.inet();
        assertEquals(new InetSocketAddress(scoped, 80), back);
        assertEquals(5, ((Inet6Address) back.getAddress()).getScopeId());
    }

    @Test
    void ipv6WithoutAScopeHasNone() throws Exception {
        addr.setInet(new InetSocketAddress("::1", 1), AF_INET6);
        assertEquals("0:0:0:0:0:0:0:1", addr.inet().getAddress().getHostAddress());
    }

    @Test
    void ipv4OnAnIpv6SocketIsMapped() throws Exception {
        addr.setInet(new InetSocketAddress("192.0.2.1", 1), AF_INET6);
        assertBytes(
                AF_INET6,
                "0001" + "00000000" + "00".repeat(10) + "ffff" + "c0000201" + nativeInt(0));
        assertSame(Inet4Address.class, addr.inet().getAddress().getClass());
        assertEquals(new InetSocketAddress("192.0.2.1", 1), addr.inet());
    }

    @Test
    void whatOnlyLooksLikeAMappedAddressIsIpv6() throws Exception {
        for (String address : List.of("::fffe:c000:201", "1::ffff:c000:201", "::c000:201")) {
            addr.setInet(new InetSocketAddress(address, 1), AF_INET6);
            assertEquals(new InetSocketAddress(address, 1), addr.inet());
            assertSame(Inet6Address.class, addr.inet().getAddress().getClass());
        }
    }

    @Test
    void theIpv4WildcardOnAnIpv6SocketMeansBoth() {
        addr.setInet(new InetSocketAddress("0.0.0.0", 1), AF_INET6);
        assertBytes(AF_INET6, "0001" + "00000000" + "00".repeat(16) + nativeInt(0));
    }

    @Test
    void nothingOfAnEarlierAddressIsLeft() throws Exception {
        Inet6Address scoped =
                Inet6Address.getByAddress(null, InetAddress.getByName("fe80::1").getAddress(), 5);
        addr.setInet(new InetSocketAddress(scoped, 80), AF_INET6);
        addr.setInet(new InetSocketAddress("127.0.0.1", 80), AF_INET6);
        assertEquals(new InetSocketAddress("127.0.0.1", 80), addr.inet());
    }

    @Test
    void ipv6OnAnIpv4SocketIsRefusedUnlessMapped() throws Exception {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> addr.setInet(new InetSocketAddress("2001:db8::1", 80), AF_INET));
        assertTrue(e.getMessage().contains("2001:db8:0:0:0:0:0:1"), e.getMessage());
        byte[] mapped = HexFormat.of().parseHex("00".repeat(10) + "ffff" + "c0000201");
        addr.setInet(
                new InetSocketAddress(Inet6Address.getByAddress(null, mapped, -1), 80), AF_INET);
        assertEquals(new InetSocketAddress("192.0.2.1", 80), addr.inet());
    }

    @Test
    void unresolvedAddressesAndOtherFamiliesAreRefused() {
        assertThrows(
                UnresolvedAddressException.class,
                () -> addr.setInet(InetSocketAddress.createUnresolved("host", 80), AF_INET));
        assertThrows(
                IllegalArgumentException.class,
                () -> addr.setInet(new InetSocketAddress("127.0.0.1", 80), AF_UNIX));
    }

    @Test
    void unixPathsEndWithANulAndNamesDoNot() {
        addr.setUnix("/a\u00e9");
        assertBytes(AF_UNIX, "2f61c3a900");
        assertEquals("/a\u00e9", addr.unixPath());
        addr.setUnix("\0a\0b");
        assertBytes(AF_UNIX, "00610062");
        assertEquals("\0a\0b", addr.unixPath());
        addr.setUnix("");
        assertBytes(AF_UNIX, "");
        assertEquals("", addr.unixPath());
        byte[] bytes = {'/', (byte) 0xff};
        addr.setUnix(bytes);
        assertArrayEquals(bytes, addr.unixPathBytes());
    }

    @Test
    void aUnixPathWithoutNulThatFillsItsRoomIsReadWhole() {
        addr.setUnix("\0" + "x".repeat(107));
        buffer.put(10, (byte) 'y');
        assertEquals("y" + "x".repeat(107), addr.unixPath());
    }

    @Test
    void unixPathsThatAreTooLongAreRefusedWithTheLimit() {
        addr.setUnix("p".repeat(107));
        addr.setUnix("\0" + "n".repeat(107));
        refused("p".repeat(108), "108", "107", "p".repeat(108));
        refused("\u00e9".repeat(54), "108", "107");
        refused("\0" + "n".repeat(108), "109", "108", "@nnn");
    }

    @Test
    void unixPathsWithANulInsideAreRefused() {
        refused("/a\0b", "NUL", "/a@b");
    }

    private void refused(String path, String... words) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> addr.setUnix(path));
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), e.getMessage());
        }
    }

    @Test
    void vsockIsLaidOutAsInVsock7() {
        addr.setVsock(VMADDR_CID_ANY, 0x1234);
        assertBytes(AF_VSOCK, "0000" + nativeInt(0x1234) + nativeInt(-1) + "00000000");
        assertEquals(VMADDR_CID_ANY, addr.vsockCid());
        assertEquals(0x1234, addr.vsockPort());
    }

    @Test
    void addressesOfAnotherFamilyAreNotMisread() {
        addr.setVsock(1, 2);
        assertNull(addr.inet());
        assertThrows(IllegalStateException.class, addr::unixPath);
        addr.setInet(new InetSocketAddress("127.0.0.1", 80), AF_INET);
        assertThrows(IllegalStateException.class, addr::vsockCid);
        assertThrows(IllegalStateException.class, addr::vsockPort);
    }

    @Test
    void whatTheKernelHasNotWrittenIsNoAddress() {
        addr.setInet(new InetSocketAddress("127.0.0.1", 80), AF_INET);
        addr.reset();
        assertEquals(SockAddr.CAPACITY, addr.length());
        assertNull(addr.inet());
        buffer.putInt(LENGTH, 0);
        assertNull(addr.inet());
        assertEquals("", addr.unixPath());
    }

    @Test
    void addressAndLengthAreWhereTheyAreSaidToBe() {
        assertEquals(memory.address() + 8, addr.address());
        assertEquals(memory.address() + LENGTH, addr.lengthAddress());
        SockAddr own = new SockAddr();
        assertEquals(own.address() + SockAddr.CAPACITY, own.lengthAddress());
    }

    private static String nativeInt(int i) {
        byte[] bytes = new byte[4];
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(i);
        return HexFormat.of().formatHex(bytes);
    }

    private void assertBytes(int family, String hexAfterFamily) {
        assertEquals(family, addr.family());
        assertEquals(family, buffer.getShort(8));
        byte[] bytes = new byte[addr.length() - 2];
        buffer.get(10, bytes);
        assertEquals(hexAfterFamily, HexFormat.of().formatHex(bytes));
    }
}
