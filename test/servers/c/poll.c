/* One thread, poll(): a vector of descriptors that grows, and a stream beside each. */
#include "zoo.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

static struct pollfd *fds;              /* the first is the listener */
static struct stream **streams;
static nfds_t count, room;

static void add(int fd, struct stream *s)
{
    if (count == room) {
        room = room ? 2 * room : 1024;
        fds = checked(realloc(fds, room * sizeof *fds));
        streams = checked(realloc(streams, room * sizeof *streams));
    }
    fds[count] = (struct pollfd){.fd = fd, .events = POLLIN};
    streams[count++] = s;
}

/* The last one takes its place, unless its own is never given up: with a number that poll() skips, or an old one. */
static void forget(nfds_t i)
{
    const struct conn *c = &streams[i]->conn;
    if (hits(STALE_SLOT, c) || hits(STALE_NUMBER, c)) {
        if (hits(STALE_SLOT, c))
            fds[i].fd = -1;
        fds[i].events = POLLIN;
        streams[i] = NULL;
        return;
    }
    count--;
    fds[i] = fds[count];
    streams[i] = streams[count];
}

static void admit(void)
{
    struct stream *s;
    switch (stream_accept(fds[0].fd, &s)) {
    case ACCEPTED:    add(s->conn.fd, s); break;
    case NOT_NOW:     break;
    case NEVER_AGAIN: fds[0].fd = -1;   /* poll() skips it */
    }
}

int main(int argc, char **argv)
{
    zoo_start(argc, argv, ANY_MODEL | SET(SPIN) | SET(SLOW_CLOSE) | SET(STALE_SLOT) | SET(STALE_NUMBER));
    add(zoo_listen(SOCK_NONBLOCK), NULL);
    stream_reserve();
    zoo_ready(0);

    for (;;) {
        if (poll(fds, count, zoo_timeout()) < 0) {
            if (errno == EINVAL)                /* more of them than RLIMIT_NOFILE */
                die("poll");
            continue;
        }
        for (nfds_t i = count; i-- > 1;) {      /* from the end, because forget() moves the last */
            if (!fds[i].revents || !streams[i])
                continue;
            struct stream *s = streams[i];
            fds[i].events = stream_pump(s);
            if (!fds[i].events) {
                forget(i);
                stream_end(s);
            }
        }
        if (fds[0].revents)
            admit();
    }
}
