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
package io.gopoll;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds the layers apart: dependencies point downward only, channel to net to poll to sys. */
@AnalyzeClasses(packages = "io.gopoll", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {

    @ArchTest
    static final ArchRule dependenciesPointDownward =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("channel")
                    .definedBy("io.gopoll.channel..")
                    .layer("net")
                    .definedBy("io.gopoll.net..")
                    .layer("sched")
                    .definedBy("io.gopoll.sched..")
                    .layer("poll")
                    .definedBy("io.gopoll.poll..")
                    .layer("sys")
                    .definedBy("io.gopoll.sys..")
                    .ensureAllClassesAreContainedInArchitecture()
                    .whereLayer("channel")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("net")
                    .mayOnlyBeAccessedByLayers("channel")
                    .whereLayer("sched")
                    .mayOnlyBeAccessedByLayers("channel", "net")
                    .whereLayer("poll")
                    .mayOnlyBeAccessedByLayers("channel", "net", "sched");

    @ArchTest
    static final ArchRule sysKnowsNothingOfNetty =
            noClasses()
                    .that()
                    .resideInAPackage("io.gopoll.sys..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule pollAndNetKnowNothingOfChannels =
            noClasses()
                    .that()
                    .resideInAnyPackage("io.gopoll.poll..", "io.gopoll.sched..", "io.gopoll.net..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.netty.channel..", "io.netty.bootstrap..");

    @ArchTest
    static final ArchRule noOtherTransportIsNeeded =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.netty.channel.epoll..",
                            "io.netty.channel.uring..",
                            "io.netty.channel.kqueue..");
}
