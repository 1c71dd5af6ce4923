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
/**
 * GoPoll: a transport for Netty on a poller like Go's, and sockets that block as Go's do.
 *
 * <p>{@code --enable-native-access=io.gopoll.sys} lets it make system calls; {@code --add-opens
 * java.base/java.lang=io.gopoll.transport} gives goroutine loops GoPoll's own scheduler.
 */
@SuppressWarnings("module") // what it opens itself to is not there when it is compiled
module io.gopoll.transport {
    requires io.gopoll.sys;
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires transitive io.netty.transport.unix.common;
    // Its annotations are for compilers. Not transitive: who compiles against GoPoll need not have them.
    requires static org.jspecify;

    // The packages below it are its parts, and for nobody else.
    exports io.gopoll.channel;
    exports io.gopoll.net;
    // For its exceptions. What else is in it is for the two above.
    exports io.gopoll.poll;
    // gopoll-as-epoll's LinuxSocket is one of these sockets.
    exports io.gopoll.net.fd to
            io.netty.transport.classes.epoll;
}
