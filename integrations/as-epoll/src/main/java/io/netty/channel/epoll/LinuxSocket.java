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
package io.netty.channel.epoll;

import io.gopoll.net.fd.NetFd;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeMemory;
import io.gopoll.sys.SockAddr;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * A socket without a channel, non-blocking. With Netty it is an {@code
 * io.netty.channel.unix.Socket}; that class needs Netty's JNI library, so this one only has its
 * methods, but for those that move data.
 */
public final class LinuxSocket extends FileDescriptor {

    private final NetFd netFd;

    /** Where a connect that is under way goes. */
    private volatile SocketAddress connecting;

    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;
    private volatile boolean handedOver;

    private LinuxSocket(NetFd netFd) {
        super(netFd.sysfd());
        this.netFd = netFd;
    }

    private static LinuxSocket open(int family, int sotype) {
        Epoll.ensureAvailability();
        try {
            return new LinuxSocket(NetFd.socket(family, sotype));
        } catch (IOException e) {
            throw new ChannelException("Unable to open a socket", e);
        }
    }

    private static int inet(boolean ipv6) {
        return ipv6 && NetFd.isIpv6Available() ? Constants.AF_INET6 : Constants.AF_INET;
    }

    private static int inet(SocketProtocolFamily protocol) {
        return inet(protocol != SocketProtocolFamily.INET);
    }

    @SuppressWarnings("deprecation")
    private static SocketProtocolFamily family(InternetProtocolFamily protocol) {
        return protocol == null ? null : protocol.toSocketProtocolFamily();
    }

    public static LinuxSocket newSocket(int fd) {
        Epoll.ensureAvailability();
        try {
            return new LinuxSocket(NetFd.adopt(fd));
        } catch (IOException e) {
            throw new ChannelException("Unable to adopt descriptor " + fd, e);
        }
    }

    public static LinuxSocket newVSockStream() {
        return open(Constants.AF_VSOCK, Constants.SOCK_STREAM);
    }

    public static LinuxSocket newSocketStream(boolean ipv6) {
        return open(inet(ipv6), Constants.SOCK_STREAM);
    }

    @Deprecated
    public static LinuxSocket newSocketStream(InternetProtocolFamily protocol) {
        return newSocketStream(family(protocol));
    }

    public static LinuxSocket newSocketStream(SocketProtocolFamily protocol) {
        return open(inet(protocol), Constants.SOCK_STREAM);
    }

    public static LinuxSocket newSocketStream() {
        return newSocketStream(true);
    }

    public static LinuxSocket newSocketDgram(boolean ipv6) {
        return open(inet(ipv6), Constants.SOCK_DGRAM);
    }

    @Deprecated
    public static LinuxSocket newSocketDgram(InternetProtocolFamily protocol) {
        return newSocketDgram(family(protocol));
    }

    public static LinuxSocket newSocketDgram(SocketProtocolFamily protocol) {
        return open(inet(protocol), Constants.SOCK_DGRAM);
    }

    public static LinuxSocket newSocketDgram() {
        return newSocketDgram(true);
    }

    public static LinuxSocket newSocketDomain() {
        return open(Constants.AF_UNIX, Constants.SOCK_STREAM);
    }

    public static LinuxSocket newSocketDomainDgram() {
        return open(Constants.AF_UNIX, Constants.SOCK_DGRAM);
    }

    /** The descriptor is a channel's from now on, and closed by that. */
    int handOver() {
        handedOver = true;
        return intValue();
    }

    @Override
    public boolean isOpen() {
        return !handedOver && netFd.isOpen();
    }

    @Override
    protected boolean markClosed() {
        return !handedOver && netFd.close();
    }

    @Override
    public void close() {
        markClosed();
    }

    // ---- Addresses. ----

    private NetFd.SockAddrWriter writer(SocketAddress address) {
        if (address instanceof InetSocketAddress) {
            return memory -> memory.setInet((InetSocketAddress) address, netFd.family());
        }
        if (address instanceof DomainSocketAddress) {
            return memory -> memory.setUnix(((DomainSocketAddress) address).path());
        }
        if (address instanceof VSockAddress) {
            VSockAddress vsock = (VSockAddress) address;
            return memory -> memory.setVsock(vsock.getCid(), vsock.getPort());
        }
        throw new IllegalArgumentException(
                "address: "
                        + address
                        + " (expected: InetSocketAddress, DomainSocketAddress or VSockAddress)");
    }

    private static VSockAddress vsock(SockAddr memory) {
        return new VSockAddress(memory.vsockCid(), memory.vsockPort());
    }

    private static DomainSocketAddress unix(SockAddr memory) {
        return new DomainSocketAddress(memory.unixPath());
    }

    public void bind(SocketAddress address) throws IOException {
        netFd.bind(address, writer(address));
    }

    /** Whether it is connected; if not, that is under way. */
    public boolean connect(SocketAddress address) throws IOException {
        connecting = address;
        return netFd.connect(address, writer(address));
    }

    public boolean finishConnect() throws IOException {
        SocketAddress address = connecting;
        return netFd.finishConnect(address, writer(address));
    }

    public void disconnect() throws IOException {
        netFd.disconnect();
    }

    public void listen(int backlog) throws IOException {
        netFd.listen(backlog);
    }

    public void bindVSock(VSockAddress address) throws IOException {
        bind(address);
    }

    public boolean connectVSock(VSockAddress address) throws IOException {
        return connect(address);
    }

    public VSockAddress remoteVSockAddress() {
        return netFd.remoteAddress(LinuxSocket::vsock);
    }

    public VSockAddress localVSockAddress() {
        return netFd.localAddress(LinuxSocket::vsock);
    }

    public InetSocketAddress remoteAddress() {
        return netFd.remoteInetAddress();
    }

    public InetSocketAddress localAddress() {
        return netFd.localInetAddress();
    }

    public DomainSocketAddress remoteDomainSocketAddress() {
        return netFd.remoteAddress(LinuxSocket::unix);
    }

    public DomainSocketAddress localDomainSocketAddress() {
        return netFd.localAddress(LinuxSocket::unix);
    }

    // ---- Data. ----

    /**
     * Sends what is between two positions.
     *
     * @return how many bytes; 0 if the socket takes none now
     */
    public int send(ByteBuffer buf, int pos, int limit) throws IOException {
        NativeMemory memory = NativeMemory.allocate(Math.max(1, limit - pos));
        memory.buffer().duplicate().put(buf.duplicate().limit(limit).position(pos));
        int sent = sendAddress(memory.address(), 0, limit - pos);
        Reference.reachabilityFence(memory);
        return sent;
    }

    /** As {@link #send(ByteBuffer, int, int)}, from memory. */
    public int sendAddress(long address, int pos, int limit) throws IOException {
        return orNone("send", netFd.write(address + pos, limit - pos));
    }

    /**
     * Receives between two positions.
     *
     * @return how many bytes; 0 if there are none now, -1 if there will be none
     */
    public int recv(ByteBuffer buf, int pos, int limit) throws IOException {
        NativeMemory memory = NativeMemory.allocate(Math.max(1, limit - pos));
        int received = recvAddress(memory.address(), 0, limit - pos);
        if (received > 0) {
            buf.duplicate()
                    .limit(limit)
                    .position(pos)
                    .put(memory.buffer().duplicate().limit(received));
        }
        return received;
    }

    /** As {@link #recv(ByteBuffer, int, int)}, into memory. */
    public int recvAddress(long address, int pos, int limit) throws IOException {
        int result = netFd.read(address + pos, limit - pos);
        return result == 0 ? -1 : orNone("recv", result);
    }

    private static int orNone(String syscall, int result) throws IOException {
        return result == -Errno.EAGAIN ? 0 : EpollInstance.check(syscall, result);
    }

    // ---- Half-closing. ----

    public void shutdown() throws IOException {
        shutdown(true, true);
    }

    public void shutdown(boolean read, boolean write) throws IOException {
        if (!read && !write) {
            return;
        }
        inputShutdown |= read;
        outputShutdown |= write;
        netFd.shutdown(read ? write ? Constants.SHUT_RDWR : Constants.SHUT_RD : Constants.SHUT_WR);
    }

    public boolean isShutdown() {
        return inputShutdown && outputShutdown;
    }

    public boolean isInputShutdown() {
        return inputShutdown;
    }

    public boolean isOutputShutdown() {
        return outputShutdown;
    }

    // ---- Options. ----

    public int getIntOpt(int level, int optname) throws IOException {
        return netFd.getIntOption(level, optname);
    }

    public void getRawOpt(int level, int optname, ByteBuffer out) throws IOException {
        NativeMemory memory = NativeMemory.allocate(out.remaining());
        int length = netFd.getOption(level, optname, memory);
        out.put(memory.buffer().duplicate().limit(length));
    }

    public void setRawOpt(int level, int optname, ByteBuffer in) throws IOException {
        NativeMemory memory = NativeMemory.allocate(in.remaining());
        memory.buffer().duplicate().put(in);
        netFd.setOption(level, optname, memory, memory.size());
        Reference.reachabilityFence(memory);
    }

    public void setIntOpt(int level, int optname, int optvalue) throws IOException {
        netFd.setIntOption(level, optname, optvalue);
    }

    public boolean isKeepAlive() throws IOException {
        return getIntOpt(Constants.SOL_SOCKET, Constants.SO_KEEPALIVE) != 0;
    }

    public void setKeepAlive(boolean keepAlive) throws IOException {
        setIntOpt(Constants.SOL_SOCKET, Constants.SO_KEEPALIVE, keepAlive ? 1 : 0);
    }

    public boolean isTcpNoDelay() throws IOException {
        return getIntOpt(Constants.IPPROTO_TCP, Constants.TCP_NODELAY) != 0;
    }

    public void setTcpNoDelay(boolean tcpNoDelay) throws IOException {
        setIntOpt(Constants.IPPROTO_TCP, Constants.TCP_NODELAY, tcpNoDelay ? 1 : 0);
    }

    public boolean isReuseAddress() throws IOException {
        return getIntOpt(Constants.SOL_SOCKET, Constants.SO_REUSEADDR) != 0;
    }

    public void setReuseAddress(boolean reuseAddress) throws IOException {
        setIntOpt(Constants.SOL_SOCKET, Constants.SO_REUSEADDR, reuseAddress ? 1 : 0);
    }

    public boolean isReusePort() throws IOException {
        return getIntOpt(Constants.SOL_SOCKET, Constants.SO_REUSEPORT) != 0;
    }

    public void setReusePort(boolean reusePort) throws IOException {
        setIntOpt(Constants.SOL_SOCKET, Constants.SO_REUSEPORT, reusePort ? 1 : 0);
    }

    public boolean isBroadcast() throws IOException {
        return getIntOpt(Constants.SOL_SOCKET, Constants.SO_BROADCAST) != 0;
    }

    public void setBroadcast(boolean broadcast) throws IOException {
        setIntOpt(Constants.SOL_SOCKET, Constants.SO_BROADCAST, broadcast ? 1 : 0);
    }

    public int getReceiveBufferSize() throws IOException {
        return getIntOpt(Constants.SOL_SOCKET, Constants.SO_RCVBUF);
    }

    public void setReceiveBufferSize(int receiveBufferSize) throws IOException {
        setIntOpt(Constants.SOL_SOCKET, Constants.SO_RCVBUF, receiveBufferSize);
    }

    public int getSendBufferSize() throws IOException {
        return getIntOpt(Constants.SOL_SOCKET, Constants.SO_SNDBUF);
    }

    public void setSendBufferSize(int sendBufferSize) throws IOException {
        setIntOpt(Constants.SOL_SOCKET, Constants.SO_SNDBUF, sendBufferSize);
    }

    /** Seconds; -1 for off. */
    public int getSoLinger() throws IOException {
        return netFd.getLinger();
    }

    public void setSoLinger(int soLinger) throws IOException {
        netFd.setLinger(soLinger);
    }

    public int getSoError() throws IOException {
        return getIntOpt(Constants.SOL_SOCKET, Constants.SO_ERROR);
    }

    public int getTrafficClass() throws IOException {
        return netFd.family() == Constants.AF_INET6
                ? getIntOpt(Constants.IPPROTO_IPV6, Constants.IPV6_TCLASS)
                : getIntOpt(Constants.IPPROTO_IP, Constants.IP_TOS);
    }

    public void setTrafficClass(int trafficClass) throws IOException {
        if (netFd.family() == Constants.AF_INET6) {
            setIntOpt(Constants.IPPROTO_IPV6, Constants.IPV6_TCLASS, trafficClass);
        }
        setIntOpt(Constants.IPPROTO_IP, Constants.IP_TOS, trafficClass);
    }

    @Override
    public boolean equals(Object o) {
        return this == o;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "LinuxSocket{fd=" + intValue() + '}';
    }
}
