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
package io.gopoll.faults;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/** A connection to the server, on Java's own sockets; each wait has an end. */
final class Client implements AutoCloseable {

    /** The server may rest for a second, in which it is not to burn the CPU, a few times. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer in = ByteBuffer.allocate(1 << 16);

    Client(SocketAddress server) throws IOException {
        channel = SocketChannel.open(server);
        channel.configureBlocking(false);
        selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    /** Sends a request, and compares what comes back with the answer that is due. */
    Outcome exchange(byte[] request, byte[] answer) {
        ByteBuffer out = ByteBuffer.wrap(request);
        long end = System.nanoTime() + PATIENCE_NANOS;
        int received = 0;
        try {
            while (out.hasRemaining() || received < answer.length) {
                channel.write(out);
                in.clear().limit(Math.min(in.capacity(), answer.length - received));
                int n = channel.read(in);
                if (n < 0) {
                    return Outcome.ENDED;
                }
                if (!in.flip().equals(ByteBuffer.wrap(answer, received, n))) {
                    return Outcome.WRONG;
                }
                received += n;
                boolean done = !out.hasRemaining() && received == answer.length;
                if (n == 0 && !done && !await(out.hasRemaining(), end)) {
                    return Outcome.LATE;
                }
            }
            return Outcome.ANSWERED;
        } catch (IOException reset) {
            return Outcome.ENDED;
        }
    }

    Outcome echo(byte[] request) {
        return exchange(request, request);
    }

    /** Sends the last request and the end, and expects the answer and the end. */
    Outcome last(byte[] request) {
        Outcome outcome = echo(request);
        if (outcome != Outcome.ANSWERED) {
            return outcome;
        }
        try {
            channel.shutdownOutput();
            long end = System.nanoTime() + PATIENCE_NANOS;
            for (; ; ) {
                in.clear();
                int n = channel.read(in);
                if (n != 0) {
                    return n < 0 ? Outcome.ANSWERED : Outcome.WRONG;
                }
                if (!await(false, end)) {
                    return Outcome.LATE;
                }
            }
        } catch (IOException reset) {
            return Outcome.ENDED;
        }
    }

    private boolean await(boolean writing, long end) throws IOException {
        int ops = SelectionKey.OP_READ | (writing ? SelectionKey.OP_WRITE : 0);
        channel.keyFor(selector).interestOps(ops);
        long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (millis <= 0 || selector.select(millis) == 0) {
            return false;
        }
        selector.selectedKeys().clear();
        return true;
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
