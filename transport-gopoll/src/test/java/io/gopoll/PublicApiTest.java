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

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toList;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gopoll.channel.GoPoll;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The public API is written down in {@code api.txt}, a line for each class and each member that is
 * public or protected. A change of the API changes the file in the same commit; CONTRIBUTING.md has
 * the command that writes it.
 */
class PublicApiTest {

    private static final Path WRITTEN_DOWN = Path.of("api.txt");

    private static final String WRITE = "gopoll.api.write";

    @Test
    void thePublicApiIsTheOneThatIsWrittenDown() throws Exception {
        Set<String> found = api();
        if (Boolean.getBoolean(WRITE)) {
            Files.write(WRITTEN_DOWN, found);
        }
        Set<String> expected = new TreeSet<>(Files.readAllLines(WRITTEN_DOWN));
        String difference = without("gone", expected, found) + without("new", found, expected);
        assertEquals(
                "",
                difference,
                "The public API has changed. If it should, write it down: -D" + WRITE + "=true");
    }

    private static String without(String title, Set<String> all, Set<String> others) {
        StringBuilder lines = new StringBuilder();
        all.stream()
                .filter(line -> !others.contains(line))
                .forEach(line -> lines.append(title).append(": ").append(line).append('\n'));
        return lines.toString();
    }

    private static Set<String> api() throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-protected", "-constants", "-cp"));
        arguments.add(classes().toString());
        for (Class<?> type : withSupertypes(publicClasses())) {
            arguments.add(type.getName());
        }
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
        assertEquals(0, javap.run(out, out, arguments.toArray(new String[0])), text::toString);
        return lines(text.toString());
    }

    /** Of javap's text. Each line names its class, so that it can be read by itself. */
    private static Set<String> lines(String javap) {
        Set<String> lines = new TreeSet<>();
        String type = "";
        for (String line : javap.lines().collect(toList())) {
            if (line.endsWith("{")) {
                lines.add(line.substring(0, line.length() - 2));
                type = line.replaceFirst(".*?(?:class|interface) ([\\w.$]+).*", "$1");
            } else if (line.startsWith("  ")) {
                lines.add(type + ": " + line.strip());
            }
        }
        return lines;
    }

    private static Path classes() throws URISyntaxException {
        return Path.of(GoPoll.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static Collection<Class<?>> publicClasses() throws Exception {
        List<Class<?>> types = new ArrayList<>();
        types.addAll(classesOf("io.gopoll.channel"));
        types.addAll(classesOf("io.gopoll.net"));
        // It is exported for its exceptions: see module-info.
        classesOf("io.gopoll.poll").stream()
                .filter(Throwable.class::isAssignableFrom)
                .forEach(types::add);
        types.removeIf(type -> !isPublic(type));
        return types;
    }

    private static List<Class<?>> classesOf(String packageName) throws Exception {
        try (Stream<Path> files = Files.list(classes().resolve(packageName.replace('.', '/')))) {
            List<Class<?>> types = new ArrayList<>();
            for (Path file : files.collect(toCollection(TreeSet::new))) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    types.add(
                            Class.forName(
                                    packageName + "." + name.replace(".class", ""),
                                    false,
                                    PublicApiTest.class.getClassLoader()));
                }
            }
            return types;
        }
    }

    private static boolean isPublic(Class<?> type) {
        return (type.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    /** With those of GoPoll that are not public, but whose public members the public ones have. */
    private static Collection<Class<?>> withSupertypes(Collection<Class<?>> types) {
        Set<Class<?>> all = new TreeSet<>((a, b) -> a.getName().compareTo(b.getName()));
        types.forEach(type -> addWithSupertypes(type, all));
        return all;
    }

    private static void addWithSupertypes(Class<?> type, Set<Class<?>> all) {
        if (type != null && type.getName().startsWith("io.gopoll.") && all.add(type)) {
            addWithSupertypes(type.getSuperclass(), all);
            for (Class<?> supertype : type.getInterfaces()) {
                addWithSupertypes(supertype, all);
            }
        }
    }
}
