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
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.unix.DomainSocketChannelConfig;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;

/** Reads bytes of a Unix socket or, in the other read mode, the descriptors that come with them. */
public final class DomainReadSide extends StreamReadSide {

    /** Null until the first descriptor is sent or received. */
    private PassedDescriptors descriptors;

    public DomainReadSide(Channel domain, NetFd netFd) {
        super(domain, netFd);
    }

    PassedDescriptors descriptors() {
        if (descriptors == null) {
            descriptors = new PassedDescriptors();
        }
        return descriptors;
    }

    private boolean isForDescriptors() {
        return ((DomainSocketChannelConfig) channel.config()).getReadMode()
                == DomainSocketReadMode.FILE_DESCRIPTORS;
    }

    @Override
    void readLoop(ChannelConfig config) {
        if (isForDescriptors()) {
            readDescriptors(config);
        } else {
            super.readLoop(config);
        }
    }

    private void readDescriptors(ChannelConfig config) {
        PassedDescriptors passed = descriptors();
        GoPollRecvByteAllocatorHandle allocHandle = allocHandle();
        ChannelPipeline pipeline = channel.pipeline();
        allocHandle.reset(config);
        // Each descriptor counts as one byte of one attempted.
        allocHandle.attemptedBytesRead(1);
        boolean end = false;
        Throwable cause = null;
        try {
            do {
                int n = (int) passed.receive(netFd);
                if (n <= 0) {
                    end = nothingRead("recvmsg", n, allocHandle);
                    if (!end && isLookInVain(allocHandle)) {
                        return;
                    }
                    break;
                }
                allocHandle.lastBytesRead(1);
                FileDescriptor[] received = passed.take();
                // A byte without descriptors counts, too: it has taken its part of the turn.
                allocHandle.incMessagesRead(Math.max(1, received.length));
                if (received.length > 0) {
                    answered();
                }
                for (FileDescriptor fd : received) {
                    pipeline.fireChannelRead(fd);
                }
            } while (netFd.isOpen() && isForDescriptors() && allocHandle.continueReading());
        } catch (Throwable t) {
            cause = t;
        }
        complete(allocHandle, cause, end);
    }
}
