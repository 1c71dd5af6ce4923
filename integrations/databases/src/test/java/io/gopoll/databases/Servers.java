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

import java.io.IOException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Servers for tests. */
final class Servers {

    private Servers() {}

    /**
     * One that is missing fails the test where {@code .ci/run} runs it. Elsewhere the test is not
     * made, and its report says why.
     */
    static DatabaseServer start(DatabaseServer.Kind kind) throws IOException {
        try {
            return new DatabaseServer(kind);
        } catch (MissingDatabaseException e) {
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                return Assertions.fail(e.getMessage());
            }
            System.err.println("NOT TESTED: " + e.getMessage());
            return Assumptions.abort(e.getMessage());
        }
    }
}
