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
package io.gopoll.examples;

import io.gopoll.net.Listener;
import io.gopoll.net.Net;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks what was typed on a command line. */
final class Options {

    private Options() {}

    /** Listens, or says what is wrong with the address. */
    static Listener listen(CommandSpec spec, String network, String address) throws Unusable {
        try {
            return Net.listen(network, address);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        } catch (IOException e) {
            throw new Unusable(
                    "Cannot listen on "
                            + address
                            + ": "
                            + e.getMessage()
                            + ". Choose another --address.");
        }
    }

    static void inRange(CommandSpec spec, String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.format(
                            "%s must be from %d to %d, and is %d", option, least, most, value));
        }
    }
}
