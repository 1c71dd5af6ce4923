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
package io.gopoll.vertx;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.transport.Transport;

/**
 * Vert.x finds this by {@link java.util.ServiceLoader}: with the jar on the class path each {@link
 * io.vertx.core.Vertx} that would be on NIO is on GoPoll. Vert.x does not tell whether NIO is its
 * own choice or the application's. A native transport that is available stays, as {@code
 * withTransport} or {@code setPreferNativeTransport} have chosen it.
 */
public final class GoPollServiceProvider implements VertxServiceProvider {

    private static final InternalLogger logger =
            InternalLoggerFactory.getInstance(GoPollServiceProvider.class);

    @Override
    public void init(VertxBootstrap bootstrap) {
        if (isNative(bootstrap.transport())) {
            return;
        }
        Transport goPoll = new GoPollTransport();
        if (goPoll.isAvailable()) {
            bootstrap.transport(goPoll);
        } else {
            logger.warn(
                    "GoPoll is not available, Vert.x takes another transport: {}",
                    goPoll.unavailabilityCause().getMessage());
        }
    }

    private static boolean isNative(Transport chosen) {
        return chosen != null && !(chosen instanceof NioTransport) && chosen.isAvailable();
    }
}
