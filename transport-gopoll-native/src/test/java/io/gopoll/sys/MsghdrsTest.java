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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Bounds only: what the kernel makes of it is tested in {@link SyscallsTest}. */
class MsghdrsTest {

    @Test
    void controlSpaceIsThatOfCmsg3() {
        assertEquals(16, Msghdrs.controlSpace(0));
        assertEquals(24, Msghdrs.controlSpace(1));
        assertEquals(24, Msghdrs.controlSpace(8));
        assertEquals(32, Msghdrs.controlSpace(16));
        assertEquals(48, Msghdrs.controlSpace(28));
    }

    @Test
    void messagesAre64BytesApart() {
        Msghdrs messages = new Msghdrs(3, 24);
        assertEquals(3, messages.capacity());
        assertEquals(messages.address() + 128, messages.address(2));
    }

    @Test
    void controlMessagesBeyondTheRoomAreRefused() {
        Msghdrs messages = new Msghdrs(2, Msghdrs.controlSpace(Short.BYTES));
        messages.send(1, 0, 0);
        messages.addSegmentSize(1, 1200);
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> messages.addSegmentSize(1, 1200));
        assertTrue(e.getMessage().contains("48 bytes (expected: <= 24)"), e.getMessage());
    }

    @Test
    void sizesThatCannotBeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Msghdrs(0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Msghdrs(1025, 0));
        assertThrows(IllegalArgumentException.class, () -> new Msghdrs(1, -1));
        Msghdrs messages = new Msghdrs(1, 24);
        messages.send(0, 0, 0);
        assertThrows(IllegalArgumentException.class, () -> messages.addSegmentSize(0, 0));
        assertThrows(IllegalArgumentException.class, () -> messages.addSegmentSize(0, 65_536));
    }
}
