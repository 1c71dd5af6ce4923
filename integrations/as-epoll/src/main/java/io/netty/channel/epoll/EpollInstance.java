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

import static io.gopoll.sys.Constants.EPOLL_CLOEXEC;
import static io.gopoll.sys.Constants.EPOLL_CTL_ADD;
import static io.gopoll.sys.Constants.EPOLL_CTL_DEL;
import static io.gopoll.sys.Constants.EPOLL_CTL_MOD;

import io.gopoll.sys.EpollEvents;
import io.gopoll.sys.Errno;
import io.gopoll.sys.Syscalls;
import java.io.IOException;

/** epoll(7), as it is. */
final class EpollInstance extends OwnDescriptor {

    private final EpollEvents ready = new EpollEvents(1);

    EpollInstance() throws IOException {
        super(check("epoll_create1", Syscalls.get().epoll_create1(EPOLL_CLOEXEC)));
    }

    void add(int fd, int events) throws IOException {
        control(intValue(), EPOLL_CTL_ADD, fd, events);
    }

    void modify(int fd, int events) throws IOException {
        control(intValue(), EPOLL_CTL_MOD, fd, events);
    }

    /** The events of one descriptor that is ready, or 0. One thread at a time. */
    int poll() {
        return Syscalls.get().epoll_wait(intValue(), ready.address(), 1, 0) > 0
                ? ready.events(0)
                : 0;
    }

    static void control(int epfd, int op, int fd, int events) throws IOException {
        EpollEvents change = new EpollEvents(1);
        change.set(0, events, fd);
        long event = op == EPOLL_CTL_DEL ? 0 : change.address();
        check("epoll_ctl", Syscalls.get().epoll_ctl(epfd, op, fd, event));
        java.lang.ref.Reference.reachabilityFence(change);
    }

    static int check(String syscall, int result) throws IOException {
        if (result < 0) {
            throw Errno.newException(syscall, result);
        }
        return result;
    }

    @Override
    public boolean equals(Object o) {
        return this == o;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
