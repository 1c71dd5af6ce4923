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

import java.io.IOException;
import org.jspecify.annotations.NullMarked;

/**
 * The descriptor belongs to a regular file or a directory. These are always ready, and epoll_ctl(2)
 * refuses them with EPERM. Go's {@code ErrNotPollable}.
 */
@NullMarked
public final class NotPollableException extends IOException {

    private static final long serialVersionUID = 1;

    /**
     * For a descriptor.
     *
     * @param fd the descriptor's number, for the message
     */
    public NotPollableException(int fd) {
        super(
                "descriptor "
                        + fd
                        + " cannot be polled: it is a regular file or a directory, not a socket,"
                        + " a pipe or a terminal");
    }
}
