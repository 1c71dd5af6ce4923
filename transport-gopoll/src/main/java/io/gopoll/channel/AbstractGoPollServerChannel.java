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

import io.gopoll.net.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.SockAddr;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/** A listening socket: accepts while there are connections and within the user's limit per turn. */
abstract class AbstractGoPollServerChannel extends AbstractGoPollChannel implements ServerChannel {

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    /** How long accepting rests when the system has no descriptor or memory left. */
    private static final long ACCEPT_PAUSE_MILLIS = 100;

    /** Where accepting rests; it goes on at once when the channel moves to another loop. */
    private GoPollIoRegistration pausedAt;

    AbstractGoPollServerChannel(NetFd netFd, boolean active) {
        super(null, netFd, active);
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    protected AbstractGoPollUnsafe newUnsafe() {
        return new ServerUnsafe();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected Object filterOutboundMessage(Object msg) {
        throw new UnsupportedOperationException();
    }

    /** Whether a socket that was taken over listens already. */
    static boolean isListening(NetFd netFd) {
        try {
            return netFd.getIntOption(Constants.SOL_SOCKET, Constants.SO_ACCEPTCONN) != 0;
        } catch (IOException e) {
            netFd.close();
            throw new ChannelException("Unable to adopt " + netFd, e);
        }
    }

    /** Listens, and takes the channel into service. */
    final void listen(int backlog) throws IOException {
        netFd().listen(backlog);
        active = true;
        if (registration() != null) {
            open();
        }
    }

    /**
     * A channel for a connection that was accepted; on failure the caller closes the descriptor.
     */
    abstract Channel newChildChannel(int fd, SockAddr remote) throws Exception;

    @Override
    void resumeReading() {
        if (!isAcceptPaused()) {
            super.resumeReading();
        }
    }

    private boolean isAcceptPaused() {
        return pausedAt != null && pausedAt == registration();
    }

    private final class ServerUnsafe extends AbstractGoPollUnsafe {

        private final SockAddr remote = new SockAddr();

        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException());
        }

        @Override
        void readLoop(ChannelConfig config) {
            if (isAcceptPaused()) {
                return;
            }
            GoPollRecvByteAllocatorHandle allocHandle = recvBufAllocHandle();
            ChannelPipeline pipeline = pipeline();
            allocHandle.reset(config);
            // Each connection counts as one byte of one attempted: there may be more until EAGAIN.
            allocHandle.attemptedBytesRead(1);
            // Channels that are new are no part of the turn that accepts them.
            LateFlushes lateFlushes = registration().loop.lateFlushes;
            boolean puttingOff = lateFlushes != null && lateFlushes.pause();
            Throwable exception = null;
            try {
                do {
                    int fd = netFd().accept(remote);
                    if (fd < 0) {
                        drained = Drained.failed(fd);
                        if (drained == Drained.NO && isOpen()) {
                            exception = acceptFailed(fd);
                        }
                        break;
                    }
                    allocHandle.lastBytesRead(1);
                    allocHandle.incMessagesRead(1);
                    readPending = false;
                    pipeline.fireChannelRead(newChild(fd));
                } while (isOpen() && allocHandle.continueReading());
            } catch (Throwable t) {
                exception = t;
            }
            try {
                allocHandle.readComplete();
                pipeline.fireChannelReadComplete();
                if (exception != null) {
                    pipeline.fireExceptionCaught(exception);
                }
            } finally {
                if (puttingOff) {
                    lateFlushes.resume(true);
                }
            }
        }

        private Channel newChild(int fd) throws Exception {
            try {
                return newChildChannel(fd, remote);
            } catch (Throwable t) {
                new NetFd(fd, netFd().family(), netFd().sotype()).close();
                throw t;
            }
        }

        private Throwable acceptFailed(int result) {
            int errno = -result;
            if (errno == Errno.EMFILE
                    || errno == Errno.ENFILE
                    || errno == Errno.ENOBUFS
                    || errno == Errno.ENOMEM) {
                pauseAccepting();
            }
            return Errno.newException("accept", result, localAddress());
        }

        /**
         * The connections stay in the backlog meanwhile; trying again at once would burn the CPU.
         */
        private void pauseAccepting() {
            GoPollIoRegistration here = registration();
            eventLoop()
                    .schedule(
                            () -> {
                                // If not, the channel belongs to another loop, or to none.
                                if (here.isValid()) {
                                    pausedAt = null;
                                    readAgain();
                                }
                            },
                            ACCEPT_PAUSE_MILLIS,
                            TimeUnit.MILLISECONDS);
            pausedAt = here;
        }
    }
}
