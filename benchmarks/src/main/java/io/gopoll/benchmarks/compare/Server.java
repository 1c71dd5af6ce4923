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
package io.gopoll.benchmarks.compare;

import com.sun.management.ThreadMXBean;
import io.gopoll.benchmarks.compare.Workload.Service;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.StringJoiner;

/**
 * A server in a JVM: {@code Server TRANSPORT WORKLOAD FOLDER BACKEND}.
 *
 * <p>It says {@code ready ADDRESS}, or {@code unavailable REASON}, answers each line {@code
 * allocated} and {@code heap} by a line with a number of bytes, and ends when its standard input
 * does: it cannot outlive its parent.
 */
final class Server {

    static final String READY = "ready ";
    static final String UNAVAILABLE = "unavailable ";
    static final String ALLOCATED = "allocated";
    static final String HEAP = "heap";

    private Server() {}

    public static void main(String[] args) throws Exception {
        Transport transport = Transport.valueOf(args[0]);
        Workload workload = Workload.valueOf(args[1]);
        Path folder = Path.of(args[2]);
        String backend = args[3];
        String unavailable = unavailable(transport, workload);
        if (unavailable != null) {
            System.out.println(UNAVAILABLE + unavailable.replace('\n', ' '));
            return;
        }
        String address =
                transport == Transport.JDK_VT
                        ? VirtualThreads.serve(workload, folder, backend)
                        : netty(transport, workload, folder, backend);
        System.out.println(READY + address);
        answer();
        // The threads of some servers are no daemons, and there is nothing to finish.
        Runtime.getRuntime().halt(0);
    }

    private static String unavailable(Transport transport, Workload workload) {
        if (transport == Transport.JDK_VT) {
            return VirtualThreads.unavailable();
        }
        Throwable cause = transport.netty.unavailabilityCause.get();
        if (cause == null && workload.load.tls()) {
            cause = OpenSsl.unavailabilityCause();
        }
        StringJoiner why = new StringJoiner(": ");
        for (; cause != null; cause = cause.getCause()) {
            why.add(cause.getMessage() == null ? cause.toString() : cause.getMessage());
        }
        return why.length() == 0 ? null : why.toString();
    }

    private static String netty(Transport transport, Workload workload, Path folder, String backend)
            throws Exception {
        Transport.Netty netty = transport.netty;
        EventLoopGroup group = netty.group.get();
        Handlers handlers =
                new Handlers(
                        workload.service,
                        workload.load.tls() ? tls() : null,
                        body(workload, folder),
                        workload.service.asks()
                                ? Asking.opener(workload.service, backend, transport.opensConns())
                                : null);
        SocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (workload.load.network() == Load.Network.UDP) {
            return address(
                    new Bootstrap()
                            .group(group)
                            .channel(netty.datagramChannel)
                            .handler(handlers)
                            .bind(any)
                            .sync()
                            .channel());
        }
        ServerBootstrap bootstrap = new ServerBootstrap().group(group).childHandler(handlers);
        if (workload.load.network() == Load.Network.UNIX) {
            String path = unixPath(folder);
            bootstrap
                    .channel(netty.unixChannel)
                    .option(ChannelOption.SO_BACKLOG, 4096)
                    .bind(netty.unixAddress(path))
                    .sync();
            return path;
        }
        return address(
                bootstrap
                        .channel(netty.channel)
                        .option(ChannelOption.SO_BACKLOG, 4096)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .bind(any)
                        .sync()
                        .channel());
    }

    private static String address(Channel channel) {
        return "127.0.0.1:" + ((InetSocketAddress) channel.localAddress()).getPort();
    }

    static String unixPath(Path folder) {
        return folder.resolve("s" + ProcessHandle.current().pid()).toString();
    }

    private static SslContext tls() throws Exception {
        X509Bundle certificate =
                new CertificateBuilder()
                        .subject("CN=localhost")
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned();
        return SslContextBuilder.forServer(certificate.toKeyManagerFactory())
                .sslProvider(SslProvider.OPENSSL)
                .build();
    }

    private static File body(Workload workload, Path folder) throws IOException {
        if (workload.service != Service.DOWNLOAD_FILE) {
            return null;
        }
        Path body = folder.resolve("body" + ProcessHandle.current().pid());
        Files.write(body, new byte[Service.BODY]);
        return body.toFile();
    }

    private static void answer() throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            System.out.println(
                    switch (line) {
                        case ALLOCATED -> allocated();
                        case HEAP -> heap();
                        default -> -1;
                    });
        }
    }

    /** What all threads have allocated; what virtual threads have is counted to their carriers. */
    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc(); // finalizers, reference queues and cleaners each want one of their own
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
