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

import static io.gopoll.sys.Constants.AF_INET;
import static io.gopoll.sys.Constants.AF_INET6;
import static io.gopoll.sys.Constants.AF_UNIX;
import static io.gopoll.sys.Constants.AF_VSOCK;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;

/**
 * A socket address as the kernel reads and writes it: a {@code struct sockaddr_storage}, with the
 * {@code socklen_t} that goes with it. Not safe for use by several threads at once.
 *
 * <p>For a call that reads an address: set it, and pass {@link #address} and {@link #length}. For a
 * call that writes one: {@link #reset}, and pass {@link #address} and {@link #lengthAddress}.
 */
public final class SockAddr {

    /** The size of struct sockaddr_storage, which has room for every address: 128 bytes. */
    public static final int CAPACITY = 128;

    /** The longest path of a Unix socket, without the NUL that ends it: 107 bytes. */
    public static final int UNIX_PATH_MAX = 107;

    // Every address begins with its family, 16 bits in the byte order of the machine. Ports and IP
    // addresses are big-endian.
    private static final int INET_PORT = 2;
    private static final int INET_ADDRESS = 4;
    private static final int INET_SIZE = 16;
    private static final int INET6_ADDRESS = 8;
    private static final int INET6_SCOPE_ID = 24;
    private static final int INET6_SIZE = 28;
    private static final int UNIX_PATH = 2;
    private static final int VSOCK_PORT = 4;
    private static final int VSOCK_CID = 8;
    private static final int VSOCK_SIZE = 16;

    /** Where the IPv4 address begins in an IPv6 address that stands for it, ::ffff:a.b.c.d. */
    private static final int V4_IN_V6 = 12;

    private final NativeMemory memory;
    private final ByteBuffer buffer;
    private final int offset;
    private final int lengthOffset;

    public SockAddr() {
        this(NativeMemory.allocate(CAPACITY + Integer.BYTES), 0, CAPACITY);
    }

    /** A part of a larger structure: the address at {@code offset}, its length elsewhere. */
    public SockAddr(NativeMemory memory, int offset, int lengthOffset) {
        this.memory = memory;
        this.buffer = memory.buffer();
        this.offset = offset;
        this.lengthOffset = lengthOffset;
    }

    public long address() {
        return memory.address() + offset;
    }

    /** The length of the address in bytes, as it was set or as the kernel has written it. */
    public int length() {
        return buffer.getInt(lengthOffset);
    }

    /** The address of the length, which the kernel reads and overwrites. */
    public long lengthAddress() {
        return memory.address() + lengthOffset;
    }

    /** Prepares it for a call that writes an address: the length is the whole size. */
    public void reset() {
        buffer.putShort(offset, (short) Constants.AF_UNSPEC);
        buffer.putInt(lengthOffset, CAPACITY);
    }

    /** {@code AF_INET} and so on. */
    public int family() {
        return Short.toUnsignedInt(buffer.getShort(offset));
    }

    /**
     * Sets an IP address and a port, in the form that sockets of the given family take. On an IPv6
     * socket, an IPv4 address becomes ::ffff:a.b.c.d, and 0.0.0.0 becomes ::, as NIO has it, so
     * that binding to it means both.
     *
     * @param family {@code AF_INET} or {@code AF_INET6}
     * @throws UnresolvedAddressException if the address is a host name that was not looked up
     * @throws IllegalArgumentException if an IPv4 socket cannot have the address, because it is an
     *     IPv6 one, or if the family is another
     */
    public void setInet(InetSocketAddress inet, int family) {
        InetAddress ip = inet.getAddress();
        if (ip == null) {
            throw new UnresolvedAddressException();
        }
        byte[] bytes = ip.getAddress();
        if (family == AF_INET) {
            if (bytes.length != 4 && !isV4Mapped(ByteBuffer.wrap(bytes), 0)) {
                throw new IllegalArgumentException("an IPv6 address on an IPv4 socket: " + inet);
            }
            begin(AF_INET, INET_SIZE);
            copyV4(bytes, bytes.length - 4, INET_ADDRESS);
        } else if (family == AF_INET6) {
            begin(AF_INET6, INET6_SIZE);
            if (bytes.length != 4) {
                copy(bytes, 0, INET6_ADDRESS, bytes.length);
                buffer.putInt(offset + INET6_SCOPE_ID, ((Inet6Address) ip).getScopeId());
            } else if (!ip.isAnyLocalAddress()) {
                buffer.putShort(offset + INET6_ADDRESS + V4_IN_V6 - 2, (short) 0xffff);
                copyV4(bytes, 0, INET6_ADDRESS + V4_IN_V6);
            }
        } else {
            throw new IllegalArgumentException("neither AF_INET nor AF_INET6: family " + family);
        }
        int port = inet.getPort();
        buffer.put(offset + INET_PORT, (byte) (port >>> 8));
        buffer.put(offset + INET_PORT + 1, (byte) port);
    }

    /**
     * The IP address and port. An IPv6 address that stands for an IPv4 one comes as {@link
     * java.net.Inet4Address}, as in NIO; a scope id is kept.
     *
     * @return null if there is none, because the family is another or the kernel has written
     *     nothing
     */
    public InetSocketAddress inet() {
        return length() == 0 ? null : inet(buffer, offset);
    }

    /** The sockaddr_in or sockaddr_in6 that lies in a buffer, or null if it is neither. */
    static InetSocketAddress inet(ByteBuffer buffer, int offset) {
        int family = buffer.getShort(offset);
        byte[] bytes;
        int scopeId = 0;
        if (family == AF_INET) {
            bytes = v4(buffer, offset + INET_ADDRESS);
        } else if (family == AF_INET6) {
            scopeId = buffer.getInt(offset + INET6_SCOPE_ID);
            // InetAddress makes the same of all 16 bytes, but allocates one array more.
            bytes =
                    scopeId == 0 && isV4Mapped(buffer, offset + INET6_ADDRESS)
                            ? v4(buffer, offset + INET6_ADDRESS + V4_IN_V6)
                            : v6(buffer, offset + INET6_ADDRESS);
        } else {
            return null;
        }
        int port =
                Byte.toUnsignedInt(buffer.get(offset + INET_PORT)) << 8
                        | Byte.toUnsignedInt(buffer.get(offset + INET_PORT + 1));
        try {
            // A scope id of 0 means none, but Inet6Address would print it.
            return new InetSocketAddress(
                    scopeId == 0
                            ? InetAddress.getByAddress(bytes)
                            : Inet6Address.getByAddress(null, bytes, scopeId),
                    port);
        } catch (UnknownHostException e) {
            throw new AssertionError("thrown for lengths other than 4 and 16 only", e);
        }
    }

    /** Byte by byte: with a bulk get, the JIT would not remove the array. */
    private static byte[] v4(ByteBuffer buffer, int offset) {
        return new byte[] {
            buffer.get(offset),
            buffer.get(offset + 1),
            buffer.get(offset + 2),
            buffer.get(offset + 3)
        };
    }

    private static byte[] v6(ByteBuffer buffer, int offset) {
        byte[] bytes = new byte[16];
        buffer.get(offset, bytes);
        return bytes;
    }

    /** Whether an IPv6 address is ::ffff:a.b.c.d. */
    private static boolean isV4Mapped(ByteBuffer buffer, int offset) {
        for (int i = 0; i < V4_IN_V6 - 2; i++) {
            if (buffer.get(offset + i) != 0) {
                return false;
            }
        }
        return buffer.get(offset + V4_IN_V6 - 2) == -1 && buffer.get(offset + V4_IN_V6 - 1) == -1;
    }

    /** As {@link #setUnix(byte[])}, with the path in UTF-8. */
    public void setUnix(String path) {
        setUnix(path.getBytes(UTF_8));
    }

    /**
     * Sets the path of a Unix socket, see unix(7). A path that begins with a NUL is a name in the
     * abstract namespace; an empty one makes bind choose such a name.
     *
     * @throws IllegalArgumentException if the path is longer than {@link #UNIX_PATH_MAX} bytes (a
     *     name with its NUL: one more), or has a NUL inside, where it would end for the kernel
     */
    public void setUnix(byte[] path) {
        boolean isAbstract = path.length > 0 && path[0] == 0;
        int max = isAbstract ? UNIX_PATH_MAX + 1 : UNIX_PATH_MAX;
        if (path.length > max) {
            throw new IllegalArgumentException(
                    "the path of a Unix socket has "
                            + path.length
                            + " bytes (expected: <= "
                            + max
                            + "): "
                            + printable(path));
        }
        if (!isAbstract) {
            for (byte b : path) {
                if (b == 0) {
                    throw new IllegalArgumentException(
                            "the path of a Unix socket has a NUL inside: " + printable(path));
                }
            }
        }
        // The length includes the NUL at the end of a path. An abstract name has none.
        boolean terminated = path.length > 0 && !isAbstract;
        begin(AF_UNIX, UNIX_PATH + path.length + (terminated ? 1 : 0));
        copy(path, 0, UNIX_PATH, path.length);
    }

    /** What ss(8) and /proc/net/unix print for a NUL. */
    private static String printable(byte[] path) {
        return new String(path, UTF_8).replace('\0', '@');
    }

    /** As {@link #unixPathBytes}, decoded from UTF-8. */
    public String unixPath() {
        return new String(unixPathBytes(), UTF_8);
    }

    /**
     * The path of a Unix socket; an abstract name with the NUL that it begins with.
     *
     * @return empty if the socket has no name
     * @throws IllegalStateException if the family is another
     */
    public byte[] unixPathBytes() {
        // The kernel writes nothing at all for the sender of a datagram that has no name.
        if (length() != 0) {
            expect(AF_UNIX);
        }
        int length = Math.max(0, Math.min(length(), CAPACITY) - UNIX_PATH);
        if (length > 0 && buffer.get(offset + UNIX_PATH) != 0) {
            int end = 0;
            while (end < length && buffer.get(offset + UNIX_PATH + end) != 0) {
                end++;
            }
            length = end;
        }
        byte[] path = new byte[length];
        buffer.get(offset + UNIX_PATH, path);
        return path;
    }

    /**
     * Sets the address of a virtual machine's socket, see vsock(7).
     *
     * @param cid unsigned, such as {@link Constants#VMADDR_CID_ANY}
     * @param port unsigned, such as {@link Constants#VMADDR_PORT_ANY}
     */
    public void setVsock(int cid, int port) {
        begin(AF_VSOCK, VSOCK_SIZE);
        buffer.putInt(offset + VSOCK_CID, cid);
        buffer.putInt(offset + VSOCK_PORT, port);
    }

    /**
     * @throws IllegalStateException if the family is another
     */
    public int vsockCid() {
        expect(AF_VSOCK);
        return buffer.getInt(offset + VSOCK_CID);
    }

    /**
     * @throws IllegalStateException if the family is another
     */
    public int vsockPort() {
        expect(AF_VSOCK);
        return buffer.getInt(offset + VSOCK_PORT);
    }

    private void expect(int family) {
        if (family() != family) {
            throw new IllegalStateException(
                    "an address of family " + family() + " (expected: " + family + ")");
        }
    }

    /** Zeroes what the new address will use, so that nothing of an earlier address is left. */
    private void begin(int family, int length) {
        for (int i = 0; i < length; i++) {
            buffer.put(offset + i, (byte) 0);
        }
        buffer.putShort(offset, (short) family);
        buffer.putInt(lengthOffset, length);
    }

    /** As {@link #v4}: no array is allocated to read a datagram's recipient. */
    private void copyV4(byte[] bytes, int from, int to) {
        buffer.put(offset + to, bytes[from]);
        buffer.put(offset + to + 1, bytes[from + 1]);
        buffer.put(offset + to + 2, bytes[from + 2]);
        buffer.put(offset + to + 3, bytes[from + 3]);
    }

    private void copy(byte[] bytes, int from, int to, int count) {
        buffer.put(offset + to, bytes, from, count);
    }
}
