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
package io.gopoll.net.fd;

import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.Syscalls;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The file of a Unix socket, for the one that has bound it, or has found it left behind, to remove.
 * It is removed only while it still is the same file: somebody else may have taken the path over
 * since. To be removed before the socket is closed: a successor that binds the path meanwhile still
 * finds a socket there that answers, or nothing.
 *
 * <p>Paths are bytes here, as they are to the system: those that this machine's locale cannot spell
 * are as good as others. Nothing throws.
 */
public final class UnixSocketFile {

    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;

    /** The kind of file, its inode number and time of birth: the next file may get the number. */
    private static final int STATX_TYPE = 0x1;

    private static final int STATX_INO = 0x100;

    private static final int STATX_BTIME = 0x800;

    /** The kind of a file within its mode, and that of a socket, inode(7). */
    private static final int S_IFMT = 0170000;

    private static final int S_IFSOCK = 0140000;

    /** {@code struct statx} of statx(2), with the offsets of what is looked at. */
    private static final int STATX_SIZE = 256;

    private static final int STX_MODE = 28;
    private static final int STX_INO = 32;
    private static final int STX_BTIME_SEC = 80;
    private static final int STX_BTIME_NSEC = 88;
    private static final int STX_DEV_MAJOR = 136;
    private static final int STX_DEV_MINOR = 140;

    /** The path and a NUL. */
    private final NativeMemory path;

    private final Identity identity;

    private UnixSocketFile(NativeMemory path, Identity identity) {
        this.path = path;
        this.identity = identity;
    }

    private static final class Identity {
        private final long inode;
        private final long bornSeconds;
        private final int bornNanos;
        private final long device;

        Identity(ByteBuffer statx) {
            inode = statx.getLong(STX_INO);
            bornSeconds = statx.getLong(STX_BTIME_SEC);
            bornNanos = statx.getInt(STX_BTIME_NSEC);
            device = (long) statx.getInt(STX_DEV_MAJOR) << 32 | statx.getInt(STX_DEV_MINOR);
        }

        boolean isSameAs(Identity other) {
            return inode == other.inode
                    && bornSeconds == other.bornSeconds
                    && bornNanos == other.bornNanos
                    && device == other.device;
        }
    }

    /**
     * The file at a path, as it is now.
     *
     * @param path as the system has it; abstract names and the empty one have no file
     * @return null if there is none, or if it is none of a socket
     */
    public static @Nullable UnixSocketFile at(byte[] path) {
        if (path.length == 0 || path[0] == 0) {
            return null;
        }
        NativeMemory memory = NativeMemory.allocate(path.length + 1);
        memory.buffer().put(0, path).put(path.length, (byte) 0);
        Identity identity = identify(memory);
        return identity == null ? null : new UnixSocketFile(memory, identity);
    }

    private static @Nullable Identity identify(NativeMemory path) {
        NativeMemory statx = NativeMemory.allocate(STATX_SIZE);
        try {
            int result =
                    Syscalls.get()
                            .statx(
                                    AT_FDCWD,
                                    path.address(),
                                    AT_SYMLINK_NOFOLLOW,
                                    STATX_TYPE | STATX_INO | STATX_BTIME,
                                    statx.address());
            boolean isSocket =
                    result >= 0 && (statx.buffer().getShort(STX_MODE) & S_IFMT) == S_IFSOCK;
            return isSocket ? new Identity(statx.buffer()) : null;
        } finally {
            Reference.reachabilityFence(path);
            Reference.reachabilityFence(statx);
        }
    }

    /** Removes it, if it still is the same file. Does nothing otherwise, and the second time. */
    public void remove() {
        Identity now = identify(path);
        if (now != null && now.isSameAs(identity)) {
            // What fails here is not there, or not ours to remove.
            Syscalls.get().unlinkat(AT_FDCWD, path.address(), 0);
            Reference.reachabilityFence(path);
        }
    }
}
