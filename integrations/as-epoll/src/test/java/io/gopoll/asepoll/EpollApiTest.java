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
package io.gopoll.asepoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whether all that is public or protected in Netty's jars, of the lowest, the usual and the newest
 * version, is here too, with the same types: names, kinds, supertypes, constructors, methods by
 * parameters and return type, fields and constants.
 */
class EpollApiTest {

    private static final String PACKAGE = "io.netty.channel.epoll.";

    /** What is not here, and why not: each line stands for all that begins with it. */
    private static final Map<String, String> ABSENT =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry(
                                    "AbstractEpollStreamChannel: class",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "AbstractEpollStreamChannel: extensible",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "AbstractEpollStreamChannel: is a ",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "AbstractEpollStreamChannel: new(",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "AbstractEpollStreamChannel: protected ",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "AbstractEpollServerChannel: class",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "AbstractEpollServerChannel: extensible",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "AbstractEpollServerChannel: is a ",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "AbstractEpollServerChannel: new(",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "AbstractEpollServerChannel: protected ",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "EpollChannelConfig: class",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "EpollChannelConfig: extensible",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "EpollChannelConfig: is a ",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "EpollChannelConfig: new(",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry(
                                    "EpollChannelConfig: protected ",
                                    "an interface here: the channels and configs extend GoPoll's"),
                            Map.entry("AbstractEpollStreamChannel$", "for those who extend it"),
                            Map.entry(
                                    "AbstractEpollStreamChannel: compareTo(",
                                    "Comparable has it for objects"),
                            Map.entry(
                                    "AbstractEpollServerChannel: compareTo(",
                                    "Comparable has it for objects"),
                            Map.entry(
                                    "LinuxSocket: is a io.netty.channel.unix.Socket",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: UDS_SUN_PATH_SIZE",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: accept(",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: initialize(",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: isIPv6Preferred(",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: shouldUseIpv6(",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: sendTo",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: recvFrom",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: newSocketDgram() static io.netty.channel.unix.Socket",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: newSocketDomain() static io.netty.channel.unix.Socket",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: newSocketDomainDgram() static io.netty.channel.unix.Socket",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: newSocketStream() static io.netty.channel.unix.Socket",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: sendFd(",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry(
                                    "LinuxSocket: recvFd(",
                                    "Netty's JNI is needed for a unix.Socket"),
                            Map.entry("Native: epollWait", "takes what only Netty can make"),
                            Map.entry("Native: epollBusyWait", "takes what only Netty can make"),
                            Map.entry("Native: sendmmsg", "takes what only Netty can make"),
                            Map.entry("Native: newTimerFd", "GoPoll has no timerfd"),
                            Map.entry("EpollEventArray", "nobody but Netty can make one")));

    static List<Path> nettysJars() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("netty.jars")))) {
            return jars.sorted().collect(Collectors.toList());
        }
    }

    /** Loads the package of a jar, whatever else the class path has of it. */
    private static final class Jar extends ClassLoader {

        private final JarFile jar;

        Jar(JarFile jar) {
            super(EpollApiTest.class.getClassLoader());
            this.jar = jar;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in =
                    jar.getInputStream(jar.getEntry(name.replace('.', '/') + ".class"))) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        List<Class<?>> classes() {
            return jar.stream()
                    .map(e -> e.getName().replace('/', '.'))
                    .filter(n -> n.startsWith(PACKAGE) && n.endsWith(".class"))
                    .map(n -> n.substring(0, n.length() - ".class".length()))
                    .sorted()
                    .map(this::load)
                    .collect(Collectors.toList());
        }

        private Class<?> load(String name) {
            try {
                return loadClass(name);
            } catch (ClassNotFoundException e) {
                throw new AssertionError(e);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("nettysJars")
    void allOfNettysIsHere(Path file) throws IOException {
        try (JarFile jar = new JarFile(file.toFile())) {
            Set<String> missing = new TreeSet<>();
            int classes = 0;
            int members = 0;
            for (Class<?> netty : new Jar(jar).classes()) {
                if (!isSeen(netty)) {
                    continue;
                }
                classes++;
                members += compare(netty, missing);
            }
            assertTrue(classes >= 25 && members > 1000, classes + " classes, " + members);
            Set<String> unexpected = new TreeSet<>(missing);
            unexpected.removeIf(line -> ABSENT.keySet().stream().anyMatch(line::startsWith));
            assertEquals("", String.join("\n", unexpected));
        }
    }

    /** What has come to be here is to leave the list. */
    @ParameterizedTest
    @MethodSource("nettysJars")
    void whatIsSaidToBeAbsentIs(Path file) throws IOException {
        try (JarFile jar = new JarFile(file.toFile())) {
            Set<String> missing = new TreeSet<>();
            for (Class<?> netty : new Jar(jar).classes()) {
                if (isSeen(netty)) {
                    compare(netty, missing);
                }
            }
            for (String absent : ABSENT.keySet()) {
                assertTrue(missing.stream().anyMatch(line -> line.startsWith(absent)), absent);
            }
        }
    }

    private static boolean isSeen(Class<?> c) {
        for (Class<?> outer = c; outer != null; outer = outer.getEnclosingClass()) {
            if (outer.isAnonymousClass()
                    || !Modifier.isPublic(outer.getModifiers())
                            && !Modifier.isProtected(outer.getModifiers())) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSeen(Class<?> of, Member m) {
        return !m.isSynthetic()
                && (Modifier.isPublic(m.getModifiers())
                        || Modifier.isProtected(m.getModifiers()) && isExtensible(of));
    }

    private static boolean isExtensible(Class<?> c) {
        return !Modifier.isFinal(c.getModifiers())
                && Arrays.stream(c.getDeclaredConstructors())
                        .anyMatch(
                                constructor ->
                                        Modifier.isPublic(constructor.getModifiers())
                                                || Modifier.isProtected(
                                                        constructor.getModifiers()));
    }

    /** Adds what is missing, and returns how much was looked at. */
    private static int compare(Class<?> netty, Set<String> missing) {
        String name = netty.getName().substring(PACKAGE.length());
        Class<?> ours;
        try {
            ours = Class.forName(netty.getName(), false, EpollApiTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            missing.add(name + " is missing");
            return 0;
        }
        Collection<String> has = describe(ours);
        Collection<String> had = describe(netty);
        for (String line : had) {
            if (!has.contains(line)) {
                missing.add(name + ": " + line);
            }
        }
        return had.size();
    }

    private static Collection<String> describe(Class<?> c) {
        List<String> lines = new ArrayList<>();
        lines.add(c.isInterface() ? "interface" : "class");
        if (isExtensible(c)) {
            lines.add("extensible");
        }
        for (Class<?> s : supertypes(c)) {
            lines.add("is a " + s.getName());
        }
        for (Constructor<?> constructor : c.getDeclaredConstructors()) {
            if (isSeen(c, constructor)) {
                lines.add("new" + parameters(constructor));
            }
        }
        for (Method m : methods(c)) {
            lines.add(
                    (Modifier.isProtected(m.getModifiers()) ? "protected " : "")
                            + m.getName()
                            + parameters(m)
                            + (Modifier.isStatic(m.getModifiers()) ? " static " : " ")
                            + m.getReturnType().getName());
        }
        for (Field f : fields(c)) {
            lines.add(
                    f.getName()
                            + (Modifier.isStatic(f.getModifiers()) ? " static " : " ")
                            + f.getGenericType().getTypeName());
        }
        return lines;
    }

    private static Set<Class<?>> supertypes(Class<?> c) {
        Set<Class<?>> all = new HashSet<>();
        for (Class<?> s = c; s != null; s = s.getSuperclass()) {
            all.add(s);
            for (Class<?> i : s.getInterfaces()) {
                all.add(i);
                all.addAll(supertypes(i));
            }
        }
        all.remove(c);
        all.removeIf(s -> !Modifier.isPublic(s.getModifiers()));
        return all;
    }

    private static Set<Method> methods(Class<?> c) {
        Set<Method> all = new HashSet<>(Arrays.asList(c.getMethods()));
        if (c.isInterface()) {
            all.addAll(Arrays.asList(Object.class.getMethods()));
        }
        for (Class<?> s = c; s != null && s != Object.class; s = s.getSuperclass()) {
            for (Method m : s.getDeclaredMethods()) {
                if (Modifier.isPublic(m.getModifiers())
                        || Modifier.isProtected(m.getModifiers()) && isExtensible(c)) {
                    all.add(m);
                }
            }
        }
        return all;
    }

    private static Set<Field> fields(Class<?> c) {
        Set<Field> all = new HashSet<>(Arrays.asList(c.getFields()));
        for (Field f : c.getDeclaredFields()) {
            if (isSeen(c, f)) {
                all.add(f);
            }
        }
        return all;
    }

    private static String parameters(Executable e) {
        return Arrays.stream(e.getParameterTypes())
                .map(Class::getName)
                .collect(Collectors.joining(", ", "(", ")"));
    }
}
