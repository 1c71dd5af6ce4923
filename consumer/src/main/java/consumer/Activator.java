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
package consumer;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** {@link Main} in an OSGi framework, which it stops then. */
public final class Activator implements BundleActivator {

    @Override
    public void start(BundleContext context) throws Exception {
        try {
            Main.main(new String[0]);
        } finally {
            stopFramework(context);
        }
    }

    /** Returns at once: a framework is stopped by a thread of its own. */
    private static void stopFramework(BundleContext context) throws BundleException {
        context.getBundle(0).stop();
    }

    @Override
    public void stop(BundleContext context) {}
}
