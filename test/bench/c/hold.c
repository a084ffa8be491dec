/*
 * Opens connections and keeps them open until it is killed.
 *
 *     hold PORT CONNECTIONS           prints "ready PORT PID" when all are open
 *
 * They come from 127.0.0.2, so that they take no port of 127.0.0.1 away from the
 * client that is measured: the server differs, the ports do not.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OWN_DESCRIPTORS = 64 };

static void allow(rlim_t descriptors)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < descriptors)
        limit.rlim_max = descriptors;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        perror("hold: RLIMIT_NOFILE");
        exit(1);
    }
}

static struct sockaddr_in address(const char *host, int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(host)};
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 64;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int port = atoi(argv[1]), connections = atoi(argv[2]);
    struct sockaddr_in client = address("127.0.0.2", 0), server = address("127.0.0.1", port);
    allow(connections + OWN_DESCRIPTORS);

    for (int i = 0; i < connections; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0
            || setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int)) != 0
            || bind(fd, (struct sockaddr *)&client, sizeof client) != 0
            || connect(fd, (struct sockaddr *)&server, sizeof server) != 0) {
            perror("hold");
            return 1;
        }
    }
    dprintf(STDOUT_FILENO, "ready %d %d\n", port, getpid());
    for (;;)
        pause();
}
