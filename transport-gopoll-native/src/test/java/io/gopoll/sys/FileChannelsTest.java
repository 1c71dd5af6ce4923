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
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileChannelsTest {

    @TempDir Path folder;

    @BeforeAll
    static void writeTheStubs() {
        Stubs.write(new JnaSyscalls());
    }

    @Test
    void theDescriptorIsTheFiles() throws Exception {
        isTheFiles(FileChannels::fd);
    }

    @Test
    void jnaFindsTheDescriptor() throws Exception {
        isTheFiles(new FileChannels.ByJna());
    }

    @Test
    void theStubFindsTheDescriptor() throws Exception {
        isTheFiles(new FileChannels.ByStub(new FileChannels.ByJna()));
    }

    /** Often enough for the JIT, which calls a native method in a way of its own. */
    @Test
    void theStubMakesNoGarbage() throws Exception {
        FileChannels.ByStub stub = new FileChannels.ByStub(new FileChannels.ByJna());
        try (FileChannel first = open("first");
                FileChannel second = open("second")) {
            int firstFd = stub.fd(first);
            int secondFd = stub.fd(second);
            assertNotEquals(firstFd, secondFd);
            double bytes =
                    AllocatedBytes.ofACall(
                            () -> {
                                if (stub.fd(first) != firstFd || stub.fd(second) != secondFd) {
                                    throw new AssertionError();
                                }
                            });
            assertTrue(bytes < 1, bytes + " bytes for two descriptors");
        }
    }

    private void isTheFiles(FileChannels.Reader reader) throws Exception {
        try (FileChannel file = open("file")) {
            Path link = Paths.get("/proc/self/fd/" + reader.fd(file));
            assertEquals(folder.resolve("file").toRealPath(), Files.readSymbolicLink(link));
        }
    }

    private FileChannel open(String name) throws IOException {
        return FileChannel.open(
                folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
}
