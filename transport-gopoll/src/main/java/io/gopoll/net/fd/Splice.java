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
package io.gopoll.net.fd;

import io.gopoll.poll.PollDesc;
import io.gopoll.sys.Errno;
import io.gopoll.sys.Pipe;
import java.io.IOException;

/** From socket to socket through a pipe, without a copy to user space: splice(2). */
public final class Splice {

    private Splice() {}

    /** Everything to the end of the source's stream; returns how many bytes. */
    public static long all(PollFd source, PollFd target) throws IOException {
        Pipe pipe = new Pipe();
        try {
            long total = 0;
            for (long n; (n = in(source, pipe.writeEnd())) > 0; total += n) {
                out(target, pipe.readEnd(), n);
            }
            return total;
        } finally {
            pipe.close();
        }
    }

    private static final int PIPE_SIZE = 64 * 1024;

    private static long in(PollFd source, int pipe) throws IOException {
        source.lock(PollDesc.READ, "read");
        try {
            source.prepare(PollDesc.READ, "read");
            for (; ; ) {
                long n = source.netFd.spliceTo(pipe, PIPE_SIZE);
                if (n >= 0) {
                    return n;
                }
                if (n != -Errno.EAGAIN) {
                    throw source.failed("splice", n);
                }
                // The pipe is empty: it is the socket that has nothing.
                source.await(PollDesc.READ, "read");
            }
        } finally {
            source.unlock(PollDesc.READ);
        }
    }

    private static void out(PollFd target, int pipe, long count) throws IOException {
        target.lock(PollDesc.WRITE, "write");
        try {
            target.prepare(PollDesc.WRITE, "write");
            for (long left = count; left > 0; ) {
                long n = target.netFd.spliceFrom(pipe, (int) left);
                if (n > 0) {
                    left -= n;
                } else if (n == -Errno.EAGAIN) {
                    target.await(PollDesc.WRITE, "write");
                } else {
                    throw target.failed("splice", n);
                }
            }
        } finally {
            target.unlock(PollDesc.WRITE);
        }
    }
}
