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
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;

/**
 * Holds the layers apart: dependencies point downward only, channel to net to poll to sys, and
 * within channel from what users name to its parts.
 */
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
    static final ArchRule withinChannelTooDependenciesPointDownward =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("public")
                    .definedBy("io.gopoll.channel")
                    .layer("goroutine")
                    .definedBy("io.gopoll.channel.goroutine..")
                    .layer("side")
                    .definedBy("io.gopoll.channel.side..")
                    .layer("loop")
                    .definedBy("io.gopoll.channel.loop..")
                    .layer("buffer")
                    .definedBy("io.gopoll.channel.buffer..")
                    .layer("address")
                    .definedBy("io.gopoll.channel.address..")
                    .whereLayer("public")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("goroutine")
                    .mayOnlyBeAccessedByLayers("public")
                    .whereLayer("side")
                    .mayOnlyBeAccessedByLayers("public", "goroutine")
                    .whereLayer("loop")
                    .mayOnlyBeAccessedByLayers("public", "goroutine", "side")
                    .whereLayer("buffer")
                    .mayOnlyBeAccessedByLayers("public", "goroutine", "side", "loop");

    /** Also a package that none of the layers above names. */
    @ArchTest
    static final ArchRule noCircleOfPackages =
            slices().matching("io.gopoll.(**)").should().beFreeOfCycles();

    /** As module-info has them. */
    private static final Set<String> EXPORTED =
            Set.of("io.gopoll.channel", "io.gopoll.net", "io.gopoll.poll");

    @ArchTest
    static final ArchRule usersNeedNoPartByName =
            members()
                    .that()
                    .areDeclaredInClassesThat(areForUsers())
                    .and(areSeenByUsers())
                    .should(nameNoPart());

    /** Public, or what a public class extends. */
    private static DescribedPredicate<JavaClass> areForUsers() {
        return DescribedPredicate.describe(
                "are for users",
                c ->
                        EXPORTED.contains(c.getPackageName())
                                && (isPublic(c)
                                        || c.getSubclasses().stream()
                                                .anyMatch(LayersTest::isPublic)));
    }

    private static boolean isPublic(JavaClass c) {
        return c.getModifiers().contains(JavaModifier.PUBLIC)
                && c.getEnclosingClass().map(LayersTest::isPublic).orElse(true);
    }

    private static DescribedPredicate<JavaMember> areSeenByUsers() {
        return DescribedPredicate.describe(
                "are seen by users",
                m ->
                        m.getModifiers().contains(JavaModifier.PUBLIC)
                                || m.getModifiers().contains(JavaModifier.PROTECTED));
    }

    private static ArchCondition<JavaMember> nameNoPart() {
        return new ArchCondition<>("name no class of a package that is not exported") {
            @Override
            public void check(JavaMember member, ConditionEvents events) {
                for (JavaClass named : member.getAllInvolvedRawTypes()) {
                    boolean isPart =
                            named.getPackageName().startsWith("io.gopoll.channel.")
                                    || named.getPackageName().startsWith("io.gopoll.sched");
                    events.add(
                            new SimpleConditionEvent(
                                    member,
                                    !isPart,
                                    member.getFullName() + " names " + named.getName()));
                }
            }
        };
    }

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
