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
package io.gopoll.channel.goroutine;

import io.gopoll.channel.buffer.Datagrams;
import io.gopoll.channel.buffer.Gathering;
import io.gopoll.channel.loop.Continuation;
import io.gopoll.channel.loop.Registration;
import io.gopoll.channel.loop.Registrations;
import io.gopoll.poll.NetPoller;
import io.gopoll.sched.Strand;
import io.netty.channel.IoHandle;

/** The descriptors of a goroutine loop, which others poll: it is woken for those that are ready. */
final class StrandRegistrations extends Registrations {

    private final StrandEventExecutor executor;
    private final Strand strand;
    private final LoopPoller poller;

    StrandRegistrations(StrandEventExecutor executor, Strand strand, LoopPoller poller) {
        super(null);
        this.executor = executor;
        this.strand = strand;
        this.poller = poller;
    }

    void burstBegins() {
        now = poller.now();
    }

    @Override
    protected Registration newRegistration(IoHandle handle) {
        return executor.newRegistration(handle);
    }

    @Override
    protected NetPoller poller() {
        return poller.poller;
    }

    @Override
    protected boolean inEventLoop() {
        return executor.inEventLoop();
    }

    @Override
    protected void execute(Runnable task) {
        executor.execute(task);
    }

    @Override
    protected void resume(Continuation side) {
        push(side);
        executor.wake();
    }

    @Override
    protected boolean isOnlyPoller() {
        return false;
    }

    @Override
    public boolean isAlone() {
        return strand.isAlone();
    }

    @Override
    public Gathering gathering() {
        return poller.gathering();
    }

    @Override
    public void giveBack(Gathering gathering) {
        poller.giveBack(gathering);
    }

    @Override
    public Datagrams datagrams() {
        return poller.datagrams();
    }

    @Override
    public void giveBack(Datagrams datagrams) {
        poller.giveBack(datagrams);
    }
}
