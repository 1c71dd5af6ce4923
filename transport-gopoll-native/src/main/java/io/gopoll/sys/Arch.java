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

/** The machine architectures that the bindings know, and what differs between them. */
enum Arch {
    /** struct epoll_event is packed here, so that 32-bit programs on 64-bit kernels share it. */
    X86_64(12, 4),
    AARCH64(16, 8);

    /** The size of struct epoll_event in bytes. */
    final int epollEventSize;

    /** Where its data begins. */
    final int epollDataOffset;

    Arch(int epollEventSize, int epollDataOffset) {
        this.epollEventSize = epollEventSize;
        this.epollDataOffset = epollDataOffset;
    }

    /**
     * The architecture that a value of the system property {@code os.arch} names; null if it is
     * another.
     */
    static Arch of(String osArch) {
        switch (osArch) {
            case "amd64":
            case "x86_64":
                return X86_64;
            case "aarch64":
            case "arm64":
                return AARCH64;
            default:
                return null;
        }
    }
}
