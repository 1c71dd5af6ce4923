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

import io.gopoll.sys.Constants;
import io.gopoll.sys.Syscalls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;

/** Where the bytes of Netty's buffers are, for system calls. */
public final class Memory {

    private static final Syscalls SYS = Syscalls.get();

    private Memory() {}

    /** Whether a buffer's bytes are one piece of memory outside the heap. */
    public static boolean isOnePiece(ByteBuf buf) {
        return buf.hasMemoryAddress() || (buf.isDirect() && buf.nioBufferCount() == 1);
    }

    /** Whether the kernel cannot take a buffer's bytes from where they are, by one call. */
    public static boolean isCopyNeeded(ByteBuf buf) {
        return !buf.hasMemoryAddress()
                && (!buf.isDirect() || buf.nioBufferCount() > Constants.IOV_MAX);
    }

    /**
     * A copy outside the heap of the readable bytes of a buffer.
     *
     * @param holder what holds the buffer, or the buffer itself; it is released
     */
    public static ByteBuf directCopy(ByteBufAllocator alloc, Object holder, ByteBuf buf) {
        int readable = buf.readableBytes();
        if (readable == 0) {
            ReferenceCountUtil.release(holder);
            return Unpooled.EMPTY_BUFFER;
        }
        ByteBuf direct =
                alloc.isDirectBufferPooled() ? null : ByteBufUtil.threadLocalDirectBuffer();
        if (direct == null) {
            direct = alloc.directBuffer(readable);
        }
        direct.writeBytes(buf, buf.readerIndex(), readable);
        ReferenceCountUtil.release(holder);
        return direct;
    }

    /** Where the readable bytes start of a buffer that is one piece. */
    public static long readableAddress(ByteBuf buf) {
        if (buf.hasMemoryAddress()) {
            return buf.memoryAddress() + buf.readerIndex();
        }
        return address(buf.internalNioBuffer(buf.readerIndex(), buf.readableBytes()));
    }

    /** Where the writable bytes start of a buffer that is one piece. */
    public static long writableAddress(ByteBuf buf) {
        if (buf.hasMemoryAddress()) {
            return buf.memoryAddress() + buf.writerIndex();
        }
        return address(buf.internalNioBuffer(buf.writerIndex(), buf.writableBytes()));
    }

    /** Where the remaining bytes of a direct buffer start. */
    public static long address(ByteBuffer direct) {
        return SYS.addressOf(direct) + direct.position();
    }
}
