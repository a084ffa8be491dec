/*
 * A server whose main thread leaves by pthread_exit() while another one serves:
 * for the kernel its process is then a zombie with a thread. "headless leak"
 * keeps every connection.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listener;
static const char *manner;

static void *serve(void *unused)
{
    (void)unused;
    for (;;) {
        char bytes[512];
        int connection = accept(listener, NULL, NULL);
        while (connection >= 0 && read(connection, bytes, sizeof bytes) > 0)
            continue;
        if (strcmp(manner, "leak") != 0)
            close(connection);
    }
}

int main(int argc, char **argv)
{
    manner = argc > 1 ? argv[1] : "clean";
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 128) != 0)
        return 1;
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("ready %d %d\n", ntohs(address.sin_port), getpid());
    fflush(stdout);
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, NULL) != 0)
        return 1;
    pthread_exit(NULL);
}
