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
package io.gopoll.vertx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.channel.GoPollDatagramChannel;
import io.gopoll.channel.GoPollIoHandler;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.gopoll.traffic.Certificate;
import io.gopoll.traffic.ChildJvm;
import io.gopoll.traffic.Gathering;
import io.gopoll.traffic.Traffic;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.pkitesting.X509Bundle;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.spi.transport.Transport;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing but the dependency puts Vert.x on GoPoll. */
class GoPollTransportTest {

    private static final String LOOP = "SingleThreadIoEventLoop";

    /** Neither NIO nor GoPoll. */
    private static final class OwnTransport implements Transport {

        @Override
        public IoHandlerFactory ioHandlerFactory() {
            return GoPollIoHandler.newFactory();
        }

        @Override
        public DatagramChannel datagramChannel() {
            return new GoPollDatagramChannel();
        }

        @Override
        @SuppressWarnings("deprecation") // Netty's name of the family before 4.2
        public DatagramChannel datagramChannel(
                io.netty.channel.socket.InternetProtocolFamily family) {
            return new GoPollDatagramChannel(family);
        }

        @Override
        public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
            return GoPollSocketChannel::new;
        }

        @Override
        public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
            return GoPollServerSocketChannel::new;
        }
    }

    private static <V> V get(Future<V> future) throws Exception {
        return Traffic.get(future.toCompletionStage().toCompletableFuture());
    }

    /** What {@link Traffic} talks to, on two event loops, with a client for it. */
    private static final class Http implements AutoCloseable {

        final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        final Collection<Channel> servers = new ConcurrentLinkedQueue<>();
        final Collection<Channel> clients = new ConcurrentLinkedQueue<>();
        final Promise<HttpConnection> neverAnswered = Promise.promise();
        final AtomicReference<SocketAddress> address;
        final HttpClient client;
        private final Gathering gathering = new Gathering();

        Http(SocketAddress bind, HttpServerOptions forServers, HttpClientOptions forClients)
                throws Exception {
            address = new AtomicReference<>(bind);
            get(vertx.deployVerticle(() -> new Server(bind, forServers), twoInstances()));
            client =
                    vertx.httpClientBuilder()
                            .with(forClients)
                            .with(new PoolOptions().setHttp1MaxSize(Traffic.CLIENTS))
                            .withConnectHandler(c -> clients.add(channel(c)))
                            .build();
        }

        private static io.vertx.core.DeploymentOptions twoInstances() {
            return new io.vertx.core.DeploymentOptions().setInstances(2);
        }

        private static Channel channel(HttpConnection connection) {
            return ((ConnectionBase) connection).channel();
        }

        private final class Server extends AbstractVerticle {

            private final SocketAddress bind;
            private final HttpServerOptions options;

            Server(SocketAddress bind, HttpServerOptions options) {
                this.bind = bind;
                this.options = options;
            }

            @Override
            public void start(Promise<Void> started) {
                vertx.createHttpServer(options)
                        .connectionHandler(c -> servers.add(channel(c)))
                        .requestHandler(Http.this::answer)
                        .listen(bind)
                        .onSuccess(this::remember)
                        .<Void>mapEmpty()
                        .onComplete(started);
            }

            private void remember(HttpServer server) {
                if (!bind.isDomainSocket()) {
                    address.set(SocketAddress.inetSocketAddress(server.actualPort(), "127.0.0.1"));
                }
            }
        }

        private void answer(HttpServerRequest request) {
            switch (request.path()) {
                case Traffic.ECHO -> request.body().onSuccess(request.response()::end);
                case Traffic.GATHER ->
                        gathering.arrive().thenRun(() -> request.response().end("all"));
                default -> neverAnswered.complete(request.connection());
            }
        }

        Future<HttpClientRequest> request(String path) {
            RequestOptions options =
                    new RequestOptions()
                            .setMethod(HttpMethod.POST)
                            .setServer(address.get())
                            .setHost("localhost")
                            .setURI(path);
            return client.request(options);
        }

        Future<Buffer> post(String path, byte[] body) {
            return request(path)
                    .compose(
                            // Within: whoever asks for a body after it has come waits for ever.
                            request ->
                                    request.send(Buffer.buffer(body))
                                            .compose(HttpClientResponse::body));
        }

        void traffic() throws Exception {
            Traffic.run(
                    (path, body) ->
                            post(path, body)
                                    .map(Buffer::getBytes)
                                    .toCompletionStage()
                                    .toCompletableFuture());
            Traffic.assertGoPoll(servers, LOOP);
            Traffic.assertGoPoll(clients, LOOP);
        }

        @Override
        public void close() {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static Http tcp() throws Exception {
        return new Http(loopback(), new HttpServerOptions(), new HttpClientOptions());
    }

    /** A random port, the same for both instances of the verticle. */
    private static SocketAddress loopback() {
        return SocketAddress.sharedRandomPort(1, "127.0.0.1");
    }

    @Test
    void carriesHttp() throws Exception {
        try (Http http = tcp()) {
            http.traffic();
            assertTrue(http.vertx.isNativeTransportEnabled());
        }
    }

    @Test
    void carriesHttpOnSocketsThatSharePort() throws Exception {
        HttpServerOptions options =
                new HttpServerOptions()
                        .setReusePort(true)
                        .setTcpFastOpen(true)
                        .setTcpQuickAck(true);
        HttpClientOptions client = new HttpClientOptions().setTcpCork(true).setTcpUserTimeout(9000);
        try (Http http = new Http(loopback(), options, client)) {
            http.traffic();
        }
    }

    @Test
    void carriesTls() throws Exception {
        X509Bundle bundle = Certificate.create();
        Buffer certificate = Buffer.buffer(bundle.getCertificatePEM());
        Buffer key = Buffer.buffer(bundle.getPrivateKeyPEM());
        HttpServerOptions servers =
                new HttpServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(
                                new PemKeyCertOptions().addCertValue(certificate).addKeyValue(key));
        HttpClientOptions clients =
                new HttpClientOptions()
                        .setSsl(true)
                        .setTrustOptions(new PemTrustOptions().addCertValue(certificate));
        try (Http http = new Http(loopback(), servers, clients)) {
            http.traffic();
        }
    }

    @Test
    void carriesUnixSockets(@TempDir Path folder) throws Exception {
        SocketAddress address = SocketAddress.domainSocketAddress(folder.resolve("s").toString());
        try (Http http = new Http(address, new HttpServerOptions(), new HttpClientOptions())) {
            http.traffic();
            for (Channel channel : http.clients) {
                assertEquals("GoPollDomainSocketChannel", channel.getClass().getSimpleName());
            }
            get(
                    http.post(Traffic.NEVER, new byte[1])
                            .timeout(1, TimeUnit.MILLISECONDS)
                            .otherwiseEmpty());
            HttpConnection connection = get(http.neverAnswered.future());
            assertEquals(address.path(), connection.localAddress().path());
        }
    }

    @Test
    void carriesDatagrams() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            CompletableFuture<byte[]> answer = new CompletableFuture<>();
            DatagramSocket server = vertx.createDatagramSocket();
            server.handler(p -> server.send(p.data(), p.sender().port(), p.sender().host()));
            get(server.listen(0, "127.0.0.1"));
            DatagramSocket client = vertx.createDatagramSocket();
            client.handler(p -> answer.complete(p.data().getBytes()));
            get(client.listen(0, "127.0.0.1"));
            get(
                    client.send(
                            Buffer.buffer(new byte[] {1, 2, 3}),
                            server.localAddress().port(),
                            "127.0.0.1"));
            assertArrayEquals(new byte[] {1, 2, 3}, Traffic.get(answer));
        } finally {
            get(vertx.close());
        }
    }

    @Test
    void aCancelledRequestClosesItsConnection() throws Exception {
        try (Http http = tcp()) {
            HttpClientRequest request = get(http.request(Traffic.NEVER));
            request.send(Buffer.buffer("x"));
            HttpConnection connection = get(http.neverAnswered.future());
            Promise<Void> closed = Promise.promise();
            connection.closeHandler(closed::complete);
            request.reset();
            get(closed.future());
        }
    }

    @Test
    void aTimeoutEndsARequest() throws Exception {
        try (Http http = tcp()) {
            HttpClientRequest request = get(http.request(Traffic.NEVER));
            Future<HttpClientResponse> response = request.idleTimeout(100).send();
            ExecutionException thrown = assertThrows(ExecutionException.class, () -> get(response));
            assertInstanceOf(TimeoutException.class, thrown.getCause());
        }
    }

    /** A transport of the application's own. */
    @Test
    void anotherTransportThatIsAvailableStays() throws Exception {
        Transport own = new OwnTransport();
        VertxBootstrap bootstrap = VertxBootstrap.create().transport(own).init();
        assertSame(own, bootstrap.transport());
        VertxBootstrap nio = VertxBootstrap.create().transport(NioTransport.INSTANCE).init();
        assertInstanceOf(GoPollTransport.class, nio.transport());
    }

    @Test
    void theJvmEndsByItself() throws Exception {
        String said = ChildJvm.run(Main.class);
        assertTrue(said.contains("answered by GoPollSocketChannel"), said);
    }

    @Test
    void withoutGoPollVertxTakesNio() throws Exception {
        String said = ChildJvm.run(Main.class, "-Dio.gopoll.syscalls=none");
        assertTrue(said.contains("answered by NioSocketChannel"), said);
        assertTrue(said.contains("GoPoll is not available"), said);
    }

    /** One request, and an end. */
    static final class Main {

        public static void main(String[] args) throws Exception {
            try (Http http = tcp()) {
                get(http.post(Traffic.ECHO, new byte[1]));
                Channel channel = http.servers.iterator().next();
                System.out.println("answered by " + channel.getClass().getSimpleName());
            }
        }
    }
}
