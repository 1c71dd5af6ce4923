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
package io.gopoll.faults;

import static io.gopoll.faults.Exercise.BIND;
import static io.gopoll.faults.Exercise.BIND_UNIX;
import static io.gopoll.faults.Exercise.CONNECTIONS;
import static io.gopoll.faults.Exercise.ECHO;
import static io.gopoll.faults.Exercise.FILE;
import static io.gopoll.faults.Exercise.GATHER;
import static io.gopoll.faults.Exercise.HALF;
import static io.gopoll.faults.Exercise.OPEN_LOOP;
import static io.gopoll.faults.Exercise.PASS;
import static io.gopoll.faults.Exercise.PROXY_CONNECTIONS;
import static io.gopoll.faults.Exercise.RELAY;
import static io.gopoll.faults.Exercise.SPLICE;
import static io.gopoll.faults.Exercise.SPLICE_CONNECTIONS;
import static io.gopoll.faults.Exercise.UDP;
import static io.gopoll.faults.Exercise.UDP_MANY;
import static io.gopoll.faults.Exercise.UNIX;
import static io.gopoll.faults.Exercise.UNIX_CONNECTIONS;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * A system call, what makes the server do it, and what it can fail of by the manual.
 *
 * <p>strace does not run a call that it tampers with. So what says that an edge is to come (EAGAIN
 * of all but an eventfd, EINTR of connect) is left out, for no edge would come; and so is a length
 * that claims what was not done.
 *
 * @param calls names by which strace knows it, divided by commas
 * @param errnos what it can fail of
 * @param results what else it may return: 0, mostly, for the end
 */
record Row(String calls, Exercise exercise, List<String> errnos, List<Integer> results) {

    private static final List<String> TCP =
            List.of("ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "ENOMEM", "ENOBUFS", "EINTR");
    private static final List<String> TCP_WRITE = plus(TCP, "EPIPE", "EPERM");
    private static final List<String> DATAGRAM =
            List.of("ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOMEM", "EINTR");
    private static final List<String> DATAGRAM_SEND =
            plus(DATAGRAM, "ENOBUFS", "EPERM", "EACCES", "EMSGSIZE", "ENETDOWN", "EINVAL");
    private static final List<String> DESCRIPTORS = List.of("EMFILE", "ENFILE");
    private static final List<String> ADDRESS = List.of("ENOBUFS", "ENOTCONN");

    static final List<Row> ALL =
            List.of(
                    of("recvfrom", ECHO, TCP, 0),
                    of("recvfrom", UNIX, List.of("ECONNRESET", "ENOMEM", "EINTR"), 0),
                    of("sendto", ECHO, TCP_WRITE),
                    of(
                            "sendto",
                            UNIX,
                            List.of("EPIPE", "ECONNRESET", "ENOBUFS", "ENOMEM", "EINTR")),
                    of("writev", GATHER, plus(TCP_WRITE, "EIO")),
                    of("sendfile", FILE, plus(TCP_WRITE, "EIO", "EINVAL", "EOVERFLOW"), 0),
                    of(
                            "splice",
                            SPLICE,
                            List.of("ECONNRESET", "EPIPE", "ENOMEM", "EINVAL", "EINTR"),
                            0),
                    of("pipe2", SPLICE_CONNECTIONS, DESCRIPTORS),
                    of("recvmsg", UDP, DATAGRAM),
                    of("sendmsg", UDP, DATAGRAM_SEND),
                    of("recvmmsg", UDP_MANY, DATAGRAM),
                    of("sendmmsg", UDP_MANY, DATAGRAM_SEND),
                    of("recvmsg", PASS, List.of("ECONNRESET", "ENOMEM", "EINTR"), 0),
                    of(
                            "sendmsg",
                            PASS,
                            List.of("EPIPE", "ECONNRESET", "ETOOMANYREFS", "EBADF", "EINTR")),
                    of(
                            "accept4",
                            CONNECTIONS,
                            List.of(
                                    "ECONNABORTED",
                                    "EMFILE",
                                    "ENFILE",
                                    "ENOBUFS",
                                    "ENOMEM",
                                    "EPERM",
                                    "EPROTO",
                                    "ENETDOWN",
                                    "ENOPROTOOPT",
                                    "EHOSTDOWN",
                                    "ENONET",
                                    "EHOSTUNREACH",
                                    "EOPNOTSUPP",
                                    "ENETUNREACH",
                                    "ETIMEDOUT",
                                    "EINTR")),
                    of("accept4", UNIX_CONNECTIONS, List.of("EMFILE", "ECONNABORTED", "EINTR")),
                    of(
                            "socket",
                            PROXY_CONNECTIONS,
                            plus(
                                    DESCRIPTORS,
                                    "ENOBUFS",
                                    "ENOMEM",
                                    "EACCES",
                                    "EAFNOSUPPORT",
                                    "EPROTONOSUPPORT")),
                    of(
                            "connect",
                            PROXY_CONNECTIONS,
                            List.of(
                                    "ECONNREFUSED",
                                    "ETIMEDOUT",
                                    "ENETUNREACH",
                                    "EHOSTUNREACH",
                                    "EADDRNOTAVAIL",
                                    "EADDRINUSE",
                                    "EACCES",
                                    "EPERM",
                                    "ECONNRESET",
                                    "EAFNOSUPPORT",
                                    "ENOBUFS")),
                    of("shutdown", HALF, List.of("ENOTCONN", "ENOBUFS")),
                    of("close", CONNECTIONS, List.of("EINTR", "EIO", "ENOSPC", "EDQUOT")),
                    of(
                            "setsockopt",
                            CONNECTIONS,
                            List.of("ENOPROTOOPT", "EINVAL", "ENOMEM", "ENOBUFS", "EPERM")),
                    of("getsockopt", PASS, List.of("ENOPROTOOPT", "ENOBUFS")),
                    of("getsockname", CONNECTIONS, ADDRESS),
                    of("getpeername", UNIX_CONNECTIONS, ADDRESS),
                    of("bind", BIND, List.of("EADDRINUSE", "EADDRNOTAVAIL", "EACCES", "EINVAL")),
                    of(
                            "bind",
                            BIND_UNIX,
                            List.of("EADDRINUSE", "EACCES", "ENOENT", "ENOMEM", "EROFS")),
                    of("listen", BIND, List.of("EADDRINUSE", "EOPNOTSUPP", "EACCES")),
                    of("statx", BIND_UNIX, List.of("ENOENT", "EACCES", "ENOMEM", "ENOSYS")),
                    of("unlinkat", BIND_UNIX, List.of("ENOENT", "EACCES", "EBUSY", "EIO", "EROFS")),
                    of("fcntl", PASS, List.of("EACCES", "EINVAL", "EPERM")),
                    of("epoll_create1", OPEN_LOOP, plus(DESCRIPTORS, "ENOMEM")),
                    of("eventfd2", OPEN_LOOP, plus(DESCRIPTORS, "ENOMEM", "ENODEV")),
                    of("epoll_ctl", OPEN_LOOP, List.of("ENOMEM", "ENOSPC")),
                    of("epoll_ctl", CONNECTIONS, List.of("ENOMEM", "ENOSPC", "EEXIST", "EPERM")),
                    of("epoll_ctl", PROXY_CONNECTIONS, List.of("ENOMEM", "ENOSPC")),
                    of(
                            "?epoll_wait,?epoll_pwait,epoll_pwait2",
                            ECHO,
                            List.of("EINTR", "EBADF", "EINVAL", "EFAULT"),
                            0),
                    of("ppoll", ECHO, List.of("EINTR", "ENOMEM", "EINVAL", "EFAULT"), 0),
                    of("read", RELAY, List.of("EAGAIN", "EINTR", "EIO")),
                    of("write", RELAY, List.of("EAGAIN", "EINTR", "EIO", "EINVAL")));

    private static List<String> plus(List<String> some, String... others) {
        return Stream.concat(some.stream(), Stream.of(others)).toList();
    }

    private static Row of(
            String calls, Exercise exercise, List<String> errnos, Integer... results) {
        return new Row(calls, exercise, errnos, List.of(results));
    }

    /** Whether the poller of this mode makes such calls. */
    boolean isIn(Setup.Mode mode) {
        boolean ofPoll = calls.equals("ppoll") || calls.equals("read");
        boolean ofBoth = calls.equals("write") || calls.equals("eventfd2");
        return mode == Setup.Mode.LOOP_POLL ? ofPoll || ofBoth : !ofPoll;
    }

    /** Whether the JVM makes such calls for itself. */
    boolean isOfJvmToo() {
        return List.of("read", "write", "close", "fcntl", "statx", "unlinkat").contains(calls);
    }

    /** As people write it. */
    String name() {
        return calls.contains("epoll_wait") ? "epoll_wait" : calls;
    }

    List<Fault> faults() {
        List<Fault> faults = new ArrayList<>();
        for (Fault.When when : Fault.When.values()) {
            errnos.forEach(errno -> faults.add(new Fault(this, "error=" + errno, when)));
            results.forEach(result -> faults.add(new Fault(this, "retval=" + result, when)));
            faults.add(new Fault(this, "delay_enter=" + Fault.DELAY_MICROS, when));
        }
        return Collections.unmodifiableList(faults);
    }
}
