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
import java.util.ArrayDeque;

/**
 * A pipe that is filled by splice(2): fs/pipe.c. What it holds is counted in slots. Each piece of a
 * socket's queue, of a page at most, takes one until all of it was read.
 */
final class Pipe {

    static final int PAGE = 4096;

    /** PIPE_DEF_BUFFERS. */
    static final int DEFAULT_SLOTS = 16;

    /** PIPE_MIN_DEF_BUFFERS: for a user who has many pipes. */
    static final int FEWEST_SLOTS = 2;

    private final Bytes bytes = new Bytes();

    /** How many bytes are in each slot that is taken. */
    private final ArrayDeque<Integer> slots = new ArrayDeque<>();

    private final int capacity;

    final End readEnd = new End(true);
    final End writeEnd = new End(false);

    Pipe(int slots) {
        capacity = slots;
    }

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

    /** How many slots are free. */
    private int room() {
        return capacity - slots.size();
    }

    /** read(2). */
    int read(byte[] to, int length) {
        int n = Math.min(length, bytes.size());
        if (n == 0) {
            return writeEnd.isReleased() ? 0 : -Errno.EAGAIN;
        }
        bytes.take(to, 0, n);
        taken(n);
        return n;
    }

    /** As much as the socket takes. */
    int spliceTo(StreamSocket socket, int length) {
        int n = Math.min(length, bytes.size());
        if (n == 0) {
            return writeEnd.isReleased() ? 0 : -Errno.EAGAIN;
        }
        n = bytes.writeTo(socket, n);
        if (n > 0) {
            taken(n);
        }
        return n;
    }

    private void taken(int count) {
        boolean wasFull = room() == 0;
        int left = count;
        while (left > 0) {
            int first = slots.remove();
            if (first > left) {
                slots.addFirst(first - left);
            }
            left -= Math.min(left, first);
        }
        if (wasFull && room() > 0) {
            writeEnd.wake(EPOLLOUT | OpenFile.WRNORM);
        }
    }

    /** As much as there is room for. */
    int spliceFrom(StreamSocket socket, byte[] scratch, int length) {
        if (readEnd.isReleased()) {
            return -Errno.EPIPE;
        }
        if (room() == 0) {
            return -Errno.EAGAIN;
        }
        int total = 0;
        int n;
        boolean last;
        do {
            int piece = Math.min(length - total, Math.min(PAGE, socket.nextPiece()));
            last = socket.isNextAlone();
            // If there is nothing, a read says why.
            n = total > 0 && piece == 0 ? 0 : socket.read(scratch, 0, Math.max(1, piece), null);
            if (n > 0) {
                bytes.add(scratch, 0, n);
                slots.add(n);
                total += n;
            }
        } while (n > 0 && !last && total < length && room() > 0);
        if (total == 0) {
            return n;
        }
        readEnd.wake(EPOLLIN | OpenFile.RDNORM);
        return total;
    }
}
