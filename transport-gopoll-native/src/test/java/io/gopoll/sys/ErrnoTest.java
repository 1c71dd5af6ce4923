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
package io.gopoll.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ErrnoTest {

    private static final InetSocketAddress REMOTE = new InetSocketAddress("127.0.0.1", 80);

    @Test
    void namesAndMessagesAreThoseOfTheCLibrary() {
        // The descriptions that strerror would translate, before it does.
        Function name = NativeLibrary.getProcess().getFunction("strerrorname_np");
        Function message = NativeLibrary.getProcess().getFunction("strerrordesc_np");
        for (int errno = 1; errno <= 200; errno++) {
            String expected = name.invokeString(new Object[] {errno}, false);
            assertEquals(expected == null ? "E" + errno : expected, Errno.name(errno));
            expected = message.invokeString(new Object[] {errno}, false);
            assertEquals(
                    expected == null ? "Unknown error " + errno : expected, Errno.message(errno));
        }
    }

    @Test
    void numbersThatAreNoneHaveATextToo() {
        assertEquals("E0", Errno.name(0));
        assertEquals("Unknown error 41", Errno.message(41));
        assertEquals("Unknown error 4095", Errno.message(4095));
        assertEquals("Unknown error -1", Errno.message(-1));
    }

    @Test
    void constantsHaveTheNamesOfTheTable() throws Exception {
        for (var field : Errno.class.getFields()) {
            String name = field.getName();
            switch (name) {
                case "EWOULDBLOCK":
                    assertEquals(Errno.EAGAIN, field.getInt(null));
                    break;
                case "EDEADLOCK":
                    assertEquals(Errno.EDEADLK, field.getInt(null));
                    break;
                case "ENOTSUP":
                    assertEquals(Errno.EOPNOTSUPP, field.getInt(null));
                    break;
                default:
                    assertEquals(name, Errno.name(field.getInt(null)));
            }
        }
    }

    @Test
    void messagesAreNettys() {
        assertEquals(
                "accept4(..) failed with error(-24): Too many open files",
                Errno.newException("accept4", -Errno.EMFILE).getMessage());
        assertEquals(
                "connect(..) failed with error(-111): Connection refused: " + REMOTE,
                Errno.newException("connect", -Errno.ECONNREFUSED, REMOTE).getMessage());
    }

    @Test
    void exceptionsHaveTheTypesOfNettysOtherTransports() {
        assertType(ConnectException.class, "connect", Errno.ECONNREFUSED);
        assertType(ConnectException.class, "read", Errno.ECONNREFUSED);
        assertType(ConnectException.class, "connect", Errno.ETIMEDOUT);
        assertType(ConnectException.class, "finishConnect", Errno.ETIMEDOUT);
        assertType(ConnectException.class, "connect", Errno.EADDRNOTAVAIL);
        assertType(NativeIoException.class, "read", Errno.ETIMEDOUT);
        assertType(NoRouteToHostException.class, "connect", Errno.ENETUNREACH);
        assertType(NoRouteToHostException.class, "connect", Errno.EHOSTUNREACH);
        assertType(NoRouteToHostException.class, "write", Errno.EHOSTUNREACH);
        assertType(FileNotFoundException.class, "connect", Errno.ENOENT);
        assertType(FileNotFoundException.class, "bind", Errno.ENOENT);
        assertType(BindException.class, "bind", Errno.EADDRINUSE);
        assertType(BindException.class, "listen", Errno.EADDRINUSE);
        assertType(BindException.class, "bind", Errno.EADDRNOTAVAIL);
        assertType(BindException.class, "bind", Errno.EACCES);
        assertType(NativeIoException.class, "open", Errno.EACCES);
        assertType(ClosedChannelException.class, "read", Errno.EBADF);
        assertType(ClosedChannelException.class, "connect", Errno.EBADF);
        assertType(NativeIoException.class, "write", Errno.EPIPE);
        assertType(NativeIoException.class, "read", Errno.ECONNRESET);
        assertType(NativeIoException.class, "accept4", Errno.EMFILE);
    }

    /**
     * What frameworks look at, to tell a peer that is gone from what is worth a line in the log.
     */
    @Test
    void aPeerThatIsGoneIsWhatFrameworksKnow() {
        Map<Integer, String> gone =
                Map.of(
                        Errno.ECONNRESET, "Connection reset by peer",
                        Errno.EPIPE, "Broken pipe",
                        Errno.ETIMEDOUT, "Connection timed out");
        gone.forEach(
                (errno, text) -> {
                    for (String syscall : List.of("read", "write", "writev", "sendmsg")) {
                        IOException e = Errno.newException(syscall, -errno, REMOTE);
                        // gRPC and Dubbo: the class.
                        assertEquals("NativeIoException", e.getClass().getSimpleName());
                        // Reactor Netty, Netty's SslHandler, Armeria: in the message. Lettuce,
                        // Ratpack: the message.
                        assertEquals(text, e.getMessage());
                        assertInstanceOf(SocketException.class, e);
                        assertEquals(syscall, ((NativeIoException) e).syscall());
                    }
                });
    }

    private static void assertType(Class<?> type, String syscall, int errno) {
        assertSame(type, Errno.newException(syscall, -errno, REMOTE).getClass());
        assertSame(type, Errno.cause(syscall, -errno, null).getClass());
    }

    @Test
    void uncheckedExceptionsAreThrownWhereAnIoExceptionIsAskedFor() {
        assertSame(
                NotYetConnectedException.class,
                Errno.cause("write", -Errno.ENOTCONN, null).getClass());
        assertSame(
                AlreadyConnectedException.class,
                Errno.cause("connect", -Errno.EISCONN, REMOTE).getClass());
        assertThrows(
                NotYetConnectedException.class, () -> Errno.newException("write", -Errno.ENOTCONN));
        assertThrows(
                AlreadyConnectedException.class,
                () -> Errno.newException("connect", -Errno.EISCONN, REMOTE));
    }

    @Test
    void aNativeIoExceptionTellsTheCallAndTheNumber() {
        NativeIoException e = (NativeIoException) Errno.newException("accept4", -Errno.EMFILE);
        assertEquals("accept4", e.syscall());
        assertEquals(Errno.EMFILE, e.errno());
    }

    @Test
    void aResultThatIsNoFailureIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Errno.newException("read", 0));
        assertThrows(
                IllegalArgumentException.class, () -> Errno.newException("read", Errno.EAGAIN));
    }
}
