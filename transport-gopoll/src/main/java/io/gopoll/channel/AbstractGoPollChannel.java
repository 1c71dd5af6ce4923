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

import io.gopoll.channel.address.AddressFamily;
import io.gopoll.channel.address.Addresses;
import io.gopoll.channel.goroutine.GoroutineEventLoop;
import io.gopoll.channel.loop.Registration;
import io.gopoll.channel.loop.Registrations;
import io.gopoll.channel.side.CloseFutures;
import io.gopoll.channel.side.Connecting;
import io.gopoll.channel.side.GoPollRecvByteAllocatorHandle;
import io.gopoll.channel.side.ReadSide;
import io.gopoll.channel.side.Sides;
import io.gopoll.channel.side.SocketDescriptor;
import io.gopoll.channel.side.WriteSide;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.PromiseNotifier;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import org.jspecify.annotations.Nullable;

/**
 * What all GoPoll channels share: a {@link NetFd} with its {@link ReadSide}, its {@link WriteSide}
 * and its {@link Addresses}; registering, connecting and closing.
 */
abstract class AbstractGoPollChannel extends AbstractChannel implements UnixChannel {

    private final NetFd netFd;
    private final ReadSide readSide;
    private final WriteSide writeSide;
    private final Addresses addresses;

    /** Null until it is asked for. Written once, under this. */
    private volatile @Nullable SocketDescriptor descriptor;

    /** Null while not registered. */
    private @Nullable IoRegistration ioRegistration;

    /** Null unless a connect is under way. */
    private @Nullable Connecting connecting;

    volatile boolean active;

    /** See {@link #isClosing}. The event loop's. */
    private boolean closing;

    /**
     * @param active whether the socket is connected, or listens, already
     */
    AbstractGoPollChannel(@Nullable Channel parent, NetFd netFd, boolean active) {
        this(parent, netFd, active, null);
    }

    AbstractGoPollChannel(
            @Nullable Channel parent, NetFd netFd, boolean active, @Nullable SocketAddress remote) {
        super(parent);
        this.netFd = checkNotNull(netFd, "netFd");
        this.active = active;
        addresses = new Addresses(addressFamily(), netFd, active, remote);
        readSide = newReadSide(netFd);
        writeSide = newWriteSide(netFd);
    }

    abstract ReadSide newReadSide(NetFd netFd);

    abstract WriteSide newWriteSide(NetFd netFd);

    AddressFamily addressFamily() {
        return AddressFamily.INET;
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

    final ReadSide readSide() {
        return readSide;
    }

    final WriteSide writeSide() {
        return writeSide;
    }

    final Addresses addresses() {
        return addresses;
    }

    @Override
    public final FileDescriptor fd() {
        SocketDescriptor d = descriptor;
        if (d == null) {
            synchronized (this) {
                d = descriptor;
                if (d == null) {
                    descriptor = d = new SocketDescriptor(netFd, writeSide);
                }
            }
        }
        return d;
    }

    @Override
    public abstract GoPollChannelConfig config();

    /** Those that this kind of channel takes. */
    abstract SocketOptions options();

    @Override
    public boolean isActive() {
        return active && (isOpen() || isClosing());
    }

    /**
     * Whether the event loop closes the channel just now. Another thread may have closed the
     * descriptor before; the channel was active for Netty even so, which tells the pipeline then.
     */
    final boolean isClosing() {
        return closing && eventLoop().inEventLoop();
    }

    @Override
    public boolean isOpen() {
        return netFd.isOpen();
    }

    @Override
    protected abstract AbstractGoPollUnsafe newUnsafe();

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
            promise.setFailure(Registrations.incompatible(this, loop));
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
                            Registration registration = ioRegistration.attachment();
                            readSide.registered(registration);
                            writeSide.registered(registration);
                            try {
                                if (isPollable()) {
                                    open();
                                    writeSide.goOn();
                                }
                            } catch (Throwable t) {
                                doDeregister();
                                promise.setFailure(t);
                                return;
                            }
                            promise.setSuccess();
                        });
    }

    @Override
    protected void doDeregister() {
        readSide.left();
        writeSide.left();
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
        readSide.registration().open(netFd);
        writeSide.opened();
        readSide.opened();
    }

    @Override
    protected void doBeginRead() {
        readSide.beginRead();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        writeSide.write(in);
    }

    /**
     * Whether nothing more will be read: the peer has ended its side, or {@code shutdownInput} has
     * ended this one. Any thread.
     *
     * @return true also once the channel is closed
     */
    public boolean isInputShutdown() {
        return readSide.isShutdown();
    }

    /**
     * Whether nothing more can be written, since {@code shutdownOutput} has ended this side. Any
     * thread.
     *
     * @return true from the shutdown on
     */
    public boolean isOutputShutdown() {
        return writeSide.isShutdown();
    }

    /**
     * Whether both sides have ended, each for itself. The channel may be open even so. Any thread.
     *
     * @return {@code isInputShutdown() && isOutputShutdown()}
     */
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    abstract class AbstractGoPollUnsafe extends AbstractUnsafe implements GoPollIoHandle, Sides {

        private @Nullable GoPollRecvByteAllocatorHandle allocHandle;

        final AbstractGoPollChannel channel() {
            return AbstractGoPollChannel.this;
        }

        @Override
        public final ReadSide readSide() {
            return readSide;
        }

        @Override
        public final WriteSide writeSide() {
            return writeSide;
        }

        @Override
        public final FileDescriptor fd() {
            return AbstractGoPollChannel.this.fd();
        }

        @Override
        public final void close() {
            close(voidPromise());
        }

        @Override
        public void close(ChannelPromise promise) {
            closing = isRegistered();
            try {
                super.close(promise);
            } finally {
                closing = false;
            }
        }

        /** Closes although the loop takes no tasks any more. The loop's thread. */
        final void closeAtOnce() {
            ChannelOutboundBuffer out = outboundBuffer();
            closeEvenIfBlocked();
            if (out != null) {
                ClosedChannelException cause = new ClosedChannelException();
                out.addFlush();
                while (!out.isEmpty()) {
                    out.remove(cause);
                }
            }
        }

        @Override
        public final void handle(IoRegistration registration, IoEvent event) {
            Connecting c = connecting;
            if (c != null) {
                // Also by the reading side. Where another thread polls, the event of the writing
                // side may be queued behind it: the peer may have connected, sent and closed since.
                finishConnect(c);
                if (event == GoPollIoEvent.WRITE || !registration.isValid()) {
                    return;
                }
            }
            if (event == GoPollIoEvent.WRITE) {
                writeSide.ready();
            } else {
                readSide.ready();
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

        @Override
        protected final void flush0() {
            writeSide.flush();
        }

        @Override
        public final void writeFlushed() {
            super.flush0();
        }

        @Override
        public final void validate(DefaultFileRegion region, long position) throws IOException {
            validateFileRegion(region, position);
        }

        @Override
        public final void closeEvenIfBlocked() {
            if (netFd.close()) {
                CloseFutures.setClosed(closeFuture());
            }
        }

        // ---- Connecting. ----

        @Override
        public void connect(
                SocketAddress remoteAddress,
                @Nullable SocketAddress localAddress,
                ChannelPromise promise) {
            // Not made uncancellable: a connect that is under way can be cancelled.
            if (promise.isDone() || !ensureOpen(promise)) {
                return;
            }
            try {
                if (connecting != null) {
                    throw new ConnectionPendingException();
                }
                boolean wasActive = isActive();
                if (doConnect(remoteAddress, localAddress)) {
                    connected(promise, wasActive);
                    return;
                }
                connecting =
                        new Connecting(promise, remoteAddress, config().getConnectTimeoutMillis());
                promise.addListener((ChannelFutureListener) this::connectDone);
            } catch (Throwable t) {
                closeIfClosed();
                promise.tryFailure(annotateConnectException(t, remoteAddress));
            }
        }

        private void connectDone(ChannelFuture promise) {
            if (promise.isCancelled()) {
                endConnecting();
                close(voidPromise());
            }
        }

        private void connected(ChannelPromise promise, boolean wasActive) {
            try {
                open();
            } catch (IOException e) {
                // Not active yet, so that no handler hears that it is inactive.
                promise.tryFailure(e);
                close(voidPromise());
                return;
            }
            active = true;
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

        private void finishConnect(Connecting c) {
            boolean wasActive = isActive();
            try {
                if (!netFd.finishConnect(
                        c.remote, memory -> addressFamily().put(memory, c.remote, netFd))) {
                    writeSide.awaitConnect();
                    return;
                }
                addresses.connected(c.remote);
                endConnecting();
                connected(c.promise, wasActive);
            } catch (Throwable t) {
                endConnecting();
                c.promise.tryFailure(annotateConnectException(t, c.remote));
                closeIfClosed();
            }
        }
    }

    private void endConnecting() {
        Connecting c = connecting;
        if (c != null) {
            connecting = null;
            c.end();
        }
    }

    /**
     * Connects to the remote address, bound to the local one if there is one.
     *
     * @return false if the connect is under way
     */
    boolean doConnect(SocketAddress remoteAddress, @Nullable SocketAddress localAddress)
            throws Exception {
        AddressFamily.checkResolved(localAddress);
        AddressFamily.checkResolved(remoteAddress);
        if (addresses.isRemoteKnown()) {
            // connect(2) does not say EISCONN after a connect that was under way and then
            // succeeded.
            throw new AlreadyConnectedException();
        }
        if (localAddress != null) {
            addresses.bind(localAddress);
        }
        try {
            boolean connected = doConnect0(remoteAddress);
            addresses.nameGiven();
            if (connected) {
                addresses.connected(remoteAddress);
            } else {
                open();
                writeSide.awaitConnect();
            }
            return connected;
        } catch (Throwable t) {
            doClose();
            throw t;
        }
    }

    boolean doConnect0(SocketAddress remoteAddress) throws IOException {
        return netFd.connect(
                remoteAddress, memory -> addressFamily().put(memory, remoteAddress, netFd));
    }

    @Override
    protected void doBind(SocketAddress localAddress) throws Exception {
        AddressFamily.checkResolved(localAddress);
        addresses.bind(localAddress);
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return addresses.local();
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return addresses.remote(active);
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

    @Override
    public ChannelFuture disconnect() {
        return disconnect(newPromise());
    }

    /** Of a connection it is a close, as in all of Netty. */
    @Override
    public ChannelFuture disconnect(ChannelPromise promise) {
        return metadata().hasDisconnect() ? super.disconnect(promise) : close(promise);
    }

    @Override
    protected void doDisconnect() throws Exception {
        doClose();
    }

    @Override
    protected void doClose() throws Exception {
        active = false;
        // Also where half-closure is allowed, a closed channel must not be read from any more.
        readSide.end();
        Connecting c = connecting;
        if (c != null) {
            // May race with cancel().
            c.promise.tryFailure(new ClosedChannelException());
            endConnecting();
        }
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
