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
import java.net.Socket;
import java.net.SocketException;
import java.util.Objects;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sockets of {@code java.net} on GoPoll's poller, for clients that take such a factory: JDBC
 * drivers, Redis clients and the like. They behave as the JDK's own. A goroutine that waits for one
 * is resumed by the poller of the processor that it runs on; other threads by the poller in the
 * background.
 *
 * <p>Any thread may call everything here.
 */
public final class GoPollSocketFactory extends SocketFactory {

    /** As {@link Socket}: without a host, this machine. */
    private static InetSocketAddress remote(String host, int port) {
        return host == null
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
                : new InetSocketAddress(host, port);
    }

    private static final GoPollSocketFactory DEFAULT = new GoPollSocketFactory();

    /** For clients that take the name of a factory's class. */
    public GoPollSocketFactory() {}

    /**
     * For clients that give their factory an argument, as pgjdbc does.
     *
     * @param argument has no effect
     */
    public GoPollSocketFactory(String argument) {}

    /**
     * As {@link SocketFactory#getDefault}.
     *
     * @return one for all
     */
    public static SocketFactory getDefault() {
        return DEFAULT;
    }

    private static final class GoPollSocket extends Socket {
        GoPollSocket() throws SocketException {
            super(new GoPollSocketImpl(false));
        }
    }

    /** For {@link GoPollServerSocketFactory}. */
    static Socket newSocket() throws SocketException {
        return new GoPollSocket();
    }

    /** Not connected. */
    @Override
    public Socket createSocket() throws IOException {
        return newSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connect(null, remote(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
            throws IOException {
        return connect(new InetSocketAddress(localHost, localPort), remote(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connect(null, new InetSocketAddress(Objects.requireNonNull(host), port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
            throws IOException {
        return connect(
                new InetSocketAddress(localHost, localPort),
                new InetSocketAddress(Objects.requireNonNull(host), port));
    }

    private static Socket connect(@Nullable InetSocketAddress local, InetSocketAddress remote)
            throws IOException {
        Socket socket = newSocket();
        try {
            if (local != null) {
                socket.bind(local);
            }
            socket.connect(remote);
            return socket;
        } catch (Throwable t) {
            socket.close();
            throw t;
        }
    }
}
