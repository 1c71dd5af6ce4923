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

import static io.gopoll.sys.Constants.EPOLLERR;
import static io.gopoll.sys.Constants.EPOLLET;
import static io.gopoll.sys.Constants.EPOLLHUP;
import static io.gopoll.sys.Constants.EPOLLIN;
import static io.gopoll.sys.Constants.EPOLLOUT;
import static io.gopoll.sys.Constants.EPOLL_CTL_ADD;
import static io.gopoll.sys.Constants.EPOLL_CTL_DEL;
import static io.gopoll.sys.Constants.EPOLL_CTL_MOD;

import io.gopoll.sys.Errno;
import io.gopoll.sys.RawMemory;
import io.gopoll.sys.SimulatedSyscalls;
import java.util.ArrayList;
import java.util.List;

/** An epoll instance, as fs/eventpoll.c has it. */
final class Epoll extends OpenFile {

    private static final int SIZE = SimulatedSyscalls.epollEventSize();
    private static final int DATA = SimulatedSyscalls.epollDataOffset();

    private final Kernel kernel;

    private final List<Watch> watches = new ArrayList<>();

    /** The list of those that were woken, in the order of the first wake. */
    private final List<Watch> ready = new ArrayList<>();

    Epoll(Kernel kernel) {
        this.kernel = kernel;
    }

    /** A file under a number: struct epitem. */
    final class Watch {
        final OpenFile file;
        final int fd;
        private int events;
        private long data;
        private boolean ready;

        Watch(OpenFile file, int fd) {
            this.file = file;
            this.fd = fd;
        }

        private void set(int events, long data) {
            this.events = events | EPOLLERR | EPOLLHUP;
            this.data = data;
            if (holding() != 0) {
                makeReady();
            }
        }

        private int holding() {
            return file.poll() & events;
        }

        /** ep_poll_callback. */
        void wake(int woken) {
            if (woken == 0 || (woken & events) != 0) {
                makeReady();
            }
        }

        private void makeReady() {
            if (!ready) {
                ready = true;
                Epoll.this.ready.add(this);
            }
        }

        void end() {
            file.watches().remove(this);
            watches.remove(this);
            Epoll.this.ready.remove(this);
        }
    }

    @Override
    int poll() {
        return 0;
    }

    @Override
    void released() {
        for (Watch watch : List.copyOf(watches)) {
            watch.end();
        }
    }

    private Watch find(OpenFile file, int fd) {
        for (Watch watch : file.watches()) {
            if (watch.fd == fd && watches.contains(watch)) {
                return watch;
            }
        }
        return null;
    }

    int control(int op, OpenFile file, int fd, long event) {
        if (!file.isPollable()) {
            return -Errno.EPERM;
        }
        if (file == this) {
            return -Errno.EINVAL;
        }
        Watch watch = find(file, fd);
        switch (op) {
            case EPOLL_CTL_ADD:
                if (watch != null) {
                    return -Errno.EEXIST;
                }
                watch = new Watch(file, fd);
                watches.add(watch);
                // The newest stands first in a wait queue.
                file.watches().add(0, watch);
                break;
            case EPOLL_CTL_MOD:
                if (watch == null) {
                    return -Errno.ENOENT;
                }
                break;
            case EPOLL_CTL_DEL:
                if (watch == null) {
                    return -Errno.ENOENT;
                }
                watch.end();
                return 0;
            default:
                return -Errno.EINVAL;
        }
        watch.set(RawMemory.getInt(event), RawMemory.getLong(event + DATA));
        return 0;
    }

    /**
     * Gives what is ready.
     *
     * @param late how many may come with the next call instead, as far as one is left
     */
    int take(long address, int max, int late) {
        int n = 0;
        int count = ready.size();
        for (int i = 0, at = 0; i < count && n < max; i++) {
            Watch watch = ready.get(at);
            int holding = watch.holding();
            if (holding != 0 && late > 0 && n > 0) {
                late--;
                at++;
                continue;
            }
            ready.remove(at);
            watch.ready = false;
            if (holding == 0) {
                continue;
            }
            put(address + (long) n++ * SIZE, holding, watch.data);
            if ((watch.events & EPOLLET) == 0) {
                watch.makeReady();
            }
        }
        return n;
    }

    /** One of those that are watched, once more or for nothing: it has not been woken. */
    int repeat(long address, Chance chance) {
        if (watches.isEmpty()) {
            return 0;
        }
        Watch watch = watches.get(chance.below(watches.size()));
        if (watch.file instanceof EventFd) {
            return 0;
        }
        int holding = watch.holding();
        if (holding == 0) {
            holding = watch.events & (EPOLLIN | EPOLLOUT);
        }
        put(address, holding, watch.data);
        return 1;
    }

    private static void put(long address, int events, long data) {
        RawMemory.putInt(address, events);
        RawMemory.putLong(address + DATA, data);
    }

    boolean isAnyReady() {
        for (Watch watch : ready) {
            if (watch.holding() != 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return "Epoll of " + kernel;
    }
}
