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

import io.gopoll.sys.Iovecs;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Gathers the flushed buffers of a channel into one array for writev(2). One per event loop. */
public final class Gathering implements ChannelOutboundBuffer.MessageProcessor {

    private final Iovecs iovecs = new Iovecs();

    private long maxBytes;

    /**
     * The memory of the flushed buffers from the first on, up to the first message that is not a
     * buffer.
     *
     * @param maxBytes where it ends, be it within a buffer; at least 1
     * @return valid until the next call
     */
    public Iovecs gather(ChannelOutboundBuffer in, long maxBytes) throws IOException {
        this.maxBytes = maxBytes;
        iovecs.clear();
        try {
            in.forEachFlushedMessage(this);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("Unable to gather the messages to write", e);
        }
        return iovecs;
    }

    @Override
    public boolean processMessage(Object msg) {
        if (!(msg instanceof ByteBuf)) {
            return false;
        }
        ByteBuf buf = (ByteBuf) msg;
        int readable = buf.readableBytes();
        if (readable == 0) {
            return true;
        }
        int room = (int) Math.min(readable, maxBytes - iovecs.bytes());
        return room > 0 && add(iovecs, buf, room);
    }

    /**
     * Adds a buffer's first {@code length} readable bytes, in as many pieces as they have; false if
     * there is no room.
     */
    static boolean add(Iovecs iovecs, ByteBuf buf, int length) {
        if (Memory.isOnePiece(buf)) {
            return iovecs.add(Memory.readableAddress(buf), length);
        }
        for (ByteBuffer piece : buf.nioBuffers(buf.readerIndex(), length)) {
            if (piece.hasRemaining() && !iovecs.add(Memory.address(piece), piece.remaining())) {
                return false;
            }
        }
        return true;
    }
}
