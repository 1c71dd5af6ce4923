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
package io.netty.channel.epoll;

import static io.gopoll.sys.Constants.EFD_CLOEXEC;
import static io.gopoll.sys.Constants.EFD_NONBLOCK;
import static io.netty.channel.epoll.EpollInstance.check;

import io.gopoll.channel.GoPoll;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;

/**
 * The system calls of Netty's epoll transport that users can make. Not here are those that take
 * objects which only Netty can make, and {@code newTimerFd}: GoPoll has no timerfd.
 */
public final class Native {

    public static final int EPOLLIN = Constants.EPOLLIN;
    public static final int EPOLLOUT = Constants.EPOLLOUT;
    public static final int EPOLLRDHUP = Constants.EPOLLRDHUP;
    public static final int EPOLLET = Constants.EPOLLET;
    public static final int EPOLLERR = Constants.EPOLLERR;

    public static final boolean IS_SUPPORTING_SENDMMSG = GoPoll.isAvailable();

    /** Not for users: Netty's own tests ask. */
    static final boolean IS_SUPPORTING_RECVMMSG = IS_SUPPORTING_SENDMMSG;

    public static final boolean IS_SUPPORTING_TCP_FASTOPEN =
            GoPoll.isTcpFastOpenClientSideAvailable() || GoPoll.isTcpFastOpenServerSideAvailable();
    public static final int TCP_MD5SIG_MAXKEYLEN = Constants.TCP_MD5SIG_MAXKEYLEN;
    public static final String KERNEL_VERSION = System.getProperty("os.version");

    /** As the kernel has it on x86-64, where it is packed; elsewhere it has 16 bytes. */
    private static final boolean PACKED =
            System.getProperty("os.arch").matches("amd64|x86_64|x86-64");

    private Native() {}

    public static FileDescriptor newEventFd() {
        try {
            return new OwnDescriptor(
                    check("eventfd", Syscalls.get().eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)));
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    public static void eventFdWrite(int fd, long value) {
        NativeMemory memory = NativeMemory.allocate(Long.BYTES);
        memory.buffer().putLong(0, value);
        int result = Syscalls.get().write(fd, memory.address(), Long.BYTES);
        Reference.reachabilityFence(memory);
        if (result < 0) {
            throw new UncheckedIOException(Errno.newException("eventfd_write", result));
        }
    }

    /** Takes the count; does nothing if it is 0. */
    public static void eventFdRead(int fd) {
        NativeMemory memory = NativeMemory.allocate(Long.BYTES);
        int result = Syscalls.get().read(fd, memory.address(), Long.BYTES);
        Reference.reachabilityFence(memory);
        if (result < 0 && result != -Errno.EAGAIN) {
            throw new UncheckedIOException(Errno.newException("eventfd_read", result));
        }
    }

    public static FileDescriptor newEpollCreate() {
        try {
            return new EpollInstance();
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    public static void epollCtlAdd(int efd, int fd, int flags) throws IOException {
        EpollInstance.control(efd, Constants.EPOLL_CTL_ADD, fd, flags);
    }

    public static void epollCtlMod(int efd, int fd, int flags) throws IOException {
        EpollInstance.control(efd, Constants.EPOLL_CTL_MOD, fd, flags);
    }

    public static void epollCtlDel(int efd, int fd) throws IOException {
        EpollInstance.control(efd, Constants.EPOLL_CTL_DEL, fd, 0);
    }

    /**
     * splice(2), which does not wait.
     *
     * @param offIn -1 for none
     * @param offOut -1 for none
     * @return how many bytes; 0 also if there is nothing to move now
     */
    public static int splice(int fd, long offIn, int fdOut, long offOut, long len)
            throws IOException {
        NativeMemory offsets = NativeMemory.allocate(2 * Long.BYTES);
        offsets.buffer().putLong(0, offIn).putLong(Long.BYTES, offOut);
        long in = offIn < 0 ? 0 : offsets.address();
        long out = offOut < 0 ? 0 : offsets.address() + Long.BYTES;
        int flags = Constants.SPLICE_F_NONBLOCK | Constants.SPLICE_F_MOVE;
        int result = (int) Syscalls.get().splice(fd, in, fdOut, out, len, flags);
        Reference.reachabilityFence(offsets);
        return result == -Errno.EAGAIN ? 0 : check("splice", result);
    }

    public static int sizeofEpollEvent() {
        return PACKED ? 12 : 16;
    }

    public static int offsetofEpollData() {
        return PACKED ? 4 : 8;
    }
}
