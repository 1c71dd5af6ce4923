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

import io.gopoll.channel.loop.LateFlushes;
import io.gopoll.channel.loop.Registration;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Errno;
import io.gopoll.sys.SockAddr;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelPipeline;
import java.util.concurrent.TimeUnit;

/** Accepts connections. */
public abstract class AcceptSide extends ReadSide {

    /** How long accepting rests when the system has no descriptor or memory left. */
    private static final long PAUSE_MILLIS = 100;

    private final SockAddr remote = new SockAddr();

    /** Where accepting rests; it goes on at once when the channel moves to another loop. */
    private Registration pausedAt;

    protected AcceptSide(Channel server, NetFd netFd) {
        super(server, netFd);
    }

    /**
     * A channel for a connection that was accepted; on failure the caller closes the descriptor.
     */
    protected abstract Channel newChild(int fd, SockAddr remote) throws Exception;

    @Override
    boolean isPaused() {
        return pausedAt != null && pausedAt == registration();
    }

    @Override
    void readLoop(ChannelConfig config) {
        if (isPaused()) {
            return;
        }
        GoPollRecvByteAllocatorHandle allocHandle = allocHandle();
        ChannelPipeline pipeline = channel.pipeline();
        allocHandle.reset(config);
        // Each connection counts as one byte of one attempted: there may be more until EAGAIN.
        allocHandle.attemptedBytesRead(1);
        // Channels that are new are no part of the turn that accepts them.
        LateFlushes lateFlushes = registration().loop.lateFlushes;
        boolean puttingOff = lateFlushes != null && lateFlushes.pause();
        Throwable cause = null;
        try {
            do {
                int fd = netFd.accept(remote);
                if (fd < 0) {
                    drained = Drained.failed(fd);
                    if (drained == Drained.NO && netFd.isOpen()) {
                        cause = failed(fd);
                    }
                    break;
                }
                allocHandle.lastBytesRead(1);
                allocHandle.incMessagesRead(1);
                answered();
                pipeline.fireChannelRead(accepted(fd));
            } while (netFd.isOpen() && allocHandle.continueReading());
        } catch (Throwable t) {
            cause = t;
        }
        try {
            complete(allocHandle, cause);
        } finally {
            if (puttingOff) {
                lateFlushes.resume(true);
            }
        }
    }

    private Channel accepted(int fd) throws Exception {
        try {
            return newChild(fd, remote);
        } catch (Throwable t) {
            new NetFd(fd, netFd.family(), netFd.sotype()).close();
            throw t;
        }
    }

    private Throwable failed(int result) {
        int errno = -result;
        if (errno == Errno.EMFILE
                || errno == Errno.ENFILE
                || errno == Errno.ENOBUFS
                || errno == Errno.ENOMEM) {
            pause();
        }
        return Errno.newException("accept", result, channel.localAddress());
    }

    /** The connections stay in the backlog meanwhile; trying again at once would burn the CPU. */
    private void pause() {
        Registration here = registration();
        channel.eventLoop().schedule(() -> goOn(here), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        pausedAt = here;
    }

    private void goOn(Registration here) {
        // If it is not valid, the channel belongs to another loop, or to none.
        if (here.isValid()) {
            pausedAt = null;
            again();
        }
    }
}
