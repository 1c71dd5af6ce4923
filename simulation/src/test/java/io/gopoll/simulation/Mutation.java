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
package io.gopoll.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A fault that is put into GoPoll's sources: a piece of text that takes the place of another one.
 * What is compiled of it is in memory only.
 */
final class Mutation {

    private static final Path SOURCES = Path.of("../transport-gopoll/src/main/java");

    final String name;
    private final List<Edit> edits;

    private record Edit(String type, String text, String replacement) {}

    private Mutation(String name, List<Edit> edits) {
        this.name = name;
        this.edits = edits;
    }

    private static Mutation of(String name, String type, String text, String replacement) {
        return new Mutation(name, List.of(new Edit(type, text, replacement)));
    }

    private Mutation and(String type, String text, String replacement) {
        List<Edit> all = new ArrayList<>(edits);
        all.add(new Edit(type, text, replacement));
        return new Mutation(name, all);
    }

    /** Those that must be found. */
    static final List<Mutation> ALL =
            List.of(
                    of(
                            "The end is taken before the last bytes (Netty's RDHUP)",
                            "ReadSide",
                            "if (hungUp && !channel.isActive()) {\n            endOfInput(false);",
                            "if (hungUp) {\n            endOfInput(true);"),
                    of(
                            "A short TCP read that urgent data has stopped is taken for drained",
                            "Drained",
                            "read == attempted || hungUp || urgent ? NO : YES",
                            "read == attempted || hungUp ? NO : YES"),
                    of(
                            "A short read of a Unix stream is taken for drained",
                            "Drained",
                            "read == attempted || hungUp ? NO : PERHAPS",
                            "read == attempted || hungUp ? NO : YES"),
                    of(
                            "An event of a descriptor's former user is not dropped",
                            "PollDesc",
                            "if ((int) (i >>> FDSEQ_SHIFT) != fdseq) {\n            // The first",
                            "if (fdseq == Integer.MIN_VALUE) {\n            // The first"),
                    of(
                            "With autoRead off the end is never seen",
                            "ReadSide",
                            "} else if (interest != Interest.NONE || hungUp) {",
                            "} else if (interest != Interest.NONE) {"),
                    of(
                            "EINTR fails a wait",
                            "EpollPoller",
                            "if (result != -Errno.EINTR) {",
                            "if (result < 0) {"),
                    of(
                            "EINTR fails a read",
                            "Fd",
                            "n = SYS.recv(sysfd, address, count, 0);\n            } while (n == -EINTR);",
                            "n = SYS.recv(sysfd, address, count, 0);\n            } while (n == 1 << 30);"),
                    of(
                                    "A channel that is closed in its first read is read on",
                                    "StreamReadSide",
                                    "while (!isOver() && allocHandle.continueReading());",
                                    "while (allocHandle.continueReading());")
                            .and(
                                    "StreamReadSide",
                                    "if (n != -Errno.EAGAIN && netFd.isOpen()) {",
                                    "if (n != -Errno.EAGAIN) {"),
                    of(
                            "After a short write nobody waits for room",
                            "WriteSide",
                            "registration().writer().parkFull();",
                            ""),
                    of(
                                    "A wakeup that could not be written is the last one",
                                    "EpollPoller",
                                    "return isClosed() || writeOne() || makeEdge() || replaceEventfd();",
                                    "return isClosed() || writeOne();")
                            .and("AbstractNetPoller", "                missed = true;\n", "")
                            .and(
                                    "AbstractNetPoller",
                                    "                // The next wakeup tries again.\n                wakeSig.set(false);\n",
                                    ""),
                    of(
                            "Accepting rests for ever once descriptors were used up",
                            "AcceptSide",
                            "            pausedAt = null;\n            again();",
                            "            again();"),
                    of(
                            "A deadline that is taken back does not let reads go on",
                            "ReadDeadline",
                            "if (stopped || !Deadline.isSoonEnough",
                            "if (!Deadline.isSoonEnough"),
                    of(
                            "A reader that has used up its turn is forgotten",
                            "ReadSide",
                            "            if (interest != Interest.NONE) {\n                goOn();\n            }\n",
                            ""),
                    of(
                            "A connect whose first event comes for nothing is forgotten",
                            "AbstractGoPollChannel",
                            "                    writeSide.awaitConnect();\n                    return;",
                            "                    return;"),
                    of(
                            "A short read after the peer's end is taken for drained",
                            "Revents",
                            "int news = (mask & (POLLRDHUP | POLLHUP | POLLERR)) != 0",
                            "int news = (mask & (POLLHUP | POLLERR)) != 0"),
                    of(
                            "A connection that cannot be watched has been active (GoPoll's own)",
                            "AbstractGoPollChannel",
                            "            try {\n                open();\n            } catch (IOException e) {\n                // Not",
                            "            active = true;\n            try {\n                open();\n            } catch (IOException e) {\n                // Not"),
                    of(
                            "Nobody looks again at what is perhaps drained",
                            "ReadSide",
                            "            registration().reader().look();\n",
                            "            return;\n"),
                    of(
                            "A source that waits for room in the target's pipe is forgotten",
                            "Splices",
                            "        waiting.add(source);\n",
                            ""));

    /** The classes that are other than GoPoll's own, by name. */
    Map<String, byte[]> compile() {
        Map<String, Path> files = new HashMap<>();
        Map<String, String> texts = new HashMap<>();
        for (Edit edit : edits) {
            Path file = files.computeIfAbsent(edit.type, Mutation::find);
            String text = texts.computeIfAbsent(edit.type, t -> read(file));
            int at = text.indexOf(edit.text);
            if (at < 0 || text.indexOf(edit.text, at + 1) >= 0) {
                throw new AssertionError(
                        "to be in " + file + " once, since it has changed: " + edit.text);
            }
            texts.put(edit.type, text.replace(edit.text, edit.replacement));
        }
        List<JavaFileObject> sources = new ArrayList<>();
        texts.forEach((type, text) -> sources.add(new Source(files.get(type), text)));
        return compile(sources);
    }

    private static Path find(String type) {
        try (Stream<Path> all = Files.walk(SOURCES)) {
            return all.filter(p -> p.getFileName().toString().equals(type + ".java"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no class is named " + type));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, byte[]> compile(List<JavaFileObject> sources) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, ByteArrayOutputStream> classes = new HashMap<>();
        StringWriter errors = new StringWriter();
        try (JavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavaFileManager toMemory =
                    new ForwardingJavaFileManager<>(files) {
                        @Override
                        public JavaFileObject getJavaFileForOutput(
                                Location location,
                                String name,
                                JavaFileObject.Kind kind,
                                FileObject sibling) {
                            return new SimpleJavaFileObject(
                                    URI.create("memory:///" + name.replace('.', '/')), kind) {
                                @Override
                                public OutputStream openOutputStream() {
                                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                                    classes.put(name, out);
                                    return out;
                                }
                            };
                        }
                    };
            List<String> options =
                    List.of(
                            "--release",
                            "17",
                            "-proc:none",
                            "-nowarn",
                            "-classpath",
                            System.getProperty("java.class.path"));
            if (!compiler.getTask(errors, toMemory, null, options, null, sources).call()) {
                throw new AssertionError("does not compile: " + errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, byte[]> bytes = new HashMap<>();
        classes.forEach((name, out) -> bytes.put(name, out.toByteArray()));
        return bytes;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(Path file, String text) {
            super(file.toUri(), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
