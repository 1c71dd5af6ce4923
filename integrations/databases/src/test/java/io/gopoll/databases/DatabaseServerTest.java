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
package io.gopoll.databases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class DatabaseServerTest {

    @ParameterizedTest
    @EnumSource(DatabaseServer.Kind.class)
    void servesAndIsKilledAndServesAgainAndLeavesNothing(DatabaseServer.Kind kind)
            throws Exception {
        DatabaseServer server = Servers.start(kind);
        try (server) {
            connect(server);
            long first = server.pid();
            server.kill();
            assertFalse(Files.exists(Path.of("/proc/" + first)));
            assertThrows(IOException.class, () -> connect(server));
            server.start();
            connect(server);
            assertNotEquals(first, server.pid());
            assertEquals("root".equals(System.getProperty("user.name")), isOthers(server.pid()));
        }
        assertThrows(IOException.class, () -> connect(server));
        assertFalse(Files.exists(server.folder()));
        assertFalse(Files.exists(Path.of("/proc/" + server.pid())));
    }

    private static void connect(DatabaseServer server) throws IOException {
        new Socket(InetAddress.getLoopbackAddress(), server.port()).close();
    }

    private static boolean isOthers(long pid) {
        String owner = ProcessHandle.of(pid).orElseThrow().info().user().orElseThrow();
        return !owner.equals(System.getProperty("user.name"));
    }
}
