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
import java.net.*;
import java.nio.*;
public final class SockAddr {
    private final NativeMemory m = NativeMemory.allocate(136);
    private int length;
    public long address() { return m.address(); }
    public long lengthAddress() { return m.address() + 128; }
    public int length() { return m.buffer().getInt(128); }
    public byte[] toBytes() { byte[] b = new byte[length()]; m.buffer().get(0, b); return b; }
    public void reset() { m.buffer().putInt(128, 128); }
    public void putInet(InetSocketAddress a, int family) {
        ByteBuffer b = m.buffer();
        for (int i = 0; i < 128; i += 8) b.putLong(i, 0);
        b.putShort(0, (short) family);
        b.put(2, (byte) (a.getPort() >> 8)).put(3, (byte) a.getPort());
        byte[] x = a.getAddress().getAddress();
        if (family == Constants.AF_INET) {
            for (int i = 0; i < 4; i++) b.put(4 + i, x[i]);
            b.putInt(128, 16);
        } else {
            if (x.length == 4) {
                if (!a.getAddress().isAnyLocalAddress()) {
                b.put(18, (byte) -1).put(19, (byte) -1);
                for (int i = 0; i < 4; i++) b.put(20 + i, x[i]);
                }
            } else for (int i = 0; i < 16; i++) b.put(8 + i, x[i]);
            b.putInt(128, 28);
        }
    }
    public InetSocketAddress getInet() {
        ByteBuffer b = m.buffer();
        int family = b.getShort(0);
        int port = (b.get(2) & 255) << 8 | b.get(3) & 255;
        byte[] x = new byte[family == Constants.AF_INET ? 4 : 16];
        for (int i = 0; i < x.length; i++) x[i] = b.get((x.length == 4 ? 4 : 8) + i);
        try { return new InetSocketAddress(InetAddress.getByAddress(x), port); } catch (UnknownHostException e) { throw new AssertionError(e); }
    }
}
