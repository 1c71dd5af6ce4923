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
package io.gopoll.spring;

import io.gopoll.channel.GoPoll;
import io.gopoll.reactor.GoPollLoopResources;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

/**
 * Gives GoPoll's loops to the {@link ReactorResourceFactory}, which server and clients share, and
 * which disposes them. One that has resources of its own keeps them.
 */
final class GoPollResources implements BeanPostProcessor {

    private static final Log logger = LogFactory.getLog(GoPollResources.class);

    private final Environment environment;

    GoPollResources(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String name) {
        if (bean instanceof ReactorResourceFactory factory && factory.isUseGlobalResources()) {
            useGoPoll(factory);
        }
        return bean;
    }

    private void useGoPoll(ReactorResourceFactory factory) {
        Mode mode = Binder.get(environment).bind("gopoll.mode", Mode.class).orElse(Mode.LOOP);
        Throwable cause = GoPoll.unavailabilityCause();
        if (cause != null) {
            logger.warn("GoPoll is not available, Reactor Netty takes its own transport: " + cause);
            return;
        }
        factory.setUseGlobalResources(false);
        factory.setLoopResourcesSupplier(() -> loops(mode));
    }

    /** The loop mode where there is no goroutine mode: it needs JDK 21. */
    private static LoopResources loops(Mode mode) {
        GoPollLoopResources loops;
        try {
            loops = mode.loops();
        } catch (UnsupportedOperationException e) {
            logger.warn("gopoll.mode=loop is taken: " + e.getMessage());
            return Mode.LOOP.loops();
        }
        logger.info("Reactor Netty runs on GoPoll, gopoll.mode=" + mode.name().toLowerCase());
        return loops;
    }
}
