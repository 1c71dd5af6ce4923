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
package io.netty.channel.unix.tests;

import io.netty.channel.unix.DomainSocketAddress;
import java.io.File;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What Netty's tests of its epoll transport call, in a class of Netty's that is published nowhere:
 * paths for Unix sockets.
 */
public final class UnixTestUtils {

    private static final AtomicInteger used = new AtomicInteger();

    private UnixTestUtils() {}

    public static DomainSocketAddress newDomainSocketAddress() {
        File file =
                new File(
                        System.getProperty("java.io.tmpdir"),
                        "netty" + ProcessHandle.current().pid() + '-' + used.incrementAndGet());
        file.deleteOnExit();
        return new DomainSocketAddress(file);
    }
}
