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
public final class Iovecs {
    public static final int IOV_MAX = 1024;
    private final NativeMemory m = NativeMemory.allocate(IOV_MAX * 16);
    private int count; private long bytes;
    public void clear() { count = 0; bytes = 0; }
    public boolean add(long a, int n) { if (count == IOV_MAX) return false; m.buffer().putLong(count * 16, a).putLong(count * 16 + 8, n); count++; bytes += n; return true; }
    public int count() { return count; }
    public long bytes() { return bytes; }
    public long address() { return m.address(); }
}
