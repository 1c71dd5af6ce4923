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
package io.gopoll.net;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.net.fd.UnixSocketFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The file of a Unix socket is removed by the one that has bound it, and by nobody else. */
@Timeout(60)
class UnixSocketFileTest {

    @TempDir Path folder;

    @Test
    void aListenerRemovesItsFile() throws Exception {
        Path path = folder.resolve("a");
        Listener listener = Net.listen("unix", path.toString());
        assertTrue(Files.exists(path));
        listener.close();
        assertFalse(Files.exists(path));
    }

    @Test
    void aFileThatASuccessorHasBoundStays() throws Exception {
        Path path = folder.resolve("b");
        Listener first = Net.listen("unix", path.toString());
        Files.delete(path);
        try (Listener successor = Net.listen("unix", path.toString())) {
            first.close();
            assertTrue(Files.exists(path));
            Net.dial("unix", path.toString()).close();
            successor.accept().close();
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void aFileThatIsNoneOfASocketIsNotOurs() throws Exception {
        Path path = Files.createFile(folder.resolve("c"));
        assertNull(UnixSocketFile.at(path.toString().getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void namesWithoutAFileHaveNone() {
        assertNull(UnixSocketFile.at("\0abstract".getBytes(StandardCharsets.UTF_8)));
        assertNull(UnixSocketFile.at(new byte[0]));
        assertNull(
                UnixSocketFile.at(
                        folder.resolve("absent").toString().getBytes(StandardCharsets.UTF_8)));
    }
}
