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
package io.gopoll.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Listening sockets of {@code java.net} on GoPoll's poller; what they accept is as of {@link
 * GoPollSocketFactory}. Any thread may call everything here.
 */
public final class GoPollServerSocketFactory extends ServerSocketFactory {

    private static final int BACKLOG = 50;

    /** For clients that take the name of a factory's class. */
    public GoPollServerSocketFactory() {}

    private static final class GoPollServerSocket extends ServerSocket {

        GoPollServerSocket() {
            super(new GoPollSocketImpl(true));
        }

        @Override
        public Socket accept() throws IOException {
            if (isClosed()) {
                throw new SocketException("Socket is closed");
            }
            if (!isBound()) {
                throw new SocketException("Socket is not bound yet");
            }
            Socket socket = GoPollSocketFactory.newSocket();
            implAccept(socket);
            return socket;
        }
    }

    /** Not bound. */
    @Override
    public ServerSocket createServerSocket() {
        return new GoPollServerSocket();
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
        return createServerSocket(port, BACKLOG, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
        return createServerSocket(port, backlog, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, @Nullable InetAddress local)
            throws IOException {
        ServerSocket socket = new GoPollServerSocket();
        try {
            socket.bind(new InetSocketAddress(local, port), backlog);
            return socket;
        } catch (Throwable t) {
            socket.close();
            throw t;
        }
    }
}
