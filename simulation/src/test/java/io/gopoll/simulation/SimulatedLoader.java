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

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.BiFunction;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Loads GoPoll's classes once more, with the kernel's time in the place of the system's, and with
 * other code in the place of some. So one JVM can run GoPoll as it is and changed.
 */
final class SimulatedLoader extends ClassLoader {

    private static final String PREFIX = "io.gopoll.";
    private static final String TIME = "io/gopoll/simulation/SimulatedTime";

    private final Map<String, byte[]> changed;

    SimulatedLoader() {
        this(Map.of());
    }

    /**
     * @param changed the code of classes, by name, that takes the place of GoPoll's own
     */
    SimulatedLoader(Map<String, byte[]> changed) {
        super(SimulatedLoader.class.getClassLoader());
        this.changed = changed;
    }

    /**
     * Runs seeds: a seed gives null, or what its program has found, and if it is to be shrunk the
     * shortest one that finds something.
     */
    @SuppressWarnings("unchecked")
    BiFunction<Long, Boolean, String> seeds() {
        try {
            return (BiFunction<Long, Boolean, String>)
                    loadClass(PREFIX + "simulation.Seeds").getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PREFIX)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] code = changed.get(name);
        if (code == null) {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                code = in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        if (!name.startsWith(PREFIX + "simulation.")) {
            code = withSimulatedTime(code);
        }
        return defineClass(name, code, 0, code.length);
    }

    private static byte[] withSimulatedTime(byte[] code) {
        ClassReader reader = new ClassReader(code);
        ClassWriter writer = new ClassWriter(reader, 0);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9, writer) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String type, String sign, String[] thrown) {
                        return new MethodVisitor(
                                api, super.visitMethod(access, name, type, sign, thrown)) {
                            @Override
                            public void visitMethodInsn(
                                    int op, String owner, String name, String type, boolean itf) {
                                boolean time =
                                        owner.equals("java/lang/System") && name.equals("nanoTime")
                                                || owner.equals("java/lang/Thread")
                                                        && name.equals("sleep");
                                super.visitMethodInsn(op, time ? TIME : owner, name, type, itf);
                            }
                        };
                    }
                },
                0);
        return writer.toByteArray();
    }
}
