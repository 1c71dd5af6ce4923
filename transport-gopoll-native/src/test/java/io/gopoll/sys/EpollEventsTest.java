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

import java.util.List;
import org.junit.jupiter.api.Test;

class EpollEventsTest {

    @Test
    void eventsArePackedOnX8664AndAlignedElsewhere() {
        EpollEvents packed = new EpollEvents(3, Arch.X86_64);
        assertEquals(packed.address() + 24, packed.address(2));
        EpollEvents aligned = new EpollEvents(3, Arch.AARCH64);
        assertEquals(aligned.address() + 32, aligned.address(2));
        for (EpollEvents events : List.of(packed, aligned)) {
            for (int i = 0; i < 3; i++) {
                events.set(i, -1 - i, Long.MIN_VALUE + i);
            }
            for (int i = 0; i < 3; i++) {
                assertEquals(-1 - i, events.events(i));
                assertEquals(Long.MIN_VALUE + i, events.data(i));
            }
            assertEquals(3, events.capacity());
            assertEquals(events.address(), events.address(0));
        }
    }

    @Test
    void architecturesHaveTwoNamesEach() {
        assertEquals(Arch.X86_64, Arch.of("amd64"));
        assertEquals(Arch.X86_64, Arch.of("x86_64"));
        assertEquals(Arch.AARCH64, Arch.of("aarch64"));
        assertEquals(Arch.AARCH64, Arch.of("arm64"));
        assertEquals(null, Arch.of("arm"));
    }

    @Test
    void capacitiesThatHoldNothingAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new EpollEvents(0));
        assertThrows(ArithmeticException.class, () -> new EpollEvents(Integer.MAX_VALUE));
    }
}
