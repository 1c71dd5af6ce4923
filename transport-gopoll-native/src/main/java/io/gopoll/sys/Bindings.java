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

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Chooses the binding that {@link Syscalls#get} returns, or says why there is none. */
final class Bindings {

    static final String JNA = "jna";
    static final String FFM = "ffm";

    /** What loads JNA's library. */
    private static final String JNA_CLASS = "com.sun.jna.Native";

    /** The first JDK whose foreign-function API is final. */
    private static final int FFM_SINCE = 22;

    private Bindings() {}

    /** The binding for this machine, see {@link Syscalls#get}. */
    static Syscalls choose() {
        Syscalls libc =
                first(
                        candidatesHere(System.getProperty(Syscalls.BINDING_PROPERTY)),
                        Bindings::load);
        if ("false".equals(System.getProperty(Syscalls.STUB_PROPERTY))) {
            libc.whyLibc = "-D" + Syscalls.STUB_PROPERTY + "=false";
            return libc;
        }
        return throughStub(libc);
    }

    /**
     * The same binding through {@link Stubs}; if that fails, the binding itself, with the reason.
     */
    static Syscalls throughStub(Syscalls libc) {
        Throwable reason;
        try {
            Stubs.write(libc);
            Syscalls stub = libc.throughStub();
            stub.whyNotTheBest = libc.whyNotTheBest;
            return stub;
        } catch (ExceptionInInitializerError e) {
            reason = e.getCause();
        } catch (LinkageError | RuntimeException e) {
            reason = e;
        }
        libc.whyLibc = reason.getMessage();
        libc.whyNoStub = libc.whyLibc;
        return libc;
    }

    /** Every binding that works here. The properties are ignored. */
    static List<Syscalls> available() {
        List<Syscalls> all = new ArrayList<>();
        UnsupportedOperationException failure = null;
        for (String name : candidatesHere(null)) {
            try {
                Syscalls libc = load(name);
                Syscalls stub = throughStub(libc);
                if (stub != libc) {
                    all.add(stub);
                }
                all.add(libc);
            } catch (UnsupportedOperationException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (all.isEmpty() && failure != null) {
            throw failure;
        }
        return all;
    }

    private static List<String> candidatesHere(String forced) {
        return candidates(
                forced,
                Runtime.version().feature(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"));
    }

    /**
     * The bindings to try, best first.
     *
     * @param forced the value of {@link Syscalls#BINDING_PROPERTY}, or null
     * @param feature the JDK's version, as 17
     * @throws UnsupportedOperationException if what is asked for cannot be had here
     */
    static List<String> candidates(String forced, int feature, String osName, String osArch) {
        if (!osName.equals("Linux")) {
            throw new UnsupportedOperationException(
                    "GoPoll needs Linux, and this is "
                            + osName
                            + ": use another transport here, such as Netty's NIO");
        }
        arch(osArch);
        if (forced == null) {
            return feature >= FFM_SINCE ? List.of(FFM, JNA) : List.of(JNA);
        }
        String property = "-D" + Syscalls.BINDING_PROPERTY + "=" + forced;
        switch (forced) {
            case JNA:
                return List.of(JNA);
            case FFM:
                if (feature < FFM_SINCE) {
                    throw new UnsupportedOperationException(
                            property
                                    + " needs JDK "
                                    + FFM_SINCE
                                    + " or later, and this is "
                                    + feature
                                    + ": use a later JDK, or leave the property out");
                }
                return List.of(FFM);
            default:
                throw new UnsupportedOperationException(
                        property + " names no binding: use jna or ffm, or leave the property out");
        }
    }

    /**
     * @throws UnsupportedOperationException if the bindings do not know the architecture
     */
    static Arch arch(String osArch) {
        Arch arch = Arch.of(osArch);
        if (arch == null) {
            throw new UnsupportedOperationException(
                    "GoPoll needs x86-64 or aarch64, and this is "
                            + osArch
                            + ": use another transport here, such as Netty's NIO");
        }
        return arch;
    }

    /**
     * The first that loads.
     *
     * @throws UnsupportedOperationException if none does, with the words of all; the first one's
     *     exception is the cause, those of the others are suppressed by it
     */
    static Syscalls first(List<String> names, Function<String, Syscalls> loader) {
        List<UnsupportedOperationException> failures = new ArrayList<>();
        for (String name : names) {
            try {
                Syscalls loaded = loader.apply(name);
                if (!failures.isEmpty()) {
                    loaded.whyNotTheBest = failures.get(0).getMessage();
                }
                return loaded;
            } catch (UnsupportedOperationException e) {
                failures.add(e);
            }
        }
        StringBuilder message = new StringBuilder("no way to make system calls");
        for (UnsupportedOperationException failure : failures) {
            message.append("; ").append(failure.getMessage());
        }
        UnsupportedOperationException failure =
                new UnsupportedOperationException(message.toString(), failures.get(0));
        failures.stream().skip(1).forEach(failure::addSuppressed);
        throw failure;
    }

    /**
     * Loads a binding that calls the C library. By name and not by {@code new}, because what the
     * binding needs (JNA, the JDK's API) may be missing.
     */
    private static Syscalls load(String name) {
        String className = name.equals(FFM) ? "FfmSyscalls" : "JnaSyscalls";
        try {
            return (Syscalls)
                    Class.forName(Bindings.class.getPackageName() + "." + className)
                            .getDeclaredConstructor()
                            .newInstance();
        } catch (VirtualMachineError e) {
            throw e;
        } catch (InvocationTargetException | ExceptionInInitializerError e) {
            throw failure(name, e.getCause());
        } catch (ReflectiveOperationException | Error e) {
            // Not LinkageError alone: JNA throws a plain Error when it finds another version's
            // library.
            throw failure(name, e);
        }
    }

    /** The exception for a binding that did not load. */
    static UnsupportedOperationException failure(String name, Throwable cause) {
        return new UnsupportedOperationException(
                name + ": " + remedy(name, cause) + " (" + cause + ")", cause);
    }

    private static String remedy(String name, Throwable cause) {
        boolean ffm = name.equals(FFM);
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof IllegalCallerException) {
                return "native access is denied: run with --enable-native-access="
                        + (ffm ? ModuleName.of(Bindings.class) : ModuleName.of(JNA_CLASS));
            }
        }
        if (ffm) {
            return cause instanceof ClassNotFoundException
                    ? "its class is in META-INF/versions/22 of the jar: keep the jar whole, and"
                            + " Multi-Release: true in the manifest when it is repackaged"
                    : "the JDK's foreign-function API does not work here";
        }
        String orFfm = ", or use JDK " + FFM_SINCE + " or later, which needs no library";
        if (cause instanceof NoClassDefFoundError
                && cause.getCause() instanceof ClassNotFoundException) {
            return (Bindings.class.getModule().isNamed()
                            ? "JNA is not among the modules: add net.java.dev.jna:jna and"
                                    + " --add-modules com.sun.jna"
                            : "JNA is not on the class path: add net.java.dev.jna:jna")
                    + orFfm;
        }
        return "JNA's own library did not load: if the temporary folder is mounted noexec, point"
                + " -Djna.tmpdir to one that is not"
                + orFfm;
    }
}
