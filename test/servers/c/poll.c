/* One thread, poll(): a vector of descriptors that grows, and a stream beside each. */
#include "zoo.h"

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

/* The last one takes its place. */
static void forget(nfds_t i)
{
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
    zoo_start(argc, argv, ANY_MODEL | SET(SPIN) | SET(SLOW_CLOSE));
    add(zoo_listen(SOCK_NONBLOCK), NULL);
    stream_reserve();
    zoo_ready(0);

    for (;;) {
        if (poll(fds, count, zoo_timeout()) < 0)
            continue;
        for (nfds_t i = count; i-- > 1;) {      /* from the end, because forget() moves the last */
            if (!fds[i].revents)
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
