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
 * GoPoll's system calls. Not for applications: they use {@code io.gopoll.transport}.
 *
 * <p>On JDK 22 and later it needs {@code --enable-native-access=io.gopoll.sys}. Before that it makes
 * its calls through JNA, which is a module of its own: {@code --add-modules com.sun.jna}.
 */
@SuppressWarnings({"module", "requires-automatic"})
module io.gopoll.sys {
    requires static com.sun.jna;

    exports io.gopoll.sys to
            io.gopoll.transport,
            io.netty.transport.classes.epoll;
}
