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
package io.gopoll.simulation;

import io.gopoll.sys.Errno;
import java.util.List;

/** The end of another process, which does what the seed says. */
final class ForeignEnd extends End {

    private final byte[] buffer = new byte[1 << 16];
    private boolean closed;

    /** Null until it has been accepted. */
    StreamSocket socket;

    ForeignEnd(StreamSocket socket, Flow out, Flow in) {
        super(out, in);
        this.socket = socket;
    }

    @Override
    boolean isClosed() {
        return closed || socket == null;
    }

    @Override
    void write(Chance chance, int most) {
        if (isClosed() || endedOutput) {
            return;
        }
        byte[] bytes = out.next(chance.size(most));
        List<OpenFile> rights = null;
        if (!socket.tcp && chance.oneIn(4)) {
            // A channel that reads bytes drops it.
            OpenFile passed = new EventFd(1);
            passed.retain();
            rights = List.of(passed);
        }
        int n = socket.write(bytes, 0, bytes.length, false, rights);
        if (n > 0) {
            out.written += n;
            out.acknowledged += n;
        } else {
            failed(n);
        }
    }

    void writeUrgent() {
        if (!isClosed() && !endedOutput && socket.tcp && !socket.isUrgentPending()) {
            failed(socket.write(new byte[] {'!'}, 0, 1, true, null));
        }
    }

    private void failed(int result) {
        if (result < 0
                && result != -Errno.EAGAIN
                && result != -Errno.ENOTCONN
                && result != -Errno.EINVAL) {
            toldError = true;
        }
    }

    /** Reads some; whether there was anything. */
    boolean read(int most) {
        if (isClosed() || sawEnd) {
            return false;
        }
        int n = socket.read(buffer, 0, Math.min(most, buffer.length), null);
        if (n > 0) {
            in.receive(buffer, n);
        } else if (n == 0) {
            sawEnd = true;
        } else {
            failed(n);
        }
        return n > 0;
    }

    @Override
    void shutdownOutput() {
        if (!isClosed() && !endedOutput && socket.state == StreamSocket.State.CONNECTED) {
            if (socket.shutdown(1) == 0) {
                endedOutput = true;
            }
        }
    }

    @Override
    void close() {
        if (!isClosed()) {
            closed = true;
            closedItself = true;
            endedOutput = true;
            stoppedReading = true;
            if (socket.available() > 0 || socket.resetsOnClose) {
                toldError = true;
            }
            socket.release();
        }
    }

    void reset() {
        if (!isClosed() && socket.tcp) {
            socket.resetsOnClose = true;
            close();
        }
    }

    @Override
    public String toString() {
        return "foreign end of " + socket + (closed ? ", closed" : "");
    }
}
