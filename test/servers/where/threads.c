/* A thousand threads that sleep, and a connection that is never closed. */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void *sleeper(void *nothing)
{
    for (;;)
        pause();
    return nothing;
}

int main(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    for (int i = 0; i < 1000; i++) {
        pthread_t thread;
        if (pthread_create(&thread, &small, sleeper, NULL))
            return 1;
    }
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 511))
        return 1;
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("ready %d %d\n", ntohs(address.sin_port), getpid());
    fflush(stdout);
    for (;;) {
        char buffer[64];
        int fd = accept(listener, NULL, NULL);
        while (read(fd, buffer, sizeof buffer) > 0) {}     /* marker: touched */
    }
}
