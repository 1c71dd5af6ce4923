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

import io.gopoll.net.fd.PollFd;
import io.gopoll.net.fd.UnixSocketFile;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Accepts connections: Go's {@code net.Listener}. */
public final class Listener extends Endpoint {

    private final Net.Network network;

    /** Of a Unix socket; null if there is none. */
    private final @Nullable UnixSocketFile file;

    Listener(PollFd fd, Net.Network network) {
        super(fd);
        this.network = network;
        SocketAddress local = localAddress();
        fd.address(local);
        file = local instanceof UnixAddr ? UnixSocketFile.at(((UnixAddr) local).bytes()) : null;
    }

    /**
     * The next connection; waits for it if need be.
     *
     * @return a connection, to be closed by the caller
     * @throws IOException if the listener is closed, if the deadline has passed, or if there are no
     *     descriptors left
     */
    public Conn accept() throws IOException {
        PollFd accepted = fd.accept(SockAddrs::get);
        return new Conn(accepted, network, Objects.requireNonNull(accepted.address()));
    }

    /** Closes it, and removes the file of a Unix socket, as Go does. */
    @Override
    public void close() {
        try {
            if (file != null) {
                file.remove();
            }
        } finally {
            super.close();
        }
    }
}
