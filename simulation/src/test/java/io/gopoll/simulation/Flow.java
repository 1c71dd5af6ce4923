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

/** One direction of a connection: bytes that are all known from its key. */
class Flow {

    private final long key;

    /** What the sender has handed over. */
    long written;

    /** What the sender was told to be sent. */
    long acknowledged;

    long received;

    Flow(long key) {
        this.key = key;
    }

    final byte at(long index) {
        return (byte) (Chance.mix(key + (index >> 3)) >>> ((index & 7) << 3));
    }

    /** The next bytes to be sent. */
    final byte[] next(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = at(written + i);
        }
        return bytes;
    }

    /** Some have come: they must be the next ones. */
    void receive(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] != at(received + i)) {
                throw new AssertionError("byte " + (received + i) + " is another one");
            }
        }
        received += length;
        if (received > written) {
            throw new AssertionError("received " + received + " of " + written + " bytes");
        }
    }

    /** Whether something was sent, and has not come. */
    boolean isAnyMissing() {
        return received < acknowledged;
    }

    @Override
    public String toString() {
        return "written " + written + ", acknowledged " + acknowledged + ", received " + received;
    }
}
