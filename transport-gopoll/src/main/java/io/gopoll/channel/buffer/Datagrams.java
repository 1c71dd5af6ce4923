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
package io.gopoll.channel.buffer;

import io.gopoll.channel.address.Addresses;
import io.gopoll.sys.Iovecs;
import io.gopoll.sys.Msghdrs;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.io.IOException;
import java.net.SocketAddress;

/** The datagrams that go out, or come in, by one system call. One per event loop. */
public final class Datagrams implements ChannelOutboundBuffer.MessageProcessor {

    /** How many datagrams one call moves at most. */
    public static final int CAPACITY = 64;

    private static final int SOCKADDR_IN6 = 28;

    /** Going out: the size of segments. Coming in: the same, and the original destination. */
    private static final int CONTROL_SIZE =
            Msghdrs.controlSpace(Integer.BYTES) + Msghdrs.controlSpace(SOCKADDR_IN6);

    private final Msghdrs msghdrs = new Msghdrs(CAPACITY, CONTROL_SIZE);
    private final Iovecs iovecs = new Iovecs();

    private Addresses addresses;
    private int max;
    private int count;

    public Msghdrs msghdrs() {
        return msghdrs;
    }

    /**
     * The flushed datagrams of a channel from the first on.
     *
     * @param addresses of their socket
     * @param max how many at most, at least 1
     * @return how many; valid until the next call
     */
    public int gather(Addresses addresses, ChannelOutboundBuffer in, int max) throws IOException {
        this.addresses = addresses;
        this.max = Math.min(max, CAPACITY);
        count = 0;
        iovecs.clear();
        try {
            in.forEachFlushedMessage(this);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("Unable to gather the datagrams to send", e);
        } finally {
            this.addresses = null;
        }
        return count;
    }

    @Override
    public boolean processMessage(Object msg) {
        ByteBuf content = content(msg);
        if (count == max || isNothing(msg)) {
            return false;
        }
        int first = iovecs.count();
        if (!Gathering.add(iovecs, content, content.readableBytes())) {
            return false;
        }
        msghdrs.send(count, 0, 0);
        msghdrs.iovecs(count, iovecs.address(first), iovecs.count() - first);
        SocketAddress recipient = recipient(msg);
        if (recipient != null) {
            addresses.put(msghdrs.name(count), recipient);
        }
        if (msg instanceof SegmentedDatagramPacket) {
            int segmentSize = ((SegmentedDatagramPacket) msg).segmentSize();
            if (segmentSize > 0 && segmentSize < content.readableBytes()) {
                msghdrs.addSegmentSize(count, segmentSize);
            }
        }
        count++;
        return true;
    }

    /** An empty buffer without an envelope is no datagram: people flush with it. */
    public static boolean isNothing(Object msg) {
        return msg instanceof ByteBuf && !((ByteBuf) msg).isReadable();
    }

    private static ByteBuf content(Object msg) {
        return (ByteBuf)
                (msg instanceof AddressedEnvelope
                        ? ((AddressedEnvelope<?, ?>) msg).content()
                        : msg);
    }

    /** Null for a buffer, and for an envelope without a recipient. */
    public static SocketAddress recipient(Object msg) {
        return msg instanceof AddressedEnvelope
                ? (SocketAddress) ((AddressedEnvelope<?, ?>) msg).recipient()
                : null;
    }
}
