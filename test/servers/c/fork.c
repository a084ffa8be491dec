/*
 * A child for each connection.
 *
 * The connection is open twice, here and in the child. no-close is the parent
 * that never closes its copy; the faults that depend on how the client leaves
 * (no-close-eof, echo-forget, …) are a child that stays, connection in hand.
 * zombie-coalesced takes SIGCHLD to mean one child, which only clients that
 * come together show.
 */
#include "zoo.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A loop, because children that exit together raise one SIGCHLD. */
static void reap(int signal)
{
    (void)signal;
    int error = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0 && !chosen(ZOMBIE_COALESCED)) {}
    errno = error;
}

static _Noreturn void child(struct conn *c)
{
    bool closed = conn_serve(c);
    if (hits(CHILD_STAYS, c) || (!closed && !leaves_open(c)))
        hang();
    _exit(0);
}

int main(int argc, char **argv)
{
    zoo_start(argc, argv, ANY_MODEL | SET(ZOMBIE) | SET(ZOMBIE_COALESCED) | SET(CHILD_STAYS) | SET(SLOW_CLOSE));
    if (!chosen(ZOMBIE))
        sigaction(SIGCHLD, &(struct sigaction){.sa_handler = reap, .sa_flags = SA_RESTART}, NULL);
    int listener = zoo_listen(0);
    zoo_ready(0);

    for (struct conn c;;) {
        enum accepted accepted = zoo_accept(listener, &c, 0);
        if (accepted == NEVER_AGAIN)
            hang();
        if (accepted == NOT_NOW)
            continue;

        pid_t pid = zoo_fork();
        if (pid == 0) {
            close(listener);
            child(&c);
        }
        if (pid < 0)
            nap(10);                    /* too many processes: this client is turned away */
        if (!leaves_open(&c))
            close(c.fd);
    }
}
