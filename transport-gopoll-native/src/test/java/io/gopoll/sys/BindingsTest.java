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
package io.gopoll.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Native;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BindingsTest {

    private static final int FEATURE = Runtime.version().feature();

    @Test
    void ffmComesFirstWhereTheJdkHasIt() {
        assertEquals(List.of("jna"), Bindings.candidates(null, 17, "Linux", "amd64"));
        assertEquals(List.of("jna"), Bindings.candidates(null, 21, "Linux", "amd64"));
        assertEquals(List.of("ffm", "jna"), Bindings.candidates(null, 22, "Linux", "aarch64"));
        assertEquals(List.of("ffm", "jna"), Bindings.candidates(null, 25, "Linux", "amd64"));
    }

    @Test
    void thePropertyForcesOne() {
        assertEquals(List.of("jna"), Bindings.candidates("jna", 25, "Linux", "amd64"));
        assertEquals(List.of("ffm"), Bindings.candidates("ffm", 25, "Linux", "amd64"));
    }

    @Test
    void whatCannotBeHadIsNamedWithWhatToDo() {
        refused("foo", 25, "Linux", "amd64", "-Dio.gopoll.syscalls=foo names no binding", "jna or");
        refused("", 25, "Linux", "amd64", "names no binding", "jna or ffm");
        refused("ffm", 21, "Linux", "amd64", "needs JDK 22 or later, and this is 21", "later JDK");
        refused(null, 25, "Mac OS X", "aarch64", "needs Linux, and this is Mac OS X", "NIO");
        refused("jna", 17, "Windows 11", "amd64", "needs Linux, and this is Windows 11", "NIO");
        refused(null, 25, "Linux", "riscv64", "x86-64 or aarch64, and this is riscv64", "NIO");
        refused(null, 17, "Linux", "i386", "x86-64 or aarch64, and this is i386", "NIO");
    }

    private static void refused(
            String forced, int feature, String osName, String osArch, String... words) {
        UnsupportedOperationException e =
                assertThrows(
                        UnsupportedOperationException.class,
                        () -> Bindings.candidates(forced, feature, osName, osArch));
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), e.getMessage());
        }
    }

    @Test
    void theNextOneIsTakenWhenOneFails() {
        Syscalls jna = new JnaSyscalls();
        List<String> tried = new ArrayList<>();
        assertSame(
                jna,
                Bindings.first(
                        List.of("ffm", "jna"),
                        name -> {
                            tried.add(name);
                            if (name.equals("ffm")) {
                                throw new UnsupportedOperationException("no ffm");
                            }
                            return jna;
                        }));
        assertEquals(List.of("ffm", "jna"), tried);
        assertEquals(1, jna.fallbacks().size());
        assertTrue(jna.fallbacks().get(0).endsWith("no ffm"), jna.fallbacks().get(0));
    }

    @Test
    void whenAllFailEachReasonIsKept() {
        UnsupportedOperationException e =
                assertThrows(
                        UnsupportedOperationException.class,
                        () ->
                                Bindings.first(
                                        List.of("ffm", "jna"),
                                        name -> {
                                            throw new UnsupportedOperationException("no " + name);
                                        }));
        assertTrue(e.getMessage().contains("no ffm; no jna"), e.getMessage());
        assertEquals("no ffm", e.getCause().getMessage());
        assertEquals("no jna", e.getSuppressed()[0].getMessage());
    }

    @Test
    void theBindingIsChosenOnce() {
        assertSame(Syscalls.get(), Syscalls.get());
        String usual = FEATURE >= 22 ? "ffm" : "jna";
        assertEquals(System.getProperty("io.gopoll.syscalls", usual), Syscalls.get().binding());
    }

    @Test
    void jnaIsUsedWhenThePropertySaysSo() throws Exception {
        assertEquals("jna stub", run(true, "-Dio.gopoll.syscalls=jna"));
    }

    @Test
    void theCLibraryIsUsedWhenThePropertySaysSo() throws Exception {
        String property = "-Dio.gopoll.syscalls.stub=false";
        for (String binding : FEATURE >= 22 ? List.of("jna", "ffm") : List.of("jna")) {
            assertEquals(
                    binding + " libc: " + property,
                    run(true, "-Dio.gopoll.syscalls=" + binding, property));
        }
    }

    @Test
    void jnaThatIsNotThereIsNamed() throws Exception {
        assertTwiceTheSame(
                run(false, "-Dio.gopoll.syscalls=jna"),
                "jna: JNA is not on the class path: add net.java.dev.jna:jna",
                "JDK 22 or later");
    }

    @Test
    void jnaThatCannotBeUnpackedIsNamed() throws Exception {
        assertTwiceTheSame(
                run(
                        true,
                        "-Dio.gopoll.syscalls=jna",
                        "-Djna.nosys=true",
                        "-Djna.nounpack=true",
                        "-Djna.boot.library.path=/none"),
                "jna: JNA's own library did not load",
                "-Djna.tmpdir");
    }

    @Test
    void jnaIsNotNeededWhereThereIsFfm() throws Exception {
        String said = run(false);
        if (FEATURE >= 22) {
            assertEquals("ffm stub", said);
        } else {
            assertTwiceTheSame(said, "JNA is not on the class path");
        }
    }

    @Test
    void ffmThatTheJdkDoesNotHaveIsNamed() throws Exception {
        String said = run(true, "-Dio.gopoll.syscalls=ffm");
        if (FEATURE >= 22) {
            assertEquals("ffm stub", said);
        } else {
            assertTwiceTheSame(said, "needs JDK 22 or later, and this is " + FEATURE);
        }
    }

    @Test
    void ffmThatWasLostInRepackagingIsNamed() {
        UnsupportedOperationException e =
                Bindings.failure("ffm", new ClassNotFoundException("io.gopoll.sys.FfmSyscalls"));
        assertTrue(e.getMessage().contains("Multi-Release: true"), e.getMessage());
        assertTrue(e.getCause() instanceof ClassNotFoundException);
    }

    @Test
    void ffmThatIsForbiddenIsNamed() {
        UnsupportedOperationException e =
                Bindings.failure(
                        "ffm",
                        new ExceptionInInitializerError(
                                new IllegalCallerException("Illegal native access")));
        assertTrue(
                e.getMessage()
                        .contains(
                                "native access is denied: run with"
                                        + " --enable-native-access=ALL-UNNAMED"),
                e.getMessage());
    }

    @Test
    void nativeAccessThatIsDeniedIsNamedForEachBinding() throws Exception {
        if (FEATURE >= 24) {
            String denied = "native access is denied: run with --enable-native-access=ALL-UNNAMED";
            String said = run(Main.class, true, "--illegal-native-access=deny");
            assertTwiceTheSame(said, "ffm: " + denied, "jna: " + denied);
            assertFalse(said.contains("noexec"), said);
        }
    }

    /** Not with JNA, whose own initializer fails for ever then. */
    @Test
    void descriptorsThatWereUsedUpAtTheFirstUseDoNotMatterLater() throws Exception {
        if (FEATURE >= 22) {
            String said = run(OutOfDescriptors.class, false, "-Dio.gopoll.syscalls=ffm");
            assertTrue(said.endsWith("then: ffm stub"), said);
        }
    }

    private static void assertTwiceTheSame(String said, String... words) {
        assertTrue(said.endsWith("\nagain: true"), said);
        for (String word : words) {
            assertTrue(said.contains(word), said);
        }
    }

    /** What {@link Main} prints in a new JVM, as what has been loaded here stays loaded. */
    private static String run(boolean withJna, String... options) throws Exception {
        return run(Main.class, withJna, options);
    }

    private static String run(Class<?> main, boolean withJna, String... options) throws Exception {
        // Not java.class.path: surefire's is a jar with a manifest, which has JNA in it.
        List<String> path = new ArrayList<>();
        path.add(location(BindingsTest.class));
        String classes = location(Bindings.class);
        path.add(classes);
        if (FEATURE >= 22) {
            path.add(classes + "META-INF/versions/22");
        }
        if (withJna) {
            path.add(location(Native.class));
        }
        List<String> command = new ArrayList<>();
        command.addAll(List.of("sh", "-c", "ulimit -n 100; exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (FEATURE >= 24 && !Arrays.asList(options).contains("--illegal-native-access=deny")) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(Arrays.asList(options));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, path), main.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue(), said);
            return said.strip();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String location(Class<?> c) throws Exception {
        String location =
                Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        return new File(location).isDirectory() ? location + "/" : location;
    }

    /** Run by {@link #run}. */
    static final class Main {
        public static void main(String[] args) {
            try {
                Syscalls syscalls = Syscalls.get();
                System.out.println(syscalls.binding() + " " + syscalls.entry());
            } catch (UnsupportedOperationException e) {
                System.out.println(e.getMessage());
                UnsupportedOperationException again = failure();
                System.out.println("again: " + (again == e));
            }
        }

        private static UnsupportedOperationException failure() {
            try {
                Syscalls.get();
                return null;
            } catch (UnsupportedOperationException e) {
                return e;
            }
        }
    }

    /** Uses GoPoll for the first time while no descriptor is left, and then again. */
    static final class OutOfDescriptors {
        public static void main(String[] args) throws Exception {
            // From a folder each class needs a descriptor to be loaded; from a jar none does.
            for (String folder : System.getProperty("java.class.path").split(File.pathSeparator)) {
                String[] files = Path.of(folder, "io/gopoll/sys").toFile().list();
                for (String file : files == null ? new String[0] : files) {
                    String name = "io.gopoll.sys." + file.replace(".class", "");
                    if (!name.contains("Jna") && !name.contains("Jni") && !name.contains("Test")) {
                        Class.forName(name, false, OutOfDescriptors.class.getClassLoader());
                    }
                }
            }
            List<FileInputStream> streams = new ArrayList<>();
            String first;
            try {
                while (streams.size() < 1000) {
                    streams.add(new FileInputStream("/dev/null"));
                }
                first = "there is no end to descriptors";
            } catch (IOException e) {
                first = use();
            }
            for (FileInputStream stream : streams) {
                stream.close();
            }
            System.out.println("first: " + first);
            System.out.println("then: " + use());
        }

        private static String use() {
            try {
                return Syscalls.get().binding() + " " + Syscalls.get().entry();
            } catch (Throwable t) {
                return "failed: " + t;
            }
        }
    }
}
