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

import java.util.List;

/** What is compared: what the server does with what its clients send. */
enum Workload {
    HTTP("http", "HTTP keep-alive", Service.HTTP, Load.ofHttp(), 64),
    HTTP_PIPELINED(
            "http-pipelined",
            "HTTP, 16 requests at once",
            Service.HTTP,
            Load.ofHttp().pipelined(16),
            64),
    ECHO_100("echo-100", "echo of 100 B", Service.ECHO, Load.ofEcho(100), 1, 64, 1024),
    /** Exactly 64 bytes mislead Netty's guess of how much to read next: not among the usual. */
    ECHO_64("echo-64", "echo of 64 B", Service.ECHO, Load.ofEcho(64), 64),
    ECHO_16K("echo-16k", "echo of 16 KiB", Service.ECHO, Load.ofEcho(16 << 10), 1, 64, 1024),
    CHURN(
            "churn",
            "connect, echo 100 B once, close",
            Service.ECHO,
            Load.ofEcho(100).churning(),
            16),
    DOWNLOAD(
            "download",
            "4 MiB downloads, written as the peer takes them",
            Service.DOWNLOAD,
            Load.of(1, Service.BODY),
            8),
    DOWNLOAD_FILE(
            "download-file",
            "4 MiB downloads from a file (sendfile)",
            Service.DOWNLOAD_FILE,
            Load.of(1, Service.BODY),
            8),
    UPLOAD("upload", "4 MiB uploads", Service.UPLOAD, Load.of(Service.BODY, 1), 8),
    TLS_ECHO("tls-echo", "echo of 100 B under TLS", Service.ECHO, Load.ofEcho(100).encrypted(), 64),
    UDP_ECHO(
            "udp-echo",
            "echo of 100 B datagrams",
            Service.ECHO,
            Load.ofEcho(100).over(Load.Network.UDP),
            64),
    UNIX_ECHO(
            "unix-echo",
            "echo of 100 B over a Unix socket",
            Service.ECHO,
            Load.ofEcho(100).over(Load.Network.UNIX),
            64),
    BLOCK("block", "echo of 100 B, the handler sleeps 2 ms", Service.BLOCK, Load.ofEcho(100), 256),
    BLOCK_OFFLOADED(
            "block-offloaded",
            "echo of 100 B, the handler sleeps 2 ms on one of 256 other threads",
            Service.BLOCK_OFFLOADED,
            Load.ofEcho(100),
            256),
    BACKEND(
            "backend",
            "echo of 100 B, each connection's handler asks a backend by a connection of its own",
            Service.BACKEND,
            Load.ofEcho(100),
            64),
    JDBC(
            "jdbc",
            "echo of 100 B after a SELECT 1 on PostgreSQL, by a pool of " + Asking.POOL,
            Service.JDBC,
            Load.ofEcho(100),
            64),
    FOREIGN_WRITE(
            "foreign-write",
            "echo of 100 B, written by a thread that is no event loop",
            Service.FOREIGN_WRITE,
            Load.ofEcho(100),
            64),
    IDLE(
            "idle",
            "echo of 100 B beside 10,000 idle connections",
            Service.ECHO,
            Load.ofEcho(100).besides(10_000),
            64),
    AUTO_READ(
            "auto-read",
            "echo of 100 B, autoRead off and on for each message",
            Service.AUTO_READ,
            Load.ofEcho(100),
            64),
    DEADLINE(
            "deadline",
            "echo of 100 B, a read deadline that each read moves",
            Service.DEADLINE,
            Load.ofEcho(100),
            64);

    /** What the server does. */
    enum Service {
        ECHO,
        HTTP,
        DOWNLOAD,
        DOWNLOAD_FILE,
        UPLOAD,
        BLOCK,
        BLOCK_OFFLOADED,
        BACKEND,
        JDBC,
        FOREIGN_WRITE,
        AUTO_READ,
        DEADLINE;

        /** Bytes of a download or an upload. Stands in server.c and server.go too. */
        static final int BODY = 4 << 20;

        static final int BLOCK_MILLIS = 2;

        /** Whether a {@link Backend} is asked. */
        boolean asks() {
            return this == BACKEND || this == JDBC;
        }
    }

    /** What is measured if nobody says what. */
    static final List<Workload> USUAL = List.of(HTTP, HTTP_PIPELINED, ECHO_100, ECHO_16K, CHURN);

    final String title;
    final String description;
    final Service service;
    final Load load;
    final List<Integer> connections;

    Workload(String title, String description, Service service, Load load, Integer... connections) {
        this.title = title;
        this.description = description;
        this.service = service;
        this.load = load;
        this.connections = List.of(connections);
    }

    boolean streams() {
        return load.requestBytes() == Service.BODY || load.responseBytes() == Service.BODY;
    }

    /** What costs are told for. */
    String unit() {
        return streams() ? "MiB" : "request";
    }

    int unitsPerExchange() {
        return streams() ? Service.BODY >> 20 : load.pipeline();
    }

    /** As it is written on a command line. */
    @Override
    public String toString() {
        return title;
    }
}
