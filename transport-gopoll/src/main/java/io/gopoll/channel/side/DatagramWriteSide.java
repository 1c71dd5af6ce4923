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

import io.gopoll.channel.address.Addresses;
import io.gopoll.channel.buffer.Datagrams;
import io.gopoll.channel.loop.Registrations;
import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Errno;
import io.gopoll.sys.Msghdrs;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultChannelConfig;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;

/** Sends datagrams, as many by one system call as there are. */
public abstract class DatagramWriteSide extends WriteSide {

    private final Addresses addresses;

    protected DatagramWriteSide(Channel datagram, NetFd netFd, Addresses addresses) {
        super(datagram, netFd);
        this.addresses = addresses;
    }

    /** The exception for a call that failed. */
    protected abstract Exception failed(String syscall, int result, SocketAddress address);

    @Override
    protected void writeLoop(ChannelOutboundBuffer in) throws Exception {
        int left = ((DefaultChannelConfig) channel.config()).getMaxMessagesPerWrite();
        while (left > 0) {
            Object msg = in.current();
            if (msg == null) {
                return;
            }
            if (Datagrams.isNothing(msg)) {
                in.remove();
                left--;
                continue;
            }
            Registrations loop = registration().loop;
            Datagrams datagrams = loop.datagrams();
            int count = datagrams.gather(addresses, in, left);
            int n = send(datagrams.msghdrs(), count);
            loop.giveBack(datagrams);
            if (n == -Errno.EAGAIN) {
                full();
                return;
            }
            if (n < 0) {
                // The first has failed; the others may have other receivers, netty#2665.
                in.remove(failed(count == 1 ? "sendmsg" : "sendmmsg", n, msg));
                left--;
                continue;
            }
            addresses.nameGiven();
            for (int i = 0; i < n; i++) {
                in.remove();
            }
            left -= n;
        }
        if (!in.isEmpty()) {
            queue();
        }
    }

    /** One datagram by the call for one, which is cheaper. */
    private int send(Msghdrs msghdrs, int count) {
        if (count > 1) {
            return netFd.sendmmsg(msghdrs.address(), count);
        }
        long n = netFd.sendmsg(msghdrs.address(), 0);
        return n < 0 ? (int) n : 1;
    }

    private Exception failed(String syscall, int result, Object msg) {
        if (!netFd.isOpen()) {
            return new ClosedChannelException();
        }
        if (result == -Errno.EDESTADDRREQ) {
            return new NotYetConnectedException();
        }
        SocketAddress recipient = Datagrams.recipient(msg);
        return failed(syscall, result, recipient == null ? channel.remoteAddress() : recipient);
    }
}
