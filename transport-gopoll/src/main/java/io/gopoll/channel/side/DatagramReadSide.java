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

import io.gopoll.channel.buffer.Datagrams;
import io.gopoll.channel.buffer.Memory;
import io.gopoll.channel.loop.Registrations;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Msghdrs;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelPipeline;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.UncheckedBooleanSupplier;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Receives datagrams, as many by one system call as the user's limits allow. */
public abstract class DatagramReadSide extends ReadSide {

    /** What one call has received, on its way to the pipeline; empty between two calls. */
    private final List<Object> received = new ArrayList<>(1);

    /** How many bytes are left of a datagram that did not fit; -1 if all have fitted. */
    private int truncatedTo = -1;

    protected DatagramReadSide(Channel datagram, NetFd netFd) {
        super(datagram, netFd);
    }

    // ---- What the channel knows. ----

    /** How long a datagram can be for which there is to be room; 0 if one call reads one. */
    protected abstract int maxPayload();

    /** How many bytes one datagram may need that the kernel has put together, or 0. */
    protected abstract int minBuffer();

    /**
     * Adds the packet for the datagram that was received as message {@code i}, or the packets if
     * the kernel has put several together.
     */
    protected abstract void addPackets(
            ByteBuf content, Msghdrs msghdrs, int i, List<Object> packets);

    /** The exception for a call that failed. */
    protected abstract Exception failed(String syscall, int result, SocketAddress address);

    // ---- Reading. ----

    /** An error of a datagram socket, as from ICMP, ends nothing. */
    @Override
    boolean isHungUp() {
        return false;
    }

    @Override
    void readLoop(ChannelConfig config) {
        GoPollRecvByteAllocatorHandle allocHandle = allocHandle();
        ChannelPipeline pipeline = channel.pipeline();
        allocHandle.reset(config);
        Throwable exception = null;
        try {
            do {
                int min = minBuffer();
                ByteBuf buf =
                        min > allocHandle.guess()
                                ? config.getAllocator().directBuffer(min)
                                : allocHandle.allocate(config.getAllocator());
                if (!receive(buf, allocHandle)) {
                    if (isLookInVain(allocHandle)) {
                        return;
                    }
                    break;
                }
                answered();
                deliver(pipeline);
                if (truncatedTo >= 0) {
                    pipeline.fireExceptionCaught(newTruncated());
                }
            } while (drained == Drained.NO
                    && netFd.isOpen()
                    && allocHandle.continueReading(UncheckedBooleanSupplier.TRUE_SUPPLIER));
        } catch (Throwable t) {
            exception = t;
        }
        complete(allocHandle, exception);
    }

    /**
     * Receives one datagram, or as many as there are and the buffer has room for, by one call.
     *
     * @return false if there was none
     */
    private boolean receive(ByteBuf buf, GoPollRecvByteAllocatorHandle allocHandle)
            throws Exception {
        Registrations loop = registration().loop;
        Datagrams datagrams = loop.datagrams();
        try {
            int payload = maxPayload();
            if (payload != 0) {
                payload = Math.max(payload, minBuffer());
            }
            int writable = buf.writableBytes();
            int count =
                    payload == 0
                            ? 1
                            : Math.min(Math.max(1, writable / payload), Datagrams.CAPACITY);
            int size = count == 1 ? writable : payload;
            allocHandle.attemptedBytesRead(count * size);

            Msghdrs msghdrs = datagrams.msghdrs();
            long address = Memory.writableAddress(buf);
            for (int i = 0; i < count; i++) {
                msghdrs.receive(i, address + (long) i * size, size);
            }
            int n = receive(msghdrs, count);
            if (n < 0) {
                allocHandle.lastBytesRead(-1);
                drained = Drained.failed(n);
                if (drained == Drained.YES || !netFd.isOpen()) {
                    return false;
                }
                throw failed(count == 1 ? "recvmsg" : "recvmmsg", n, channel.remoteAddress());
            }
            drained = Drained.datagrams(n, count);
            // An empty datagram is not the end.
            allocHandle.lastBytesRead(Math.max(1, count == 1 ? msghdrs.length(0) : n * size));
            take(buf, msghdrs, n, size);
            allocHandle.incMessagesRead(received.size());
            return true;
        } finally {
            loop.giveBack(datagrams);
            buf.release();
        }
    }

    private int receive(Msghdrs msghdrs, int count) {
        if (count > 1) {
            return netFd.recvmmsg(msghdrs.address(), count);
        }
        long n = netFd.recvmsg(msghdrs.address(), 0);
        if (n < 0) {
            return (int) n;
        }
        msghdrs.received(0, (int) n);
        return 1;
    }

    /**
     * Takes everything out of the loop's memory before the pipeline, which may send, sees any of
     * it.
     */
    private void take(ByteBuf buf, Msghdrs msghdrs, int n, int size) {
        int index = buf.writerIndex();
        truncatedTo = -1;
        for (int i = 0; i < n; i++, index += size) {
            int length = msghdrs.length(i);
            if ((msghdrs.flags(i) & Constants.MSG_TRUNC) != 0) {
                truncatedTo = length;
            }
            ByteBuf content;
            if (n == 1) {
                content = buf.retain().writerIndex(index + length);
            } else {
                content = buf.retainedSlice(index, length);
            }
            addPackets(content, msghdrs, i, received);
        }
    }

    private IOException newTruncated() {
        int bytes = truncatedTo;
        truncatedTo = -1;
        return new IOException(
                "a datagram was longer than the "
                        + bytes
                        + " bytes that there was room for, and the rest is lost: "
                        + (maxPayload() == 0 ? "RECVBUF_ALLOCATOR" : "MAX_DATAGRAM_PAYLOAD_SIZE")
                        + " has to give it more");
    }

    private void deliver(ChannelPipeline pipeline) {
        try {
            for (int i = 0; i < received.size(); i++) {
                Object packet = received.get(i);
                received.set(i, null);
                pipeline.fireChannelRead(packet);
            }
        } finally {
            received.forEach(ReferenceCountUtil::release);
            received.clear();
        }
    }
}
