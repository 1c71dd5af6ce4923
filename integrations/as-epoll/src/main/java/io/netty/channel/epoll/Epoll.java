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
package io.netty.channel.epoll;

import io.gopoll.channel.GoPoll;
import io.netty.util.internal.SystemPropertyUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** Tells whether GoPoll, which is the epoll transport here, works on this machine. */
public final class Epoll {

    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Epoll.class);

    /** As in Netty: for whoever wants NIO although there is something better. */
    private static final String NO_NATIVE = "io.netty.transport.noNative";

    static {
        warnOfTwoJars();
    }

    private Epoll() {}

    /** Netty's jar behind this one is no harm by itself; before this one, it is what runs. */
    private static void warnOfTwoJars() {
        String name = Epoll.class.getName().replace('.', '/') + ".class";
        ClassLoader loader = Epoll.class.getClassLoader();
        try {
            Set<URL> jars =
                    new LinkedHashSet<>(
                            Collections.list(
                                    loader == null
                                            ? ClassLoader.getSystemResources(name)
                                            : loader.getResources(name)));
            URL own = Epoll.class.getResource("Epoll.class");
            jars.remove(own);
            if (jars.isEmpty()) {
                logger.debug("Epoll is GoPoll, from {}", own);
                return;
            }
            logger.warn(
                    "There are two epoll transports: GoPoll's, which runs, in {}, and Netty's in {}."
                            + " Exclude io.netty:netty-transport-classes-epoll, or it may be"
                            + " Netty's that runs next time.",
                    own,
                    jars);
        } catch (IOException e) {
            logger.debug("Unable to look for a second epoll transport", e);
        }
    }

    public static boolean isAvailable() {
        return unavailabilityCause() == null;
    }

    /**
     * Does nothing where GoPoll is available.
     *
     * @throws UnsupportedOperationException where it is not; the cause says why
     */
    public static void ensureAvailability() {
        Throwable cause = unavailabilityCause();
        if (cause != null) {
            throw new UnsupportedOperationException(
                    "The epoll transport, GoPoll, is not available: " + cause.getMessage(), cause);
        }
    }

    /** Why it is not available; {@code null} if it is. */
    public static Throwable unavailabilityCause() {
        return SystemPropertyUtil.getBoolean(NO_NATIVE, false)
                ? new UnsupportedOperationException("-D" + NO_NATIVE + "=true turns it off")
                : GoPoll.unavailabilityCause();
    }

    /** Whether {@link io.netty.channel.ChannelOption#TCP_FASTOPEN_CONNECT} has an effect. */
    public static boolean isTcpFastOpenClientSideAvailable() {
        return isAvailable() && GoPoll.isTcpFastOpenClientSideAvailable();
    }

    /** Whether {@link io.netty.channel.ChannelOption#TCP_FASTOPEN} has an effect. */
    public static boolean isTcpFastOpenServerSideAvailable() {
        return isAvailable() && GoPoll.isTcpFastOpenServerSideAvailable();
    }
}
