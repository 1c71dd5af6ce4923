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
package io.gopoll.testsuite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.netty.testsuite.transport.socket.SocketEchoTest;
import java.net.URL;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CompletenessTest {

    private static final String PACKAGE = SocketEchoTest.class.getPackageName();

    @Test
    void everyTestOfNettysSuiteRunsOnGoPoll() throws Exception {
        URL jar = SocketEchoTest.class.getProtectionDomain().getCodeSource().getLocation();
        JavaClasses netty = new ClassFileImporter().importUrl(jar);
        JavaClasses ours = new ClassFileImporter().importPackages("io.gopoll.testsuite");

        List<String> tests =
                netty.stream()
                        .filter(c -> c.getPackageName().equals(PACKAGE))
                        .filter(c -> c.getSimpleName().endsWith("Test"))
                        .filter(c -> c.isTopLevelClass())
                        .filter(c -> !c.getModifiers().contains(JavaModifier.ABSTRACT))
                        .map(JavaClass::getSimpleName)
                        .sorted()
                        .collect(Collectors.toList());
        List<String> missing =
                tests.stream()
                        .filter(name -> ours.stream().noneMatch(c -> isRunBy(c, name)))
                        .collect(Collectors.toList());

        assertTrue(tests.size() > 30, "found only " + tests);
        assertEquals(List.of(), missing);
    }

    /** Subclasses are named after the test; one whose channels are fixed had to be written anew. */
    private static boolean isRunBy(JavaClass ours, String test) {
        return ours.getSimpleName().equals("GoPoll" + test);
    }
}
