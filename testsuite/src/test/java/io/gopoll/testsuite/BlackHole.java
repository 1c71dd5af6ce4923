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
package io.gopoll.testsuite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * An address on which a connect never gets an answer, for the tests of Netty's suite that wait for
 * a timeout: a loopback socket whose backlog is full, so that Linux drops what comes. Netty's suite
 * asks for one on the network otherwise, which makes its tests depend on the network they run in.
 */
public final class BlackHole implements LauncherSessionListener {

    private static final int CONNECT_MILLIS = 100;

    private final List<Socket> filling = new ArrayList<>();
    private ServerSocket server;

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        try {
            server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            while (fill()) {
                // Until a connect is not answered.
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Unable to set up an address that never answers", e);
        }
        // Read by Netty's SocketTestPermutation when it is loaded, so this must come first.
        System.setProperty("io.netty.testsuite.badHost", server.getInetAddress().getHostAddress());
        System.setProperty("io.netty.testsuite.badPort", Integer.toString(server.getLocalPort()));
    }

    private boolean fill() throws IOException {
        Socket socket = new Socket();
        filling.add(socket);
        try {
            socket.connect(server.getLocalSocketAddress(), CONNECT_MILLIS);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        try {
            for (Socket socket : filling) {
                socket.close();
            }
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
