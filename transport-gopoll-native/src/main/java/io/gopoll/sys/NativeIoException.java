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

import java.net.SocketException;

/**
 * A system call has failed with an error number that no exception of the JDK stands for, see {@link
 * Errno#cause}. It is a {@link SocketException}, which NIO throws for sockets, also if the
 * descriptor is not a socket's. Its simple name is that of Netty's, by which frameworks know what
 * not to log: Netty's own loads its JNI library.
 */
public final class NativeIoException extends SocketException {

    private static final long serialVersionUID = 1L;

    private final String syscall;
    private final int errno;

    NativeIoException(String message, String syscall, int errno) {
        super(message);
        this.syscall = syscall;
        this.errno = errno;
    }

    /** The name of the call that failed, such as {@code "read"}. */
    public String syscall() {
        return syscall;
    }

    /** The error number, positive: one of the constants of {@link Errno}. */
    public int errno() {
        return errno;
    }
}
