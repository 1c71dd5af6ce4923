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
package io.gopoll.net.fd;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;

/** Says which call came too late; a ClosedChannelException has no message of its own. */
public final class SocketClosedException extends ClosedChannelException {
    private static final long serialVersionUID = 1;
    private final String operation;

    public SocketClosedException(String operation) {
        this.operation = operation;
    }

    @Override
    public String getMessage() {
        return operation + "(..) on a closed socket";
    }

    /** The call was waiting when another thread closed the socket. */
    public static final class Meanwhile extends AsynchronousCloseException {
        private static final long serialVersionUID = 1;
        private final String what;

        Meanwhile(String what) {
            this.what = what;
        }

        @Override
        public String getMessage() {
            return what + ": closed by another thread";
        }
    }
}
