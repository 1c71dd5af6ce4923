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
package io.gopoll.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gopoll.sys.Syscalls;
import io.netty.channel.Channel;
import io.netty.util.Version;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GoPoll beside Netty's jars of versions that it does not work with. */
class NettyVersionTest {

    @ParameterizedTest
    @ValueSource(strings = {"4.1.138.Final", "4.2.0.Final", "4.2.6.Final"})
    void anUnsupportedNettyIsNamedWithThoseThatWork(String version) throws Exception {
        Throwable cause = beside(unsupported("common", version), unsupported("transport", version));
        assertTrue(cause instanceof UnsupportedOperationException, "" + cause);
        assertTrue(
                cause.getMessage()
                        .startsWith(
                                "GoPoll works with Netty 4.2.7 and later 4.2, and here is Netty "
                                        + version
                                        + ": import io.netty:netty-bom"),
                cause.getMessage());
    }

    @Test
    void jarsOfDifferentVersionsAreNamed() throws Exception {
        String ours = Version.identify().get("netty-transport").artifactVersion();
        Throwable cause =
                beside(
                        unsupported("common", "4.2.0.Final"),
                        Channel.class.getProtectionDomain().getCodeSource().getLocation());
        assertTrue(
                cause.getMessage()
                        .contains("netty-common 4.2.0.Final, netty-transport " + ours + ":"),
                cause.getMessage());
    }

    @Test
    void theNettyOfTheBuildIsSupported() {
        assertNull(NettyVersion.unavailabilityCause());
        assertEquals(
                "Netty " + Version.identify().get("netty-transport").artifactVersion(),
                NettyVersion.found());
    }

    private static URL unsupported(String artifact, String version) throws Exception {
        return Path.of("target/unsupported-netty", "netty-" + artifact + "-" + version + ".jar")
                .toUri()
                .toURL();
    }

    /** {@code GoPoll.unavailabilityCause()} of a GoPoll that sees these jars and no other Netty. */
    private static Throwable beside(URL... netty) throws Exception {
        List<URL> urls = new ArrayList<>(List.of(netty));
        urls.add(GoPoll.class.getProtectionDomain().getCodeSource().getLocation());
        urls.add(Syscalls.class.getProtectionDomain().getCodeSource().getLocation());
        try (URLClassLoader loader =
                new URLClassLoader(
                        urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            Class<?> goPoll = loader.loadClass(GoPoll.class.getName());
            assertEquals(false, goPoll.getMethod("isAvailable").invoke(null));
            return (Throwable) goPoll.getMethod("unavailabilityCause").invoke(null);
        }
    }
}
