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
import io.gopoll.sys.NativeMemory;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The config of every GoPoll channel: Netty's general options, the socket options of the channel's
 * kind, and any other socket option by number ({@link IntegerUnixChannelOption}, {@link
 * RawUnixChannelOption}). Any thread may use it.
 *
 * <p>A value out of range is an {@link IllegalArgumentException} that names the option; what the
 * system refuses is a {@link ChannelException} with the {@link IOException} as its cause.
 */
public class GoPollChannelConfig extends DefaultChannelConfig {

    /** What a gathering write takes in at first; then it follows what the socket takes. */
    private static final long INITIAL_BYTES_PER_GATHERING_WRITE = 256 * 1024;

    private final SocketOptions options;

    private volatile long maxBytesPerGatheringWrite = INITIAL_BYTES_PER_GATHERING_WRITE;

    GoPollChannelConfig(AbstractGoPollChannel channel, SocketOptions options) {
        super(channel);
        this.options = options;
    }

    final NetFd netFd() {
        return ((AbstractGoPollChannel) channel).netFd();
    }

    // ---- The table. ----

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        ChannelOption<?>[] all =
                options.rows().stream().map(row -> row.option).toArray(ChannelOption<?>[]::new);
        return getOptions(super.getOptions(), all);
    }

    @SuppressWarnings("unchecked")
    @Override
    public <T> T getOption(ChannelOption<T> option) {
        SocketOption<T> row = options.find(option);
        if (row != null) {
            return get(row);
        }
        try {
            if (option instanceof IntegerUnixChannelOption) {
                IntegerUnixChannelOption o = (IntegerUnixChannelOption) option;
                return (T) Integer.valueOf(netFd().getIntOption(o.level(), o.optname()));
            }
            if (option instanceof RawUnixChannelOption) {
                return (T) getRaw((RawUnixChannelOption) option);
            }
        } catch (IOException e) {
            throw failed("get", option, e);
        }
        return super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        SocketOption<T> row = options.find(option);
        if (row != null) {
            validate(option, value);
            set(row, value);
            return true;
        }
        try {
            if (option instanceof IntegerUnixChannelOption) {
                validate(option, value);
                IntegerUnixChannelOption o = (IntegerUnixChannelOption) option;
                setByNumber();
                netFd().setIntOption(o.level(), o.optname(), (Integer) value);
                return true;
            }
            if (option instanceof RawUnixChannelOption) {
                validate(option, value);
                setByNumber();
                setRaw((RawUnixChannelOption) option, (ByteBuffer) value);
                return true;
            }
        } catch (IOException e) {
            throw failed("set", option, e);
        }
        return super.setOption(option, value);
    }

    private ByteBuffer getRaw(RawUnixChannelOption option) throws IOException {
        NativeMemory memory = NativeMemory.allocate(option.length());
        int length = netFd().getOption(option.level(), option.optname(), memory);
        ByteBuffer value = ByteBuffer.allocate(option.length());
        return value.put(memory.buffer().duplicate().limit(length)).flip();
    }

    private void setRaw(RawUnixChannelOption option, ByteBuffer value) throws IOException {
        NativeMemory memory = NativeMemory.allocate(option.length());
        memory.buffer().duplicate().put(value.duplicate());
        netFd().setOption(option.level(), option.optname(), memory, option.length());
    }

    <T> T get(SocketOption<T> row) {
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
     * A socket option is about to be set past the table: what is known of any may be wrong from now
     * on.
     */
    void setByNumber() {}

    static ChannelException failed(String what, ChannelOption<?> option, IOException cause) {
        return new ChannelException(
                "Unable to " + what + " " + option.name() + ": " + cause.getMessage(), cause);
    }

    // ---- For the channel. ----

    @Override
    protected final void autoReadCleared() {
        ((AbstractGoPollChannel) channel).autoReadCleared();
    }

    final long getMaxBytesPerGatheringWrite() {
        return maxBytesPerGatheringWrite;
    }

    final void setMaxBytesPerGatheringWrite(long bytes) {
        maxBytesPerGatheringWrite = bytes;
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
