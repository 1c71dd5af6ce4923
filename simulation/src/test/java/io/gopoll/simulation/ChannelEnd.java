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
package io.gopoll.simulation;

import io.gopoll.channel.DeadlineChannel;
import io.gopoll.channel.GoPollDomainSocketChannel;
import io.gopoll.poll.DeadlineExceededException;
import io.gopoll.sys.NativeIoException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/** The end that is a channel of GoPoll, and the last handler of its pipeline. */
final class ChannelEnd extends End implements ChannelInboundHandler {

    private final Simulation simulation;
    final DuplexChannel channel;
    private final int fd;

    /** Writes, closes and so on that are not done. */
    private int pending;

    /** It does something when it is called. */
    private final boolean isLively;

    private int active;
    private boolean inactive;

    private boolean isSpliced;

    /** A time, 0 for none. */
    private long readDeadline;

    boolean deadlineExceeded;

    ChannelEnd(Simulation simulation, DuplexChannel channel, boolean lively, Flow out, Flow in) {
        super(out, in);
        this.simulation = simulation;
        this.channel = channel;
        isLively = lively;
        fd = ((UnixChannel) channel).fd().intValue();
    }

    StreamSocket socket() {
        return channel.isOpen() ? (StreamSocket) simulation.kernel.file(fd) : null;
    }

    @Override
    boolean isClosed() {
        return !channel.isOpen();
    }

    int pending() {
        return pending;
    }

    // ---- What it does. ----

    @Override
    void write(Chance chance, int most) {
        if (endedOutput || !channel.isActive() || isTarget) {
            return;
        }
        for (int i = chance.below(3); i >= 0; i--) {
            byte[] bytes = out.next(chance.oneIn(16) ? 0 : chance.size(most));
            ByteBuf buf;
            if (chance.oneIn(8)) {
                buf = channel.alloc().heapBuffer(bytes.length).writeBytes(bytes);
            } else if (chance.oneIn(8)) {
                int half = bytes.length / 2;
                buf =
                        channel.alloc()
                                .compositeDirectBuffer()
                                .addComponent(true, direct(bytes, 0, half))
                                .addComponent(true, direct(bytes, half, bytes.length - half));
            } else {
                buf = direct(bytes, 0, bytes.length);
            }
            out.written += bytes.length;
            channel.write(buf, promise(bytes.length));
        }
        if (!chance.oneIn(8)) {
            channel.flush();
        }
    }

    private ByteBuf direct(byte[] bytes, int offset, int length) {
        return channel.alloc().directBuffer(Math.max(1, length)).writeBytes(bytes, offset, length);
    }

    private ChannelPromise promise(int length) {
        ChannelPromise promise = channel.newPromise();
        pending++;
        promise.addListener(
                f -> {
                    pending--;
                    if (f.isSuccess()) {
                        out.acknowledged += length;
                    } else {
                        toldError = true;
                    }
                });
        return promise;
    }

    /** A promise that fails when the channel is closed before. */
    ChannelPromise otherPromise() {
        pending++;
        return channel.newPromise().addListener(f -> pending--);
    }

    @Override
    void shutdownOutput() {
        if (channel.isActive() && !endedOutput) {
            endedOutput = true;
            channel.shutdownOutput(otherPromise());
        }
    }

    void shutdownInput() {
        if (channel.isActive()) {
            stoppedReading = true;
            endedInput = true;
            channel.shutdownInput(otherPromise());
        }
    }

    @Override
    void close() {
        closedItself = true;
        endedOutput = true;
        stoppedReading = true;
        channel.close(otherPromise());
    }

    /** From now on all of its input goes to another channel of the same loop. */
    void spliceTo(ChannelEnd target) {
        if (!channel.isRegistered() || !target.channel.isRegistered()) {
            return;
        }
        isSpliced = true;
        stoppedReading = true;
        ((GoPollDomainSocketChannel) channel)
                .spliceTo(
                        (GoPollDomainSocketChannel) target.channel,
                        Integer.MAX_VALUE,
                        otherPromise())
                .addListener(f -> spliceDone(target, f.cause()));
    }

    private void spliceDone(ChannelEnd target, Throwable cause) {
        toldError |= cause != null;
        // The target has closed since it could not write, as after every write that fails: what it
        // had not read is lost, and this promise is the only one that says so.
        target.toldError |= cause instanceof NativeIoException && target.isClosed();
    }

    void setAutoRead(boolean on) {
        if (isSpliced) {
            // The splice turns it off and on itself.
            return;
        }
        channel.config().setAutoRead(on);
    }

    void setReadDeadline(long nanos) {
        readDeadline = nanos == 0 ? 0 : simulation.kernel.now() + nanos;
        deadlineExceeded = false;
        ((DeadlineChannel) channel).setReadDeadline(readDeadline);
    }

    /** After everything has come to rest, and time has passed. */
    void checkAtRest() {
        StreamSocket socket = socket();
        if (socket != null
                && socket.state == StreamSocket.State.CONNECTED
                && channel.isRegistered()
                && !channel.isActive()) {
            throw new AssertionError("connected, and nobody has seen it; at " + this);
        }
        if (socket == null || !channel.isActive() || active == 0) {
            return;
        }
        if (readDeadline != 0
                && readDeadline < simulation.kernel.now()
                && channel.config().isAutoRead()
                && !deadlineExceeded
                && !stoppedReading
                && !sawEnd) {
            throw new AssertionError("the deadline has passed, and nobody has said so; at " + this);
        }
        boolean reads = channel.config().isAutoRead() && !deadlineExceeded && !sawEnd;
        if (reads && !stoppedReading && socket.isReadable()) {
            throw new AssertionError("parked with something to read; at " + this);
        }
        if (!sawEnd
                && !stoppedReading
                && (readDeadline == 0 || simulation.kernel.now() < readDeadline)
                && socket.isReadable()
                && socket.hasEnded()) {
            throw new AssertionError("parked with an end to be seen; at " + this);
        }
        if (channel.unsafe().outboundBuffer() != null
                && channel.unsafe().outboundBuffer().size() > 0
                && socket.takesMore()) {
            throw new AssertionError("parked with room to write; at " + this);
        }
    }

    void checkDone() {
        if (pending != 0) {
            throw new AssertionError(pending + " promises are not done; at " + this);
        }
        if (active > 1 || active > 0 != inactive) {
            throw new AssertionError(
                    "active " + active + ", inactive " + inactive + "; at " + this);
        }
    }

    // ---- What it is told. ----

    @Override
    public void channelRegistered(ChannelHandlerContext context) {}

    @Override
    public void channelUnregistered(ChannelHandlerContext context) {}

    @Override
    public void channelActive(ChannelHandlerContext context) {
        active++;
        if (inactive) {
            throw new AssertionError("active after it was inactive");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (inactive || active == 0) {
            simulation.fail("inactive twice, or before it was active");
        }
        inactive = true;
        sawEnd = true;
        if (!closedItself
                && !toldError
                && !other.toldError
                && !other.endedOutput
                && !(stoppedReading && endedOutput)) {
            simulation.fail("closed, and nobody knows why; at " + this + ", from " + other);
        }
        endedOutput = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (inactive) {
            simulation.fail("read after inactive");
        }
        if (message instanceof ByteBuf buf) {
            if (isSpliced) {
                // The splice has failed: the target is gone.
                buf.release();
                return;
            }
            try {
                byte[] bytes = new byte[buf.readableBytes()];
                buf.readBytes(bytes);
                in.receive(bytes, bytes.length);
            } catch (AssertionError e) {
                simulation.fail(e.getMessage() + "; at " + this);
            } finally {
                buf.release();
            }
        }
        if (isLively && !simulation.isFinishing) {
            react(simulation.chance);
        }
    }

    private void react(Chance chance) {
        switch (chance.below(40)) {
            case 0, 1, 2, 3, 4, 5 -> write(chance, 2000);
            case 6, 7 -> setAutoRead(false);
            case 8 -> {
                setAutoRead(false);
                channel.read();
            }
            case 9 -> {
                if (chance.oneIn(4)) {
                    close();
                }
            }
            case 10 -> {
                if (chance.oneIn(4)) {
                    shutdownOutput();
                }
            }
            case 11 -> channel.eventLoop().execute(() -> write(chance, 500));
            default -> {}
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (isLively && !channel.config().isAutoRead() && simulation.chance.oneIn(4)) {
            channel.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownReadComplete.INSTANCE) {
            sawEnd = true;
        } else if (event == ChannelInputShutdownEvent.INSTANCE
                && !stoppedReading
                && !sawEnd
                && !channel.isInputShutdown()) {
            simulation.fail("an end of the input that is none");
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {}

    @Override
    @SuppressWarnings("deprecation")
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof DeadlineExceededException) {
            if (readDeadline == 0 || simulation.kernel.now() < readDeadline) {
                simulation.fail("a deadline is exceeded that is not; at " + this);
            }
            deadlineExceeded = true;
        } else if (cause instanceof IOException) {
            toldError = true;
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof ClosedChannelException || message.contains("Interrupted")) {
                simulation.fail("told of " + cause + "; at " + this);
            }
        } else {
            simulation.fail("told of " + cause);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {}

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {}

    @Override
    public String toString() {
        Channel c = channel;
        return "channel "
                + fd
                + (c.isActive() ? " active" : c.isOpen() ? " open" : " closed")
                + (c.config().isAutoRead() ? "" : " autoRead off")
                + (sawEnd ? ", saw the end" : "")
                + (toldError ? ", told of an error" : "")
                + (c.unsafe().outboundBuffer() == null
                        ? ""
                        : ", to write " + c.unsafe().outboundBuffer().totalPendingWriteBytes())
                + ", "
                + socket();
    }
}
