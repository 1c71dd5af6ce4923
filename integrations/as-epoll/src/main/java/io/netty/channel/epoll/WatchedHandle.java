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

import io.gopoll.channel.GoPollIoHandle;
import io.gopoll.channel.GoPollIoOps;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * A user's {@link EpollIoHandle} on a loop of GoPoll's. The descriptor is in an epoll instance of
 * its own, with just the events that were asked for, level- or edge-triggered; the loop watches
 * that instance. So its user sees what epoll_ctl(2) says, not GoPoll's way to watch a descriptor.
 */
@SuppressWarnings("try") // IoHandle.close() may throw anything
final class WatchedHandle implements GoPollIoHandle, IoRegistration {

    private final EpollIoHandle handle;
    private final ThreadAwareExecutor executor;
    private final EpollInstance epoll;

    /** Not before it is asked for: epoll tells of hang-ups unasked. Under this. */
    private boolean added;

    /** Of {@link #epoll} with the loop. Set at once. */
    private IoRegistration registration;

    private WatchedHandle(EpollIoHandle handle, ThreadAwareExecutor executor) throws IOException {
        this.handle = handle;
        this.executor = executor;
        epoll = new EpollInstance();
    }

    static IoRegistration register(
            EpollIoHandle handle,
            ThreadAwareExecutor executor,
            Function<IoHandle, IoRegistration> loop) {
        try {
            WatchedHandle watched = new WatchedHandle(handle, executor);
            try {
                watched.registration = loop.apply(watched);
                watched.registration.submit(GoPollIoOps.READ);
                return watched;
            } catch (Throwable t) {
                watched.epoll.close();
                throw t;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- What the loop sees. ----

    @Override
    public FileDescriptor fd() {
        return epoll;
    }

    @Override
    public void handle(IoRegistration loop, IoEvent event) {
        deliver();
    }

    /** A level-triggered descriptor that stays ready is delivered once in each turn of the loop. */
    private void deliver() {
        if (!isValid()) {
            return;
        }
        int events = epoll.poll();
        if (events == 0) {
            registration.submit(GoPollIoOps.READ);
            return;
        }
        handle.handle(this, EpollIoOps.eventOf(events));
        try {
            executor.execute(this::deliver);
        } catch (RejectedExecutionException ignored) {
            // The loop ends, and closes this handle.
        }
    }

    @Override
    public void registered() {
        handle.registered();
    }

    @Override
    public void unregistered() {
        epoll.close();
        handle.unregistered();
    }

    @Override
    public void close() throws Exception {
        handle.close();
    }

    // ---- What the user sees. ----

    @Override
    public <T> T attachment() {
        return null;
    }

    @Override
    public long submit(IoOps ops) {
        if (!(ops instanceof EpollIoOps)) {
            throw new IllegalArgumentException(
                    "IoOps of type "
                            + StringUtil.simpleClassName(ops)
                            + " not supported (expected: EpollIoOps)");
        }
        if (!isValid()) {
            return -1;
        }
        int events = ((EpollIoOps) ops).value();
        try {
            watch(events);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return events;
    }

    private synchronized void watch(int events) throws IOException {
        int fd = handle.fd().intValue();
        if (added) {
            epoll.modify(fd, events);
        } else {
            epoll.add(fd, events);
            added = true;
        }
    }

    @Override
    public boolean isValid() {
        return registration.isValid();
    }

    @Override
    public boolean cancel() {
        return registration.cancel();
    }
}
