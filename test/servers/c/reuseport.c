/*
 * Workers that share a port and nothing else: each has its own listener
 * (SO_REUSEPORT) and its own level-triggered epoll loop. Workers are processes,
 * or with --threads threads of one process.
 */
#include "zoo.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

static void control(int epfd, int operation, int fd, short events, struct stream *s)
{
    epoll_ctl(epfd, operation, fd, &(struct epoll_event){.events = events, .data.ptr = s});
}

static void admit(int epfd, int listener)
{
    struct stream *s;
    switch (stream_accept(listener, &s)) {
    case ACCEPTED:    control(epfd, EPOLL_CTL_ADD, s->conn.fd, s->events, s); break;
    case NOT_NOW:     break;
    case NEVER_AGAIN: control(epfd, EPOLL_CTL_DEL, listener, 0, NULL);
    }
}

static void serve(int epfd, struct stream *s)
{
    short events = stream_pump(s);
    if (events == s->events)
        return;
    s->events = events;
    control(epfd, events ? EPOLL_CTL_MOD : EPOLL_CTL_DEL, s->conn.fd, events, s);
    if (!events)
        stream_end(s);
}

static void work(int listener)
{
    int epfd = epoll_create1(EPOLL_CLOEXEC);
    control(epfd, EPOLL_CTL_ADD, listener, POLLIN, NULL);
    stream_reserve();
    zoo_at_work();
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(epfd, events, 64, zoo_timeout());
        for (int i = 0; i < count; i++)
            if (events[i].data.ptr)
                serve(epfd, events[i].data.ptr);
            else
                admit(epfd, listener);
    }
}

static void *work_in_thread(void *listener)
{
    work((intptr_t)listener);
    return NULL;
}

static _Noreturn void run_threads(void)
{
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    for (int i = 0; i < options.workers; i++) {
        pthread_t thread;
        void *listener = (void *)(intptr_t)zoo_listen(SOCK_NONBLOCK);
        if (pthread_create(&thread, &small, work_in_thread, listener) != 0)
            die("pthread_create");
    }
    zoo_ready(options.workers);
    hang();
}

int main(int argc, char **argv)
{
    zoo_start(argc, argv, ANY_MODEL | SET(SPIN) | SET(SLOW_CLOSE) | OPTION_THREADS);
    if (options.unix_path) {
        fprintf(stderr, "reuseport: several listeners cannot share a Unix socket's path.\n");
        return 64;
    }
    options.reuseport = true;
    if (options.threads)
        run_threads();
    zoo_supervise(-1, work);
}
