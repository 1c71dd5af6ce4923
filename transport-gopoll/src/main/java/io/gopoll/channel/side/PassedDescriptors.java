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
package io.gopoll.channel.side;

import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.Msghdrs;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;

/** Descriptors on their way through a Unix socket: SCM_RIGHTS, unix(7), each with one byte. */
public final class PassedDescriptors {

    /** What the kernel passes with one message at most: SCM_MAX_FD. */
    private static final int MAX = 253;

    private final Msghdrs message = new Msghdrs(1, Msghdrs.controlSpace(MAX * Integer.BYTES));

    /** A stream passes descriptors only along with data. */
    private final NativeMemory data = NativeMemory.allocate(1);

    /** Sends one; the receiver gets a duplicate. As sendmsg(2). */
    long send(NetFd through, int fd) {
        message.send(0, data.address(), 1);
        message.addFd(0, fd);
        return through.sendmsg(message.address(), 0);
    }

    /** Receives what came with the next byte; {@link #take} gives it. As recvmsg(2). */
    long receive(NetFd through) {
        message.receive(0, data.address(), 1);
        return through.recvmsg(message.address(), Constants.MSG_CMSG_CLOEXEC);
    }

    /** None if the byte came without. They are open, and whoever gets them closes them. */
    FileDescriptor[] take() {
        FileDescriptor[] received = new FileDescriptor[message.fdCount(0)];
        for (int i = 0; i < received.length; i++) {
            received[i] = new Received(message.fd(0, i));
        }
        return received;
    }

    /** Closes without Netty's JNI; to read and write it, that is needed. */
    private static final class Received extends FileDescriptor {

        Received(int fd) {
            super(fd);
        }

        @Override
        public void close() throws IOException {
            if (markClosed()) {
                int result = Syscalls.get().close(intValue());
                if (result < 0) {
                    throw Errno.newException("close", result);
                }
            }
        }

        @Override
        public boolean equals(Object o) {
            return super.equals(o);
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }
    }
}
