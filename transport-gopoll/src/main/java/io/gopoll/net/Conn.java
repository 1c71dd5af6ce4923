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
package io.gopoll.net;

import io.gopoll.sys.Constants;
import io.gopoll.sys.FileChannels;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/**
 * A connection: Go's {@code net.Conn}. Of a datagram network, each read is one packet, of which
 * what the buffer has no room for is lost, and each write is one packet.
 */
public final class Conn extends DataEndpoint implements ByteChannel {

    private final Net.Network network;
    private final SocketAddress remote;

    Conn(PollFd fd, Net.Network network, SocketAddress remote) {
        super(fd);
        this.network = network;
        this.remote = remote;
        fd.address(remote);
    }

    /** The peer's: an {@link java.net.InetSocketAddress} or a {@link UnixAddr}. */
    public SocketAddress remoteAddress() {
        return remote;
    }

    // ---- Reading. ----

    /**
     * Reads what there is, at least one byte; waits for it if need be.
     *
     * @return how many bytes, 0 if the buffer has no room (or for an empty packet), -1 at the end
     *     of the stream
     */
    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (network.isStream() && !dst.hasRemaining()) {
            return 0;
        }
        return end(fd.read(dst));
    }

    /** As {@link #read(ByteBuffer)}. */
    public int read(byte[] dst) throws IOException {
        return read(dst, 0, dst.length);
    }

    /** As {@link #read(ByteBuffer)}, at most {@code length} bytes from {@code offset} on. */
    public int read(byte[] dst, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, dst.length);
        if (length == 0) {
            return 0;
        }
        return network.isStream()
                ? end(fd.read(dst, offset, length))
                : fd.read(ByteBuffer.wrap(dst, offset, length));
    }

    private int end(int n) {
        return n == 0 && network.isStream() ? -1 : n;
    }

    // ---- Writing. ----

    /**
     * Writes all; waits as long as need be. If it fails on the way, the buffer's position tells how
     * much was written.
     *
     * @return how many bytes
     */
    @Override
    public int write(ByteBuffer src) throws IOException {
        if (network.isStream() && !src.hasRemaining()) {
            return 0;
        }
        return fd.write(src, network.isStream());
    }

    /** As {@link #write(ByteBuffer)}. */
    public int write(byte[] src) throws IOException {
        return write(ByteBuffer.wrap(src));
    }

    /** As {@link #write(ByteBuffer)}, {@code length} bytes from {@code offset} on. */
    public int write(byte[] src, int offset, int length) throws IOException {
        return write(ByteBuffer.wrap(src, offset, length));
    }

    // ---- Moving without reading and writing. ----

    private static final int COPY_SIZE = Scratch.SIZE;

    /**
     * Moves everything to the end of the stream: to another stream connection by splice(2), without
     * a copy to user space, to anything else by reading and writing.
     *
     * @return how many bytes
     */
    public long transferTo(WritableByteChannel target) throws IOException {
        if (target instanceof Conn && ((Conn) target).network.isStream() && network.isStream()) {
            return fd.spliceTo(((Conn) target).fd);
        }
        ByteBuffer buffer = ByteBuffer.allocate(COPY_SIZE);
        long total = 0;
        while (read(buffer) >= 0) {
            buffer.flip();
            total += buffer.remaining();
            while (buffer.hasRemaining()) {
                target.write(buffer);
            }
            buffer.clear();
        }
        return total;
    }

    /**
     * Sends a piece of a file: by sendfile(2), without a copy to user space, where its descriptor
     * can be known, else by reading and writing.
     *
     * @return how many bytes; less than {@code count} if the file ends before
     */
    public long transferFrom(FileChannel file, long position, long count) throws IOException {
        if (position < 0 || count < 0) {
            throw new IllegalArgumentException(
                    "position: " + position + ", count: " + count + " (expected: >= 0)");
        }
        int descriptor = network.isStream() ? FileChannels.fd(file) : -1;
        if (descriptor >= 0) {
            return fd.sendfile(descriptor, position, count);
        }
        ByteBuffer buffer = ByteBuffer.allocate(COPY_SIZE);
        long sent = 0;
        while (sent < count) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), count - sent));
            if (file.read(buffer, position + sent) < 0) {
                break;
            }
            sent += write(buffer.flip());
        }
        return sent;
    }

    // ---- Streams. ----

    /** The input as a stream; closing it closes the connection. */
    public InputStream inputStream() {
        return new In(this);
    }

    /** The output as a stream; closing it closes the connection. */
    public OutputStream outputStream() {
        return new Out(this);
    }

    private static final class In extends InputStream {
        private final Conn conn;

        In(Conn conn) {
            this.conn = conn;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return conn.read(one) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] dst, int offset, int length) throws IOException {
            return conn.read(dst, offset, length);
        }

        @Override
        public long transferTo(OutputStream target) throws IOException {
            return target instanceof Out
                    ? conn.transferTo(((Out) target).conn)
                    : super.transferTo(target);
        }

        @Override
        public void close() {
            conn.close();
        }
    }

    private static final class Out extends OutputStream {
        private final Conn conn;

        Out(Conn conn) {
            this.conn = conn;
        }

        @Override
        public void write(int b) throws IOException {
            conn.write(new byte[] {(byte) b});
        }

        @Override
        public void write(byte[] src, int offset, int length) throws IOException {
            conn.write(src, offset, length);
        }

        @Override
        public void close() {
            conn.close();
        }
    }

    // ---- Half-closing. ----

    /** Reads nothing more: shutdown(2) with SHUT_RD, Go's {@code CloseRead}. */
    public void closeRead() throws IOException {
        fd.shutdown(Constants.SHUT_RD, "closeRead");
    }

    /** Tells the peer that this was all: shutdown(2) with SHUT_WR, Go's {@code CloseWrite}. */
    public void closeWrite() throws IOException {
        fd.shutdown(Constants.SHUT_WR, "closeWrite");
    }
}
