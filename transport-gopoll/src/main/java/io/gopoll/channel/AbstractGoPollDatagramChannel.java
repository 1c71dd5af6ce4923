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

import io.gopoll.channel.address.AddressFamily;
import io.gopoll.channel.buffer.Memory;
import io.gopoll.channel.side.DatagramReadSide;
import io.gopoll.channel.side.DatagramWriteSide;
import io.gopoll.channel.side.ReadSide;
import io.gopoll.channel.side.WriteSide;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Errno;
import io.gopoll.sys.Msghdrs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.util.internal.StringUtil;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Datagrams, of UDP or of a Unix socket: one loop that receives and one that sends. */
abstract class AbstractGoPollDatagramChannel extends AbstractGoPollChannel
        implements DeadlineChannel {

    private static final ChannelMetadata METADATA = new ChannelMetadata(true, 16);

    private volatile boolean connected;

    /** The address was given by bind: the channel keeps it when it has no peer any more. */
    private boolean bound;

    AbstractGoPollDatagramChannel(NetFd netFd, boolean active) {
        super(null, netFd, active);
        connected = active && addressFamily().remote(netFd) != null;
    }

    @Override
    public abstract AbstractGoPollDatagramChannelConfig config();

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isActive() {
        return (isOpen() || isClosing()) && (config().isActiveOnOpen() && isRegistered() || active);
    }

    /**
     * Whether the socket has one peer, which alone it sends to and receives from: connect(2). Any
     * thread.
     *
     * @return false before a connect and after a disconnect or close
     */
    public boolean isConnected() {
        return connected;
    }

    /** Without a connection there is nothing to wait for before a datagram can come. */
    @Override
    boolean isPollable() {
        return true;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return connected ? super.remoteAddress0() : null;
    }

    @Override
    protected void doBind(SocketAddress localAddress) throws Exception {
        super.doBind(localAddress);
        bound = true;
        active = true;
    }

    @Override
    boolean doConnect(SocketAddress remoteAddress, @Nullable SocketAddress localAddress)
            throws Exception {
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
        addresses().forget();
        if (local != null && !local.equals(addressFamily().local(netFd()))) {
            // Linux takes a port away that it has chosen itself: NIO binds again as well.
            super.doBind(local);
        }
    }

    @Override
    protected AbstractGoPollUnsafe newUnsafe() {
        return new DatagramUnsafe();
    }

    @Override
    ReadSide newReadSide(NetFd netFd) {
        return new Receiving(netFd);
    }

    @Override
    WriteSide newWriteSide(NetFd netFd) {
        return new Sending(netFd);
    }

    private final class Receiving extends DatagramReadSide {

        Receiving(NetFd netFd) {
            super(AbstractGoPollDatagramChannel.this, netFd);
        }

        @Override
        protected int maxPayload() {
            return config().getMaxDatagramPayloadSize();
        }

        @Override
        protected int minBuffer() {
            return AbstractGoPollDatagramChannel.this.minBuffer();
        }

        @Override
        protected void addPackets(ByteBuf content, Msghdrs msghdrs, int i, List<Object> packets) {
            AbstractGoPollDatagramChannel.this.addPackets(content, msghdrs, i, packets);
        }

        @Override
        protected Exception failed(String syscall, int result, @Nullable SocketAddress address) {
            return AbstractGoPollDatagramChannel.this.failed(syscall, result, address);
        }
    }

    private final class Sending extends DatagramWriteSide {

        Sending(NetFd netFd) {
            super(AbstractGoPollDatagramChannel.this, netFd, addresses());
        }

        @Override
        protected Exception failed(String syscall, int result, @Nullable SocketAddress address) {
            return AbstractGoPollDatagramChannel.this.failed(syscall, result, address);
        }
    }

    // ---- Deadlines. ----

    @Override
    public void setReadDeadline(long nanoTime) {
        readSide().deadline().set(nanoTime);
    }

    @Override
    public void setWriteDeadline(long nanoTime) {
        writeSide().deadline().set(nanoTime);
    }

    // ---- Packets. ----

    /** The exception for a call that failed. */
    Exception failed(String syscall, int result, @Nullable SocketAddress address) {
        return Errno.cause(syscall, result, address);
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
                AddressFamily.checkResolved(recipient);
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
        return Memory.isCopyNeeded(buf) ? Memory.directCopy(alloc(), holder, buf) : buf;
    }

    /**
     * Adds the packet for the datagram that was received as message {@code i}, or the packets if
     * the kernel has put several together.
     */
    abstract void addPackets(ByteBuf content, Msghdrs msghdrs, int i, List<Object> packets);

    /** How many bytes one datagram may need that the kernel has put together, or 0. */
    int minBuffer() {
        return 0;
    }

    private final class DatagramUnsafe extends AbstractGoPollUnsafe {}
}
