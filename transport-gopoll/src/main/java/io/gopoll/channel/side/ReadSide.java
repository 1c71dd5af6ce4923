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

import io.gopoll.channel.loop.Registration;
import io.gopoll.channel.loop.Registrations;
import io.gopoll.net.fd.NetFd;
import io.gopoll.poll.DeadlineExceededException;
import io.gopoll.sys.Constants;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;

/**
 * The reading side of a channel: whether somebody wants to read, what is known of the socket, and
 * when to go on. Subclasses know how to read from a kind of socket.
 *
 * <p>The side is parked from the moment the descriptor is in the poller until its end, also while
 * nobody wants to read: so a peer's hang-up is seen at once, and turning autoRead off and on makes
 * no system call. Everything belongs to the event loop unless it says otherwise.
 */
public abstract class ReadSide extends Side {

    /** Whether to read when there is something. */
    private enum Interest {
        NONE,
        /** Whenever there is something: what the EPOLLIN flag is to Netty's epoll channels. */
        STANDING,
        /** As STANDING, and a {@code read()} has not been answered yet. */
        PENDING
    }

    /** How much of the input there still is. */
    private enum Input {
        OPEN,
        /** shutdown(2) was called, or the end was seen: what has come before is still read. */
        SHUT,
        /** The end, or an error, was read: nothing is waited for any more. */
        ENDED
    }

    /**
     * Who wants to read.
     *
     * <pre>
     * from       by                                                     to
     * any        read()                                                 PENDING
     * PENDING    something was read, or has failed                      STANDING
     * any        autoRead is turned off; a turn ends without autoRead
     *            and without a new read(); reading is over              NONE
     * </pre>
     */
    private Interest interest = Interest.NONE;

    /**
     * Whether there may be something to read.
     *
     * <pre>
     * from          by                                    to
     * any           an edge, {@link #again}               NO
     * NO, PERHAPS   a read                                what the rule of its socket says
     * any           the end of the input, a failed read   YES
     *
     * with interest, outside of a turn: NO is queued, PERHAPS looks before the loop sleeps
     * </pre>
     */
    Drained drained = Drained.YES;

    // Not an enum: two bytes of a connection's memory that nothing else can use.
    /** A read loop is under way. */
    private boolean reading;

    /** The last one began although nothing was promised: {@link Drained#PERHAPS}. */
    private boolean looking;

    /** OPEN, SHUT, ENDED, in this order. */
    private volatile Input input = Input.OPEN;

    /** Null until one is set. Written once, under this. */
    private volatile ReadDeadline deadline;

    ReadSide(Channel channel, NetFd netFd) {
        super(channel, netFd);
    }

    /**
     * Reads until drained, until the user's limits say to let others have a turn, or until nobody
     * wants more. Must say in {@link #drained} what it knows of the socket. Should not throw.
     */
    abstract void readLoop(ChannelConfig config);

    /** Whether there is an end to be read, also if nobody wants to read. */
    boolean isHungUp() {
        return registration().hungUp();
    }

    /** Whether reading rests for a while although somebody wants to read. */
    boolean isPaused() {
        return false;
    }

    final GoPollRecvByteAllocatorHandle allocHandle() {
        return (GoPollRecvByteAllocatorHandle) channel.unsafe().recvBufAllocHandle();
    }

    // ---- Its registration. ----

    @Override
    public final void opened() {
        super.opened();
        ReadDeadline d = deadline;
        if (d != null) {
            d.watched();
        }
        park();
    }

    /** Waits for the next edge, unless the side goes on by itself. */
    private void park() {
        if (!registration().reader().isQueued()) {
            registration().reader().park(false);
        }
    }

    /** Whether an edge is to come with the next byte. */
    boolean awaitsEdge() {
        return drained == Drained.YES;
    }

    // ---- The deadline. Any thread. ----

    public final ReadDeadline deadline() {
        ReadDeadline d = deadline;
        if (d == null) {
            synchronized (this) {
                d = deadline;
                if (d == null) {
                    deadline = d = new ReadDeadline(this);
                }
            }
        }
        return d;
    }

    /** Null if none ever was set. */
    public final ReadDeadline deadlineIfAny() {
        return deadline;
    }

    // ---- Who wants to read. ----

    /** {@code read()}. */
    public final void beginRead() {
        ReadDeadline d = deadline;
        if (d != null && interest == Interest.NONE) {
            d.touch();
        }
        interest = Interest.PENDING;
        if (!reading) {
            goOn();
        }
    }

    /** Something was read for whoever has asked. */
    final void answered() {
        if (interest == Interest.PENDING) {
            interest = Interest.STANDING;
        }
    }

    private void loseInterestUnlessAsked() {
        // A handler may have called read() from channelRead or channelReadComplete, netty#2254.
        if (interest != Interest.PENDING && !channel.config().isAutoRead()) {
            interest = Interest.NONE;
        }
    }

    /** The config's autoRead went from true to false. Any thread. */
    public final void autoReadCleared() {
        if (!channel.isRegistered() || channel.eventLoop().inEventLoop()) {
            interest = Interest.NONE;
        } else {
            channel.eventLoop().execute(this::loseInterestUnlessAsked);
        }
    }

    // ---- Going on. ----

    /** Goes on if there may be something to read. */
    private void goOn() {
        if (!isValid() || isPaused()) {
            return;
        }
        if (drained == Drained.NO) {
            registration().reader().queue();
        } else if (drained == Drained.PERHAPS) {
            registration().reader().look();
        }
    }

    /**
     * There may be something to read though no edge has said so: looks, if somebody wants to read.
     */
    final void again() {
        drained = Drained.NO;
        // The end of a peer that has hung up is read also if nobody wants to read.
        boolean wanted =
                interest != Interest.NONE || registration() != null && registration().hungUp();
        if (wanted && !reading) {
            goOn();
        }
    }

    /** After a deadline that had stopped the side. */
    final void restart() {
        again();
        park();
    }

    /**
     * The end of a read loop.
     *
     * @param cause what it has failed of, or null
     */
    final void complete(GoPollRecvByteAllocatorHandle allocHandle, Throwable cause) {
        allocHandle.readComplete();
        channel.pipeline().fireChannelReadComplete();
        if (cause != null) {
            channel.pipeline().fireExceptionCaught(cause);
        }
    }

    /** Whether a read loop that has found nothing has nothing to tell: nothing was promised. */
    final boolean isLookInVain(GoPollRecvByteAllocatorHandle allocHandle) {
        return looking && !allocHandle.hasRead();
    }

    /** Its turn: reads if somebody wants to, or if the peer has hung up. */
    public final void ready() {
        looking = drained == Drained.PERHAPS;
        drained = Drained.NO;
        ReadDeadline d = deadline;
        boolean exceeded = d != null && d.isExceeded();
        if (exceeded && !d.isIdle()) {
            fail(d);
            return;
        }
        Registration r = registration();
        boolean hungUp = isHungUp();
        if (hungUp) {
            allocHandle().hungUp();
        }
        if (hungUp && !channel.isActive()) {
            endOfInput(false);
        } else if (interest != Interest.NONE || hungUp) {
            if (isOver()) {
                interest = Interest.NONE;
                return;
            }
            reading = true;
            try {
                readLoop(channel.config());
            } catch (Throwable t) {
                // As of a logger, when the descriptors are used up: the side is to go on.
                Registrations.handleUnexpected(t);
            }
            reading = false;
            loseInterestUnlessAsked();
        }
        // The pipeline may have closed the channel or moved it to another loop meanwhile.
        if (d != null && registration() == r && r.isValid()) {
            endIdleTurn(d, exceeded);
        }
        if (registration() == r && r.isValid()) {
            if (input != Input.ENDED) {
                r.reader().park(awaitsEdge());
            }
            if (interest != Interest.NONE) {
                goOn();
            }
        }
    }

    /** Whoever wants to read is told that the deadline has passed. */
    private void fail(ReadDeadline d) {
        boolean wanted = interest != Interest.NONE;
        answered();
        loseInterestUnlessAsked();
        d.stop();
        if (wanted) {
            fireDeadlineExceeded();
        }
    }

    private void fireDeadlineExceeded() {
        channel.pipeline()
                .fireExceptionCaught(
                        new DeadlineExceededException("read", channel.remoteAddress()));
    }

    /**
     * A turn of a channel that may have an idle deadline.
     *
     * @param exceeded whether it had passed before this turn, in which data comes first
     */
    private void endIdleTurn(ReadDeadline d, boolean exceeded) {
        if (allocHandle().takeRead()) {
            d.touch();
        } else if (exceeded) {
            d.restartIdle();
            if (interest != Interest.NONE) {
                fireDeadlineExceeded();
            }
        }
    }

    // ---- The end. ----

    /** Whether nothing more may be read: the input was shut down, by us or by a close. */
    final boolean isOver() {
        return isShutdown() && (input == Input.ENDED || !isAllowHalfClosure());
    }

    /** Whether the output stays open when the input has ended. */
    boolean isAllowHalfClosure() {
        return false;
    }

    /** Any thread. */
    public final boolean isShutdown() {
        return input != Input.OPEN || !netFd.isOpen();
    }

    /** Nothing more is read, not by a read loop that is under way either. Any thread. */
    public final void end() {
        input = Input.ENDED;
    }

    /**
     * shutdown(2) of the input, unless it is shut down already.
     *
     * @throws ClosedChannelException if the channel is closed
     */
    public final void shutdown() throws IOException {
        if (!netFd.isOpen()) {
            throw new ClosedChannelException();
        }
        if (input == Input.OPEN) {
            input = Input.SHUT;
            netFd.shutdown(Constants.SHUT_RD);
        }
    }

    /**
     * The input has ended: half-closes or closes, as the user has chosen.
     *
     * @param allDataRead whether the end itself was read
     */
    final void endOfInput(boolean allDataRead) {
        if (!isShutdown()) {
            if (!isAllowHalfClosure()) {
                close();
                return;
            }
            try {
                shutdown();
            } catch (NotYetConnectedException ignored) {
                // The connection is gone already, so its input is as good as shut down.
            } catch (IOException e) {
                channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                close();
                return;
            }
            loseInterestUnlessAsked();
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        if (allDataRead && input != Input.ENDED) {
            input = Input.ENDED;
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }
    }

    private void close() {
        channel.unsafe().close(channel.voidPromise());
    }
}
