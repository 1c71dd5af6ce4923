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

import io.gopoll.net.fd.PollFd;
import io.gopoll.net.fd.Splice;
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

    /**
     * Who is at the other end.
     *
     * @return an {@link java.net.InetSocketAddress} or a {@link UnixAddr}
     */
    public SocketAddress remoteAddress() {
        return remote;
    }

    // ---- Reading. ----

    /**
     * Reads what there is, at least one byte; waits for it if need be.
     *
     * @param dst takes the bytes from its position on
     * @return how many bytes, 0 if the buffer has no room (or for an empty packet), -1 at the end
     *     of the stream
     * @throws IllegalArgumentException if the buffer is read-only
     * @throws IOException if the connection is broken or closed, or if the deadline has passed
     */
    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (network.isStream() && !dst.hasRemaining()) {
            return 0;
        }
        return end(fd.read(dst));
    }

    /**
     * As {@link #read(ByteBuffer)}.
     *
     * @param dst takes the bytes from its beginning on
     * @return how many bytes, 0 if the array is empty (or for an empty packet), -1 at the end of
     *     the stream
     * @throws IOException if the connection is broken or closed, or if the deadline has passed
     */
    public int read(byte[] dst) throws IOException {
        return read(dst, 0, dst.length);
    }

    /**
     * As {@link #read(ByteBuffer)}.
     *
     * @param dst takes the bytes
     * @param offset of the first byte
     * @param length how many bytes at most
     * @return how many bytes, 0 if {@code length} is (or for an empty packet), -1 at the end of the
     *     stream
     * @throws IOException if the connection is broken or closed, or if the deadline has passed
     */
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
     * @param src its bytes from its position to its limit
     * @return how many bytes
     * @throws IOException if the connection is broken or closed, or if the deadline has passed
     */
    @Override
    public int write(ByteBuffer src) throws IOException {
        if (network.isStream() && !src.hasRemaining()) {
            return 0;
        }
        return fd.write(src, network.isStream());
    }

    /**
     * As {@link #write(ByteBuffer)}.
     *
     * @param src all of its bytes
     * @return how many bytes
     * @throws IOException if the connection is broken or closed, or if the deadline has passed
     */
    public int write(byte[] src) throws IOException {
        return write(ByteBuffer.wrap(src));
    }

    /**
     * As {@link #write(ByteBuffer)}.
     *
     * @param src has the bytes
     * @param offset of the first byte
     * @param length how many bytes
     * @return how many bytes
     * @throws IOException if the connection is broken or closed, or if the deadline has passed
     */
    public int write(byte[] src, int offset, int length) throws IOException {
        return write(ByteBuffer.wrap(src, offset, length));
    }

    // ---- Moving without reading and writing. ----

    private static final int COPY_SIZE = PollFd.COPY_SIZE;

    /**
     * Moves everything to the end of the stream: to another stream connection by splice(2), without
     * a copy to user space, to anything else by reading and writing.
     *
     * @param target takes the bytes; it is not closed
     * @return how many bytes
     * @throws IOException if either fails
     */
    public long transferTo(WritableByteChannel target) throws IOException {
        if (target instanceof Conn && ((Conn) target).network.isStream() && network.isStream()) {
            return Splice.all(fd, ((Conn) target).fd);
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
     * @param file its position does not change
     * @param position of the first byte, in bytes from the beginning of the file
     * @param count how many bytes
     * @return how many bytes; less than {@code count} if the file ends before
     * @throws IllegalArgumentException if the position or the count is below 0
     * @throws IOException if either fails
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

    /**
     * The input as a stream.
     *
     * @return a stream whose close closes the connection
     */
    public InputStream inputStream() {
        return new In(this);
    }

    /**
     * The output as a stream.
     *
     * @return a stream whose close closes the connection
     */
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

    /**
     * Reads nothing more: shutdown(2) with SHUT_RD, Go's {@code CloseRead}.
     *
     * @throws IOException if it is closed, or not connected any more
     */
    public void closeRead() throws IOException {
        fd.shutdown(Constants.SHUT_RD, "closeRead");
    }

    /**
     * Tells the peer that this was all: shutdown(2) with SHUT_WR, Go's {@code CloseWrite}.
     *
     * @throws IOException if it is closed, or not connected any more
     */
    public void closeWrite() throws IOException {
        fd.shutdown(Constants.SHUT_WR, "closeWrite");
    }
}
