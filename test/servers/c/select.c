/* One thread, select(). A descriptor that does not fit into an fd_set is turned away. */
#include "zoo.h"

#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static fd_set readers, writers;
static struct stream *streams[FD_SETSIZE];
static int highest;

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
    zoo_start(argc, argv, ANY_MODEL | SET(SPIN) | SET(SLOW_CLOSE));
    int listener = highest = zoo_listen(SOCK_NONBLOCK);
    FD_SET(listener, &readers);
    stream_reserve();
    zoo_ready(0);

    for (;;) {
        int timeout = zoo_timeout();
        struct timeval time = {timeout / 1000, timeout % 1000 * 1000};
        fd_set readable = readers, writable = writers;
        if (select(highest + 1, &readable, &writable, NULL, timeout < 0 ? NULL : &time) < 0)
            continue;

        const int last = highest;       /* those accepted now have not been asked about */
        for (int fd = 0; fd <= last; fd++) {
            struct stream *s = streams[fd];
            if (!s || !(FD_ISSET(fd, &readable) || FD_ISSET(fd, &writable)))
                continue;
            short events = stream_pump(s);
            await(s, events);
            if (!events)
                stream_end(s);
        }
        if (FD_ISSET(listener, &readable))
            admit(listener);
    }
}
