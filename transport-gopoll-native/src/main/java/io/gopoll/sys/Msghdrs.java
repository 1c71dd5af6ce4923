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

import static io.gopoll.sys.Constants.IPV6_ORIGDSTADDR;
import static io.gopoll.sys.Constants.IP_ORIGDSTADDR;
import static io.gopoll.sys.Constants.SCM_RIGHTS;
import static io.gopoll.sys.Constants.SOL_IP;
import static io.gopoll.sys.Constants.SOL_IPV6;
import static io.gopoll.sys.Constants.SOL_SOCKET;
import static io.gopoll.sys.Constants.SOL_UDP;
import static io.gopoll.sys.Constants.UDP_GRO;
import static io.gopoll.sys.Constants.UDP_SEGMENT;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * An array of {@code struct mmsghdr}, for recvmmsg and sendmmsg, and one by one for recvmsg and
 * sendmsg. Each message has an address of its own, room for control messages (cmsg(3)), and one
 * piece of memory for its data, or the caller's {@link Iovecs}. Not safe for use by several threads
 * at once.
 */
public final class Msghdrs {

    /** The size of struct mmsghdr: a struct msghdr, then msg_len, then padding. */
    private static final int SIZE = 64;

    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int IOV = 16;
    private static final int IOV_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    private static final int LENGTH = 56;

    /**
     * The size of struct cmsghdr: a length of 64 bits (which includes the header), level and type.
     */
    private static final int CMSG_DATA = 16;

    private static final int CMSG_LEVEL = 8;
    private static final int CMSG_TYPE = 12;

    private final int capacity;
    private final int controlSize;
    private final NativeMemory memory;
    private final ByteBuffer buffer;
    private final int iovecs;
    private final int controls;
    private final SockAddr[] names;

    /**
     * @param capacity how many messages it holds, 1 to {@link Constants#IOV_MAX}
     * @param controlSize bytes for the control messages of each: the sum of their {@link
     *     #controlSpace}, 0 for none
     */
    public Msghdrs(int capacity, int controlSize) {
        if (capacity < 1 || capacity > Constants.IOV_MAX) {
            throw new IllegalArgumentException(
                    "capacity: " + capacity + " (expected: 1 to " + Constants.IOV_MAX + ")");
        }
        if (controlSize < 0) {
            throw new IllegalArgumentException("controlSize: " + controlSize + " (expected: >= 0)");
        }
        this.capacity = capacity;
        this.controlSize = align(controlSize);
        int sockaddrs = capacity * SIZE;
        iovecs = sockaddrs + capacity * SockAddr.CAPACITY;
        controls = iovecs + capacity * Iovecs.SIZE;
        memory =
                NativeMemory.allocate(
                        Math.addExact(controls, Math.multiplyExact(capacity, this.controlSize)));
        buffer = memory.buffer();
        names = new SockAddr[capacity];
        for (int i = 0; i < capacity; i++) {
            names[i] =
                    new SockAddr(
                            memory, sockaddrs + i * SockAddr.CAPACITY, header(i) + NAME_LENGTH);
            buffer.putLong(header(i) + NAME, names[i].address());
            // Without room for control messages the pointer stays null.
            if (controlSize > 0) {
                buffer.putLong(header(i) + CONTROL, memory.address() + control(i));
            }
        }
    }

    /** The size of a control message with so many bytes of data: C's CMSG_SPACE. */
    public static int controlSpace(int dataLength) {
        return CMSG_DATA + align(dataLength);
    }

    private static int align(int length) {
        return Math.addExact(length, Long.BYTES - 1) & -Long.BYTES;
    }

    private static int header(int i) {
        return i * SIZE;
    }

    private int control(int i) {
        return controls + i * controlSize;
    }

    /** The address of the first struct mmsghdr. */
    public long address() {
        return memory.address();
    }

    /** The address of message {@code i}: a struct mmsghdr, which begins with its struct msghdr. */
    public long address(int i) {
        return memory.address() + header(i);
    }

    public int capacity() {
        return capacity;
    }

    /** The address that message {@code i} came from or goes to. */
    public SockAddr name(int i) {
        return names[i];
    }

    /**
     * Makes message {@code i} ready to be received into a piece of memory, with all the room for
     * its address and control messages.
     */
    public void receive(int i, long address, long length) {
        begin(i, address, length);
        names[i].reset();
        buffer.putLong(header(i) + CONTROL_LENGTH, controlSize);
    }

    /**
     * Makes message {@code i} ready to be sent: no address yet ({@link #name} sets one; a connected
     * socket needs none) and no control messages.
     */
    public void send(int i, long address, long length) {
        begin(i, address, length);
        buffer.putInt(header(i) + NAME_LENGTH, 0);
        buffer.putLong(header(i) + CONTROL_LENGTH, 0);
    }

    private void begin(int i, long address, long length) {
        int iovec = iovecs + i * Iovecs.SIZE;
        Iovecs.put(buffer, iovec, address, length);
        buffer.putLong(header(i) + IOV, memory.address() + iovec);
        buffer.putLong(header(i) + IOV_COUNT, 1);
        buffer.putInt(header(i) + FLAGS, 0);
        buffer.putInt(header(i) + LENGTH, 0);
    }

    /**
     * After {@link #receive} or {@link #send}: message {@code i} consists of these pieces instead.
     *
     * @param iovecs the address of an array of struct iovec, as {@link Iovecs#address}
     * @param count how many of them
     */
    public void iovecs(int i, long iovecs, int count) {
        buffer.putLong(header(i) + IOV, iovecs);
        buffer.putLong(header(i) + IOV_COUNT, count);
    }

    /**
     * Sets the length of message {@code i} to what recvmsg has returned, as recvmmsg does itself.
     */
    public void received(int i, int length) {
        buffer.putInt(header(i) + LENGTH, length);
    }

    /**
     * How many bytes recvmmsg or sendmmsg has transferred. recvmsg and sendmsg return it instead.
     */
    public int length(int i) {
        return buffer.getInt(header(i) + LENGTH);
    }

    /**
     * The flags of a received message: a union of {@code MSG_TRUNC}, {@code MSG_CTRUNC} and so on.
     */
    public int flags(int i) {
        return buffer.getInt(header(i) + FLAGS);
    }

    /**
     * The message goes out as many datagrams of so many bytes each (the last one may be shorter).
     *
     * @param bytes 1 to 65535
     */
    public void addSegmentSize(int i, int bytes) {
        if (bytes < 1 || bytes > 0xffff) {
            throw new IllegalArgumentException("segment: " + bytes + " (expected: 1 to 65535)");
        }
        buffer.putShort(addControl(i, SOL_UDP, UDP_SEGMENT, Short.BYTES), (short) bytes);
    }

    /** Passes an open descriptor to the peer of a Unix socket. */
    public void addFd(int i, int fd) {
        buffer.putInt(addControl(i, SOL_SOCKET, SCM_RIGHTS, Integer.BYTES), fd);
    }

    /**
     * Appends a control message.
     *
     * @return where its data goes
     * @throws IllegalStateException if there is no room left for it
     */
    private int addControl(int i, int level, int type, int dataLength) {
        int used = (int) buffer.getLong(header(i) + CONTROL_LENGTH);
        int end = used + controlSpace(dataLength);
        if (end > controlSize) {
            throw new IllegalStateException(
                    "control messages of " + end + " bytes (expected: <= " + controlSize + ")");
        }
        buffer.putLong(header(i) + CONTROL_LENGTH, end);
        int cmsg = control(i) + used;
        buffer.putLong(cmsg, CMSG_DATA + dataLength);
        buffer.putInt(cmsg + CMSG_LEVEL, level);
        buffer.putInt(cmsg + CMSG_TYPE, type);
        return cmsg + CMSG_DATA;
    }

    /**
     * The size of the datagrams that the kernel has joined into this one, with UDP_GRO.
     *
     * @return 0 if it is a single datagram
     */
    public int segmentSize(int i) {
        int cmsg = findControl(i, SOL_UDP, UDP_GRO);
        return cmsg < 0 ? 0 : buffer.getInt(cmsg + CMSG_DATA);
    }

    /**
     * Where the datagram was sent to before it was redirected here, with IP_RECVORIGDSTADDR or
     * IPV6_RECVORIGDSTADDR.
     *
     * @return null if the kernel has not told
     */
    public InetSocketAddress originalDestination(int i) {
        int cmsg = findControl(i, SOL_IP, IP_ORIGDSTADDR);
        if (cmsg < 0) {
            cmsg = findControl(i, SOL_IPV6, IPV6_ORIGDSTADDR);
        }
        return cmsg < 0 ? null : SockAddr.inet(buffer, cmsg + CMSG_DATA);
    }

    /**
     * How many descriptors have come with the message. All of them are open, and the caller must
     * close them.
     */
    public int fdCount(int i) {
        int cmsg = findControl(i, SOL_SOCKET, SCM_RIGHTS);
        return cmsg < 0 ? 0 : (int) (buffer.getLong(cmsg) - CMSG_DATA) / Integer.BYTES;
    }

    /**
     * @param index 0 to {@link #fdCount} - 1
     */
    public int fd(int i, int index) {
        int cmsg = findControl(i, SOL_SOCKET, SCM_RIGHTS);
        if (index < 0 || index >= fdCount(i)) {
            throw new IndexOutOfBoundsException(
                    "descriptor " + index + " of " + fdCount(i) + " received");
        }
        return buffer.getInt(cmsg + CMSG_DATA + index * Integer.BYTES);
    }

    /** Where the first control message of a kind begins that came with message {@code i}, or -1. */
    private int findControl(int i, int level, int type) {
        int cmsg = control(i);
        int end = cmsg + (int) buffer.getLong(header(i) + CONTROL_LENGTH);
        while (cmsg + CMSG_DATA <= end) {
            long length = buffer.getLong(cmsg);
            if (length < CMSG_DATA || length > end - cmsg) {
                break;
            }
            if (buffer.getInt(cmsg + CMSG_LEVEL) == level
                    && buffer.getInt(cmsg + CMSG_TYPE) == type) {
                return cmsg;
            }
            cmsg += align((int) length);
        }
        return -1;
    }
}
