/*
 * A grandchild for each connection, so that nobody has to be reaped later: the
 * child forks again and exits, the server waits for it at once, and the orphan
 * belongs to init. The faults are those of fork.c; a zombie is the child in
 * between, and a grandchild that stays is no longer in the server's tree.
 */
#include "zoo.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static int listener;

/* Orphans get no signal when the server dies, but only the server holds this end. */
static int lifeline_end;

static _Noreturn void grandchild(struct conn *c)
{
    close(listener);
    close(lifeline_end);
    bool closed = conn_serve(c);
    if (hits(CHILD_STAYS, c) || (!closed && !leaves_open(c)))
        hang();
    _exit(0);
}

static void serve_in_orphan(struct conn *c)
{
    pid_t pid = zoo_fork();
    if (pid == 0) {
        if (fork() == 0)
            grandchild(c);
        _exit(0);
    }
    if (pid < 0)
        nap(10);                        /* too many processes: this client is turned away */
    else if (!hits(ZOMBIE, c))
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
}

int main(int argc, char **argv)
{
    zoo_start(argc, argv, ANY_MODEL | SET(ZOMBIE) | SET(CHILD_STAYS) | SET(SLOW_CLOSE));
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        die("pipe");
    lifeline = ends[0];
    lifeline_end = ends[1];
    listener = zoo_listen(0);
    zoo_ready(0);

    for (struct conn c;;)
        switch (zoo_accept(listener, &c, 0)) {
        case ACCEPTED:
            serve_in_orphan(&c);
            if (!leaves_open(&c))
                close(c.fd);
            break;
        case NOT_NOW:
            break;
        case NEVER_AGAIN:
            hang();
        }
}
