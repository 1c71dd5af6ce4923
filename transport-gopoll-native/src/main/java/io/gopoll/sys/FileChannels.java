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

import com.sun.jna.Function;
import com.sun.jna.JNIEnv;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.FileDescriptor;
import java.lang.reflect.Field;
import java.nio.channels.FileChannel;
import java.util.Map;

/**
 * The descriptor behind a {@link FileChannel}, which sendfile(2) needs and the JDK does not tell.
 * It is read from the JDK's own field: by reflection where {@code java.base/sun.nio.ch} and {@code
 * java.base/java.io} are open to GoPoll, else by JNI through JNA, which asks nobody.
 */
public final class FileChannels {

    private static final String JDK_CLASS = "sun.nio.ch.FileChannelImpl";

    /** The one way that works here, found at the first use. */
    private static final class Way {
        static final Reader READER = find();

        private static Reader find() {
            try {
                return new ByReflection();
            } catch (ReflectiveOperationException | RuntimeException notOpen) {
                try {
                    return new ByJni();
                } catch (LinkageError | RuntimeException noJna) {
                    return null;
                }
            }
        }
    }

    private interface Reader {
        int fd(FileChannel channel) throws ReflectiveOperationException;
    }

    private FileChannels() {}

    /**
     * The channel's descriptor, or -1 if it cannot be found out. Valid while the channel is open.
     */
    public static int fd(FileChannel channel) {
        if (Way.READER == null || !channel.getClass().getName().equals(JDK_CLASS)) {
            return -1;
        }
        try {
            return Way.READER.fd(channel);
        } catch (ReflectiveOperationException e) {
            return -1;
        }
    }

    private static final class ByReflection implements Reader {
        private final Field channelFd;
        private final Field fd;

        ByReflection() throws ReflectiveOperationException {
            channelFd = Class.forName(JDK_CLASS).getDeclaredField("fd");
            channelFd.setAccessible(true);
            fd = FileDescriptor.class.getDeclaredField("fd");
            fd.setAccessible(true);
        }

        @Override
        public int fd(FileChannel channel) throws ReflectiveOperationException {
            return fd.getInt(channelFd.get(channel));
        }
    }

    /** Calls functions of the JNI environment by their place in its table, as C code does. */
    private static final class ByJni implements Reader {
        private static final int GET_FIELD_ID = 94;
        private static final int GET_OBJECT_FIELD = 95;
        private static final int GET_INT_FIELD = 100;

        private static final Map<String, Object> OBJECTS =
                Map.of(Library.OPTION_ALLOW_OBJECTS, Boolean.TRUE);

        private final Function getObjectField;
        private final Function getIntField;
        private final Pointer channelFd;
        private final Pointer fd;

        ByJni() {
            // labs(3) gives its argument back, and JNA hands in the address of the environment for
            // it.
            Function labs = Function.getFunction("c", "labs");
            long env = (Long) labs.invoke(Long.class, new Object[] {JNIEnv.CURRENT}, OBJECTS);
            Pointer table = new Pointer(env).getPointer(0);
            Function getFieldId = entry(table, GET_FIELD_ID);
            getObjectField = entry(table, GET_OBJECT_FIELD);
            getIntField = entry(table, GET_INT_FIELD);
            try {
                channelFd =
                        fieldId(getFieldId, Class.forName(JDK_CLASS), "Ljava/io/FileDescriptor;");
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
            fd = fieldId(getFieldId, FileDescriptor.class, "I");
        }

        private static Function entry(Pointer table, int index) {
            return Function.getFunction(table.getPointer((long) index * Native.POINTER_SIZE));
        }

        private static Pointer fieldId(Function getFieldId, Class<?> type, String signature) {
            Object[] arguments = {JNIEnv.CURRENT, type, "fd", signature};
            return (Pointer) getFieldId.invoke(Pointer.class, arguments, OBJECTS);
        }

        @Override
        public int fd(FileChannel channel) {
            Object[] ofChannel = {JNIEnv.CURRENT, channel, channelFd};
            Object descriptor = getObjectField.invoke(Object.class, ofChannel, OBJECTS);
            Object[] ofDescriptor = {JNIEnv.CURRENT, descriptor, fd};
            return (Integer) getIntField.invoke(Integer.class, ofDescriptor, OBJECTS);
        }
    }
}
