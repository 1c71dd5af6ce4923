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

import com.sun.jna.Pointer;
import java.io.FileDescriptor;
import java.lang.reflect.Field;
import java.nio.channels.FileChannel;

/**
 * The descriptor behind a {@link FileChannel}, which sendfile(2) needs and the JDK does not give.
 * It is read from the JDK's own field: by reflection where {@code java.base/sun.nio.ch} and {@code
 * java.base/java.io} are open to GoPoll, else by JNI, which needs no such permission, through JNA.
 */
public final class FileChannels {

    private static final String JDK_CLASS = "sun.nio.ch.FileChannelImpl";

    /** Where there is no way. */
    private static final Reader NONE = channel -> -1;

    /**
     * The one way that works here. Null until the first use; not set by an initializer of a class,
     * which would fail for ever if memory was used up at that time.
     */
    private static volatile Reader reader;

    interface Reader {
        int fd(FileChannel channel) throws ReflectiveOperationException;
    }

    private FileChannels() {}

    /** If two threads look at once, both find the same. */
    private static Reader find() {
        try {
            return new ByReflection();
        } catch (ReflectiveOperationException | RuntimeException notOpen) {
            return byJni();
        }
    }

    private static Reader byJni() {
        ByJna jna;
        try {
            jna = new ByJna();
        } catch (LinkageError | RuntimeException noJna) {
            return NONE;
        }
        try {
            return Stubs.jni() == 0 ? jna : new ByStub(jna);
        } catch (LinkageError refused) {
            return jna;
        }
    }

    /**
     * The channel's descriptor, or -1 if it cannot be found out. Valid while the channel is open.
     */
    public static int fd(FileChannel channel) {
        if (!channel.getClass().getName().equals(JDK_CLASS)) {
            return -1;
        }
        Reader r = reader;
        if (r == null) {
            r = find();
            reader = r;
        }
        try {
            return r.fd(channel);
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

    /** By JNI, called through JNA. */
    static final class ByJna implements Reader {
        private final JniFunction getObjectField = new JniFunction(JniFunction.GET_OBJECT_FIELD);
        private final JniFunction getIntField = new JniFunction(JniFunction.GET_INT_FIELD);
        private final Pointer channelFd;
        private final Pointer fd;

        ByJna() {
            JniFunction getFieldId = new JniFunction(JniFunction.GET_FIELD_ID);
            Class<?> channel;
            try {
                channel = Class.forName(JDK_CLASS);
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
            channelFd = getFieldId.invoke(Pointer.class, channel, "fd", "Ljava/io/FileDescriptor;");
            fd = getFieldId.invoke(Pointer.class, FileDescriptor.class, "fd", "I");
        }

        @Override
        public int fd(FileChannel channel) {
            Object descriptor = getObjectField.invoke(Object.class, channel, channelFd);
            return getIntField.invoke(Integer.class, descriptor, fd);
        }
    }

    /** By the same functions of JNI, called through {@link Stubs#jni}, which allocates nothing. */
    static final class ByStub implements Reader {
        static {
            String arguments = "(Ljava/lang/Object;JJ)";
            JniFunction.register(
                    ByStub.class, "objectField", arguments + "Ljava/lang/Object;", Stubs.jni());
            JniFunction.register(ByStub.class, "intField", arguments + "I", Stubs.jni());
        }

        private final long getObjectField;
        private final long getIntField;
        private final long channelFd;
        private final long fd;

        ByStub(ByJna jna) {
            getObjectField = jna.getObjectField.address();
            getIntField = jna.getIntField.address();
            channelFd = Pointer.nativeValue(jna.channelFd);
            fd = Pointer.nativeValue(jna.fd);
        }

        private static native Object objectField(Object object, long field, long function);

        private static native int intField(Object object, long field, long function);

        @Override
        public int fd(FileChannel channel) {
            Object descriptor = objectField(channel, channelFd, getObjectField);
            return intField(descriptor, fd, getIntField);
        }
    }
}
