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

import io.gopoll.channel.side.ReadDeadline;
import io.gopoll.channel.side.WriteDeadline;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeIoException;
import io.gopoll.sys.NativeMemory;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.GenericUnixChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The config of every GoPoll channel: Netty's general options, the socket options of the channel's
 * kind, and any other socket option by number ({@link IntegerUnixChannelOption}, {@link
 * RawUnixChannelOption}). Any thread may use it.
 *
 * <p>A value out of range is an {@link IllegalArgumentException} that names the option; what the
 * system refuses is a {@link ChannelException} with the {@link IOException} as its cause.
 */
public class GoPollChannelConfig extends DefaultChannelConfig {

    GoPollChannelConfig(AbstractGoPollChannel channel) {
        this(channel, new AdaptiveRecvByteBufAllocator());
    }

    GoPollChannelConfig(AbstractGoPollChannel channel, RecvByteBufAllocator allocator) {
        super(channel, allocator);
    }

    final ReadDeadline readDeadline() {
        return ((AbstractGoPollChannel) channel).readSide().deadline();
    }

    final WriteDeadline writeDeadline() {
        return ((AbstractGoPollChannel) channel).writeSide().deadline();
    }

    private SocketOptions options() {
        return ((AbstractGoPollChannel) channel).options();
    }

    final NetFd netFd() {
        return ((AbstractGoPollChannel) channel).netFd();
    }

    // ---- The table. ----

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        ChannelOption<?>[] all =
                options().rows().stream().map(row -> row.option).toArray(ChannelOption<?>[]::new);
        return getOptions(super.getOptions(), all);
    }

    @SuppressWarnings("unchecked")
    @Override
    public <T> @Nullable T getOption(ChannelOption<T> option) {
        if (option instanceof GenericUnixChannelOption) {
            return (T) getByNumber((GenericUnixChannelOption<?>) option);
        }
        SocketOption<T> row = options().find(option);
        if (row == null) {
            T value = super.getOption(option);
            if (value != null) {
                return value;
            }
            row = options().findByName(option);
        }
        return row == null ? null : getOrNull(row);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        if (option instanceof GenericUnixChannelOption) {
            validate(option, value);
            setByNumber((GenericUnixChannelOption<?>) option, value);
            return true;
        }
        SocketOption<T> row = options().find(option);
        if (row == null) {
            if (super.setOption(option, value)) {
                return true;
            }
            row = options().findByName(option);
            if (row == null || !row.takes(value)) {
                return false;
            }
        } else {
            validate(option, value);
        }
        set(row, value);
        return true;
    }

    private Object getByNumber(GenericUnixChannelOption<?> option) {
        try {
            if (option instanceof IntegerUnixChannelOption) {
                return netFd().getIntOption(option.level(), option.optname());
            }
            NativeMemory memory = NativeMemory.allocate(((RawUnixChannelOption) option).length());
            int length = netFd().getOption(option.level(), option.optname(), memory);
            ByteBuffer value = ByteBuffer.allocate(memory.size());
            return value.put(memory.buffer().duplicate().limit(length)).flip();
        } catch (IOException e) {
            throw failed("get", option, e);
        }
    }

    private void setByNumber(GenericUnixChannelOption<?> option, Object value) {
        // One at a time, so that what is known of an option is always what was set last.
        synchronized (this) {
            forget(option.level(), option.optname());
            try {
                if (option instanceof IntegerUnixChannelOption) {
                    netFd().setIntOption(option.level(), option.optname(), (Integer) value);
                } else {
                    ByteBuffer bytes = ((ByteBuffer) value).duplicate();
                    NativeMemory memory = NativeMemory.allocate(bytes.remaining());
                    memory.buffer().duplicate().put(bytes);
                    netFd().setOption(option.level(), option.optname(), memory, memory.size());
                    Reference.reachabilityFence(memory);
                }
            } catch (IOException e) {
                throw failed("set", option, e);
            }
        }
    }

    /** The value of an option that always has one. */
    final <T> T get(SocketOption<T> row) {
        return Objects.requireNonNull(getOrNull(row));
    }

    <T> @Nullable T getOrNull(SocketOption<T> row) {
        try {
            return row.get(this);
        } catch (IOException e) {
            throw failed("get", row.option, e);
        }
    }

    <T> void set(SocketOption<T> row, T value) {
        try {
            row.set(this, value);
        } catch (IOException e) {
            throw failed("set", row.option, e);
        }
    }

    /**
     * A socket option is about to be set past the table: what is known of it may be wrong from now
     * on.
     */
    void forget(int level, int name) {}

    static ChannelException failed(String what, ChannelOption<?> option, IOException cause) {
        boolean unknown =
                cause instanceof NativeIoException
                        && ((NativeIoException) cause).errno() == Errno.ENOPROTOOPT;
        return new ChannelException(
                "Unable to "
                        + what
                        + " "
                        + option.name()
                        + (unknown ? ", which this kernel or this socket does not have: " : ": ")
                        + cause.getMessage(),
                cause);
    }

    // ---- For the channel. ----

    @Override
    protected final void autoReadCleared() {
        ((AbstractGoPollChannel) channel).readSide().autoReadCleared();
    }

    // ---- Netty's general options, fluent. ----

    @Override
    public GoPollChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public GoPollChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    /**
     * How much is written before other channels of the loop have their turn: so many writes, or of
     * a byte stream 16 KiB for each.
     *
     * @param writeSpinCount at least 1
     */
    @Override
    public GoPollChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public GoPollChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if its handles are no {@link
     *     RecvByteBufAllocator.ExtendedHandle}s
     */
    @Override
    public GoPollChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        if (!(allocator.newHandle() instanceof RecvByteBufAllocator.ExtendedHandle)) {
            throw new IllegalArgumentException(
                    "allocator.newHandle() must return an object of type: "
                            + RecvByteBufAllocator.ExtendedHandle.class);
        }
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public GoPollChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public GoPollChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public GoPollChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
        return this;
    }

    @Override
    @Deprecated
    public GoPollChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
        return this;
    }

    @Override
    public GoPollChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }

    @Override
    public GoPollChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
