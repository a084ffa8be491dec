/*
 * What the kernel can do: connect and close, one at a time, blocking, in a loop.
 *
 *     connect_loop PORT CYCLES        prints cycles per second
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 64;
    struct sockaddr_in server = {
        .sin_family = AF_INET,
        .sin_port = htons(atoi(argv[1])),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    long cycles = atol(argv[2]);

    double begun = seconds();
    for (long i = 0; i < cycles; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof server) != 0) {
            perror("connect_loop");
            return 1;
        }
        close(fd);
    }
    printf("%.1f\n", cycles / (seconds() - begun));
}
