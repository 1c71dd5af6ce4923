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
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class IovecsTest {

    @Test
    void countsPiecesAndBytesUntilItIsFull() {
        Iovecs iovecs = new Iovecs(2);
        assertTrue(iovecs.add(1, 0));
        assertTrue(iovecs.add(2, 1L << 40));
        assertFalse(iovecs.add(3, 1));
        assertEquals(2, iovecs.count());
        assertEquals(2, iovecs.capacity());
        assertEquals(1L << 40, iovecs.bytes());
        iovecs.clear();
        assertEquals(0, iovecs.count());
        assertEquals(0, iovecs.bytes());
        assertTrue(iovecs.add(3, 1));
    }

    @Test
    void holdsAsManyAsACallTakes() {
        assertEquals(1024, new Iovecs().capacity());
        assertThrows(IllegalArgumentException.class, () -> new Iovecs(1025));
        assertThrows(IllegalArgumentException.class, () -> new Iovecs(0));
        assertThrows(IllegalArgumentException.class, () -> new Iovecs(1).add(1, -1));
    }
}
