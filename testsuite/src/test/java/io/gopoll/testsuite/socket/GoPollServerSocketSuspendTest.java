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
package io.gopoll.testsuite.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.ServerSocketSuspendTest;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * Netty's one test here is disabled in Netty, and cannot pass on Linux, where a connect to a full
 * backlog of 1 times out: what it is after is tested below without one.
 */
class GoPollServerSocketSuspendTest extends ServerSocketSuspendTest {

    private static final int CONNECTIONS = 10;

    @Override
    protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
        return GoPollSocketPermutation.INSTANCE.serverSocket();
    }

    @Test
    void connectionsWaitInTheBacklogWhileAutoReadIsOff(TestInfo testInfo) throws Throwable {
        run(testInfo, GoPollServerSocketSuspendTest::connectionsWaitInTheBacklog);
    }

    private static void connectionsWaitInTheBacklog(ServerBootstrap sb) throws Exception {
        Accepted accepted = new Accepted();
        Channel server =
                sb.option(ChannelOption.AUTO_READ, false)
                        .childHandler(accepted)
                        .bind()
                        .sync()
                        .channel();
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.connect(server.localAddress(), 10_000);
                // A turn of the loop, which would have accepted it.
                server.eventLoop().submit(() -> {}).sync();
            }
            assertEquals(CONNECTIONS, accepted.missing.getCount());

            server.config().setAutoRead(true);
            assertTrue(accepted.missing.await(10, TimeUnit.SECONDS));
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
            server.close().sync();
        }
    }

    @ChannelHandler.Sharable
    private static final class Accepted extends ChannelInboundHandlerAdapter {
        private final CountDownLatch missing = new CountDownLatch(CONNECTIONS);

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            missing.countDown();
        }
    }
}
