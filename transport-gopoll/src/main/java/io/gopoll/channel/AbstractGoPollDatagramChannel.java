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
import io.gopoll.poll.PollDesc;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.Msghdrs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.util.ArrayList;
import java.util.List;

/** Datagrams, of UDP or of a Unix socket: one loop that receives and one that sends. */
abstract class AbstractGoPollDatagramChannel extends AbstractGoPollChannel
        implements DeadlineChannel {

    private static final ChannelMetadata METADATA = new ChannelMetadata(true, 16);

    private volatile boolean connected;

    /** Whether the channel has its address by bind, so that it keeps it without a peer. */
    private boolean bound;

    /** What one call has received, on its way to the pipeline; empty between two calls. */
    private final List<Object> received = new ArrayList<>(1);

    AbstractGoPollDatagramChannel(NetFd netFd, boolean active) {
        super(null, netFd, active);
        connected = active && readRemoteAddress() != null;
    }

    @Override
    public abstract AbstractGoPollDatagramChannelConfig config();

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isActive() {
        return isOpen() && (config().isActiveOnOpen() && isRegistered() || active);
    }

    public boolean isConnected() {
        return connected;
    }

    /** Without a connection there is nothing to wait for before a datagram can come. */
    @Override
    boolean isPollable() {
        return true;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return connected ? super.remoteAddress0() : null;
    }

    @Override
    protected void doBind(SocketAddress localAddress) throws Exception {
        super.doBind(localAddress);
        bound = true;
        active = true;
    }

    @Override
    boolean doConnect(SocketAddress remoteAddress, SocketAddress localAddress) throws Exception {
        connected = super.doConnect(remoteAddress, localAddress);
        return connected;
    }

    @Override
    protected void doClose() throws Exception {
        connected = false;
        super.doClose();
    }

    /** The socket stays open, with no peer. */
    @Override
    protected void doDisconnect() throws Exception {
        SocketAddress local = bound ? localAddress() : null;
        netFd().disconnect();
        connected = false;
        active = bound;
        forgetAddresses();
        if (local != null && !local.equals(readLocalAddress())) {
            // Linux takes a port away that it has chosen itself: NIO binds again as well.
            super.doBind(local);
        }
    }

    @Override
    protected AbstractGoPollUnsafe newUnsafe() {
        return new DatagramUnsafe();
    }

    // ---- Deadlines. ----

    @Override
    public void setReadDeadline(long nanoTime) {
        deadlines().setRead(nanoTime);
    }

    @Override
    public void setWriteDeadline(long nanoTime) {
        deadlines().setWrite(nanoTime);
    }

    // ---- Sending. ----

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        if (isWriteDeadlinePast(in)) {
            return;
        }
        int left = maxMessagesPerWrite();
        while (left > 0) {
            Object msg = in.current();
            if (msg == null) {
                return;
            }
            if (isNothing(msg)) {
                in.remove();
                left--;
                continue;
            }
            Registrations loop = registration().loop;
            Datagrams datagrams = loop.datagrams();
            int count = datagrams.gather(this, in, left);
            int n = send(datagrams.msghdrs(), count);
            loop.giveBack(datagrams);
            if (n == -Errno.EAGAIN) {
                parkWriter();
                return;
            }
            if (n < 0) {
                // The first has failed; the others may have other receivers, netty#2665.
                in.remove(sendFailed(count == 1 ? "sendmsg" : "sendmmsg", n, msg));
                left--;
                continue;
            }
            nameGiven();
            for (int i = 0; i < n; i++) {
                in.remove();
            }
            left -= n;
        }
        if (!in.isEmpty()) {
            registration().queue(PollDesc.WRITE);
        }
    }

    /** One datagram by the call for one, which is cheaper. */
    private int send(Msghdrs msghdrs, int count) {
        if (count > 1) {
            return netFd().sendmmsg(msghdrs.address(), count);
        }
        long n = netFd().sendmsg(msghdrs.address(), 0);
        return n < 0 ? (int) n : 1;
    }

    private Exception sendFailed(String syscall, int result, Object msg) {
        if (!isOpen()) {
            return new ClosedChannelException();
        }
        if (result == -Errno.EDESTADDRREQ) {
            return new NotYetConnectedException();
        }
        SocketAddress recipient = recipient(msg);
        return failed(syscall, result, recipient == null ? remoteAddress() : recipient);
    }

    /** The exception for a call that failed. */
    Exception failed(String syscall, int result, SocketAddress address) {
        return Errno.cause(syscall, result, address);
    }

    /** An empty buffer without an envelope is no datagram: people flush with it. */
    static boolean isNothing(Object msg) {
        return msg instanceof ByteBuf && !((ByteBuf) msg).isReadable();
    }

    static ByteBuf content(Object msg) {
        return (ByteBuf)
                (msg instanceof AddressedEnvelope
                        ? ((AddressedEnvelope<?, ?>) msg).content()
                        : msg);
    }

    private static SocketAddress recipient(Object msg) {
        return msg instanceof AddressedEnvelope
                ? (SocketAddress) ((AddressedEnvelope<?, ?>) msg).recipient()
                : null;
    }

    @Override
    protected Object filterOutboundMessage(Object msg) {
        if (msg instanceof ByteBuf) {
            return direct((ByteBuf) msg, msg);
        }
        if (msg instanceof AddressedEnvelope) {
            AddressedEnvelope<?, ?> envelope = (AddressedEnvelope<?, ?>) msg;
            SocketAddress recipient = (SocketAddress) envelope.recipient();
            if (envelope.content() instanceof ByteBuf
                    && (recipient == null || isRecipient(recipient))) {
                checkResolved(recipient);
                ByteBuf content = (ByteBuf) envelope.content();
                ByteBuf direct = direct(content, envelope);
                if (direct == content) {
                    return msg;
                }
                return msg instanceof ByteBufHolder
                        ? ((ByteBufHolder) msg).replace(direct)
                        : new DefaultAddressedEnvelope<>(direct, recipient);
            }
        }
        throw new UnsupportedOperationException(
                "unsupported message type: "
                        + StringUtil.simpleClassName(msg)
                        + " (expected: "
                        + expectedTypes()
                        + ")");
    }

    /** Whether a datagram can be sent there. */
    abstract boolean isRecipient(SocketAddress address);

    abstract String expectedTypes();

    /** The buffer, or if the kernel cannot read it where it is a copy; its holder is released. */
    private ByteBuf direct(ByteBuf buf, Object holder) {
        return Memory.isCopyNeeded(buf) ? newDirectBuffer(holder, buf) : buf;
    }

    // ---- Receiving. ----

    /**
     * Adds the packet for the datagram that was received as message {@code i}, or the packets if
     * the kernel has put several together.
     */
    abstract void addPackets(ByteBuf content, Msghdrs msghdrs, int i, List<Object> packets);

    /** How many bytes one datagram may need that the kernel has put together, or 0. */
    int minBuffer() {
        return 0;
    }

    private final class DatagramUnsafe extends AbstractGoPollUnsafe {

        /** How many bytes are left of a datagram that did not fit; -1 if all have fitted. */
        private int truncatedTo = -1;

        /** An error of a datagram socket, as from ICMP, ends nothing. */
        @Override
        boolean isHungUp() {
            return false;
        }

        @Override
        void readLoop(ChannelConfig config) {
            GoPollRecvByteAllocatorHandle allocHandle = recvBufAllocHandle();
            ChannelPipeline pipeline = pipeline();
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
                    readPending = false;
                    deliver(pipeline);
                    if (truncatedTo >= 0) {
                        pipeline.fireExceptionCaught(newTruncated());
                    }
                } while (drained == Drained.NO
                        && isOpen()
                        && allocHandle.continueReading(UncheckedBooleanSupplier.TRUE_SUPPLIER));
            } catch (Throwable t) {
                exception = t;
            }
            allocHandle.readComplete();
            pipeline.fireChannelReadComplete();
            if (exception != null) {
                pipeline.fireExceptionCaught(exception);
            }
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
                int payload = config().getMaxDatagramPayloadSize();
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
                    if (drained == Drained.YES || !isOpen()) {
                        return false;
                    }
                    throw failed(count == 1 ? "recvmsg" : "recvmmsg", n, remoteAddress());
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
                return netFd().recvmmsg(msghdrs.address(), count);
            }
            long n = netFd().recvmsg(msghdrs.address(), 0);
            if (n < 0) {
                return (int) n;
            }
            msghdrs.received(0, (int) n);
            return 1;
        }

        /**
         * Takes everything out of the loop's memory before the pipeline, which may send, sees any
         * of it.
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
                            + (config().getMaxDatagramPayloadSize() == 0
                                    ? "RECVBUF_ALLOCATOR"
                                    : "MAX_DATAGRAM_PAYLOAD_SIZE")
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
}
