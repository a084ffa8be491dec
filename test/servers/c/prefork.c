/* Workers that all wait in accept() on one listener; a master that replaces the dead. */
#include "zoo.h"

#include <signal.h>
#include <unistd.h>

static void work(int listener)
{
    unsigned long served = 0;
    zoo_at_work();
    for (struct conn c;;) {
        enum accepted accepted = zoo_accept(listener, &c, 0);
        if (accepted == NEVER_AGAIN)
            hang();
        if (accepted == NOT_NOW)
            continue;

        if (chosen(POOL_GROWTH) && c.number % 50 == 0)
            kill(getppid(), SIGUSR1);
        conn_serve(&c);
        if (chosen(WORKER_RETIRES) && ++served == options.every)
            return;                     /* between two connections: nobody is cut off */
        if (chosen(WORKER_LEAVES) && c.number == options.at)
            return;
    }
}

int main(int argc, char **argv)
{
    zoo_start(argc, argv, ANY_MODEL | SET(WORKER_CRASH) | SET(WORKER_RETIRES) | SET(WORKER_LOST) |
                           SET(WORKER_LEAVES) | SET(POOL_GROWTH));
    zoo_supervise(zoo_listen(0), work);
}
