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

import static io.gopoll.sys.Constants.EPOLLERR;
import static io.gopoll.sys.Constants.EPOLLHUP;
import static io.gopoll.sys.Constants.EPOLLIN;
import static io.gopoll.sys.Constants.EPOLLOUT;

import io.gopoll.sys.Errno;

/** A pipe, as far as bytes go: fs/pipe.c. Its room is counted in bytes, not in pages. */
final class Pipe {

    static final int CAPACITY = 1 << 16;

    private final Bytes bytes = new Bytes();
    final End readEnd = new End(true);
    final End writeEnd = new End(false);

    final class End extends OpenFile {
        final boolean reads;

        End(boolean reads) {
            this.reads = reads;
        }

        private End other() {
            return reads ? writeEnd : readEnd;
        }

        Pipe pipe() {
            return Pipe.this;
        }

        @Override
        int poll() {
            if (reads) {
                return (bytes.isEmpty() ? 0 : EPOLLIN | RDNORM)
                        | (other().isReleased() ? EPOLLHUP : 0);
            }
            return (room() > 0 ? EPOLLOUT | WRNORM : 0) | (other().isReleased() ? EPOLLERR : 0);
        }

        @Override
        void released() {
            other().wake(EPOLLIN | EPOLLOUT | RDNORM | WRNORM | EPOLLERR | EPOLLHUP);
        }
    }

    int size() {
        return bytes.size();
    }

    int room() {
        return CAPACITY - bytes.size();
    }

    int read(byte[] to, int length) {
        int n = Math.min(length, bytes.size());
        if (n == 0) {
            return writeEnd.isReleased() ? 0 : -Errno.EAGAIN;
        }
        boolean wasFull = room() == 0;
        bytes.take(to, 0, n);
        if (wasFull) {
            writeEnd.wake(EPOLLOUT | OpenFile.WRNORM);
        }
        return n;
    }

    /** As much as the socket takes. */
    int writeTo(StreamSocket socket, int length) {
        int n = Math.min(length, bytes.size());
        if (n == 0) {
            return writeEnd.isReleased() ? 0 : -Errno.EAGAIN;
        }
        n = bytes.writeTo(socket, n);
        if (n > 0) {
            writeEnd.wake(EPOLLOUT | OpenFile.WRNORM);
        }
        return n;
    }

    int write(byte[] from, int length) {
        if (readEnd.isReleased()) {
            return -Errno.EPIPE;
        }
        int n = Math.min(length, room());
        if (n == 0) {
            return -Errno.EAGAIN;
        }
        bytes.add(from, 0, n);
        readEnd.wake(EPOLLIN | OpenFile.RDNORM);
        return n;
    }
}
