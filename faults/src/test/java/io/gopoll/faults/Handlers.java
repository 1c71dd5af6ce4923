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
package io.gopoll.faults;

import io.gopoll.channel.GoPollDomainSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.handler.codec.FixedLengthFrameDecoder;
import io.netty.util.concurrent.Future;
import java.io.File;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;

/** What the server does with its connections. */
final class Handlers {

    /** What asks for a piece of the file: where it begins, and its length. */
    static final int FILE_REQUEST = 2 * Integer.BYTES;

    private static final ChannelFutureListener SAY_AND_CLOSE =
            future -> {
                Said.ifFailed(future);
                if (!future.isSuccess()) {
                    future.channel().close();
                }
            };

    private final EventLoopGroup group;
    private final File file;

    /** Whom PROXY and SPLICE ask. */
    private SocketAddress echo;

    Handlers(EventLoopGroup group, File file) {
        this.group = group;
        this.file = file;
    }

    void echo(SocketAddress echo) {
        this.echo = echo;
    }

    ChannelHandler of(Service service) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                if (service == Service.FILE) {
                    ch.pipeline().addLast(new FixedLengthFrameDecoder(FILE_REQUEST));
                }
                ch.pipeline().addLast(newHandler(service));
            }
        };
    }

    private ChannelHandler newHandler(Service service) {
        return switch (service) {
            case ECHO, UNIX, UDP -> new Echo();
            case GATHER -> new Gather();
            case RELAY -> new Relay();
            case FILE -> new Piece();
            case HALF -> new Half();
            case PROXY -> new Proxy(false);
            case SPLICE -> new Proxy(true);
            case DESCRIPTORS -> new Descriptors();
            case UDP_MANY -> new EchoLater();
        };
    }

    /** Says what goes wrong, and ends a connection that has an error. */
    private static class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            // Each asks the kernel once.
            ctx.channel().localAddress();
            ctx.channel().remoteAddress();
            ctx.fireChannelActive();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(answer(msg)).addListener(Said::ifFailed);
        }

        static Object answer(Object msg) {
            if (msg instanceof DatagramPacket packet) {
                return new DatagramPacket(packet.content(), packet.sender());
            }
            return msg;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            Said.exception(cause);
            if (ctx.channel() instanceof DuplexChannel) {
                ctx.close();
            }
        }
    }

    private static final class EchoLater extends Echo {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.write(answer(msg)).addListener(Said::ifFailed);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }

    private static final class Gather extends Echo {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf buf = (ByteBuf) msg;
            ByteBuf begin = buf.readRetainedSlice(buf.readableBytes() / 2);
            ctx.write(begin).addListener(Said::ifFailed);
            ctx.writeAndFlush(buf).addListener(Said::ifFailed);
        }
    }

    private final class Relay extends Echo {

        private EventLoop other;

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            do {
                other = group.next();
            } while (other == ctx.channel().eventLoop());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            other.execute(() -> ctx.executor().execute(() -> super.channelRead(ctx, msg)));
        }
    }

    private final class Piece extends Echo {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf request = (ByteBuf) msg;
            int position = request.readInt();
            int length = request.readInt();
            request.release();
            ctx.writeAndFlush(new DefaultFileRegion(file, position, length))
                    .addListener(SAY_AND_CLOSE);
        }
    }

    private static final class Half extends Echo {

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
            if (evt instanceof ChannelInputShutdownReadComplete) {
                ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(this::written);
            }
        }

        private void written(Future<?> future) {
            DuplexChannel channel = (DuplexChannel) ((ChannelFuture) future).channel();
            channel.shutdownOutput()
                    .addListener(Said::ifFailed)
                    .addListener(shutdown -> channel.close());
        }
    }

    private final class Proxy extends Echo {

        private final boolean splicing;
        private Channel backend;

        Proxy(boolean splicing) {
            this.splicing = splicing;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            Channel client = ctx.channel();
            ChannelFuture connected =
                    new Bootstrap()
                            .group(client.eventLoop())
                            .channel(GoPollSocketChannel.class)
                            .option(ChannelOption.AUTO_READ, false)
                            .handler(new Back(client))
                            .connect(echo);
            backend = connected.channel();
            connected.addListener(Said::ifFailed);
            connected.addListener(future -> connected(client, future.isSuccess()));
        }

        private void connected(Channel client, boolean success) {
            if (!success) {
                client.close();
                return;
            }
            if (splicing) {
                splice((GoPollSocketChannel) client, (GoPollSocketChannel) backend);
                splice((GoPollSocketChannel) backend, (GoPollSocketChannel) client);
            }
            client.config().setAutoRead(true);
            backend.config().setAutoRead(true);
        }

        /** It goes on until one of the two is closed, which is no error. */
        private static void sayUnlessClosed(Future<?> splice) {
            if (!(splice.cause() instanceof ClosedChannelException)) {
                Said.ifFailed(splice);
            }
        }

        /** Its promise is done when one of the two has ended. */
        private static void splice(GoPollSocketChannel from, GoPollSocketChannel to) {
            from.spliceTo(to, Integer.MAX_VALUE)
                    .addListener(Proxy::sayUnlessClosed)
                    .addListener(future -> from.close())
                    .addListener(future -> to.close());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            backend.writeAndFlush(msg).addListener(SAY_AND_CLOSE);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (backend != null) {
                backend.close();
            }
        }
    }

    /** From the backend to the client of a Proxy. */
    private static final class Back extends Echo {

        private final Channel client;

        Back(Channel client) {
            this.client = client;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            client.writeAndFlush(msg).addListener(SAY_AND_CLOSE);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            client.close();
        }
    }

    /** Takes each descriptor over, closes it, and answers with a byte. */
    private static final class Descriptors extends Echo {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            FileDescriptor fd = (FileDescriptor) msg;
            try {
                new GoPollDomainSocketChannel(fd.intValue()).unsafe().closeForcibly();
            } catch (RuntimeException e) {
                Said.exception(e);
                // It could not be taken over.
                close(fd);
                ctx.close();
                return;
            }
            super.channelRead(ctx, Unpooled.wrappedBuffer(new byte[] {1}));
        }

        private static void close(FileDescriptor fd) {
            try {
                fd.close();
            } catch (IOException e) {
                Said.exception(e);
            }
        }
    }
}
