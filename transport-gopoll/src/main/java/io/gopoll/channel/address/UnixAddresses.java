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
package io.gopoll.channel.address;

import io.gopoll.net.fd.NetFd;
import io.gopoll.net.fd.UnixSocketFile;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.ModuleName;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.SockAddr;
import io.gopoll.sys.Syscalls;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.net.BindException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;

/** Netty's value types for Unix sockets, to and from the memory of system calls. */
public final class UnixAddresses {

    private UnixAddresses() {}

    /**
     * @throws IllegalArgumentException if the path is too long or has a NUL inside
     */
    static void put(SockAddr memory, SocketAddress address) {
        memory.setUnix(((DomainSocketAddress) address).path());
    }

    /** The path as the system has it. */
    public static byte[] bytes(SocketAddress address) {
        return ((DomainSocketAddress) address).path().getBytes(StandardCharsets.UTF_8);
    }

    /** An empty path for a socket without a name. */
    public static DomainSocketAddress read(SockAddr memory) {
        return new DomainSocketAddress(memory.unixPath());
    }

    /**
     * Binds. A socket's file that no socket has bound any more, as one that was closed or killed
     * leaves it behind, is replaced: Netty's epoll transport replaces whatever is there.
     *
     * @throws BindException if a socket has the path, or the file that has it is none of a socket
     */
    static void bind(NetFd netFd, SocketAddress address) throws IOException {
        try {
            netFd.bind(address, memory -> put(memory, address));
        } catch (BindException e) {
            if (!deleteLeftBehind((DomainSocketAddress) address, netFd.sotype(), e)) {
                throw e;
            }
            netFd.bind(address, memory -> put(memory, address));
        }
    }

    private static boolean deleteLeftBehind(
            DomainSocketAddress address, int sotype, BindException inUse) {
        UnixSocketFile file = UnixSocketFile.at(bytes(address));
        try {
            if (file == null || !refusesConnects(address, sotype)) {
                return false;
            }
        } catch (IOException e) {
            inUse.addSuppressed(e);
            return false;
        }
        file.remove();
        return true;
    }

    /** A server that does not refuse sees a connection that ends at once. */
    private static boolean refusesConnects(DomainSocketAddress address, int sotype)
            throws IOException {
        NetFd probe = NetFd.socket(Constants.AF_UNIX, sotype);
        try {
            SockAddr to = new SockAddr();
            put(to, address);
            int result = Syscalls.get().connect(probe.sysfd(), to.address(), to.length());
            Reference.reachabilityFence(to);
            return result == -Errno.ECONNREFUSED;
        } finally {
            probe.close();
        }
    }

    /**
     * {@code struct ucred}: pid, uid, gid, each an int.
     *
     * @throws IOException if the socket is closed
     */
    public static PeerCredentials peerCredentials(NetFd netFd) throws IOException {
        NativeMemory ucred = NativeMemory.allocate(3 * Integer.BYTES);
        netFd.getOption(Constants.SOL_SOCKET, Constants.SO_PEERCRED, ucred);
        Reference.reachabilityFence(ucred);
        int pid = ucred.buffer().getInt(0);
        int uid = ucred.buffer().getInt(4);
        int gid = ucred.buffer().getInt(8);
        try {
            // Netty's own constructor is for its JNI only.
            Constructor<PeerCredentials> constructor =
                    PeerCredentials.class.getDeclaredConstructor(int.class, int.class, int[].class);
            constructor.setAccessible(true);
            return constructor.newInstance(pid, uid, new int[] {gid});
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            throw new UnsupportedOperationException(
                    "PeerCredentials cannot be made: where Netty is a named module, start with"
                            + " --add-opens io.netty.transport.unix.common/io.netty.channel.unix="
                            + ModuleName.of(UnixAddresses.class),
                    e);
        }
    }
}
