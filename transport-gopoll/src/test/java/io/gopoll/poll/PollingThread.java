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
package io.gopoll.poll;

/** A thread that polls and resumes, as a loop does. */
final class PollingThread {

    private final NetPoller poller;
    private final Thread thread = new Thread(this::run, "polling");
    private volatile boolean stopped;
    private volatile Throwable failure;

    PollingThread(NetPoller poller) {
        this.poller = poller;
        thread.start();
    }

    private void run() {
        try {
            while (!stopped) {
                ReadyList ready = poller.poll(-1);
                for (int i = 0; i < ready.size(); i++) {
                    ready.get(i).resume();
                }
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    /** Fails if polling has failed. */
    void stop() throws InterruptedException {
        stopped = true;
        poller.wakeup();
        thread.join(20_000);
        if (failure != null || thread.isAlive()) {
            throw new AssertionError("the polling thread failed or hangs", failure);
        }
    }
}
