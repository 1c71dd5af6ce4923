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
package io.gopoll.micronaut;

import io.gopoll.channel.GoPoll;
import io.micronaut.context.condition.Condition;
import io.micronaut.context.condition.ConditionContext;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/** Whether GoPoll is available; if not, the log says why. */
final class GoPollCondition implements Condition {

    private static final InternalLogger logger =
            InternalLoggerFactory.getInstance(GoPollCondition.class);

    @Override
    @SuppressWarnings("rawtypes") // as Micronaut declares it
    public boolean matches(ConditionContext context) {
        Throwable cause = GoPoll.unavailabilityCause();
        if (cause != null) {
            String reason = "GoPoll is not available, Micronaut takes its own transport: " + cause;
            logger.warn(reason);
            context.fail(reason);
        }
        return cause == null;
    }
}
