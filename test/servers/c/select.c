/* One thread, select(). A descriptor that does not fit into an fd_set is turned away. */
#include "zoo.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static fd_set readers, writers;
static struct stream *streams[FD_SETSIZE];
static int highest;

/* Everybody who was ever here, where those who leave are only crossed out. */
static volatile int *clients;
static int clients_count, clients_room;

static void await(struct stream *s, short events)
{
    int fd = s->conn.fd;
    if (events & POLLIN)
        FD_SET(fd, &readers);
    else
        FD_CLR(fd, &readers);
    if (events & POLLOUT)
        FD_SET(fd, &writers);
    else
        FD_CLR(fd, &writers);
    streams[fd] = events ? s : NULL;
    if (fd > highest)
        highest = fd;
}

static void remember(int fd)
{
    if (clients_count == clients_room)
        clients = checked(realloc((void *)clients, (clients_room = clients_room ? 2 * clients_room : 1024) * sizeof *clients));
    clients[clients_count++] = fd;
}

static void cross_out(int fd)
{
    for (int i = 0; i < clients_count; i++)
        if (clients[i] == fd)
            clients[i] = -1;
}

/* As many a server does before each select(): the set is made anew from the list. */
static fd_set those_listed(int listener)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(listener, &set);
    for (int i = 0; i < clients_count; i++)
        if (clients[i] >= 0)
            FD_SET(clients[i], &set);
    return set;
}

static void admit(int listener)
{
    struct stream *s;
    switch (stream_accept(listener, &s)) {
    case ACCEPTED:
        if (s->conn.fd >= FD_SETSIZE) {
            close(s->conn.fd);
            stream_free(s);
        } else {
            await(s, POLLIN);
            if (hits(STALE_SLOT, &s->conn))
                remember(s->conn.fd);
        }
        break;
    case NOT_NOW:
        break;
    case NEVER_AGAIN:
        FD_CLR(listener, &readers);
    }
}

int main(int argc, char **argv)
{
    zoo_start(argc, argv, ANY_MODEL | SET(SPIN) | SET(SLOW_CLOSE) | SET(STALE_SLOT));
    int listener = highest = zoo_listen(SOCK_NONBLOCK);
    FD_SET(listener, &readers);
    stream_reserve();
    zoo_ready(0);

    for (;;) {
        int timeout = zoo_timeout();
        struct timeval time = {timeout / 1000, timeout % 1000 * 1000};
        fd_set readable = chosen(STALE_SLOT) ? those_listed(listener) : readers, writable = writers;
        if (select(highest + 1, &readable, &writable, NULL, timeout < 0 ? NULL : &time) < 0)
            continue;

        const int last = highest;       /* those accepted now have not been asked about */
        for (int fd = 0; fd <= last; fd++) {
            struct stream *s = streams[fd];
            if (!s || !(FD_ISSET(fd, &readable) || FD_ISSET(fd, &writable)))
                continue;
            short events = stream_pump(s);
            await(s, events);
            if (!events) {
                cross_out(fd);
                stream_end(s);
            }
        }
        if (FD_ISSET(listener, &readable))
            admit(listener);
    }
}
