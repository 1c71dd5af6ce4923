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
package io.gopoll.scoreboard;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A handler that keeps what it sees, for a program that waits for it. */
class Seen extends ChannelInboundHandlerAdapter {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<String> events = new ArrayList<>();
    private final List<Object> userEvents = new ArrayList<>();
    private final List<Throwable> exceptions = new ArrayList<>();
    private final Consumer<ChannelHandlerContext> onRead;
    private Channel channel;
    private boolean inactive;

    Seen() {
        this(ctx -> {});
    }

    /**
     * @param onRead runs in each {@code channelRead}
     */
    Seen(Consumer<ChannelHandlerContext> onRead) {
        this.onRead = onRead;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        synchronized (this) {
            channel = ctx.channel();
            events.add("active");
            notifyAll();
        }
        super.channelActive(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        synchronized (this) {
            inactive = true;
            events.add("inactive");
            notifyAll();
        }
        super.channelInactive(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        synchronized (this) {
            events.add("read");
            if (msg instanceof ByteBuf buffer) {
                byte[] read = new byte[buffer.readableBytes()];
                buffer.readBytes(read);
                bytes.writeBytes(read);
            }
            notifyAll();
        }
        ReferenceCountUtil.release(msg);
        onRead.accept(ctx);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        synchronized (this) {
            events.add("readComplete");
            notifyAll();
        }
        super.channelReadComplete(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        synchronized (this) {
            events.add(ctx.channel().isWritable() ? "writable" : "not writable");
            notifyAll();
        }
        super.channelWritabilityChanged(ctx);
    }

    @Override
    public synchronized void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        userEvents.add(event);
        notifyAll();
    }

    @Override
    public synchronized void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        exceptions.add(cause);
        notifyAll();
    }

    /** Waits for it to be active. */
    Channel channel() throws InterruptedException {
        await(() -> channel != null, "channelActive");
        return channel;
    }

    void awaitInactive() throws InterruptedException {
        await(() -> inactive, "channelInactive");
    }

    void awaitBytes(int count) throws InterruptedException {
        await(() -> bytes.size() >= count, count + " bytes");
    }

    void awaitEvent(String event) throws InterruptedException {
        await(() -> events.contains(event), event);
    }

    /** Waits until it is writable, and its last event has said so. */
    void awaitWritable() throws InterruptedException {
        await(
                () ->
                        channel.isWritable()
                                && events.lastIndexOf("writable")
                                        > events.lastIndexOf("not writable"),
                "channelWritabilityChanged to writable");
    }

    void awaitUserEvent(Predicate<Object> event, String name) throws InterruptedException {
        await(() -> userEvents.stream().anyMatch(event), name);
    }

    private synchronized void await(BooleanSupplier condition, String what)
            throws InterruptedException {
        long end = System.nanoTime() + Host.LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new AssertionError("no " + what + " within " + Host.LIMIT.toSeconds() + " s");
            }
            wait(millis);
        }
    }

    synchronized byte[] bytes() {
        return bytes.toByteArray();
    }

    synchronized List<String> events() {
        return List.copyOf(events);
    }

    synchronized int count(String event) {
        return (int) events.stream().filter(event::equals).count();
    }

    synchronized int countUserEvents(Object event) {
        return (int) userEvents.stream().filter(event::equals).count();
    }

    synchronized List<Throwable> exceptions() {
        return List.copyOf(exceptions);
    }
}
