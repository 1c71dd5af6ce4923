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
package io.gopoll.channel.loop;

import io.gopoll.channel.buffer.Datagrams;
import io.gopoll.channel.buffer.Gathering;
import io.netty.util.concurrent.ThreadAwareExecutor;

/** The descriptors of a loop that has a thread, and polls itself. */
public abstract class ThreadRegistrations extends Registrations {

    private final ThreadAwareExecutor executor;
    private final Gathering gathering = new Gathering();

    /** Null until the first datagram. */
    private Datagrams datagrams;

    protected ThreadRegistrations(ThreadAwareExecutor executor) {
        super(LateFlushes.ifAskedFor());
        this.executor = executor;
    }

    /** Ends the poll, if the thread is in one. */
    protected abstract void wakeup();

    @Override
    public final boolean inEventLoop() {
        return executor.isExecutorThread(Thread.currentThread());
    }

    @Override
    protected final void execute(Runnable task) {
        executor.execute(task);
    }

    /** By a deadline or a close; the loop delivers what its own poll finds. */
    @Override
    protected final void resume(Continuation side) {
        if (inEventLoop()) {
            side.queueResumed();
        } else {
            push(side);
            wakeup();
        }
    }

    @Override
    protected final boolean isOnlyPoller() {
        return true;
    }

    @Override
    public final boolean isAlone() {
        return false;
    }

    @Override
    public final Gathering gathering() {
        return gathering;
    }

    @Override
    public final void giveBack(Gathering lent) {}

    @Override
    public final Datagrams datagrams() {
        if (datagrams == null) {
            datagrams = new Datagrams();
        }
        return datagrams;
    }

    @Override
    public final void giveBack(Datagrams lent) {}
}
