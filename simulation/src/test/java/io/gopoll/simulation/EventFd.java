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
package io.gopoll.simulation;

import static io.gopoll.sys.Constants.EPOLLERR;
import static io.gopoll.sys.Constants.EPOLLIN;
import static io.gopoll.sys.Constants.EPOLLOUT;

import io.gopoll.sys.Errno;
import io.gopoll.sys.RawMemory;

/** fs/eventfd.c. */
final class EventFd extends OpenFile {

    private static final long MAX = -1;

    private long count;

    EventFd(int initial) {
        count = Integer.toUnsignedLong(initial);
    }

    @Override
    int poll() {
        return (count != 0 ? EPOLLIN : 0)
                | (count == MAX ? EPOLLERR : 0)
                | (Long.compareUnsigned(MAX - 1, count) > 0 ? EPOLLOUT : 0);
    }

    int read(long address, int length) {
        if (length < Long.BYTES) {
            return -Errno.EINVAL;
        }
        if (count == 0) {
            return -Errno.EAGAIN;
        }
        RawMemory.putLong(address, count);
        count = 0;
        wake(EPOLLOUT);
        return Long.BYTES;
    }

    int write(long address, int length) {
        if (length < Long.BYTES) {
            return -Errno.EINVAL;
        }
        long value = RawMemory.getLong(address);
        if (value == MAX) {
            return -Errno.EINVAL;
        }
        if (Long.compareUnsigned(MAX - count, value) <= 0) {
            return -Errno.EAGAIN;
        }
        count += value;
        wake(EPOLLIN);
        return Long.BYTES;
    }
}
