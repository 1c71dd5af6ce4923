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

import static io.netty.util.internal.ObjectUtil.checkNotNull;

import io.gopoll.net.NetFd;
import io.gopoll.poll.DeadlineExceededException;
import io.gopoll.poll.PollDesc;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.SockAddr;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.PromiseNotifier;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.TimeUnit;

/**
 * What all GoPoll channels share: a {@link NetFd}, its registration with the loop's poller,
 * connecting and closing, and when to read.
 *
 * <p>Reading. The reading side is parked from the moment the descriptor is in the poller until its
 * end, also while nobody wants to read: so a peer's hang-up is seen at once, and turning autoRead
 * off and on makes no system call. Three things, all of them the event loop's, say what to do when
 * it is resumed: {@link #readInterest} (somebody has asked to read), {@link #drained} (whether what
 * an edge told of has been read to its end) and the poll descriptor's hang-up.
 */
abstract class AbstractGoPollChannel extends AbstractChannel implements UnixChannel {

    private final NetFd netFd;
    private final FileDescriptor descriptor;

    /** Null while not registered. */
    private IoRegistration ioRegistration;

    /**
     * The present registration or, after a deregistration, the last one, which is not valid any
     * more.
     */
    private GoPollIoRegistration registration;

    /** A read that was asked for and has not been answered yet. */
    boolean readPending;

    /**
     * Whether to read when there is something; what the EPOLLIN flag is to Netty's epoll channels.
     */
    private boolean readInterest;

    /**
     * Whether there may be something to read.
     *
     * <pre>
     * from          by                                    to
     * any           an edge, {@link #readAgain}           NO
     * NO, PERHAPS   a read                                what the rule of its socket says
     * any           the end of the input, a failed read   YES
     *
     * with readInterest, outside of the read loop: NO is queued, PERHAPS looks before the loop sleeps
     * </pre>
     */
    Drained drained = Drained.YES;

    /** The read loop that is under way was not asked for by an edge: it looks for more. */
    private boolean looking;

    private boolean inReadLoop;

    /** A write is under way: what it calls must not wait for another one. */
    private boolean writing;

    /** Null until one is set. Written once, under this. */
    private volatile Deadlines deadlines;

    /** The socket is in a poller: from then on the loop is to be told of a deadline. */
    private volatile boolean watched;

    /** The end of the input was seen, so that there is nothing to wait for any more. */
    private boolean inputClosedSeenErrorOnRead;

    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;

    /** The connect that is under way; a second one fails. */
    private ChannelPromise connectPromise;

    private Future<?> connectTimeoutFuture;
    private SocketAddress requestedRemoteAddress;

    volatile boolean active;

    /** Whether the socket has a name to ask for: it is bound, or connect has given it one. */
    private volatile boolean named;

    private volatile SocketAddress local;
    private volatile SocketAddress remote;

    /**
     * @param active whether the socket is connected, or listens, already
     */
    AbstractGoPollChannel(Channel parent, NetFd netFd, boolean active) {
        this(parent, netFd, active, null);
    }

    AbstractGoPollChannel(Channel parent, NetFd netFd, boolean active, SocketAddress remote) {
        super(parent);
        this.netFd = checkNotNull(netFd, "netFd");
        this.descriptor = new SocketDescriptor(netFd, this);
        this.active = active;
        this.named = active;
        this.remote = remote;
    }

    /** Opens a socket for a new channel. */
    static NetFd newSocket(int family, int sotype) {
        GoPoll.ensureAvailability();
        try {
            return NetFd.socket(family, sotype);
        } catch (IOException e) {
            throw new ChannelException("Unable to open a socket", e);
        }
    }

    /** Takes over a socket that the user has opened. */
    static NetFd adoptSocket(int fd) {
        GoPoll.ensureAvailability();
        try {
            return NetFd.adopt(fd);
        } catch (IOException e) {
            throw new ChannelException("Unable to adopt descriptor " + fd, e);
        }
    }

    /**
     * Whether a socket that was taken over has no error pending, which Netty takes for being
     * connected.
     */
    static boolean isSoErrorZero(NetFd netFd) {
        try {
            return netFd.getIntOption(Constants.SOL_SOCKET, Constants.SO_ERROR) == 0;
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    final NetFd netFd() {
        return netFd;
    }

    final GoPollIoRegistration registration() {
        return registration;
    }

    @Override
    public final FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public abstract GoPollChannelConfig config();

    /** Those that this kind of channel takes. */
    abstract SocketOptions options();

    @Override
    public boolean isActive() {
        // The event loop is the last to know, so that it tells the pipeline.
        return active && (isOpen() || isRegistered() && eventLoop().inEventLoop());
    }

    @Override
    public boolean isOpen() {
        return netFd.isOpen();
    }

    @Override
    protected abstract AbstractGoPollUnsafe newUnsafe();

    /** Why a call has failed; a channel that another thread has closed says so. */
    final IOException failure(String syscall, int result) {
        return isOpen() ? Errno.newException(syscall, result) : new ClosedChannelException();
    }

    // ---- Registration. ----

    /**
     * Says yes so that {@link #doRegister} can refuse with both sides named, and Netty then closes.
     */
    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        AbstractGoPollUnsafe unsafe = (AbstractGoPollUnsafe) unsafe();
        EventLoop loop = eventLoop();
        if (!(loop instanceof IoEventLoop)
                || !((IoEventLoop) loop).isCompatible(unsafe.getClass())) {
            promise.setFailure(GoPollEventLoop.incompatible(this, loop));
            return;
        }
        ((IoEventLoop) loop)
                .register(unsafe)
                .addListener(
                        f -> {
                            if (!f.isSuccess()) {
                                promise.setFailure(f.cause());
                                return;
                            }
                            ioRegistration = (IoRegistration) f.getNow();
                            registration = ioRegistration.attachment();
                            try {
                                if (isPollable()) {
                                    open();
                                    goOnWriting(unsafe.outboundBuffer());
                                }
                            } catch (Throwable t) {
                                doDeregister();
                                promise.setFailure(t);
                                return;
                            }
                            promise.setSuccess();
                        });
    }

    /** What was flushed in another loop, and waited there for its turn or for the socket. */
    private void goOnWriting(ChannelOutboundBuffer out) {
        if (out != null && !out.isEmpty()) {
            registration.queue(PollDesc.WRITE);
        }
    }

    @Override
    protected void doDeregister() {
        watched = false;
        IoRegistration r = ioRegistration;
        if (r != null) {
            ioRegistration = null;
            r.cancel();
        }
    }

    /** Whether the socket has something to say: an unconnected stream would report a hang-up. */
    boolean isPollable() {
        return isActive();
    }

    /** Puts the socket into the poller, once it is pollable. */
    final void open() throws IOException {
        registration.open(netFd);
        watched = true;
        // After watched, so that a deadline that is set now is seen here, or the loop told of it.
        Deadlines d = deadlines;
        if (d != null) {
            d.watched();
        }
        if (!registration.isQueued(PollDesc.READ)) {
            registration.park(PollDesc.READ);
        }
    }

    // ---- Deadlines: DeadlineChannel, for the channels that are one. ----

    /** Any thread. Those of a channel that never had any come into being. */
    final Deadlines deadlines() {
        Deadlines d = deadlines;
        if (d == null) {
            synchronized (this) {
                d = deadlines;
                if (d == null) {
                    deadlines = d = new Deadlines(this);
                }
            }
        }
        return d;
    }

    /** Those that were set; null if none ever was. Any thread. */
    final Deadlines deadlinesIfAny() {
        return deadlines;
    }

    final boolean isWatched() {
        return watched;
    }

    /** If the writing deadline has passed, fails all that was flushed. */
    final boolean isWriteDeadlinePast(ChannelOutboundBuffer in) {
        Deadlines d = deadlines;
        return d != null && d.failWrites(in);
    }

    /** Whether this is called by something that a write of this channel has called. */
    final boolean isWriting() {
        return writing;
    }

    /** The socket is full: waits until it takes more, or the deadline passes. */
    final void parkWriter() {
        GoPollIoRegistration r = registration;
        if (r != null) {
            Deadlines d = deadlines;
            if (d != null) {
                d.writerParks();
            }
            r.parkWriter();
        }
    }

    // ---- Reading. ----

    @Override
    protected void doBeginRead() throws Exception {
        Deadlines d = deadlines;
        if (d != null && !readInterest) {
            d.touch();
        }
        readPending = true;
        readInterest = true;
        if (!inReadLoop) {
            resumeReading();
        }
    }

    /** Lets the reading side run, if there may be something to read. */
    void resumeReading() {
        if (registration == null || !registration.isValid()) {
            return;
        }
        if (drained == Drained.NO) {
            registration.queue(PollDesc.READ);
        } else if (drained == Drained.PERHAPS) {
            registration.look();
        }
    }

    /**
     * Whether a read loop that finds nothing has nothing to tell: no edge has promised anything.
     */
    final boolean isLookInVain(GoPollRecvByteAllocatorHandle allocHandle) {
        return looking && !allocHandle.hasRead();
    }

    /**
     * There may be something to read though no edge has said so: looks, if somebody wants to read.
     */
    final void readAgain() {
        drained = Drained.NO;
        GoPollIoRegistration r = registration;
        // The end of a peer that has hung up is read also if nobody wants to read.
        if ((readInterest || r != null && r.hungUp()) && !inReadLoop) {
            resumeReading();
        }
    }

    /**
     * The config's autoRead went from true to false: forget the interest unless a read is pending.
     */
    final void autoReadCleared() {
        if (!isRegistered()) {
            readInterest = false;
            return;
        }
        EventLoop loop = eventLoop();
        if (loop.inEventLoop()) {
            clearReadInterest();
        } else {
            loop.execute(
                    () -> {
                        if (!readPending && !config().isAutoRead()) {
                            clearReadInterest();
                        }
                    });
        }
    }

    final boolean isReadQueued() {
        return registration.isQueued(PollDesc.READ);
    }

    final void clearReadInterest() {
        readPending = false;
        readInterest = false;
    }

    /** Whether nothing more may be read: the input was shut down, by us or by a close. */
    final boolean shouldBreakReadReady(ChannelConfig config) {
        return isInputShutdown() && (inputClosedSeenErrorOnRead || !isAllowHalfClosure(config));
    }

    /** Nothing more is read, not by a read loop that is under way either. */
    final void breakReading() {
        inputShutdown = true;
        inputClosedSeenErrorOnRead = true;
    }

    boolean isAllowHalfClosure(ChannelConfig config) {
        return config instanceof GoPollStreamChannelConfig
                && ((GoPollStreamChannelConfig) config).isAllowHalfClosure();
    }

    public boolean isInputShutdown() {
        return inputShutdown || !isOpen();
    }

    public boolean isOutputShutdown() {
        return outputShutdown || !isOpen();
    }

    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    /** shutdown(2) of the directions that are not shut down yet. */
    final void shutdownSocket(boolean input, boolean output) throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        boolean read = input && !inputShutdown;
        boolean write = output && !outputShutdown;
        if (!read && !write) {
            return;
        }
        inputShutdown |= read;
        outputShutdown |= write;
        netFd.shutdown(read ? write ? Constants.SHUT_RDWR : Constants.SHUT_RD : Constants.SHUT_WR);
    }

    abstract class AbstractGoPollUnsafe extends AbstractUnsafe implements GoPollIoHandle {

        private GoPollRecvByteAllocatorHandle allocHandle;

        final Channel channel() {
            return AbstractGoPollChannel.this;
        }

        @Override
        public final FileDescriptor fd() {
            return descriptor;
        }

        @Override
        public final void close() {
            close(voidPromise());
        }

        @Override
        public final void handle(IoRegistration ignored, IoEvent event) {
            if (event == GoPollIoEvent.WRITE) {
                writeReady();
            } else {
                readReady();
            }
        }

        @Override
        public final GoPollRecvByteAllocatorHandle recvBufAllocHandle() {
            if (allocHandle == null) {
                allocHandle =
                        new GoPollRecvByteAllocatorHandle(
                                (RecvByteBufAllocator.ExtendedHandle) super.recvBufAllocHandle());
            }
            return allocHandle;
        }

        /** Whether there is an end to be read, also if nobody wants to read. */
        boolean isHungUp() {
            return registration.hungUp();
        }

        /** The reading side was resumed: reads if somebody wants to, or if the peer has hung up. */
        private void readReady() {
            GoPollIoRegistration r = registration;
            if (connectPromise != null) {
                // Where another thread polls, the event of the writing side may be queued behind
                // this one: the peer may have connected, sent and closed since.
                finishConnect();
                if (registration != r || !r.isValid()) {
                    return;
                }
            }
            looking = drained == Drained.PERHAPS;
            drained = Drained.NO;
            Deadlines d = deadlines;
            boolean exceeded = d != null && d.readExceeded();
            if (exceeded && !d.isIdle()) {
                failRead(d);
                return;
            }
            boolean hungUp = isHungUp();
            if (hungUp) {
                recvBufAllocHandle().hungUp();
            }
            if (hungUp && !isActive()) {
                shutdownInput(false);
            } else if (readInterest || hungUp) {
                ChannelConfig config = config();
                if (shouldBreakReadReady(config)) {
                    clearReadInterest();
                    return;
                }
                inReadLoop = true;
                try {
                    readLoop(config);
                } catch (Throwable t) {
                    // As of a logger, when the descriptors are used up: the side is to go on.
                    Registrations.handleUnexpected(t);
                }
                inReadLoop = false;
                if (shouldStopReading(config)) {
                    clearReadInterest();
                }
            }
            // The pipeline may have closed the channel or moved it to another loop meanwhile.
            if (registration == r && r.isValid()) {
                if (d != null) {
                    idleRead(d, exceeded);
                    if (registration != r || !r.isValid()) {
                        return;
                    }
                }
                if (!inputClosedSeenErrorOnRead) {
                    r.park(PollDesc.READ);
                }
                if (readInterest) {
                    resumeReading();
                }
            }
        }

        /** Whoever wants to read is told that the deadline has passed. */
        private void failRead(Deadlines d) {
            boolean wanted = readInterest;
            readPending = false;
            if (shouldStopReading(config())) {
                clearReadInterest();
            }
            d.stop();
            if (wanted) {
                pipeline().fireExceptionCaught(newReadDeadlineExceeded());
            }
        }

        private DeadlineExceededException newReadDeadlineExceeded() {
            return new DeadlineExceededException("read", remoteAddress());
        }

        /**
         * A turn of a channel that may have an idle deadline.
         *
         * @param exceeded whether it had passed before this turn, in which data comes first
         */
        private void idleRead(Deadlines d, boolean exceeded) {
            if (recvBufAllocHandle().takeRead()) {
                d.touch();
            } else if (exceeded) {
                d.restartIdle();
                if (readInterest) {
                    pipeline().fireExceptionCaught(newReadDeadlineExceeded());
                }
            }
        }

        /**
         * Reads until drained, until the user's limits say to let others have a turn, or until
         * nobody wants more. Must say in {@link #drained} what it knows of the socket. Should not
         * throw.
         */
        abstract void readLoop(ChannelConfig config);

        final boolean shouldStopReading(ChannelConfig config) {
            // A handler may have called read() from channelRead or channelReadComplete, netty#2254.
            return !readPending && !config.isAutoRead();
        }

        /** The input has ended: half-closes or closes, as the user has chosen. */
        final void shutdownInput(boolean allDataRead) {
            if (!isInputShutdown()) {
                if (!isAllowHalfClosure(config())) {
                    close(voidPromise());
                    return;
                }
                try {
                    shutdownSocket(true, false);
                } catch (NotYetConnectedException ignored) {
                    // The connection is gone already, so its input is as good as shut down.
                } catch (IOException e) {
                    pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                    close(voidPromise());
                    return;
                }
                if (shouldStopReading(config())) {
                    clearReadInterest();
                }
                pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            }
            if (allDataRead && !inputClosedSeenErrorOnRead) {
                inputClosedSeenErrorOnRead = true;
                pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
            }
        }

        // ---- Writing. ----

        /** Writes straight away, unless what was flushed is written later anyway. */
        @Override
        protected final void flush0() {
            if (!isPutOff()) {
                boolean before = writing;
                writing = true;
                super.flush0();
                writing = before;
            }
        }

        /** Where the writing side is parked, its edge will write. */
        boolean isPutOff() {
            GoPollIoRegistration r = registration;
            return r != null && r.isParked(PollDesc.WRITE);
        }

        private void writeReady() {
            if (connectPromise != null) {
                finishConnect();
            } else if (!isOutputShutdown()) {
                flush0();
            }
        }

        // ---- Connecting. ----

        @Override
        public void connect(
                SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
            // Not made uncancellable: a connect that is under way can be cancelled.
            if (promise.isDone() || !ensureOpen(promise)) {
                return;
            }
            try {
                if (connectPromise != null) {
                    throw new ConnectionPendingException();
                }
                boolean wasActive = isActive();
                if (doConnect(remoteAddress, localAddress)) {
                    fulfillConnectPromise(promise, wasActive);
                    return;
                }
                connectPromise = promise;
                requestedRemoteAddress = remoteAddress;
                scheduleConnectTimeout(remoteAddress);
                promise.addListener(
                        (ChannelFutureListener)
                                future -> {
                                    if (future.isCancelled()) {
                                        cancelConnectTimeout();
                                        connectPromise = null;
                                        close(voidPromise());
                                    }
                                });
            } catch (Throwable t) {
                closeIfClosed();
                promise.tryFailure(annotateConnectException(t, remoteAddress));
            }
        }

        private void scheduleConnectTimeout(SocketAddress remoteAddress) {
            int timeoutMillis = config().getConnectTimeoutMillis();
            if (timeoutMillis <= 0) {
                return;
            }
            connectTimeoutFuture =
                    eventLoop()
                            .schedule(
                                    () -> {
                                        ChannelPromise promise = connectPromise;
                                        if (promise != null
                                                && !promise.isDone()
                                                && promise.tryFailure(
                                                        new ConnectTimeoutException(
                                                                "connection timed out after "
                                                                        + timeoutMillis
                                                                        + " ms: "
                                                                        + remoteAddress))) {
                                            close(voidPromise());
                                        }
                                    },
                                    timeoutMillis,
                                    TimeUnit.MILLISECONDS);
        }

        private void fulfillConnectPromise(ChannelPromise promise, boolean wasActive) {
            if (promise == null) {
                // Cancelled and closed; the promise knows.
                return;
            }
            active = true;
            try {
                open();
            } catch (IOException e) {
                promise.tryFailure(e);
                close(voidPromise());
                return;
            }
            // trySuccess may call a listener that closes the channel; channelActive must come even
            // so.
            boolean isActive = isActive();
            boolean promiseSet = promise.trySuccess();
            if (!wasActive && isActive) {
                pipeline().fireChannelActive();
            }
            if (!promiseSet) {
                // Cancelled by the user in the last moment.
                close(voidPromise());
            }
        }

        private void finishConnect() {
            boolean wasActive = isActive();
            ChannelPromise promise = connectPromise;
            SocketAddress requested = requestedRemoteAddress;
            try {
                if (!netFd.finishConnect(requested, a -> putAddress(a, requested))) {
                    registration.park(PollDesc.WRITE);
                    return;
                }
                remote = connectedAddress(requestedRemoteAddress);
                connectDone();
                fulfillConnectPromise(promise, wasActive);
            } catch (Throwable t) {
                Throwable cause = annotateConnectException(t, requestedRemoteAddress);
                connectDone();
                promise.tryFailure(cause);
                closeIfClosed();
            }
        }

        private void connectDone() {
            cancelConnectTimeout();
            connectPromise = null;
            requestedRemoteAddress = null;
        }
    }

    private void cancelConnectTimeout() {
        if (connectTimeoutFuture != null) {
            connectTimeoutFuture.cancel(false);
            connectTimeoutFuture = null;
        }
    }

    /**
     * Connects to the remote address, bound to the local one if there is one.
     *
     * @return false if the connect is under way
     */
    boolean doConnect(SocketAddress remoteAddress, SocketAddress localAddress) throws Exception {
        checkResolved(localAddress);
        checkResolved(remoteAddress);
        if (remote != null) {
            // connect(2) does not say EISCONN after a connect that was under way and then
            // succeeded.
            throw new AlreadyConnectedException();
        }
        if (localAddress != null) {
            bindSocket(localAddress);
        }
        boolean connected = false;
        try {
            connected = doConnect0(remoteAddress);
            named = true;
            if (connected) {
                remote = connectedAddress(remoteAddress);
            } else {
                open();
                registration.park(PollDesc.WRITE);
            }
            return connected;
        } catch (Throwable t) {
            doClose();
            throw t;
        }
    }

    boolean doConnect0(SocketAddress remoteAddress) throws IOException {
        return netFd.connect(remoteAddress, a -> putAddress(a, remoteAddress));
    }

    /**
     * The address of the peer after a connect: the one asked for, which spares a system call,
     * unless that was the wildcard, for which the system has put another.
     */
    SocketAddress connectedAddress(SocketAddress requested) {
        if (requested instanceof InetSocketAddress
                && ((InetSocketAddress) requested).getAddress().isAnyLocalAddress()) {
            SocketAddress actual = readRemoteAddress();
            return actual == null ? requested : actual;
        }
        return requested;
    }

    /** Writes an address of this channel's kind into the memory of a system call. */
    void putAddress(SockAddr memory, SocketAddress address) {
        memory.setInet((InetSocketAddress) address, netFd.family());
    }

    SocketAddress readLocalAddress() {
        return netFd.localInetAddress();
    }

    SocketAddress readRemoteAddress() {
        return netFd.remoteInetAddress();
    }

    /** The system has given the socket a name, because a datagram was sent. */
    final void nameGiven() {
        if (!named) {
            named = true;
        }
    }

    /** After the socket was disconnected, its names are other ones. */
    final void forgetAddresses() {
        local = null;
        remote = null;
    }

    /** The address family of a new socket of the internet. */
    static int inetFamily(SocketProtocolFamily family) {
        if (family == null) {
            return !NetUtil.isIpV4StackPreferred() && NetFd.isIpv6Available()
                    ? Constants.AF_INET6
                    : Constants.AF_INET;
        }
        switch (family) {
            case INET:
                return Constants.AF_INET;
            case INET6:
                return Constants.AF_INET6;
            default:
                throw new UnsupportedOperationException(
                        "family: " + family + " (expected: INET or INET6)");
        }
    }

    static void checkResolved(SocketAddress address) {
        if (address instanceof InetSocketAddress && ((InetSocketAddress) address).isUnresolved()) {
            throw new UnresolvedAddressException();
        }
    }

    @Override
    protected void doBind(SocketAddress localAddress) throws Exception {
        checkResolved(localAddress);
        bindSocket(localAddress);
        named = true;
    }

    /** bind(2). */
    void bindSocket(SocketAddress localAddress) throws IOException {
        netFd.bind(localAddress, a -> putAddress(a, localAddress));
    }

    /** Asked of the kernel once, and only if somebody asks. */
    @Override
    protected SocketAddress localAddress0() {
        SocketAddress address = local;
        if (address == null && named) {
            local = address = readLocalAddress();
        }
        return address;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        SocketAddress address = remote;
        if (address == null && active) {
            remote = address = readRemoteAddress();
        }
        return address;
    }

    /**
     * A copy outside the heap of the readable bytes of a buffer.
     *
     * @param holder what holds the buffer, or the buffer itself; it is released
     */
    final ByteBuf newDirectBuffer(Object holder, ByteBuf buf) {
        int readable = buf.readableBytes();
        if (readable == 0) {
            ReferenceCountUtil.release(holder);
            return Unpooled.EMPTY_BUFFER;
        }
        ByteBufAllocator alloc = alloc();
        ByteBuf direct =
                alloc.isDirectBufferPooled() ? null : ByteBufUtil.threadLocalDirectBuffer();
        if (direct == null) {
            direct = alloc.directBuffer(readable);
        }
        direct.writeBytes(buf, buf.readerIndex(), readable);
        ReferenceCountUtil.release(holder);
        return direct;
    }

    // ---- Closing. ----

    @Override
    public ChannelFuture close() {
        return close(newPromise());
    }

    @Override
    public ChannelFuture close(ChannelPromise promise) {
        EventLoop loop = isRegistered() ? eventLoop() : null;
        if (!(loop instanceof GoroutineEventLoop) || loop.inEventLoop()) {
            return super.close(promise);
        }
        // The handlers get a promise of their own: the user's may be done before they are asked.
        PromiseNotifier.cascade(false, super.close(newPromise()), promise);
        ((GoroutineEventLoop) loop).closeEvenIfBlocked(this, promise);
        return promise;
    }

    /** What flush has accepted is written, as far as the socket takes it. */
    void flushBeforeClose() {}

    /**
     * Closes the descriptor while the event loop cannot: a handler blocks in it. Whatever the loop
     * does with the channel from now on fails; what a close does in the pipeline it does later. Any
     * thread.
     */
    final void closeAtOnce() {
        if (netFd.close()) {
            CloseFutures.setClosed(closeFuture());
        }
    }

    @Override
    protected void doDisconnect() throws Exception {
        doClose();
    }

    @Override
    protected void doClose() throws Exception {
        active = false;
        // Also where half-closure is allowed, a closed channel must not be read from any more.
        inputClosedSeenErrorOnRead = true;
        ChannelPromise promise = connectPromise;
        if (promise != null) {
            // May race with cancel().
            promise.tryFailure(new ClosedChannelException());
            connectPromise = null;
        }
        cancelConnectTimeout();
        // Closing takes the descriptor out of the poller, so that no epoll_ctl is needed for that.
        if (netFd.isAdopted() && isRegistered() && eventLoop().inEventLoop()) {
            doDeregister();
        }
        netFd.close();
        if (isRegistered()) {
            EventLoop loop = eventLoop();
            if (loop.inEventLoop()) {
                doDeregister();
            } else {
                // SO_LINGER has Netty close on another thread, netty#7159.
                loop.execute(
                        () -> {
                            try {
                                doDeregister();
                            } catch (Throwable t) {
                                pipeline().fireExceptionCaught(t);
                            }
                        });
            }
        }
    }
}
