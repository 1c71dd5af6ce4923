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
package io.gopoll.channel;

import static io.netty.util.internal.ObjectUtil.checkNotNull;

import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.SockAddr;
import io.netty.channel.ChannelException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The peers of a socket that have a key: TCP_MD5SIG, tcp(7). Any thread. */
final class TcpMd5Keys {

    /**
     * {@code struct tcp_md5sig}: sockaddr_storage, flags, prefix length, key length, ifindex, key.
     */
    private static final int SIZE = 216;

    private static final int KEY_LENGTH = 130;
    private static final int KEY = 136;

    /** Never changed, only replaced: most sockets share the empty one. Under this. */
    private Set<InetAddress> peers;

    /**
     * @param inherited the peers that have a key already, the listening socket's
     */
    TcpMd5Keys(Collection<InetAddress> inherited) {
        peers = Set.copyOf(inherited);
    }

    TcpMd5Keys() {
        this(Set.of());
    }

    synchronized Collection<InetAddress> peers() {
        return peers;
    }

    /**
     * Sets the keys of these peers, and takes those of all others away.
     *
     * @throws IllegalArgumentException if a key is empty or longer than 80 bytes, or a peer an IPv6
     *     one and the socket is not, before any is set
     * @throws ChannelException if the system refuses, as a kernel without CONFIG_TCP_MD5SIG does
     */
    synchronized void set(NetFd fd, Map<InetAddress, byte[]> keys) {
        checkNotNull(keys, "keys");
        Map<InetAddress, NativeMemory> md5sigs = new HashMap<>();
        keys.forEach((peer, key) -> md5sigs.put(peer, md5sig(fd, peer, check(peer, key))));
        Set<InetAddress> changed = new HashSet<>(peers);
        try {
            for (InetAddress peer : peers) {
                if (!keys.containsKey(peer)) {
                    remove(fd, peer);
                    changed.remove(peer);
                }
            }
            for (Map.Entry<InetAddress, NativeMemory> e : md5sigs.entrySet()) {
                fd.setOption(Constants.IPPROTO_TCP, Constants.TCP_MD5SIG, e.getValue(), SIZE);
                changed.add(e.getKey());
            }
            Reference.reachabilityFence(md5sigs);
        } catch (IOException e) {
            throw GoPollChannelConfig.failed("set", GoPollChannelOption.TCP_MD5SIG, e);
        } finally {
            peers = Set.copyOf(changed);
        }
    }

    private static void remove(NetFd fd, InetAddress peer) throws IOException {
        try {
            NativeMemory md5sig = md5sig(fd, peer, new byte[0]);
            fd.setOption(Constants.IPPROTO_TCP, Constants.TCP_MD5SIG, md5sig, SIZE);
            Reference.reachabilityFence(md5sig);
        } catch (FileNotFoundException ignored) {
            // ENOENT, it has none: a connection inherits the key of its own peer only.
        }
    }

    private static byte[] check(@Nullable InetAddress peer, byte @Nullable [] key) {
        if (peer == null || key == null) {
            throw new IllegalArgumentException("TCP_MD5SIG: null (expected: a peer and its key)");
        }
        if (key.length == 0 || key.length > Constants.TCP_MD5SIG_MAXKEYLEN) {
            throw new IllegalArgumentException(
                    "TCP_MD5SIG: key of "
                            + key.length
                            + " bytes for "
                            + peer
                            + " (expected: 1 to "
                            + Constants.TCP_MD5SIG_MAXKEYLEN
                            + ")");
        }
        return key;
    }

    private static NativeMemory md5sig(NetFd fd, InetAddress peer, byte[] key) {
        // The address stands first in the structure; how long it is, is for us only, behind it.
        NativeMemory md5sig = NativeMemory.allocate(SIZE + Integer.BYTES);
        new SockAddr(md5sig, 0, SIZE).setInet(new InetSocketAddress(peer, 0), fd.family());
        md5sig.buffer().putShort(KEY_LENGTH, (short) key.length).put(KEY, key);
        return md5sig;
    }
}
