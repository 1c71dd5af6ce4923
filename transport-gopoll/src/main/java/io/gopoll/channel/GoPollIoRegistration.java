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
package io.gopoll.channel;

import static io.netty.util.internal.ObjectUtil.checkNotNull;

import io.gopoll.channel.loop.Registration;
import io.gopoll.channel.loop.Registrations;
import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.StringUtil;
import org.jspecify.annotations.Nullable;

/** The registration of a {@link GoPollIoHandle}: what a loop does not know of it. */
final class GoPollIoRegistration extends Registration {

    /**
     * @throws IllegalArgumentException if the handle is none of GoPoll's
     */
    GoPollIoRegistration(Registrations loop, IoHandle handle) {
        super(loop, check(handle));
    }

    private static IoHandle check(IoHandle handle) {
        if (!(checkNotNull(handle, "handle") instanceof GoPollIoHandle)) {
            throw new IllegalArgumentException(
                    "IoHandle of type "
                            + StringUtil.simpleClassName(handle)
                            + " not supported (expected: GoPollIoHandle)");
        }
        return handle;
    }

    @Override
    public @Nullable Channel channel() {
        return handle instanceof AbstractGoPollChannel.AbstractGoPollUnsafe
                ? ((AbstractGoPollChannel.AbstractGoPollUnsafe) handle).channel()
                : null;
    }

    @Override
    protected FileDescriptor fd() {
        return ((GoPollIoHandle) handle).fd();
    }

    @Override
    protected int modes(IoOps ops) {
        if (!(ops instanceof GoPollIoOps)) {
            throw new IllegalArgumentException(
                    "IoOps of type "
                            + StringUtil.simpleClassName(ops)
                            + " not supported (expected: GoPollIoOps)");
        }
        return ((GoPollIoOps) ops).modes;
    }

    @Override
    protected IoEvent event(int mode) {
        return GoPollIoEvent.of(mode);
    }

    @Override
    protected void closeAtOnce() {
        ((AbstractGoPollChannel.AbstractGoPollUnsafe) handle).closeAtOnce();
    }
}
