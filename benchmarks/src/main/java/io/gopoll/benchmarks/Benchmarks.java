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
package io.gopoll.benchmarks;

import io.gopoll.benchmarks.compare.Compare;
import io.gopoll.benchmarks.compare.CountSyscalls;
import io.gopoll.benchmarks.compare.Picture;
import io.gopoll.benchmarks.compare.Unusable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What {@code java -jar benchmarks.jar} runs. */
@Command(
        name = "benchmarks.jar",
        description = "Measures what GoPoll costs.",
        subcommands = {Compare.class, CountSyscalls.class, Picture.class, Benchmarks.Jmh.class})
public final class Benchmarks implements Runnable {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Say this and end.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Spec private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command line, with everything about it that a test wants to have too. */
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Benchmarks());
        line.getSubcommands().get("jmh").setUnmatchedOptionsArePositionalParams(true);
        return line.setExecutionExceptionHandler(
                (e, command, parsed) -> {
                    if (!(e instanceof Unusable)) {
                        throw e;
                    }
                    command.getErr().println(e.getMessage());
                    return command.getCommandSpec().exitCodeOnExecutionException();
                });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which of them?");
    }

    /** JMH's own command line. */
    @Command(
            name = "jmh",
            description = {
                "Runs the JMH benchmarks of system calls and of the poller."
                        + " Everything that follows is JMH's, try `jmh -h` and `jmh -prof gc`."
            })
    static final class Jmh implements Callable<Integer> {

        @Parameters(arity = "0..*", hidden = true)
        private List<String> arguments = new ArrayList<>();

        @Override
        public Integer call() throws Exception {
            org.openjdk.jmh.Main.main(arguments.toArray(new String[0]));
            return 0;
        }
    }
}
