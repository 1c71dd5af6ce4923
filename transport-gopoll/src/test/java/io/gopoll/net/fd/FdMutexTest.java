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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Go's fd_mutex_test.go asserts of its fdMutex. */
@Timeout(60)
class FdMutexTest {

    private static final class Mutex extends FdMutex {
        final AtomicInteger destroyed = new AtomicInteger();

        @Override
        void destroy() {
            destroyed.incrementAndGet();
        }
    }

    @Test
    void afterACloseNobodyGetsIn() {
        Mutex mutex = new Mutex();
        assertTrue(mutex.increfAndClose());
        assertFalse(mutex.incref());
        assertFalse(mutex.rwlock(true));
        assertFalse(mutex.rwlock(false));
        assertFalse(mutex.increfAndClose());
        assertTrue(mutex.isClosed());
        assertEquals(0, mutex.destroyed.get());
        mutex.decref();
        assertEquals(1, mutex.destroyed.get());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCloseLetsWhoeverWaitsGoWithNothing(boolean read) throws Exception {
        Mutex mutex = new Mutex();
        assertTrue(mutex.rwlock(read));
        List<Thread> threads = new ArrayList<>();
        AtomicInteger refused = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            Thread thread =
                    new Thread(
                            () -> {
                                if (!mutex.rwlock(read)) {
                                    refused.incrementAndGet();
                                }
                            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        assertEquals(0, refused.get());
        assertTrue(mutex.increfAndClose());
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(4, refused.get());
        mutex.decref();
        assertEquals(0, mutex.destroyed.get());
        mutex.rwunlock(read);
        assertEquals(1, mutex.destroyed.get());
    }

    @Test
    void whatIsNotHeldCannotBeGivenBack() {
        assertThrows(IllegalStateException.class, () -> new Mutex().decref());
        assertThrows(IllegalStateException.class, () -> new Mutex().rwunlock(true));
        assertThrows(IllegalStateException.class, () -> new Mutex().rwunlock(false));
        Mutex reading = new Mutex();
        assertTrue(reading.rwlock(true));
        assertThrows(IllegalStateException.class, () -> reading.rwunlock(false));
        Mutex twice = new Mutex();
        assertTrue(twice.rwlock(false));
        twice.rwunlock(false);
        assertThrows(IllegalStateException.class, () -> twice.rwunlock(false));
    }

    @Test
    void readingAndWritingDoNotHinderEachOther() {
        Mutex mutex = new Mutex();
        assertTrue(mutex.rwlock(true));
        assertTrue(mutex.rwlock(false));
        assertTrue(mutex.incref());
        mutex.decref();
        mutex.rwunlock(true);
        mutex.rwunlock(false);
        assertEquals(0, mutex.destroyed.get());
    }

    @Test
    void tooManyReferencesAreRefused() {
        Mutex mutex = new Mutex();
        IllegalStateException e =
                assertThrows(
                        IllegalStateException.class,
                        () -> {
                            for (int i = 0; i < 1 << 21; i++) {
                                mutex.incref();
                            }
                        });
        assertEquals("too many concurrent operations on a single descriptor", e.getMessage());
    }

    @Test
    void oneReaderAndOneWriterAtATimeWhateverHappens() throws Exception {
        Mutex mutex = new Mutex();
        AtomicIntegerArray inside = new AtomicIntegerArray(2);
        AtomicInteger wrong = new AtomicInteger();
        long[] counts = new long[2];
        AtomicInteger[] done = {new AtomicInteger(), new AtomicInteger()};
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Thread thread =
                    new Thread(
                            () -> {
                                ThreadLocalRandom random = ThreadLocalRandom.current();
                                for (int n = 0; n < 20_000; n++) {
                                    int what = random.nextInt(3);
                                    if (what == 2) {
                                        mutex.incref();
                                        mutex.decref();
                                        continue;
                                    }
                                    mutex.rwlock(what == 0);
                                    if (inside.incrementAndGet(what) != 1) {
                                        wrong.incrementAndGet();
                                    }
                                    counts[what]++;
                                    done[what].incrementAndGet();
                                    inside.decrementAndGet(what);
                                    mutex.rwunlock(what == 0);
                                }
                            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, wrong.get());
        // Plain counters, held together by the locks alone.
        assertEquals(done[0].get(), counts[0]);
        assertEquals(done[1].get(), counts[1]);
        assertEquals(0, mutex.destroyed.get());
        assertTrue(mutex.increfAndClose());
        mutex.decref();
        assertEquals(1, mutex.destroyed.get());
    }
}
