/*
 * A server whose connections are clean and whose life is not: it commits one defect in how it starts, reloads or stops.
 *
 *     life DEFECT [PORT]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *defect = "";

static bool is(const char *name) { return strcmp(defect, name) == 0; }

static int listen_on(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (struct sockaddr *)&in, sizeof in) < 0 || listen(fd, 128) < 0) {
        perror("cannot listen");
        exit(1);
    }
    return fd;
}

/* Leaves the session, the standard streams, and with `unmarked` the environment too. */
static void go_into_background(bool unmarked, char **argv)
{
    if (fork() > 0) exit(0);
    setsid();
    if (fork() > 0) exit(0);
    if (!freopen("/dev/null", "r+", stdin) || !freopen("/dev/null", "a", stdout)) exit(1);
    if (!unmarked) return;
    char *again[] = {argv[0], "ok", argv[2], NULL}, *nothing[] = {NULL};
    execve("/proc/self/exe", again, nothing);
}

static void serve(int listener)
{
    for (;;) {
        struct pollfd poll_for = {.fd = listener, .events = POLLIN};
        if (poll(&poll_for, 1, -1) < 0) continue;
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE && is("dies-at-limit")) abort();
            if (errno == EMFILE && is("gives-up-at-limit")) pause();
            if (errno == EMFILE) usleep(1000);
            continue;
        }
        char buffer[512];
        if (is("uses-freed")) {
            char *volatile freed = malloc(8);
            free(freed);
            freed[0] = 1;
        }
        if (is("allocates")) {
            char *volatile kept = malloc(1024);
            memset(kept, 1, 1024);
            free(kept);
        }
        if (is("loses-memory")) {
            char *volatile lost = malloc(64);
            lost[0] = 1;
        }
        while (read(fd, buffer, sizeof buffer) > 0) { }
        close(fd);
    }
}

static void leave(int signal)
{
    (void)signal;
    exit(0);
}

int main(int argc, char **argv)
{
    if (argc < 2) return 64;
    defect = argv[1];
    int port = argc > 2 ? atoi(argv[2]) : 0;
    printf("life: %s, port %d\n", defect, port);
    fflush(stdout);
    if (is("dies")) { fprintf(stderr, "no such database\n"); return 3; }
    if (is("aborts")) abort();
    if (is("returns")) return 0;
    if (is("never-listens")) for (;;) pause();
    if (is("listens-elsewhere")) port += 1;
    if (is("daemon")) go_into_background(false, argv);
    if (is("unmarked-daemon")) go_into_background(true, argv);
    if (is("silent-daemon")) { go_into_background(false, argv); for (;;) pause(); }
    if (is("ignores-term")) signal(SIGTERM, SIG_IGN);
    if (is("loses-memory")) signal(SIGTERM, leave);
    int listener = listen_on(port);
    if (is("two-ports")) listen_on(port + 1);
    if (is("leaves-child") && fork() == 0) { close(listener); for (;;) pause(); }
    if (is("leaves-session") && fork() == 0) { close(listener); setsid(); for (;;) pause(); }
    serve(listener);
}
