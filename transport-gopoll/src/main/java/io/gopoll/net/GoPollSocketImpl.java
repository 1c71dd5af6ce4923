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

import io.gopoll.net.fd.NetFd;
import io.gopoll.net.fd.PollFd;
import io.gopoll.poll.Deadline;
import io.gopoll.poll.PollDesc;
import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.NativeIoException;
import io.gopoll.sys.Syscalls;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code java.net} socket does, on a {@link PollFd}: whoever waits is parked on the poll
 * descriptor. What {@link java.net.Socket} and {@link java.net.ServerSocket} check themselves is
 * not checked here.
 */
final class GoPollSocketImpl extends SocketImpl {

    private static final String CLOSED = "Socket closed";

    /** Whether it is a {@link java.net.ServerSocket}'s. */
    private final boolean server;

    /** Null before {@link #create}, or until a connection is accepted into it. */
    private volatile @Nullable PollFd pollFd;

    /** {@code SO_TIMEOUT} in milliseconds, 0 for none. */
    private volatile int timeout;

    /** A read has failed with ECONNRESET: the kernel says so once, and then that it is the end. */
    private volatile boolean reset;

    /** {@code SO_LINGER} in seconds, -1 if it is off. */
    private volatile int linger = -1;

    /** What has been received and what comes is not read any more. */
    private volatile boolean inputShut;

    /** Whether the poll descriptor has a reading deadline from an earlier timeout. */
    private volatile boolean deadlineSet;

    GoPollSocketImpl(boolean server) {
        this.server = server;
    }

    private PollFd pollFd() throws SocketException {
        PollFd p = pollFd;
        if (p == null || !p.isOpen()) {
            throw new SocketException(CLOSED);
        }
        return p;
    }

    /** As the JDK's sockets say it. */
    private static IOException said(IOException e, String timedOut) {
        if (e instanceof PollFd.ClosedByInterrupt) {
            // java.net.Socket closes itself then, and says what has happened.
            return cause(new InterruptedIOException(e.getMessage()), e);
        }
        if (e instanceof SocketTimeoutException) {
            return cause(new SocketTimeoutException(timedOut), e);
        }
        if (e instanceof ClosedChannelException) {
            return cause(new SocketException(CLOSED), e);
        }
        boolean isJdks = e.getClass().getName().startsWith("java.net.");
        return isJdks && e instanceof SocketException
                ? e
                : cause(new SocketException(e.getMessage()), e);
    }

    private static IOException cause(IOException said, IOException cause) {
        said.initCause(cause);
        return said;
    }

    // ---- Connecting and accepting. ----

    @Override
    protected void create(boolean stream) throws IOException {
        if (!stream) {
            throw new IOException("not a stream");
        }
        // Before NetFd's class does: that would not try again after a failure.
        Syscalls.get();
        boolean ipv6 = NetFd.isIpv6Available() && !NetUtil.isIpV4StackPreferred();
        NetFd netFd =
                NetFd.socket(ipv6 ? Constants.AF_INET6 : Constants.AF_INET, Constants.SOCK_STREAM);
        if (server) {
            try {
                netFd.setIntOption(Constants.SOL_SOCKET, Constants.SO_REUSEADDR, 1);
            } catch (IOException e) {
                netFd.close();
                throw e;
            }
        }
        pollFd = new PollFd(netFd, "tcp");
    }

    @Override
    protected void connect(String host, int port) throws IOException {
        connect(new InetSocketAddress(host, port), 0);
    }

    @Override
    protected void connect(InetAddress address, int port) throws IOException {
        connect(new InetSocketAddress(address, port), 0);
    }

    @Override
    protected void connect(SocketAddress to, int timeoutMillis) throws IOException {
        if (!(to instanceof InetSocketAddress)) {
            throw new IllegalArgumentException("unsupported address type: " + to);
        }
        InetSocketAddress remote = (InetSocketAddress) to;
        if (remote.isUnresolved()) {
            close();
            throw new UnknownHostException(remote.getHostName());
        }
        PollFd p = pollFd();
        InetSocketAddress target =
                remote.getAddress().isAnyLocalAddress()
                        ? new InetSocketAddress(InetAddress.getLocalHost(), remote.getPort())
                        : remote;
        long deadline =
                timeoutMillis == 0 ? Deadline.NONE : Deadline.in(timeoutMillis * 1_000_000L);
        try {
            int family = p.netFd.family();
            p.connect(target, memory -> SockAddrs.put(memory, target, family), deadline);
        } catch (IOException e) {
            close();
            throw e instanceof ConnectException ? e : said(e, "Connect timed out");
        }
        address = target.getAddress();
        port = target.getPort();
        localport = localPort(p);
    }

    private static int localPort(PollFd p) {
        InetSocketAddress local = p.netFd.localInetAddress();
        return local == null ? -1 : local.getPort();
    }

    @Override
    protected void bind(InetAddress host, int localPort) throws IOException {
        PollFd p = pollFd();
        InetSocketAddress local = new InetSocketAddress(host, localPort);
        int family = p.netFd.family();
        p.netFd.bind(local, memory -> SockAddrs.put(memory, local, family));
        address = host;
        this.localport = localPort(p);
    }

    @Override
    protected void listen(int backlog) throws IOException {
        pollFd().netFd.listen(backlog < 1 ? 50 : backlog);
    }

    @Override
    protected void accept(SocketImpl into) throws IOException {
        PollFd p = pollFd();
        setReadDeadline(p);
        PollFd accepted;
        try {
            accepted = p.accept(SockAddrs::get);
        } catch (IOException e) {
            throw said(e, "Accept timed out");
        }
        InetSocketAddress remote = (InetSocketAddress) Objects.requireNonNull(accepted.address());
        GoPollSocketImpl impl = (GoPollSocketImpl) into;
        impl.pollFd = accepted;
        impl.address = remote.getAddress();
        impl.port = remote.getPort();
        impl.localport = localPort(accepted);
    }

    private void setReadDeadline(PollFd p) {
        int millis = timeout;
        if (millis > 0) {
            deadlineSet = true;
            p.setDeadline(Deadline.in(millis * 1_000_000L), PollDesc.READ);
        } else if (deadlineSet) {
            deadlineSet = false;
            p.setDeadline(Deadline.NONE, PollDesc.READ);
        }
    }

    @Override
    protected void close() {
        PollFd p = pollFd;
        if (p == null) {
            return;
        }
        if (server || linger == 0) {
            p.close();
        } else {
            p.shutdownAndClose();
        }
    }

    // ---- Reading and writing. ----

    @Override
    protected InputStream getInputStream() {
        return new In();
    }

    @Override
    protected OutputStream getOutputStream() {
        return new Out();
    }

    private final class In extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] dst, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, dst.length);
            if (length == 0) {
                return 0;
            }
            PollFd p = pollFd();
            checkReset();
            if (inputShut) {
                return -1;
            }
            setReadDeadline(p);
            try {
                int n = p.read(dst, offset, length);
                return n == 0 ? -1 : n;
            } catch (NativeIoException e) {
                if (e.errno() == Errno.ECONNRESET) {
                    reset = true;
                    checkReset();
                }
                throw said(e, CLOSED);
            } catch (IOException e) {
                throw said(e, "Read timed out");
            }
        }

        @Override
        public int available() throws IOException {
            return GoPollSocketImpl.this.available();
        }

        @Override
        public void close() {
            GoPollSocketImpl.this.close();
        }
    }

    private final class Out extends OutputStream {

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] src, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, src.length);
            if (length == 0) {
                return;
            }
            try {
                pollFd().write(ByteBuffer.wrap(src, offset, length), true);
            } catch (IOException e) {
                throw said(e, "Write timed out");
            }
        }

        @Override
        public void close() {
            GoPollSocketImpl.this.close();
        }
    }

    private void checkReset() throws SocketException {
        if (reset) {
            throw new SocketException("Connection reset");
        }
    }

    @Override
    protected int available() throws IOException {
        PollFd p = pollFd();
        if (inputShut) {
            return 0;
        }
        int n = p.netFd.available();
        if (n < 0) {
            throw said(Errno.newException("ioctl", n), CLOSED);
        }
        return n;
    }

    @Override
    protected void shutdownInput() throws IOException {
        shutdown(Constants.SHUT_RD, "shutdownInput");
        inputShut = true;
    }

    @Override
    protected void shutdownOutput() throws IOException {
        shutdown(Constants.SHUT_WR, "shutdownOutput");
    }

    private void shutdown(int how, String operation) throws IOException {
        try {
            pollFd().shutdown(how, operation);
        } catch (SocketException e) {
            // The peer has reset the connection: as good as shut down, as the JDK's sockets have
            // it.
            if (!(e.getCause() instanceof NotYetConnectedException)) {
                throw e;
            }
        }
    }

    @Override
    protected boolean supportsUrgentData() {
        return true;
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        int n = pollFd().netFd.sendUrgent(data);
        if (n == -Errno.EAGAIN) {
            throw new SocketException("Socket buffer full");
        }
        if (n < 0) {
            throw said(Errno.newException("send", n), CLOSED);
        }
    }

    // ---- Options. ----

    @Override
    public void setOption(int id, Object value) throws SocketException {
        pollFd();
        if (id == SocketOptions.SO_TIMEOUT) {
            timeout = (Integer) value;
        } else {
            set(InetOption.of(id), value);
        }
    }

    @Override
    public @Nullable Object getOption(int id) throws SocketException {
        NetFd netFd = pollFd().netFd;
        switch (id) {
            case SocketOptions.SO_TIMEOUT:
                return timeout;
            case SocketOptions.SO_BINDADDR:
                InetSocketAddress local = netFd.localInetAddress();
                return local == null ? null : local.getAddress();
            default:
                return get(InetOption.of(id));
        }
    }

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        return InetOption.supported(server);
    }

    @Override
    protected <T> void setOption(SocketOption<T> option, T value) throws IOException {
        InetOption supported = supported(option);
        if (!option.type().isInstance(value)) {
            throw new IllegalArgumentException("Invalid value '" + value + "'");
        }
        set(supported, value);
    }

    @Override
    protected <T> T getOption(SocketOption<T> option) throws IOException {
        return option.type().cast(get(supported(option)));
    }

    private InetOption supported(SocketOption<?> option) {
        InetOption supported = InetOption.of(option);
        if (supported == null || !supportedOptions().contains(option)) {
            throw new UnsupportedOperationException("'" + option + "' not supported");
        }
        return supported;
    }

    private void set(InetOption option, Object value) throws SocketException {
        NetFd netFd = pollFd().netFd;
        try {
            option.set(netFd, value);
            if (option == InetOption.SO_LINGER) {
                linger = netFd.getLinger();
            }
        } catch (IOException e) {
            throw (SocketException) said(e, CLOSED);
        }
    }

    private Object get(InetOption option) throws SocketException {
        try {
            return option.get(pollFd().netFd);
        } catch (IOException e) {
            throw (SocketException) said(e, CLOSED);
        }
    }
}
