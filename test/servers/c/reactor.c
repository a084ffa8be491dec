/*
 * The Reactor pattern over level-triggered epoll: the loop knows only handlers;
 * an acceptor is one, and makes a connection, another one, for each client.
 */
#include "zoo.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

struct handler {
    void (*ready)(struct handler *);
    int fd;
    short events;               /* what the reactor waits for; epoll's bits are poll's */
};

/* ---- the reactor --------------------------------------------------------------------- */

static int epfd;

static void change(int operation, struct handler *h)
{
    epoll_ctl(epfd, operation, h->fd, &(struct epoll_event){.events = h->events, .data.ptr = h});
}

static void reactor_add(struct handler *h, short events)
{
    h->events = events;
    change(EPOLL_CTL_ADD, h);
}

static void reactor_update(struct handler *h, short events)
{
    if (h->events == events)
        return;
    h->events = events;
    change(EPOLL_CTL_MOD, h);
}

static void reactor_remove(struct handler *h)
{
    change(EPOLL_CTL_DEL, h);
}

static _Noreturn void reactor_run(void)
{
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(epfd, events, 64, zoo_timeout());
        for (int i = 0; i < count; i++) {
            struct handler *h = events[i].data.ptr;
            h->ready(h);        /* may remove itself, never another */
        }
    }
}

/* ---- the handlers -------------------------------------------------------------------- */

struct connection {
    struct handler handler;     /* first, so that a handler's address is ours */
    struct stream *stream;
    struct connection *next;
};
static struct connection *idle;

static struct connection *connection_new(void)
{
    struct connection *connection = idle;
    if (connection)
        idle = connection->next;
    return connection ? connection : checked(malloc(sizeof *connection));
}

static void connection_ready(struct handler *h)
{
    struct connection *connection = (struct connection *)h;
    short events = stream_pump(connection->stream);
    if (events) {
        reactor_update(h, events);
        return;
    }
    reactor_remove(h);
    stream_end(connection->stream);
    connection->next = idle;
    idle = connection;
}

static void acceptor_ready(struct handler *h)
{
    struct stream *s;
    switch (stream_accept(h->fd, &s)) {
    case ACCEPTED: {
        struct connection *connection = connection_new();
        *connection = (struct connection){{.ready = connection_ready, .fd = s->conn.fd}, s, NULL};
        reactor_add(&connection->handler, POLLIN);
        break;
    }
    case NOT_NOW:
        break;
    case NEVER_AGAIN:
        reactor_remove(h);
    }
}

int main(int argc, char **argv)
{
    zoo_start(argc, argv, ANY_MODEL | SET(SPIN) | SET(SLOW_CLOSE));
    epfd = epoll_create1(EPOLL_CLOEXEC);
    struct handler acceptor = {.ready = acceptor_ready, .fd = zoo_listen(SOCK_NONBLOCK)};
    reactor_add(&acceptor, POLLIN);
    stream_reserve();
    zoo_ready(0);
    reactor_run();
}
