/*
 * A master and workers, each with a level-triggered epoll loop over one shared
 * listener. EPOLLEXCLUSIVE wakes one worker for a connection, not all of them.
 */
#include "zoo.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

static int epfd;
static unsigned long admitted, open_now;
static bool retiring;

static void control(int operation, int fd, uint32_t events, struct stream *s)
{
    epoll_ctl(epfd, operation, fd, &(struct epoll_event){.events = events, .data.ptr = s});
}

static void admit(int listener)
{
    struct stream *s;
    if (retiring)
        return;                 /* an event from before we left; the others have it too */
    enum accepted accepted = stream_accept(listener, &s);
    if (accepted == ACCEPTED) {
        control(EPOLL_CTL_ADD, s->conn.fd, s->events, s);
        open_now++;
        retiring = chosen(WORKER_RETIRES) && ++admitted == options.every;
    }
    if (accepted == NEVER_AGAIN || retiring)
        control(EPOLL_CTL_DEL, listener, 0, NULL);
}

static void serve(struct stream *s)
{
    short events = stream_pump(s);
    if (events == s->events)
        return;
    s->events = events;
    control(events ? EPOLL_CTL_MOD : EPOLL_CTL_DEL, s->conn.fd, events, s);
    if (!events) {
        stream_end(s);
        open_now--;
    }
}

static void work(int listener)
{
    epfd = epoll_create1(EPOLL_CLOEXEC);
    control(EPOLL_CTL_ADD, listener, EPOLLIN | EPOLLEXCLUSIVE, NULL);
    stream_reserve();
    zoo_at_work();
    while (!(retiring && open_now == 0)) {
        struct epoll_event events[64];
        int count = epoll_wait(epfd, events, 64, zoo_timeout());
        for (int i = 0; i < count; i++)
            if (events[i].data.ptr)
                serve(events[i].data.ptr);
            else
                admit(listener);
    }
}

int main(int argc, char **argv)
{
    zoo_start(argc, argv, ANY_MODEL | SET(SPIN) | SET(SLOW_CLOSE) | SET(WORKER_CRASH) |
                           SET(WORKER_RETIRES));
    zoo_supervise(zoo_listen(SOCK_NONBLOCK), work);
}
