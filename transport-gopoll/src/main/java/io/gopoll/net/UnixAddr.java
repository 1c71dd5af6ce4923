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

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.SocketAddress;
import java.util.Arrays;

/**
 * The address of a Unix socket, as Go's {@code net.UnixAddr}: a path, a name in the abstract
 * namespace, which begins with an {@code @} as in Go and in ss(8), or empty for a socket without a
 * name. Other than the JDK's {@code UnixDomainSocketAddress} it can be any name that the system
 * takes, see unix(7).
 */
public final class UnixAddr extends SocketAddress {

    private static final long serialVersionUID = 1;

    /** As the system has it: an abstract name begins with a NUL. */
    private final byte[] bytes;

    /**
     * An address by its name.
     *
     * @param name a path in UTF-8, or {@code @} and an abstract name
     */
    public UnixAddr(String name) {
        bytes = name.getBytes(UTF_8);
        if (bytes.length > 0 && bytes[0] == '@') {
            bytes[0] = 0;
        }
    }

    UnixAddr(byte[] bytes) {
        this.bytes = bytes;
    }

    /** As the system has it: an abstract name begins with a NUL. */
    byte[] bytes() {
        return bytes;
    }

    /**
     * Whether it is a name in the abstract namespace.
     *
     * @return false for a path, and for a socket without a name
     */
    public boolean isAbstract() {
        return bytes.length > 0 && bytes[0] == 0;
    }

    /**
     * The name as {@link #UnixAddr(String)} takes it.
     *
     * @return the path, or {@code @} and the abstract name; empty if there is none
     */
    public String name() {
        return isAbstract()
                ? "@" + new String(bytes, 1, bytes.length - 1, UTF_8)
                : new String(bytes, UTF_8);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof UnixAddr && Arrays.equals(bytes, ((UnixAddr) o).bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return name();
    }
}
