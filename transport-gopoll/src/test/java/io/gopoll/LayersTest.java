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

import static com.tngtech.archunit.core.domain.JavaConstructor.CONSTRUCTOR_NAME;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;

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

    /** Elsewhere it would be written without the lock of the queue. */
    @ArchTest
    static final ArchRule onlyTheTimerQueueWritesWhatItOwns =
            noCodeUnits()
                    .that()
                    .areNotDeclaredIn("io.gopoll.poll.TimerQueue")
                    .and()
                    .doNotHaveName(CONSTRUCTOR_NAME)
                    .should(write("timerAt", "timerIndex"));

    private static ArchCondition<JavaCodeUnit> write(String... fields) {
        List<String> names = List.of(fields);
        return new ArchCondition<>("write " + names) {
            @Override
            public void check(JavaCodeUnit unit, ConditionEvents events) {
                for (JavaFieldAccess access : unit.getFieldAccesses()) {
                    boolean writes =
                            access.getAccessType() == JavaFieldAccess.AccessType.SET
                                    && names.contains(access.getTarget().getName());
                    events.add(new SimpleConditionEvent(unit, writes, access.getDescription()));
                }
            }
        };
    }

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
