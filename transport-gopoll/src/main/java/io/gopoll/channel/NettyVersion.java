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

import io.netty.util.Version;
import io.netty.util.internal.StringUtil;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The Netty that GoPoll runs on. */
final class NettyVersion {

    /** Those that GoPoll calls. */
    private static final List<String> ARTIFACTS =
            List.of(
                    "netty-common",
                    "netty-buffer",
                    "netty-resolver",
                    "netty-transport",
                    "netty-transport-native-unix-common");

    private NettyVersion() {}

    /**
     * Why GoPoll cannot run on it; null if it can. Looks for the youngest methods that GoPoll calls
     * and not at numbers, which a jar with a Netty of its own inside, or a shaded one, makes wrong.
     */
    static @Nullable Throwable unavailabilityCause() {
        try {
            // Netty 4.2.7 and 4.2.6 have them first.
            Class.forName("io.netty.channel.IoHandle").getMethod("registered");
            StringUtil.class.getMethod("className", Object.class);
            return null;
        } catch (ReflectiveOperationException | LinkageError e) {
            return new UnsupportedOperationException(
                    "GoPoll works with Netty 4.2.7 and later 4.2, and here is "
                            + found()
                            + ": import io.netty:netty-bom of such a version, so that all of"
                            + " Netty's jars are of it",
                    e);
        }
    }

    /** As {@code Netty 4.2.17.Final}; with the artifacts where they differ. */
    static String found() {
        Map<String, Version> known = Version.identify(NettyVersion.class.getClassLoader());
        Map<String, String> versions = new LinkedHashMap<>();
        for (String artifact : ARTIFACTS) {
            if (known.containsKey(artifact)) {
                versions.put(artifact, known.get(artifact).artifactVersion());
            }
        }
        if (versions.isEmpty()) {
            // As in OSGi, where a bundle does not see other bundles' files.
            String version = Version.class.getPackage().getImplementationVersion();
            return version == null ? "Netty of an unknown version" : "Netty " + version;
        }
        if (versions.values().stream().distinct().count() == 1) {
            return "Netty " + versions.values().iterator().next();
        }
        return versions.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "));
    }
}
