/*
 * One thread, edge-triggered epoll. An edge comes once, so each turn goes on
 * until the kernel has no more to give or to take.
 *
 * With --frame the bytes are frames (4 bytes of length, big endian, then the
 * payload), and a frame is echoed when all of it is there.
 */
#include "zoo.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { HEADER = 4, LONGEST = 64 * 1024, POOL = 64 };

/* buffer: [0, sent) is gone, [sent, ready) is owed, [ready, have) is a frame still incomplete */
struct client {
    struct conn conn;
    size_t sent, ready, have;
    struct client *next;
    char buffer[HEADER + LONGEST];
};

static int epfd;
static struct client *idle;

static void release(struct client *client)
{
    client->next = idle;
    idle = client;
}

/* A pool that only grows to the peak; pages that no client fills are never touched. */
static void reserve(void)
{
    struct client *clients = checked(malloc(POOL * sizeof *clients));
    for (int i = 0; i < POOL; i++)
        release(&clients[i]);
}

/* False: a frame longer than we take. */
static bool find_ready(struct client *client)
{
    if (!options.frame)
        client->ready = client->have;
    while (client->have - client->ready >= HEADER) {
        uint32_t length;
        memcpy(&length, client->buffer + client->ready, HEADER);
        length = ntohl(length);
        if (length > LONGEST)
            return false;
        if (client->have - client->ready < HEADER + length)
            break;
        client->ready += HEADER + length;
    }
    return true;
}

static enum { WAIT, CLEAR, BROKEN } flush(struct client *client)
{
    while (client->sent < client->ready) {
        ssize_t n = send(client->conn.fd, client->buffer + client->sent,
                         client->ready - client->sent, MSG_NOSIGNAL);
        if (n >= 0)
            client->sent += n;
        else if (errno != EINTR)
            return errno == EAGAIN ? WAIT : BROKEN;
    }
    client->have -= client->sent;
    memmove(client->buffer, client->buffer + client->sent, client->have);
    client->sent = client->ready = 0;
    return CLEAR;
}

/* True: over, and *ending says how. */
static bool turn(struct client *client, enum ending *ending)
{
    for (;;) {
        bool owed = client->ready > 0;
        switch (flush(client)) {
        case WAIT:   return false;      /* EPOLLOUT will come */
        case BROKEN: *ending = BY_RESET; return true;
        case CLEAR:  break;
        }
        if (owed && hits(ECHO_FORGET, &client->conn)) {
            *ending = BY_NEGLECT;
            return true;
        }

        ssize_t n = recv(client->conn.fd, client->buffer + client->have,
                         sizeof client->buffer - client->have, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return false;
        if (n <= 0) {
            *ending = n == 0 ? BY_EOF : BY_RESET;
            return true;
        }
        client->conn.heard = true;
        client->have += n;
        if (!find_ready(client)) {
            *ending = BY_EOF;           /* we end it, in good order */
            return true;
        }
    }
}

static void serve(struct client *client)
{
    enum ending ending;
    if (!turn(client, &ending))
        return;
    /* Explicitly: what is forgotten or duplicated does not leave the set by being closed. */
    epoll_ctl(epfd, EPOLL_CTL_DEL, client->conn.fd, NULL);
    conn_end(&client->conn, ending);
    release(client);
}

/* The listener is level triggered, so that after EMFILE the queue is reported again. */
static void admit(int listener)
{
    if (!idle)
        reserve();
    struct client *client = idle;
    switch (zoo_accept(listener, &client->conn, SOCK_NONBLOCK)) {
    case ACCEPTED:
        if (!conn_begin(&client->conn))
            return;
        idle = client->next;
        client->sent = client->ready = client->have = 0;
        epoll_ctl(epfd, EPOLL_CTL_ADD, client->conn.fd, &(struct epoll_event){
            .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client});
        break;
    case NOT_NOW:
        break;
    case NEVER_AGAIN:
        epoll_ctl(epfd, EPOLL_CTL_DEL, listener, NULL);
    }
}

int main(int argc, char **argv)
{
    zoo_start(argc, argv, ANY_MODEL | SET(SLOW_CLOSE) | OPTION_FRAME);
    int listener = zoo_listen(SOCK_NONBLOCK);
    epfd = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &(struct epoll_event){.events = EPOLLIN});
    reserve();
    zoo_ready(0);

    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(epfd, events, 64, zoo_timeout());
        for (int i = 0; i < count; i++)
            if (events[i].data.ptr)
                serve(events[i].data.ptr);
            else
                admit(listener);
    }
}
