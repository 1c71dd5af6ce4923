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

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.AbstractClientSocketTest;
import java.io.FileNotFoundException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class GoPollDomainDatagramPathTest extends AbstractClientSocketTest {

    @Override
    protected List<BootstrapFactory<Bootstrap>> newFactories() {
        return GoPollSocketPermutation.INSTANCE.domainDatagramSocket();
    }

    @Test
    void connectingToAPathWhereNothingIsFails(TestInfo info) throws Throwable {
        run(
                info,
                bootstrap ->
                        assertThrows(
                                FileNotFoundException.class,
                                () ->
                                        bootstrap
                                                .handler(new ChannelInboundHandlerAdapter())
                                                .connect(GoPollSocketPermutation.newUnixAddress())
                                                .sync()));
    }

    @Test
    void writingToAPathWhereNothingIsFails(TestInfo info) throws Throwable {
        run(
                info,
                bootstrap -> {
                    Channel channel =
                            bootstrap
                                    .handler(new ChannelInboundHandlerAdapter())
                                    .bind(GoPollSocketPermutation.newUnixAddress())
                                    .sync()
                                    .channel();
                    DomainDatagramPacket packet =
                            new DomainDatagramPacket(
                                    ByteBufUtil.writeAscii(
                                            UnpooledByteBufAllocator.DEFAULT, "test"),
                                    GoPollSocketPermutation.newUnixAddress());
                    assertThrows(
                            FileNotFoundException.class,
                            () -> channel.writeAndFlush(packet).sync());
                    channel.close().sync();
                });
    }
}
