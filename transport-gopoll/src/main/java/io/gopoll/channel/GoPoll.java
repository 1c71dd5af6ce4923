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
package io.gopoll.channel;

import io.gopoll.channel.goroutine.Dump;
import io.gopoll.channel.goroutine.GoroutineEventLoop;
import io.gopoll.poll.NetPoller;
import io.gopoll.sched.Scheduler;
import io.gopoll.sys.Syscalls;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.ThreadExecutorMap;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Tells whether GoPoll works on this machine, why not if it does not, and on what it runs. */
public final class GoPoll {

    private static final InternalLogger logger = InternalLoggerFactory.getInstance(GoPoll.class);

    /**
     * It has worked once, and so it will. What has failed is tried again: see {@link Syscalls#get}.
     */
    private static volatile boolean works;

    private static final Path TCP_FASTOPEN_SETTING = Path.of("/proc/sys/net/ipv4/tcp_fastopen");
    private static final int TCP_FASTOPEN_CLIENT = 1;
    private static final int TCP_FASTOPEN_SERVER = 2;

    private GoPoll() {}

    private static @Nullable Throwable probe() {
        if (works) {
            return null;
        }
        Throwable unsupported = NettyVersion.unavailabilityCause();
        if (unsupported != null) {
            logger.debug("GoPoll is not available", unsupported);
            return unsupported;
        }
        try {
            Syscalls.get();
            NetPoller.newPoller().close();
            works = true;
            return null;
        } catch (Throwable t) {
            logger.debug("GoPoll is not available", t);
            return t;
        }
    }

    /**
     * Whether GoPoll can be used on this machine, with the Netty that is here. Any thread; the
     * first call loads the binding to the system calls and opens a poller.
     *
     * @return true where {@link #unavailabilityCause} is null
     */
    public static boolean isAvailable() {
        return probe() == null;
    }

    /**
     * Does nothing where GoPoll is available.
     *
     * @throws UnsupportedOperationException where it is not; the cause says why and what to do
     */
    public static void ensureAvailability() {
        Throwable cause = probe();
        if (cause != null) {
            throw new UnsupportedOperationException(
                    "GoPoll is not available: " + cause.getMessage(), cause);
        }
    }

    /**
     * Why GoPoll is not available, with what to do in the message. A failure is not for ever: the
     * next call tries again, in case descriptors or memory were used up.
     *
     * @return {@code null} if GoPoll is available
     */
    public static @Nullable Throwable unavailabilityCause() {
        return probe();
    }

    /**
     * The best transport here: GoPoll, where it is available; else Netty's epoll, where that is on
     * the class path and available; else NIO.
     *
     * @return never {@code null}; {@link Transport#reason} names what the better ones lack
     */
    public static Transport preferred() {
        return Transport.preferred();
    }

    /**
     * Whether {@link io.netty.channel.ChannelOption#TCP_FASTOPEN_CONNECT} has an effect: GoPoll is
     * available, and {@code net.ipv4.tcp_fastopen}, tcp(7), is on for clients.
     *
     * @return what the setting says now: it is read each time; false where it cannot be read
     */
    public static boolean isTcpFastOpenClientSideAvailable() {
        return isAvailable() && (tcpFastOpen() & TCP_FASTOPEN_CLIENT) != 0;
    }

    /**
     * Whether {@link io.netty.channel.ChannelOption#TCP_FASTOPEN} has an effect: GoPoll is
     * available, and {@code net.ipv4.tcp_fastopen}, tcp(7), is on for servers.
     *
     * @return what the setting says now: it is read each time; false where it cannot be read
     */
    public static boolean isTcpFastOpenServerSideAvailable() {
        return isAvailable() && (tcpFastOpen() & TCP_FASTOPEN_SERVER) != 0;
    }

    /** Read each time, since an administrator may change it; 0 if it cannot be. */
    private static int tcpFastOpen() {
        try {
            return Integer.decode(Files.readString(TCP_FASTOPEN_SETTING).trim());
        } catch (IOException | NumberFormatException e) {
            logger.debug("{} is taken for 0", TCP_FASTOPEN_SETTING, e);
            return 0;
        }
    }

    /**
     * Through what system calls are made.
     *
     * @return {@code "jna"} or {@code "ffm"}
     * @throws UnsupportedOperationException if GoPoll is not available
     */
    public static String syscalls() {
        ensureAvailability();
        return Syscalls.get().binding();
    }

    /**
     * On what the virtual threads of {@link GoroutineEventLoopGroup} run. {@code
     * -Dio.gopoll.scheduler} chooses; without it GoPoll's own is used where {@code
     * java.base/java.lang} is open to it ({@code --add-opens java.base/java.lang=ALL-UNNAMED}, on
     * the module path {@code =io.gopoll.transport}, or {@code Add-Opens} in the manifest of an
     * executable jar).
     *
     * @return {@code "gopoll"}, GoPoll's own scheduler, or {@code "jdk"}
     * @throws UnsupportedOperationException if there are no goroutine event loops here; the message
     *     says why and what to do
     */
    public static String scheduler() {
        ensureAvailability();
        Throwable cause = Scheduler.unavailabilityCause();
        if (cause != null) {
            throw new UnsupportedOperationException(cause.getMessage(), cause);
        }
        return Scheduler.kind();
    }

    /**
     * A text like Go's goroutine dump: every channel of every group, with its addresses, what it
     * waits for (to read, to write, for a handler that blocks, with that one's stack, in {@link
     * #await}) and since when, its deadlines, and what waits to be written or run. Channels whose
     * handlers have the same stack stand together. For people to read: its form may change. Any
     * thread; stops nobody, so it may miss what changes at the same time.
     *
     * @return many lines, each ended by a line feed
     */
    public static String dump() {
        return Dump.text();
    }

    /**
     * Waits for a future in direct style: {@code await(channel.writeAndFlush(response))}. In a
     * goroutine event loop, where {@code sync()} on a future of the own channel would be a {@link
     * io.netty.util.concurrent.BlockingOperationException}, the loop goes on meanwhile with writes,
     * connects, tasks and timers, but delivers no reads: the handler that waits is not called again
     * before it has returned. So it is no way to wait for something that is to be read on a channel
     * of the same loop. Anywhere else it is {@code future.sync().getNow()}.
     *
     * <p>If the handler's channel closes before the future is done, or its connection is gone (a
     * reset, a timeout), a {@link ClosedChannelException} ends the wait. In the latter case the
     * channel is closed when the handler has returned. A peer that has only ended its side may wait
     * for an answer, and does not end the wait. The compiler does not know of the exception, nor of
     * what {@code sync()} throws.
     *
     * @param <V> the type of its value
     * @param future of any executor; it is not cancelled if the wait ends before it is done
     * @return the future's value; {@code null} if it has none
     * @throws InterruptedException if the waiting thread was interrupted
     * @throws java.util.concurrent.RejectedExecutionException in a goroutine event loop whose group
     *     ends before the future is done
     * @throws io.netty.util.concurrent.BlockingOperationException in an event loop of another kind
     *     that the future belongs to; for a write of a channel in what one of its writes has
     *     called, a listener or {@code channelWritabilityChanged}
     */
    public static <V extends @Nullable Object> V await(Future<V> future)
            throws InterruptedException {
        EventExecutor current = ThreadExecutorMap.currentExecutor();
        if (current instanceof GoroutineEventLoop && current.inEventLoop()) {
            try {
                ((GoroutineEventLoop) current).await(future);
            } catch (ClosedChannelException e) {
                PlatformDependent.throwException(e);
            }
        }
        return future.sync().getNow();
    }
}
