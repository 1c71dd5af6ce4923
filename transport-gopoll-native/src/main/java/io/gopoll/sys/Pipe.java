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
package io.gopoll.sys;

import java.io.IOException;
import java.lang.ref.Reference;

/** A pipe(7), non-blocking and close-on-exec. */
public class Pipe {

    private final int readEnd;
    private final int writeEnd;

    /**
     * Opens one: pipe2(2).
     *
     * @throws IOException if there are no descriptors or no memory for it
     */
    public Pipe() throws IOException {
        NativeMemory fds = NativeMemory.allocate(2 * Integer.BYTES);
        int result =
                Syscalls.get().pipe2(fds.address(), Constants.O_CLOEXEC | Constants.O_NONBLOCK);
        Reference.reachabilityFence(fds);
        if (result < 0) {
            throw Errno.newException("pipe2", result);
        }
        readEnd = fds.buffer().getInt(0);
        writeEnd = fds.buffer().getInt(Integer.BYTES);
    }

    /**
     * The end that bytes come out of.
     *
     * @return its descriptor
     */
    public final int readEnd() {
        return readEnd;
    }

    /**
     * The end that bytes go into.
     *
     * @return its descriptor
     */
    public final int writeEnd() {
        return writeEnd;
    }

    /** Closes both ends. To be called once, when no call uses them any more. */
    public final void close() {
        Syscalls.get().close(readEnd);
        Syscalls.get().close(writeEnd);
    }
}
