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

import io.netty.channel.IoHandle;
import io.netty.channel.unix.FileDescriptor;

/**
 * A descriptor that a {@link GoPollIoHandler} watches: GoPoll's channels, and whatever else a user
 * registers with {@link io.netty.channel.IoEventLoop#register}: a pipe, an eventfd, a timerfd. The
 * descriptor must be non-blocking.
 *
 * <p>{@link io.netty.channel.IoRegistration#submit} with {@link GoPollIoOps} asks to be called once
 * when the side named is ready; {@link #handle} is then called on the event loop with a {@link
 * GoPollIoEvent}, and has to do its I/O until that would block before it submits again. The first
 * submit adds the descriptor to the poller.
 */
@SuppressWarnings("try") // IoHandle.close() may throw anything
public interface GoPollIoHandle extends IoHandle {

    /**
     * The descriptor to watch. Only its number and whether it is open are asked.
     *
     * @return the same one each time
     */
    FileDescriptor fd();
}
