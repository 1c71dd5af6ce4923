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

import io.gopoll.reactor.GoPollLoopResources;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.http.HttpResources;

/**
 * Puts the WebFlux server and each {@code WebClient.Builder} that Spring Boot makes on GoPoll.
 * {@code gopoll.mode} is a {@link Mode}; {@code gopoll.enabled=false} leaves all as it was. Where
 * GoPoll is not available, a line in the log says why, and Reactor Netty takes its own transport.
 */
@AutoConfiguration
@ConditionalOnClass({ReactorResourceFactory.class, HttpResources.class, GoPollLoopResources.class})
@ConditionalOnProperty(prefix = "gopoll", name = "enabled", matchIfMissing = true)
public class GoPollAutoConfiguration {

    /** Made by Spring Boot. */
    public GoPollAutoConfiguration() {}

    @Bean
    static GoPollResources goPollResources(Environment environment) {
        return new GoPollResources(environment);
    }
}
