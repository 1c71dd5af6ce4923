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
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StubsTest {

    @Test
    void theStubIsExecutableAndNotWritable() throws IOException {
        Stubs.write(new JnaSyscalls());
        assertEquals("r-xp", permissions(Stubs.syscall()));
    }

    @Test
    void itIsWrittenOnceForAllBindings() {
        Syscalls.available();
        long address = Stubs.syscall();
        Syscalls.available();
        Stubs.write(new Refusing(SyscallNumbers.MMAP, Errno.ENOMEM));
        assertEquals(address, Stubs.syscall());
    }

    @Test
    void whereTheMachineForbidsItTheReasonIsToldAndNothingIsLeft() throws IOException {
        Refusing noMemory = new Refusing(SyscallNumbers.MMAP, Errno.ENOMEM);
        refused(noMemory, "mmap of executable memory: Cannot allocate memory");
        Refusing noExecution = new Refusing(SyscallNumbers.MPROTECT, Errno.EACCES);
        refused(noExecution, "mprotect of executable memory: Permission denied");
        assertEquals(null, permissions(noExecution.page));
    }

    private static void refused(Syscalls sys, String message) {
        Exception e = assertThrows(UnsupportedOperationException.class, () -> Stubs.map(sys));
        assertEquals(message, e.getMessage());
    }

    @Test
    void theCLibraryStandsInWhereThereIsNoStub() {
        for (Throwable reason :
                List.of(
                        new UnsupportedOperationException("why"),
                        new ExceptionInInitializerError(new UnsupportedOperationException("why")),
                        new UnsatisfiedLinkError("why"))) {
            Syscalls libc =
                    new JnaSyscalls() {
                        @Override
                        Syscalls throughStub() {
                            if (reason instanceof Error) {
                                throw (Error) reason;
                            }
                            throw (RuntimeException) reason;
                        }
                    };
            assertSame(libc, Bindings.throughStub(libc));
            assertEquals("libc: why", libc.entry());
            assertEquals(1, libc.fallbacks().size());
            assertTrue(libc.fallbacks().get(0).contains(": why ("), libc.fallbacks().get(0));
        }
    }

    /** A kernel that refuses one call. */
    private static final class Refusing extends JnaSyscalls {
        private final long number;
        private final int errno;

        /** What the last mmap gave. */
        long page;

        Refusing(long number, int errno) {
            this.number = number;
            this.errno = errno;
        }

        @Override
        long syscall(long nr, long a, long b, long c, long d, long e, long f) {
            if (nr == number) {
                return -errno;
            }
            long result = super.syscall(nr, a, b, c, d, e, f);
            if (nr == SyscallNumbers.MMAP) {
                page = result;
            }
            return result;
        }
    }

    /** As in /proc/self/maps; null if nothing is mapped there. */
    private static String permissions(long address) throws IOException {
        assertTrue(address > 0);
        List<String> mapped =
                Files.readAllLines(Path.of("/proc/self/maps")).stream()
                        .filter(line -> contains(line, address))
                        .map(line -> line.split(" ")[1])
                        .collect(Collectors.toList());
        return mapped.isEmpty() ? null : mapped.get(0);
    }

    private static boolean contains(String line, long address) {
        String[] range = line.split(" ")[0].split("-");
        return Long.compareUnsigned(address, Long.parseUnsignedLong(range[0], 16)) >= 0
                && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0;
    }
}
