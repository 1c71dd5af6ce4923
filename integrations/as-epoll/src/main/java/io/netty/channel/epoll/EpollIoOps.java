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

import io.gopoll.sys.Constants;
import io.netty.channel.IoOps;
import java.util.Objects;

/** What an {@link EpollIoHandle} waits for: a union of the events of epoll_ctl(2). */
public final class EpollIoOps implements IoOps {

    public static final EpollIoOps NONE = new EpollIoOps(0);
    public static final EpollIoOps EPOLLOUT = new EpollIoOps(Constants.EPOLLOUT);
    public static final EpollIoOps EPOLLIN = new EpollIoOps(Constants.EPOLLIN);
    public static final EpollIoOps EPOLLERR = new EpollIoOps(Constants.EPOLLERR);
    public static final EpollIoOps EPOLLRDHUP = new EpollIoOps(Constants.EPOLLRDHUP);
    public static final EpollIoOps EPOLLET = new EpollIoOps(Constants.EPOLLET);

    private final int value;

    private EpollIoOps(int value) {
        this.value = value;
    }

    public static EpollIoOps valueOf(int value) {
        return new EpollIoOps(value);
    }

    static EpollIoEvent eventOf(int events) {
        EpollIoOps ops = valueOf(events);
        return () -> ops;
    }

    /** Whether these have any of the others. */
    public boolean contains(EpollIoOps ops) {
        return (value & ops.value) != 0;
    }

    public EpollIoOps with(EpollIoOps ops) {
        return valueOf(value | ops.value);
    }

    public EpollIoOps without(EpollIoOps ops) {
        return valueOf(value & ~ops.value);
    }

    public int value() {
        return value;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof EpollIoOps && value == ((EpollIoOps) o).value;
    }

    @Override
    public int hashCode() {
        return Objects.hash(value);
    }

    @Override
    public String toString() {
        return "EpollIoOps{value=" + value + '}';
    }
}
