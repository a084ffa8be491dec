/* One connection after the other; while one is served, the others wait in the queue. */
#include "zoo.h"

int main(int argc, char **argv)
{
    zoo_start(argc, argv, ANY_MODEL);
    int listener = zoo_listen(0);
    zoo_ready(0);

    for (struct conn c;;)
        switch (zoo_accept(listener, &c, 0)) {
        case ACCEPTED:    conn_serve(&c); break;
        case NOT_NOW:     break;
        case NEVER_AGAIN: hang();
        }
}
