/*
 * A clean server that does something unusual after its hundredth connection, and serves on:
 *
 *     turns reopen    closes its listener for 3 ms and opens it again at the same address
 *     turns exec      becomes another program (the same file, anew) in its pid, with the listener
 *     turns restart   the same, but it makes its listener anew: it has not handed it on
 *
 * It listens on the port, or on the Unix socket, that is named behind that.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int listen_on(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (struct sockaddr *)&in, sizeof in) != 0 || listen(fd, 128) != 0)
        exit(1);
    return fd;
}

static int listen_at(const char *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    strncpy(un.sun_path, path, sizeof un.sun_path - 1);
    unlink(path);
    if (bind(fd, (struct sockaddr *)&un, sizeof un) != 0 || listen(fd, 128) != 0)
        exit(1);
    return fd;
}

int main(int argc, char **argv)
{
    const char *manner = argc > 1 ? argv[1] : "";
    struct sockaddr_in in;
    socklen_t length = sizeof in;
    const char *where = argc > 2 ? argv[2] : "0", *path = *where == '/' ? where : NULL;
    int listener = strcmp(manner, "with") == 0 ? atoi(where) : path ? listen_at(path) : listen_on(atoi(where));
    getsockname(listener, (struct sockaddr *)&in, &length);
    int port = ntohs(in.sin_port);
    printf("ready %d %d\n", path ? 0 : port, getpid());
    fflush(stdout);
    for (int served = 1;; served++) {
        char bytes[512], word[16];
        int connection = accept(listener, NULL, NULL);
        while (connection >= 0 && read(connection, bytes, sizeof bytes) > 0)
            continue;
        close(connection);
        if (served != 100)
            continue;
        if (strcmp(manner, "reopen") == 0) {
            close(listener);
            if (path)
                unlink(path);
            usleep(3000);
            listener = path ? listen_at(path) : listen_on(port);
        } else if (strcmp(manner, "exec") == 0) {
            snprintf(word, sizeof word, "%d", listener);
            execl("/proc/self/exe", "turns", "with", word, (char *)NULL);
        } else if (strcmp(manner, "restart") == 0) {
            fcntl(listener, F_SETFD, FD_CLOEXEC);
            snprintf(word, sizeof word, "%d", port);
            execl("/proc/self/exe", "turns", "again", word, (char *)NULL);
        }
    }
}
