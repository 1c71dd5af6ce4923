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
package io.gopoll.channel.side;

import io.gopoll.net.fd.NetFd;
import io.netty.channel.unix.FileDescriptor;

/**
 * What {@link io.netty.channel.unix.UnixChannel#fd()} gives: the number of the channel's socket,
 * open as long as the channel. Netty's own reading and writing methods of this class need its JNI
 * library and are not GoPoll's.
 */
public final class SocketDescriptor extends FileDescriptor {

    private final NetFd netFd;
    private final WriteSide writeSide;

    public SocketDescriptor(NetFd netFd, WriteSide writeSide) {
        super(netFd.sysfd());
        this.netFd = netFd;
        this.writeSide = writeSide;
    }

    @Override
    public boolean isOpen() {
        return netFd.isOpen();
    }

    @Override
    protected boolean markClosed() {
        return netFd.close();
    }

    @Override
    public void close() {
        writeSide.flushBeforeClose();
        netFd.close();
    }

    @Override
    public boolean equals(Object o) {
        return super.equals(o);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
