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

import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * An operation has failed because its deadline has passed: Go's {@code os.ErrDeadlineExceeded}. The
 * connection is intact: it can be used again once the deadline has been moved.
 */
@NullMarked
public final class DeadlineExceededException extends SocketTimeoutException {

    private static final long serialVersionUID = 1;

    /**
     * For an operation that has failed.
     *
     * @param operation such as {@code "read"} or {@code "write"}
     * @param address of the peer, or of the listener itself; null if there is none
     */
    public DeadlineExceededException(String operation, @Nullable SocketAddress address) {
        super(
                address == null
                        ? operation + ": deadline exceeded"
                        : operation + " " + address + ": deadline exceeded");
    }
}
