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
package io.gopoll.micronaut;

import io.gopoll.channel.GoPollDatagramChannel;
import io.gopoll.channel.GoPollDomainSocketChannel;
import io.gopoll.channel.GoPollIoHandler;
import io.gopoll.channel.GoPollServerDomainSocketChannel;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.gopoll.channel.GoroutineEventLoopGroup;
import io.micronaut.context.annotation.BootstrapContextCompatible;
import io.micronaut.context.annotation.Primary;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import io.micronaut.http.netty.channel.DefaultEventLoopGroupFactory;
import io.micronaut.http.netty.channel.EventLoopGroupConfiguration;
import io.micronaut.http.netty.channel.EventLoopGroupFactory;
import io.micronaut.http.netty.channel.NettyChannelType;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import jakarta.inject.Singleton;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * Micronaut finds this bean and makes all its event loops and channels by it, those of the server
 * and of its clients. {@code gopoll.mode=goroutine} gives each connection a loop whose handlers may
 * block, on JDK 21 and later; {@code gopoll.enabled=false} leaves all as it was, and so does a
 * machine on which GoPoll is not available.
 */
@Singleton
@Primary
@BootstrapContextCompatible
@Replaces(DefaultEventLoopGroupFactory.class)
@Requires(property = "gopoll.enabled", notEquals = "false")
@Requires(condition = GoPollCondition.class)
@SuppressWarnings("overloads") // as Micronaut declares them
public class GoPollEventLoopGroupFactory implements EventLoopGroupFactory {

    private static final InternalLogger logger =
            InternalLoggerFactory.getInstance(GoPollEventLoopGroupFactory.class);

    private final Mode mode;

    /**
     * Made by Micronaut.
     *
     * @param mode of the loops
     */
    public GoPollEventLoopGroupFactory(@Value("${gopoll.mode:loop}") Mode mode) {
        this.mode = mode;
    }

    @Override
    public IoHandlerFactory createIoHandlerFactory() {
        return GoPollIoHandler.newFactory();
    }

    @Override
    public EventLoopGroup createEventLoopGroup(int threads, Executor executor, Integer ioRatio) {
        EventLoopGroup goroutines = goroutines(threads);
        return goroutines != null
                ? goroutines
                : EventLoopGroupFactory.super.createEventLoopGroup(threads, executor, ioRatio);
    }

    @Override
    public EventLoopGroup createEventLoopGroup(
            int threads, ThreadFactory threadFactory, Integer ioRatio) {
        EventLoopGroup goroutines = goroutines(threads);
        return goroutines != null
                ? goroutines
                : EventLoopGroupFactory.super.createEventLoopGroup(threads, threadFactory, ioRatio);
    }

    /** Null in loop mode, and where there is no goroutine mode. */
    private EventLoopGroup goroutines(int threads) {
        if (mode == Mode.GOROUTINE) {
            try {
                return new GoroutineEventLoopGroup(threads);
            } catch (UnsupportedOperationException e) {
                logger.warn("gopoll.mode=loop is taken: {}", e.getMessage());
            }
        }
        return null;
    }

    @Override
    public Class<? extends Channel> channelClass(NettyChannelType type) {
        return switch (type) {
            case SERVER_SOCKET -> GoPollServerSocketChannel.class;
            case CLIENT_SOCKET -> GoPollSocketChannel.class;
            case DOMAIN_SERVER_SOCKET -> GoPollServerDomainSocketChannel.class;
            case DOMAIN_SOCKET -> GoPollDomainSocketChannel.class;
            case DATAGRAM_SOCKET -> GoPollDatagramChannel.class;
        };
    }

    @Override
    public Class<? extends Channel> channelClass(
            NettyChannelType type, EventLoopGroupConfiguration configuration) {
        return channelClass(type);
    }

    @Override
    public Channel channelInstance(
            NettyChannelType type, EventLoopGroupConfiguration configuration) {
        return switch (type) {
            case SERVER_SOCKET -> new GoPollServerSocketChannel();
            case CLIENT_SOCKET -> new GoPollSocketChannel();
            case DOMAIN_SERVER_SOCKET -> new GoPollServerDomainSocketChannel();
            case DOMAIN_SOCKET -> new GoPollDomainSocketChannel();
            case DATAGRAM_SOCKET -> new GoPollDatagramChannel();
        };
    }

    /** A socket that the process was started with, or that another has passed to it. */
    @Override
    public Channel channelInstance(
            NettyChannelType type,
            EventLoopGroupConfiguration configuration,
            Channel parent,
            int fd) {
        return switch (type) {
            case SERVER_SOCKET -> new GoPollServerSocketChannel(fd);
            case CLIENT_SOCKET -> new GoPollSocketChannel(fd);
            case DOMAIN_SERVER_SOCKET -> new GoPollServerDomainSocketChannel(fd);
            case DOMAIN_SOCKET -> new GoPollDomainSocketChannel(fd);
            case DATAGRAM_SOCKET -> new GoPollDatagramChannel(fd);
        };
    }
}
