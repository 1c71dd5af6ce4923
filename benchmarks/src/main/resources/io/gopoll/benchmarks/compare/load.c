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

/*
 * The load generator: one thread, one edge-triggered epoll instance, no allocation while it runs, so
 * that on a core of its own it is faster than any server it drives. JavaLoad speaks the same command
 * line and the same answers, for machines without a C compiler and for TLS.
 *
 *   load network=tcp address=127.0.0.1:8080 connections=64 request=http responseBytes=83 seconds=3
 *
 * network=tcp|udp|unix  address=HOST:PORT or a path  connections=N  idle=N: opened and left alone
 * request=http|bytes  requestBytes=N  responseBytes=N  pipeline=N requests sent at once
 * churn=1: a new connection for each exchange  ramp=S  seconds=S: what is measured, after the ramp
 * rate=N exchanges a second, 0 for as many as there can be  pid=N: whose CPU time is asked for
 *
 * It says "connected", waits for a line, starts, says "begin" where what is measured begins, and in
 * the end one line of JSON. Latency at a fixed rate counts from when a request was due, not from when
 * it was sent, and requests that are due and unanswered in the end count with their age: a server
 * that stops for a second pays for every request of that second. Those that were due in the ramp are
 * not among them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define HTTP_REQUEST "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define HTTP_OK "HTTP/1.1 200 OK\r\n"
#define SECOND 1000000000.0
#define PATIENCE 10 /* seconds to wait for a first exchange */
#define EVENTS 512

struct connection {
    int fd;
    bool busy;
    size_t sent;
    size_t received;
    uint64_t due;  /* when the exchange in progress was due, ns */
    uint64_t next; /* when the next one is, at a fixed rate */
};

static const char *network = "tcp";
static struct sockaddr_storage server;
static socklen_t server_length;
static size_t connections = 1, idle, pipeline = 1, request_bytes, response_bytes;
static bool http, churn;
static double seconds = 1, ramp = 0.3, rate;
static pid_t server_pid;

static char *request;
static size_t request_length, response_length;
static char answer[256 * 1024];
static int epoll_fd;
static uint64_t begin; /* when what is measured begins, ns */
static uint64_t interval; /* between two exchanges of one connection, ns; 0 without a fixed rate */

static bool measuring, ended;
static uint64_t total, measured;

/* Counts by the highest eight bits of a latency: less than 0.4 % away. */
static uint64_t histogram[64 * 128];

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(1);
}

static uint64_t nanos(clockid_t clock) {
    struct timespec t;
    if (clock_gettime(clock, &t) < 0) {
        fail("clock_gettime: %s", strerror(errno));
    }
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static uint64_t now(void) {
    return nanos(CLOCK_MONOTONIC);
}

/* User and system, ended threads included. */
static uint64_t server_cpu(void) {
    clockid_t clock;
    if (server_pid == 0) {
        return 0;
    }
    if (clock_getcpuclockid(server_pid, &clock) != 0) {
        fail("process %d has ended", server_pid);
    }
    return nanos(clock);
}

/* Those that were due before what is measured began are not counted: a rest of the ramp. */
static void record(uint64_t due, uint64_t time) {
    if (interval != 0 && due < begin) {
        return;
    }
    uint64_t latency = time - due;
    int shift = 0;
    while (latency >> shift > 255) {
        shift++;
    }
    histogram[shift * 128 + (latency >> shift)]++;
}

static void print_histogram(void) {
    const char *comma = "";
    for (size_t i = 0; i < sizeof histogram / sizeof *histogram; i++) {
        if (histogram[i] != 0) {
            int shift = i < 256 ? 0 : i / 128 - 1;
            uint64_t middle = ((i - shift * 128ull) << shift) + ((1ull << shift) >> 1);
            printf("%s[%llu,%llu]", comma, (unsigned long long)middle,
                   (unsigned long long)histogram[i]);
            comma = ",";
        }
    }
}

/* Loopback connects at once, so this may as well block. */
static int open_connection(void) {
    static uint32_t turn;
    int one = 1;
    int type = strcmp(network, "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM;
    int fd = socket(server.ss_family, type | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        fail("socket: %s; raise the limit of open files (ulimit -n)", strerror(errno));
    }
    if (strcmp(network, "tcp") == 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        /* Many source addresses: one has no more than some 28,000 ports, and each is out of use
         * for a while after a close. */
        struct sockaddr_in source = {.sin_family = AF_INET};
        if ((ntohl(((struct sockaddr_in *)&server)->sin_addr.s_addr) >> 24) == 127) {
            source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + turn++ % 200);
            setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
            if (bind(fd, (struct sockaddr *)&source, sizeof source) < 0) {
                fail("bind: %s", strerror(errno));
            }
        }
    }
    if (connect(fd, (struct sockaddr *)&server, server_length) < 0) {
        fail("connect: %s", strerror(errno));
    }
    return fd;
}

static void watch(struct connection *c) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event) < 0) {
        fail("epoll_ctl: %s", strerror(errno));
    }
}

static void send_rest(struct connection *c) {
    while (c->sent < request_length) {
        ssize_t n = send(c->fd, request + c->sent, request_length - c->sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) {
            if (errno == EAGAIN) {
                return;
            }
            fail("send: %s", strerror(errno));
        }
        c->sent += n;
    }
}

static void start(struct connection *c, uint64_t due) {
    c->busy = true;
    c->due = due;
    c->sent = 0;
    c->received = 0;
    if (churn) {
        c->fd = open_connection();
    }
    send_rest(c); /* before it is watched: the first event is then the answer */
    if (churn) {
        watch(c);
    }
}

static void start_if_due(struct connection *c, uint64_t time) {
    if (!c->busy && c->next <= time) {
        uint64_t due = c->next;
        c->next += interval;
        start(c, due);
    }
}

static void complete(struct connection *c) {
    if (ended) {
        c->busy = false;
        return;
    }
    uint64_t time = now();
    total++;
    if (measuring) {
        measured++;
        record(c->due, time);
    }
    c->busy = false;
    if (churn) {
        close(c->fd);
    }
    if (interval == 0) {
        start(c, time);
    } else {
        start_if_due(c, time);
    }
}

static void receive(struct connection *c) {
    for (;;) {
        ssize_t n = recv(c->fd, answer, sizeof answer, MSG_DONTWAIT);
        if (n < 0) {
            if (errno == EAGAIN) {
                return;
            }
            fail("recv: %s", strerror(errno));
        }
        if (n == 0) {
            fail("the server closed a connection");
        }
        c->received += n;
        if (c->received > response_length) {
            fail("an answer of more than %zu bytes", response_length);
        }
        if (c->received == response_length) {
            complete(c);
            return; /* all that was asked for is here, and of a new exchange epoll will tell */
        }
        if ((size_t)n < sizeof answer && server.ss_family == AF_INET) {
            return; /* a short read has drained a TCP socket */
        }
    }
}

/* One exchange, looked at: whoever answers with an error is not measured. */
static void probe(void) {
    size_t sent = 0, received = 0;
    size_t length = request_length / pipeline;
    int fd = open_connection();
    struct timeval patience = {.tv_sec = PATIENCE};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (sent < length) {
        ssize_t n = send(fd, request + sent, length - sent, MSG_NOSIGNAL);
        if (n < 0) {
            fail("send: %s", strerror(errno));
        }
        sent += n;
    }
    while (received < response_bytes) {
        ssize_t n = recv(fd, answer, sizeof answer, 0);
        if (n <= 0) {
            fail("the first answer ended after %zu of %zu bytes: %s", received, response_bytes,
                 n == 0 ? "closed" : strerror(errno));
        }
        if (http && received == 0 && memcmp(answer, HTTP_OK, sizeof HTTP_OK - 1) != 0) {
            fail("the server answers %.40s", answer);
        }
        received += n;
    }
    if (received != response_bytes) {
        fail("the first answer has %zu bytes, not %zu", received, response_bytes);
    }
    close(fd);
}

static void handle(const struct epoll_event *event) {
    struct connection *c = event->data.ptr;
    if (c->busy && (event->events & EPOLLOUT) != 0) {
        send_rest(c);
    }
    if (event->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        receive(c);
    }
}

static bool any_busy(struct connection *all) {
    for (size_t i = 0; i < connections; i++) {
        if (all[i].busy) {
            return true;
        }
    }
    return false;
}

/* Those that are on their way when all is measured: whoever misses one has waited for nothing. */
static void await_datagrams(struct connection *all) {
    ended = true;
    struct epoll_event events[EVENTS];
    uint64_t end = now() + PATIENCE * SECOND;
    while (any_busy(all)) {
        if (now() > end) {
            fail("a datagram was lost; fewer --connections need less of a receive buffer");
        }
        int n = epoll_wait(epoll_fd, events, EVENTS, 10);
        for (int i = 0; i < n; i++) {
            handle(&events[i]);
        }
    }
}

static void run(struct connection *all) {
    struct epoll_event events[EVENTS];
    bool may_spin = sysconf(_SC_NPROCESSORS_ONLN) > 1;
    uint64_t start_time = now();
    uint64_t end = 0;
    uint64_t cpu_before = 0, own_before = 0, time = start_time;
    begin = start_time + ramp * SECOND;
    size_t turn = 0; /* at a fixed rate connections become due one after the other */
    uint64_t turns = 0;
    for (size_t i = 0; i < connections; i++) {
        all[i].next = start_time + i * (interval / connections);
        if (interval == 0) {
            start(&all[i], start_time);
        }
    }
    while (!measuring || time < (measured == 0 ? end + PATIENCE * SECOND : end)) {
        if (!measuring && time >= begin) {
            begin = time; /* as late as it may be, on a busy machine */
            end = begin + seconds * SECOND;
            measuring = true;
            puts("begin");
            fflush(stdout);
            cpu_before = server_cpu();
            own_before = nanos(CLOCK_PROCESS_CPUTIME_ID);
        }
        while (interval != 0
               && start_time + turns * interval + turn * (interval / connections) <= time) {
            start_if_due(&all[turn], time);
            if (++turn == connections) {
                turn = 0;
                turns++;
            }
        }
        /* At a fixed rate this thread does not sleep: its own waking up would be in the latency. */
        int wait = interval == 0 ? 10 : may_spin ? 0 : 1;
        int n = epoll_wait(epoll_fd, events, EVENTS, wait);
        for (int i = 0; i < n; i++) {
            handle(&events[i]);
        }
        time = now();
    }
    uint64_t cpu = server_cpu() - cpu_before;
    uint64_t own = nanos(CLOCK_PROCESS_CPUTIME_ID) - own_before;
    for (size_t i = 0; interval != 0 && i < connections; i++) {
        if (all[i].busy) {
            record(all[i].due, time);
        }
        for (; all[i].next < time; all[i].next += interval) {
            record(all[i].next, time);
        }
    }
    if (strcmp(network, "udp") == 0) {
        await_datagrams(all);
    }
    printf("{\"exchanges\":%llu,\"total\":%llu,\"nanos\":%llu,\"serverCpuNanos\":%llu,"
           "\"loadCpuNanos\":%llu,\"histogram\":[",
           (unsigned long long)measured, (unsigned long long)total,
           (unsigned long long)(time - begin), (unsigned long long)cpu, (unsigned long long)own);
    print_histogram();
    puts("]}");
    fflush(stdout);
}

static void parse_address(const char *text) {
    if (strcmp(network, "unix") == 0) {
        struct sockaddr_un *un = (struct sockaddr_un *)&server;
        un->sun_family = AF_UNIX;
        if (strlen(text) >= sizeof un->sun_path) {
            fail("address=%s is too long a path", text);
        }
        strcpy(un->sun_path, text);
        server_length = sizeof *un;
        return;
    }
    char host[64];
    int port;
    struct sockaddr_in *in = (struct sockaddr_in *)&server;
    if (sscanf(text, "%63[^:]:%d", host, &port) != 2
        || inet_pton(AF_INET, host, &in->sin_addr) != 1) {
        fail("address=%s is not IPV4:PORT", text);
    }
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    server_length = sizeof *in;
}

static void parse(int count, char **arguments) {
    const char *address = NULL;
    for (int i = 1; i < count; i++) {
        char *value = strchr(arguments[i], '=');
        if (value == NULL) {
            fail("%s is not key=value", arguments[i]);
        }
        *value++ = 0;
        const char *key = arguments[i];
        if (strcmp(key, "network") == 0) {
            network = value;
        } else if (strcmp(key, "address") == 0) {
            address = value;
        } else if (strcmp(key, "connections") == 0) {
            connections = strtoul(value, NULL, 10);
        } else if (strcmp(key, "idle") == 0) {
            idle = strtoul(value, NULL, 10);
        } else if (strcmp(key, "request") == 0) {
            http = strcmp(value, "http") == 0;
        } else if (strcmp(key, "requestBytes") == 0) {
            request_bytes = strtoul(value, NULL, 10);
        } else if (strcmp(key, "responseBytes") == 0) {
            response_bytes = strtoul(value, NULL, 10);
        } else if (strcmp(key, "pipeline") == 0) {
            pipeline = strtoul(value, NULL, 10);
        } else if (strcmp(key, "churn") == 0) {
            churn = strcmp(value, "1") == 0;
        } else if (strcmp(key, "seconds") == 0) {
            seconds = strtod(value, NULL);
        } else if (strcmp(key, "ramp") == 0) {
            ramp = strtod(value, NULL);
        } else if (strcmp(key, "rate") == 0) {
            rate = strtod(value, NULL);
        } else if (strcmp(key, "pid") == 0) {
            server_pid = strtol(value, NULL, 10);
        } else {
            fail("%s is not known", key);
        }
    }
    if (address == NULL || connections == 0 || pipeline == 0 || response_bytes == 0) {
        fail("address, connections, pipeline and responseBytes must be given and more than 0");
    }
    parse_address(address);
}

int main(int count, char **arguments) {
    parse(count, arguments);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    size_t one = http ? strlen(HTTP_REQUEST) : request_bytes;
    request_length = one * pipeline;
    response_length = response_bytes * pipeline;
    request = malloc(request_length);
    struct connection *all = calloc(connections, sizeof *all);
    if (request == NULL || all == NULL) {
        fail("out of memory");
    }
    for (size_t i = 0; i < request_length; i++) {
        request[i] = http ? HTTP_REQUEST[i % one] : (char)('a' + i % 26);
    }
    if (rate > 0) {
        interval = SECOND * connections / rate;
    }
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < idle; i++) {
        open_connection(); /* open until this process ends */
    }
    for (size_t i = 0; i < connections && !churn; i++) {
        all[i].fd = open_connection();
        watch(&all[i]);
    }
    probe(); /* now that it is answered, all before it have been accepted */
    puts("connected");
    fflush(stdout);
    for (int c = getchar(); c != '\n'; c = getchar()) {
        if (c == EOF) {
            return 0; /* whoever started it is gone */
        }
    }
    run(all);
    while (getchar() != EOF) {
        /* The connections are closed when whoever started it has looked at the server. */
    }
    return 0;
}
