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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.sys.Constants;
import io.gopoll.sys.Errno;
import io.gopoll.sys.SockAddr;
import io.gopoll.sys.Syscalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NetFdTest {

    private static final Syscalls SYS = Syscalls.get();

    private static NetFd tcp() throws IOException {
        return NetFd.socket(Constants.AF_INET, Constants.SOCK_STREAM);
    }

    @Test
    void aNewSocketIsNonBlockingAndClosedOnExec() throws Exception {
        NetFd fd = tcp();
        assertTrue((SYS.fcntl(fd.sysfd(), Constants.F_GETFL, 0) & Constants.O_NONBLOCK) != 0);
        assertEquals(
                Constants.FD_CLOEXEC,
                SYS.fcntl(fd.sysfd(), Constants.F_GETFD, 0) & Constants.FD_CLOEXEC);
        assertTrue(fd.close());
    }

    @Test
    void adoptAsksTheKernelWhatTheSocketIsAndMakesItNonBlocking() throws Exception {
        int blocking = SYS.socket(Constants.AF_INET6, Constants.SOCK_DGRAM, 0);
        NetFd fd = NetFd.adopt(blocking);
        assertEquals(Constants.AF_INET6, fd.family());
        assertEquals(Constants.SOCK_DGRAM, fd.sotype());
        assertTrue(fd.isAdopted());
        assertTrue((SYS.fcntl(blocking, Constants.F_GETFL, 0) & Constants.O_NONBLOCK) != 0);
        fd.close();
    }

    @Test
    void aCloseCountsOnceAndEndsEveryCall() throws Exception {
        NetFd fd = tcp();
        assertTrue(fd.close());
        assertFalse(fd.close());
        assertFalse(fd.isOpen());
        assertEquals(-Errno.EBADF, SYS.fcntl(fd.sysfd(), Constants.F_GETFD, 0));
        ClosedChannelException e = assertThrows(ClosedChannelException.class, () -> fd.listen(1));
        assertTrue(e.getMessage().contains("listen"), e.getMessage());
        assertThrows(
                ClosedChannelException.class,
                () -> fd.getIntOption(Constants.SOL_SOCKET, Constants.SO_ERROR));
        assertNull(fd.localInetAddress());
    }

    @Test
    void aConnectIsNotDoneBeforeItIs() throws Exception {
        NetFd server = tcp();
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server.bind(any, a -> a.setInet(any, Constants.AF_INET));
        server.listen(1);
        InetSocketAddress address = server.localInetAddress();

        NetFd client = tcp();
        boolean done = client.connect(address, a -> a.setInet(address, Constants.AF_INET));
        while (!done) {
            done = client.finishConnect(address, a -> a.setInet(address, Constants.AF_INET));
        }
        assertEquals(address, client.remoteInetAddress());

        SockAddr remote = new SockAddr();
        int accepted;
        do {
            accepted = server.accept(remote);
        } while (accepted == -Errno.EAGAIN);
        assertTrue(accepted >= 0);
        assertEquals(client.localInetAddress(), remote.inet());
        SYS.close(accepted);
        client.close();
        server.close();
    }

    /** Without references, an option of one of these sockets could be set on a later one's. */
    @Test
    void aCloseDuringACallNeverLetsItHitTheDescriptorsNextUser() throws Exception {
        for (int i = 0; i < 2000; i++) {
            NetFd fd = tcp();
            AtomicReference<Throwable> unexpected = new AtomicReference<>();
            CountDownLatch started = new CountDownLatch(1);
            Thread setter =
                    new Thread(
                            () -> {
                                try {
                                    started.countDown();
                                    while (true) {
                                        fd.setIntOption(
                                                Constants.SOL_SOCKET, Constants.SO_KEEPALIVE, 1);
                                    }
                                } catch (ClosedChannelException closed) {
                                    // As it should be.
                                } catch (Throwable t) {
                                    unexpected.set(t);
                                }
                            });
            setter.start();
            started.await();
            fd.close();
            NetFd next = tcp();
            setter.join();
            assertNull(unexpected.get());
            assertEquals(0, next.getIntOption(Constants.SOL_SOCKET, Constants.SO_KEEPALIVE));
            next.close();
        }
    }
}
