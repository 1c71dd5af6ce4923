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
package io.gopoll.examples;

import io.gopoll.channel.GoPoll;
import io.gopoll.channel.GoPollIoHandler;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.gopoll.channel.GoroutineEventLoopGroup;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** What differs when an application changes its transport: one event loop group, two classes. */
public enum Transport {
    NIO(
            "NIO",
            () -> null,
            "",
            n -> new MultiThreadIoEventLoopGroup(n, NioIoHandler.newFactory()),
            NioServerSocketChannel.class,
            NioSocketChannel.class),
    EPOLL(
            "epoll",
            Epoll::unavailabilityCause,
            "it needs Linux on x86-64 or aarch64 and a place to unpack its library to"
                    + " (-Dio.netty.native.workdir)",
            n -> new MultiThreadIoEventLoopGroup(n, EpollIoHandler.newFactory()),
            EpollServerSocketChannel.class,
            EpollSocketChannel.class),
    IO_URING(
            "io_uring",
            IoUring::unavailabilityCause,
            "it needs a recent Linux whose administrator allows io_uring"
                    + " (/proc/sys/kernel/io_uring_disabled; containers often forbid it)",
            n -> new MultiThreadIoEventLoopGroup(n, IoUringIoHandler.newFactory()),
            IoUringServerSocketChannel.class,
            IoUringSocketChannel.class),
    GOPOLL(
            "GoPoll",
            GoPoll::unavailabilityCause,
            "it needs Linux on x86-64 or aarch64",
            n -> new MultiThreadIoEventLoopGroup(n, GoPollIoHandler.newFactory()),
            GoPollServerSocketChannel.class,
            GoPollSocketChannel.class),
    GOROUTINE(
            "goroutine",
            Transport::goroutineUnavailabilityCause,
            "it needs JDK 21 or later, and what GoPoll needs",
            GoroutineEventLoopGroup::new,
            GoPollServerSocketChannel.class,
            GoPollSocketChannel.class);

    /** How people write it. */
    public final String title;

    /** Event loops, so many of them, or in goroutine mode so many at a time. */
    public final IntFunction<EventLoopGroup> groups;

    public final Class<? extends ServerChannel> serverChannel;
    public final Class<? extends Channel> channel;

    private final Supplier<Throwable> unavailabilityCause;
    private final String needs;

    Transport(
            String title,
            Supplier<Throwable> unavailabilityCause,
            String needs,
            IntFunction<EventLoopGroup> groups,
            Class<? extends ServerChannel> serverChannel,
            Class<? extends Channel> channel) {
        this.title = title;
        this.unavailabilityCause = unavailabilityCause;
        this.needs = needs;
        this.groups = groups;
        this.serverChannel = serverChannel;
        this.channel = channel;
    }

    /** Why it cannot be used here and what to do about it; {@code null} if it can. */
    public String unavailable() {
        Throwable cause = unavailabilityCause.get();
        if (cause == null) {
            return null;
        }
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return title + " is not available here: " + needs + ". The cause was: " + root;
    }

    private static Throwable goroutineUnavailabilityCause() {
        try {
            GoPoll.scheduler();
            return null;
        } catch (UnsupportedOperationException e) {
            return e;
        }
    }

    /** How people write it, with what is in use below it. */
    public String fullTitle() {
        switch (this) {
            case GOPOLL:
                return title + " (" + GoPoll.syscalls() + ")";
            case GOROUTINE:
                return title + " (" + GoPoll.scheduler() + ")";
            default:
                return title;
        }
    }

    /** As it is written on a command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
