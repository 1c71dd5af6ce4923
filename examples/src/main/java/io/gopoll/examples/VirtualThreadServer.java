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
package io.gopoll.examples;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/**
 * The least HTTP/1.1 by blocking sockets of the JDK: a virtual thread for each connection, which
 * answers requests without a body, one after the other.
 */
final class VirtualThreadServer implements AutoCloseable {

    private static final byte[] RESPONSE =
            ("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 14\r\n\r\n"
                            + "Hello, World!\n")
                    .getBytes(StandardCharsets.US_ASCII);

    private static final int END_OF_HEAD = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';

    private final HelloServer.Task work;
    private final ServerSocket listener;

    /** Listens from now on. */
    VirtualThreadServer(InetSocketAddress address, HelloServer.Task work) throws IOException {
        this.work = work;
        listener = new ServerSocket();
        listener.bind(address, 1024);
        Goroutines.go(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                Goroutines.go(() -> serve(socket));
            }
        } catch (SocketException e) {
            // closed
        } catch (IOException e) {
            System.err.println("No more connections are accepted: " + e);
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (readHead(in)) {
                work.run();
                socket.getOutputStream().write(RESPONSE);
            }
        } catch (SocketException e) {
            // Clients reset connections: no news.
        } catch (Exception e) {
            System.err.println("A connection ends: " + e);
        }
    }

    /** Whether there was one: the client may have closed. */
    private static boolean readHead(InputStream in) throws IOException {
        int last = 0;
        while (last != END_OF_HEAD) {
            int c = in.read();
            if (c < 0) {
                return false;
            }
            last = last << 8 | c;
        }
        return true;
    }

    /** Closes the listener. Connections end with their clients. */
    @Override
    public void close() throws IOException {
        listener.close();
    }
}
