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
 * The limit: what a server costs that does nothing but the system calls. One thread, one
 * level-triggered epoll instance, a read and a write for each exchange.
 *
 *   server NETWORK SERVICE     NETWORK: tcp, udp, or a path; SERVICE: echo, http, download, upload
 *
 * It says "ready ADDRESS" (HOST:PORT, or the path) and ends when its standard input does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define EVENTS 512
#define BODY (4 * 1024 * 1024)
#define RESPONSE                                                                                   \
    "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 13\r\n\r\nHello, World!"

enum service { ECHO, HTTP, DOWNLOAD, UPLOAD };

struct connection {
    int fd;
    int blank; /* how much of the blank line that ends a request has been seen */
    size_t uploaded;
    size_t pending; /* still to be written */
    size_t held;    /* of it, what is not made up on the spot but kept: echo's own bytes */
    char *bytes;
};

static int epoll_fd;
static enum service service;
static char input[256 * 1024];
static char output[256 * 1024];

static void check(long result, const char *call) {
    if (result < 0) {
        perror(call);
        exit(1);
    }
}

static void interest(struct connection *c, int operation, int events) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    check(epoll_ctl(epoll_fd, operation, c->fd, &event), "epoll_ctl");
}

static void end(struct connection *c) {
    close(c->fd);
    free(c->bytes);
    free(c);
}

/* Writes from `output`, which repeats what is answered, or from the bytes kept. */
static bool write_pending(struct connection *c) {
    static const size_t unit = sizeof RESPONSE - 1;
    while (c->pending > 0) {
        size_t most = sizeof output / unit * unit;
        size_t skip = service == HTTP ? (unit - c->pending % unit) % unit : 0;
        const char *from = c->bytes != NULL ? c->bytes + (c->held - c->pending) : output + skip;
        size_t length = c->bytes != NULL || c->pending < most - skip ? c->pending : most - skip;
        ssize_t n = send(c->fd, from, length, MSG_NOSIGNAL);
        if (n < 0) {
            return errno == EAGAIN;
        }
        c->pending -= n;
    }
    free(c->bytes);
    c->bytes = NULL;
    return true;
}

static size_t requests_in(struct connection *c, const char *bytes, size_t length) {
    size_t requests = 0;
    for (size_t i = 0; i < length; i++) {
        char wanted = c->blank % 2 == 0 ? '\r' : '\n';
        c->blank = bytes[i] == wanted ? c->blank + 1 : bytes[i] == '\r';
        if (c->blank == 4) {
            c->blank = 0;
            requests++;
        }
    }
    return requests;
}

static bool echo(struct connection *c, size_t length) {
    ssize_t n = send(c->fd, input, length, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) {
        return false;
    }
    c->pending = length - (n < 0 ? 0 : n);
    if (c->pending > 0) {
        c->held = c->pending;
        c->bytes = malloc(c->held);
        memcpy(c->bytes, input + length - c->held, c->held);
    }
    return true;
}

static bool serve(struct connection *c, int events) {
    if (c->pending > 0) {
        if (!write_pending(c)) {
            return false;
        }
        if (c->pending == 0) {
            interest(c, EPOLL_CTL_MOD, EPOLLIN);
        }
        return true;
    }
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) {
        return true;
    }
    ssize_t n = recv(c->fd, input, sizeof input, 0);
    if (n <= 0) {
        return n < 0 && errno == EAGAIN;
    }
    bool open = true;
    switch (service) {
    case ECHO:
        open = echo(c, n);
        break;
    case HTTP:
        c->pending = requests_in(c, input, n) * (sizeof RESPONSE - 1);
        open = write_pending(c);
        break;
    case DOWNLOAD:
        c->pending = (size_t)n * BODY;
        open = write_pending(c);
        break;
    case UPLOAD:
        c->uploaded += n;
        c->pending = c->uploaded / BODY;
        c->uploaded %= BODY;
        open = write_pending(c);
        break;
    }
    if (open && c->pending > 0) {
        interest(c, EPOLL_CTL_MOD, EPOLLOUT);
    }
    return open;
}

static void accept_all(int listener, bool tcp) {
    for (;;) {
        int one = 1;
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno != EAGAIN && errno != ECONNABORTED) {
                perror("accept4");
                exit(1);
            }
            return;
        }
        if (tcp) {
            check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "setsockopt");
        }
        struct connection *c = calloc(1, sizeof *c);
        c->fd = fd;
        interest(c, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static void echo_datagrams(int fd) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    ssize_t n;
    while ((n = recvfrom(fd, input, sizeof input, 0, (struct sockaddr *)&peer, &length)) >= 0) {
        sendto(fd, input, n, 0, (struct sockaddr *)&peer, length);
        length = sizeof peer;
    }
}

int main(int count, char **arguments) {
    if (count != 3) {
        fputs("server tcp|udp|PATH echo|http|download|upload\n", stderr);
        return 2;
    }
    const char *network = arguments[1];
    bool udp = strcmp(network, "udp") == 0;
    bool tcp = strcmp(network, "tcp") == 0;
    static const char *const services[] = {"echo", "http", "download", "upload"};
    while (strcmp(arguments[2], services[service]) != 0) {
        if (++service > UPLOAD) {
            fputs("no such service\n", stderr);
            return 2;
        }
    }
    for (size_t i = 0; i < sizeof output; i++) {
        output[i] = service == HTTP ? RESPONSE[i % (sizeof RESPONSE - 1)] : 'x';
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    int one = 1;
    int listener = socket(tcp || udp ? AF_INET : AF_UNIX,
                          (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    check(listener, "socket");
    check(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), "setsockopt");
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    if (tcp || udp) {
        socklen_t length = sizeof in;
        check(bind(listener, (struct sockaddr *)&in, length), "bind");
        check(getsockname(listener, (struct sockaddr *)&in, &length), "getsockname");
    } else {
        snprintf(un.sun_path, sizeof un.sun_path, "%s", network);
        check(bind(listener, (struct sockaddr *)&un, sizeof un), "bind");
    }
    if (!udp) {
        check(listen(listener, 4096), "listen");
    }
    if (tcp || udp) {
        printf("ready 127.0.0.1:%d\n", ntohs(in.sin_port));
    } else {
        printf("ready %s\n", network);
    }
    fflush(stdout);

    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct connection standard_input = {.fd = STDIN_FILENO};
    struct connection door = {.fd = listener};
    interest(&standard_input, EPOLL_CTL_ADD, EPOLLIN);
    interest(&door, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(epoll_fd, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            if (c == &standard_input) {
                if (read(STDIN_FILENO, input, sizeof input) <= 0) {
                    return 0;
                }
            } else if (c == &door && udp) {
                echo_datagrams(listener);
            } else if (c == &door) {
                accept_all(listener, tcp);
            } else if (!serve(c, events[i].events)) {
                end(c);
            }
        }
    }
}
