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

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Netty's SocketSslLargeCertificateTest, written anew because that one's channels are NIO's for
 * good: a client certificate about as large as the largest handshake message, where the handshake
 * spreads over many records and reads. Netty goes through each size from 15,616 to 16,384; here are
 * its ends and some between, each with every permutation.
 */
class GoPollSocketSslLargeCertificateTest {

    private static X509Bundle root;

    @BeforeAll
    static void createRoot() throws Exception {
        assertTrue(OpenSsl.isAvailable(), () -> "no OpenSSL: " + OpenSsl.unavailabilityCause());
        root =
                new CertificateBuilder()
                        .ecp256()
                        .subject("cn=root.gopoll.io")
                        .setIsCertificateAuthority(true)
                        .setKeyUsage(
                                true,
                                CertificateBuilder.KeyUsage.digitalSignature,
                                CertificateBuilder.KeyUsage.keyCertSign)
                        .buildSelfSigned();
    }

    @ParameterizedTest
    @ValueSource(ints = {15_616, 15_617, 15_800, 16_000, 16_128, 16_200, 16_300, 16_383, 16_384})
    void aHandshakeWithALargeClientCertificateSucceeds(int extensionSize) throws Exception {
        SslContext server = serverContext();
        SslContext client = clientContext(extensionSize);
        for (BootstrapComboFactory<ServerBootstrap, Bootstrap> factory :
                GoPollSocketPermutation.INSTANCE.socket()) {
            assertEquals("hello", echo(factory, server, client));
        }
    }

    private static SslContext serverContext() throws Exception {
        X509Bundle cert =
                new CertificateBuilder()
                        .ecp256()
                        .subject("cn=localhost")
                        .addExtendedKeyUsageServerAuth()
                        .buildIssuedBy(root);
        return SslContextBuilder.forServer(cert.toKeyManagerFactory())
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(root.toTrustManagerFactory())
                .protocols("TLSv1.3")
                .clientAuth(ClientAuth.REQUIRE)
                .option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, 32768)
                .build();
    }

    private static SslContext clientContext(int extensionSize) throws Exception {
        byte[] extension = new byte[extensionSize];
        ThreadLocalRandom.current().nextBytes(extension);
        X509Bundle cert =
                new CertificateBuilder()
                        .ecp256()
                        .subject("cn=client")
                        .addExtendedKeyUsageClientAuth()
                        .addExtensionOctetString("1.2.840.113635.100.6.2.1", false, extension)
                        .buildIssuedBy(root);
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .keyManager(cert.toKeyManagerFactory())
                .trustManager(root.toTrustManagerFactory())
                .protocols("TLSv1.3")
                .option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, 32768)
                .serverName(new SNIHostName("localhost"))
                .endpointIdentificationAlgorithm(null)
                .build();
    }

    private static String echo(
            BootstrapComboFactory<ServerBootstrap, Bootstrap> factory,
            SslContext server,
            SslContext client)
            throws Exception {
        CompletableFuture<String> result = new CompletableFuture<>();
        Channel listening =
                factory.newServerInstance()
                        .childHandler(tls(server, new Echo(result)))
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel();
        try {
            Channel connected =
                    factory.newClientInstance()
                            .handler(tls(client, new Hello(result)))
                            .connect((InetSocketAddress) listening.localAddress())
                            .sync()
                            .channel();
            try {
                return result.get(30, TimeUnit.SECONDS);
            } finally {
                connected.close().sync();
            }
        } finally {
            listening.close().sync();
        }
    }

    private static ChannelHandler tls(SslContext context, ChannelHandler handler) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel ch) {
                ch.pipeline().addLast(context.newHandler(ch.alloc()), handler);
            }
        };
    }

    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<String> result;

        Echo(CompletableFuture<String> result) {
            this.result = result;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            result.completeExceptionally(cause);
        }
    }

    @ChannelHandler.Sharable
    private static final class Hello extends SimpleChannelInboundHandler<ByteBuf> {
        private final CompletableFuture<String> result;
        private final StringBuilder received = new StringBuilder();

        Hello(CompletableFuture<String> result) {
            this.result = result;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent) {
                if (((SslHandshakeCompletionEvent) event).isSuccess()) {
                    ctx.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));
                } else {
                    result.completeExceptionally(((SslHandshakeCompletionEvent) event).cause());
                }
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            received.append(msg.toString(StandardCharsets.US_ASCII));
            if (received.length() >= 5) {
                result.complete(received.toString());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            result.completeExceptionally(cause);
        }
    }
}
