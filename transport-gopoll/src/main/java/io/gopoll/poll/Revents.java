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
package io.gopoll.poll;

import static io.gopoll.sys.Constants.POLLERR;
import static io.gopoll.sys.Constants.POLLHUP;
import static io.gopoll.sys.Constants.POLLIN;
import static io.gopoll.sys.Constants.POLLOUT;
import static io.gopoll.sys.Constants.POLLPRI;
import static io.gopoll.sys.Constants.POLLRDHUP;

/** What the bits of poll(2) mean for a {@link PollDesc}. Those of epoll(7) are the same. */
final class Revents {

    private Revents() {}

    /** The sides that are ready. */
    static int modes(int mask) {
        int modes = 0;
        if ((mask & (POLLIN | POLLRDHUP | POLLHUP | POLLERR)) != 0) {
            modes |= PollDesc.READ;
        }
        if ((mask & (POLLOUT | POLLHUP | POLLERR)) != 0) {
            modes |= PollDesc.WRITE;
        }
        return modes;
    }

    /** HUNG_UP, URGENT and FAILED, in any combination. */
    static int news(int mask) {
        int news = (mask & (POLLRDHUP | POLLHUP | POLLERR)) != 0 ? PollDesc.HUNG_UP : 0;
        if ((mask & POLLPRI) != 0) {
            news |= PollDesc.URGENT;
        }
        if ((mask & (POLLHUP | POLLERR)) == (POLLHUP | POLLERR)) {
            news |= PollDesc.FAILED;
        }
        return news;
    }
}
