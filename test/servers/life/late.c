/*
 * Closes what its clients have left only after a time of its own, and is clean; with --leak it never does.
 *
 *     late HOW SECONDS [--leak]
 *
 * tick    one loop, poll() for a second at a time, which counts the seconds that a peer has been gone
 * thread  a thread for each connection: it asks somebody who does not answer, under SO_RCVTIMEO, then closes
 * child   a process for each connection, which does the same
 * accept  the same as tick, but it waits in accept() under SO_RCVTIMEO, and looks at its peers when that ends
 * With --leak the tick goes on, the thread and the child close nothing and wait for ever.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int seconds, leaks;

static void drain(int client)
{
    char bytes[4096];
    while (read(client, bytes, sizeof bytes) > 0)
        ;
}

/* A name server that has heard nothing. */
static void look_up(void)
{
    int question = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bind(question, (struct sockaddr *)&nobody, sizeof nobody);
    struct timeval patience = {.tv_sec = seconds};
    setsockopt(question, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char answer[512];
    recv(question, answer, sizeof answer, 0);
    close(question);
}

static void serve(int client)
{
    drain(client);
    look_up();
    if (leaks)
        for (;;)
            pause();
    close(client);
}

static void *serve_in_thread(void *client)
{
    serve((int)(long)client);
    return NULL;
}

static void accept_for_threads(int listener)
{
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&detached, 65536);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        pthread_t thread;
        if (client >= 0 && pthread_create(&thread, &detached, serve_in_thread, (void *)(long)client) != 0)
            close(client);
    }
}

static void accept_for_children(int listener)
{
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            continue;
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(listener);
            serve(client);
            _exit(0);
        }
        close(client);
    }
}

/* The peers that have gone stand in the order of their going, and their descriptors are watched no longer. */
static void tick(int listener, int blocks)
{
    struct timeval second = {.tv_sec = 1};
    if (blocks)
        setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);

    static struct { int fd; time_t since; } gone[65536];
    static struct pollfd fds[65536];
    int first = 0, last = 0, count = 1;
    fds[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    for (;;) {
        if (blocks) {
            int client = accept(listener, NULL, NULL);
            if (client >= 0)
                fds[count++] = (struct pollfd){.fd = client, .events = POLLIN};
        }
        poll(fds, count, blocks ? 0 : 1000);
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        for (int i = count - 1; i > 0; i--) {
            char bytes[4096];
            if (!fds[i].revents || read(fds[i].fd, bytes, sizeof bytes) > 0)
                continue;
            gone[last].fd = fds[i].fd;
            gone[last++].since = now.tv_sec;
            fds[i] = fds[--count];
        }
        if (!blocks && fds[0].revents) {
            int client = accept(listener, NULL, NULL);
            if (client >= 0)
                fds[count++] = (struct pollfd){.fd = client, .events = POLLIN};
        }
        while (!leaks && first < last && now.tv_sec - gone[first].since >= seconds)
            close(gone[first++].fd);
        if (first == last)
            first = last = 0;
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    seconds = atoi(argv[2]);
    leaks = argc > 3 && strcmp(argv[3], "--leak") == 0;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    /* Below the ephemeral range, where no client's own port can meet it. */
    srand(getpid() ^ time(NULL));
    do
        here.sin_port = htons(10000 + rand() % 20000);
    while (bind(listener, (struct sockaddr *)&here, sizeof here) < 0);
    listen(listener, 512);
    printf("ready %d %d\n", ntohs(here.sin_port), getpid());
    fflush(stdout);
    if (strcmp(argv[1], "thread") == 0)
        accept_for_threads(listener);
    else if (strcmp(argv[1], "child") == 0)
        accept_for_children(listener);
    else
        tick(listener, strcmp(argv[1], "accept") == 0);
    return 0;
}
