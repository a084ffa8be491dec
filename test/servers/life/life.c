/*
 * A server whose connections are clean and whose life is not: it commits one defect in how it starts, reloads or stops.
 *
 *     life DEFECT [PORT]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
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

static int served;

/* What two threads count without a lock. */
static void *count(void *nothing)
{
    served++;
    return nothing;
}

static void serve(int listener)
{
    for (;;) {
        struct pollfd poll_for = {.fd = listener, .events = POLLIN};
        if (poll(&poll_for, 1, -1) < 0) continue;
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
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
        if (is("overflows")) {
            volatile int most = INT_MAX;
            most += 1;
        }
        pthread_t thread;
        if (is("races") && pthread_create(&thread, NULL, count, NULL) == 0) {
            served++;
            pthread_join(thread, NULL);
        }
        while (read(fd, buffer, sizeof buffer) > 0) { }
        close(fd);
    }
}

/* ---- a master with workers, who are replaced on SIGHUP ---- */

static volatile sig_atomic_t leaving, reloading;

static void on_term(int signal) { (void)signal; leaving = 1; }
static void on_hup(int signal) { (void)signal; reloading = 1; }

/* Serves many at a time; told to go, it accepts no more and leaves with the last of its clients. */
static void work(int listener)
{
    struct pollfd all[256] = {{.fd = listener, .events = POLLIN}};
    int count = 1;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, on_term);
    for (;;) {
        if (leaving) all[0].fd = -1;
        if (leaving && count == 1) _exit(0);
        if (poll(all, count, leaving ? 10 : 100) < 0) continue;
        for (int i = count - 1; i > 0; i--) {
            char buffer[512];
            if (!all[i].revents || read(all[i].fd, buffer, sizeof buffer) > 0) continue;
            close(all[i].fd);
            all[i] = all[--count];
        }
        int fd = all[0].fd >= 0 && all[0].revents && count < 256 ? accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) : -1;
        if (fd >= 0) all[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
}

static _Noreturn void supervise(int listener)
{
    pid_t workers[2] = {0};
    fcntl(listener, F_SETFL, O_NONBLOCK);
    sigaction(SIGHUP, &(struct sigaction){.sa_handler = on_hup}, NULL);
    for (reloading = 1;;) {
        for (int i = 0; reloading && i < 2; i++) {
            pid_t old = workers[i];
            if ((workers[i] = fork()) == 0) work(listener);
            if (old && !is("keeps-workers")) kill(old, is("kills-workers") ? SIGKILL : SIGTERM);
        }
        reloading = 0;
        while (waitpid(-1, NULL, WNOHANG) > 0) { }
        usleep(2000);
    }
}

static void crash(int signal)
{
    (void)signal;
    abort();
}

static void leave(int signal)
{
    (void)signal;
    exit(0);
}

static void leave_at_once(int signal)
{
    (void)signal;
    _exit(0);
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
    const char *leaves[] = {"loses-memory", "allocates", "leaves", "overflows", "races"};
    for (unsigned i = 0; i < sizeof leaves / sizeof *leaves; i++) if (is(leaves[i])) signal(SIGTERM, leave);
    if (is("leaves-on-int")) signal(SIGINT, leave);
    if (is("leaves-at-once")) signal(SIGTERM, leave_at_once);
    int listener = listen_on(port);
    if (is("two-ports")) listen_on(port + 1);
    if (is("leaves-child") && fork() == 0) { close(listener); for (;;) pause(); }
    if (is("leaves-session") && fork() == 0) { close(listener); setsid(); for (;;) pause(); }
    if (is("crashes-at-term")) signal(SIGTERM, crash);
    if (is("reloads") || is("keeps-workers") || is("kills-workers")) supervise(listener);
    serve(listener);
}
