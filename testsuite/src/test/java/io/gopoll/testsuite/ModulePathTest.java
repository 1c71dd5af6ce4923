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
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that is a named module, with GoPoll, Netty and JNA as modules beside it. */
class ModulePathTest {

    private static final List<String> MODULES =
            List.of(
                    "transport-gopoll-native-",
                    "transport-gopoll-",
                    "netty-buffer-",
                    "netty-common-",
                    "netty-resolver-",
                    "netty-transport-",
                    "netty-transport-native-unix-common-",
                    "jna-");

    private static final String MODULE_INFO =
            "module app { requires io.gopoll.transport; requires io.netty.resolver; }";

    private static final String MAIN =
            String.join(
                    "\n",
                    "package app;",
                    "import io.gopoll.channel.*;",
                    "import io.gopoll.net.*;",
                    "import io.netty.bootstrap.*;",
                    "import io.netty.buffer.*;",
                    "import io.netty.channel.*;",
                    "public class Main extends ChannelInboundHandlerAdapter {",
                    "    public boolean isSharable() { return true; }",
                    "    public void channelRead(ChannelHandlerContext ctx, Object msg) {",
                    "        ctx.writeAndFlush(msg);",
                    "    }",
                    "    public static void main(String[] args) throws Exception {",
                    "        boolean goroutines = Runtime.version().feature() >= 21;",
                    "        System.out.println(GoPoll.syscalls()",
                    "                + (goroutines ? \" \" + GoPoll.scheduler() : \"\"));",
                    "        echo(new MultiThreadIoEventLoopGroup(1, GoPollIoHandler.newFactory()));",
                    "        if (goroutines) {",
                    "            echo(new GoroutineEventLoopGroup(1));",
                    "        }",
                    "    }",
                    "    static void echo(EventLoopGroup group) throws Exception {",
                    "        Channel server = new ServerBootstrap().group(group)",
                    "                .channel(GoPollServerSocketChannel.class)",
                    "                .childHandler(new Main()).bind(\"127.0.0.1\", 0).sync().channel();",
                    "        int port = ((java.net.InetSocketAddress) server.localAddress()).getPort();",
                    "        try (Conn conn = Net.dial(\"tcp\", \"127.0.0.1:\" + port)) {",
                    "            byte[] bytes = {7};",
                    "            conn.write(java.nio.ByteBuffer.wrap(bytes));",
                    "            java.nio.ByteBuffer answer = java.nio.ByteBuffer.allocate(1);",
                    "            conn.read(answer);",
                    "            System.out.println(\"echo \" + answer.get(0));",
                    "        }",
                    "        group.shutdownGracefully(0, 5, java.util.concurrent.TimeUnit.SECONDS).sync();",
                    "    }",
                    "}");

    @Test
    void aNamedModuleServesWithTheFlagsThatTheDocsName(@TempDir Path folder) throws Exception {
        List<String> jars = jars();
        assumeTrue(
                jars.size() == MODULES.size(),
                () -> "the modules are found in jars only, after package: " + jars);
        String modulePath = String.join(File.pathSeparator, jars);
        Path classes = compile(folder, modulePath);

        int jdk = Runtime.version().feature();
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        if (jdk >= 22) {
            command.add("--enable-native-access=io.gopoll.sys");
            command.add("--illegal-native-access=deny");
        } else {
            command.add("--add-modules=com.sun.jna");
        }
        if (jdk >= 21) {
            command.add("--add-opens=java.base/java.lang=io.gopoll.transport");
        }
        command.addAll(
                List.of("-p", modulePath + File.pathSeparator + classes, "-m", "app/app.Main"));
        if (jdk < 24) {
            command.remove("--illegal-native-access=deny");
        }
        // The log goes to the standard error.
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        String expected =
                (jdk >= 22 ? "ffm" : "jna")
                        + (jdk >= 21 ? " gopoll\necho 7\necho 7\n" : "\necho 7\n");
        assertTrue(output.contains(expected), output);
    }

    private static List<String> jars() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(
                        entry -> {
                            String name = new File(entry).getName();
                            return name.endsWith(".jar")
                                    && !name.contains("tests")
                                    && MODULES.stream()
                                            .anyMatch(m -> name.matches(m + "[0-9].*\\.jar"));
                        })
                .distinct()
                .collect(Collectors.toList());
    }

    private static Path compile(Path folder, String modulePath) throws Exception {
        Path sources = Files.createDirectories(folder.resolve("src/app"));
        Path info = sources.resolveSibling("module-info.java");
        Path main = sources.resolve("Main.java");
        Files.writeString(info, MODULE_INFO);
        Files.writeString(main, MAIN);
        Path classes = folder.resolve("classes");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int result =
                compiler.run(
                        null,
                        null,
                        null,
                        "-p",
                        modulePath,
                        "-d",
                        classes.toString(),
                        info.toString(),
                        main.toString());
        assertEquals(0, result);
        return classes;
    }
}
