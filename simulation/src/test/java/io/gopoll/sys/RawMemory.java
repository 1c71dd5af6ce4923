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

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * All memory of the process, by address, as the kernel reads and writes it. Each gigabyte that is
 * touched has one buffer, of two gigabytes so that what crosses the border is in it, too. One
 * thread.
 */
public final class RawMemory {

    private static final long SIZE = 1L << 30;

    private static final Map<Long, ByteBuffer> WINDOWS = new HashMap<>();
    private static long base = -1;
    private static ByteBuffer window;

    private RawMemory() {}

    private static ByteBuffer at(long address) {
        long start = address & -SIZE;
        if (start != base) {
            window =
                    WINDOWS.computeIfAbsent(
                            start,
                            s ->
                                    new Pointer(s)
                                            .getByteBuffer(0, Integer.MAX_VALUE)
                                            .order(ByteOrder.nativeOrder()));
            base = start;
        }
        return window;
    }

    private static int index(long address) {
        return (int) (address & SIZE - 1);
    }

    public static int getInt(long address) {
        return at(address).getInt(index(address));
    }

    public static long getLong(long address) {
        return at(address).getLong(index(address));
    }

    public static void putInt(long address, int value) {
        at(address).putInt(index(address), value);
    }

    public static void putLong(long address, long value) {
        at(address).putLong(index(address), value);
    }

    public static byte[] get(long address, int length) {
        byte[] bytes = new byte[length];
        at(address).get(index(address), bytes);
        return bytes;
    }

    public static void get(long address, byte[] bytes, int offset, int length) {
        at(address).get(index(address), bytes, offset, length);
    }

    public static void put(long address, byte[] bytes, int offset, int length) {
        at(address).put(index(address), bytes, offset, length);
    }
}
