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

import java.util.Arrays;

/** Bytes in the order of their coming. */
final class Bytes {

    private byte[] array = new byte[64];
    private int start;
    private int end;

    int size() {
        return end - start;
    }

    boolean isEmpty() {
        return end == start;
    }

    void add(byte[] from, int offset, int length) {
        if (array.length - end < length) {
            int size = size();
            byte[] room =
                    array.length >= 2 * (size + length) ? array : new byte[2 * (size + length)];
            System.arraycopy(array, start, room, 0, size);
            array = room;
            start = 0;
            end = size;
        }
        System.arraycopy(from, offset, array, end, length);
        end += length;
    }

    void take(byte[] to, int offset, int length) {
        System.arraycopy(array, start, to, offset, length);
        skip(length);
    }

    void skip(int length) {
        start += length;
        if (start == end) {
            clear();
        }
    }

    void moveTo(Bytes other, int length) {
        other.add(array, start, length);
        skip(length);
    }

    /** Writes the first of them; returns what the write does. */
    int writeTo(StreamSocket socket, int length) {
        int n = socket.write(array, start, length, false, null);
        if (n > 0) {
            skip(n);
        }
        return n;
    }

    void clear() {
        start = 0;
        end = 0;
    }

    @Override
    public String toString() {
        return Arrays.toString(Arrays.copyOfRange(array, start, end));
    }
}
