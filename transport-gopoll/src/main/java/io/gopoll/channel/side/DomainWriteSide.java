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
import io.gopoll.sys.Errno;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.FileDescriptor;

/** Writes bytes to a Unix socket, and descriptors. */
public final class DomainWriteSide extends StreamWriteSide {

    public DomainWriteSide(Channel domain, NetFd netFd) {
        super(domain, netFd);
    }

    @Override
    int writeOther(ChannelOutboundBuffer in, Object msg) throws Exception {
        if (!(msg instanceof FileDescriptor)) {
            return super.writeOther(in, msg);
        }
        DomainReadSide readSide = (DomainReadSide) sides().readSide();
        long n = readSide.descriptors().send(netFd, ((FileDescriptor) msg).intValue());
        if (n == -Errno.EAGAIN) {
            return FULL;
        }
        if (n < 0) {
            throw failure("sendmsg", (int) n);
        }
        in.remove();
        return 1;
    }
}
