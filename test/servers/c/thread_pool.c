/*
 * A fixed number of threads that take connections from a bounded queue.
 *
 * A thread that stays (thread-stays) is not replaced: the pool runs dry, the
 * queue fills up, and the server hangs.
 */
#include "zoo.h"

#include <pthread.h>

enum { QUEUE_SIZE = 128, GROWS_EACH = 50, GROWS_TO = 8 };

static struct {
    struct conn slots[QUEUE_SIZE];
    size_t first, count;
    pthread_mutex_t lock;
    pthread_cond_t not_empty, not_full;
} queue = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .not_empty = PTHREAD_COND_INITIALIZER,
    .not_full = PTHREAD_COND_INITIALIZER,
};

static void put(struct conn c)
{
    pthread_mutex_lock(&queue.lock);
    while (queue.count == QUEUE_SIZE)
        pthread_cond_wait(&queue.not_full, &queue.lock);
    queue.slots[(queue.first + queue.count++) % QUEUE_SIZE] = c;
    pthread_cond_signal(&queue.not_empty);
    pthread_mutex_unlock(&queue.lock);
}

static struct conn take(void)
{
    pthread_mutex_lock(&queue.lock);
    while (queue.count == 0)
        pthread_cond_wait(&queue.not_empty, &queue.lock);
    struct conn c = queue.slots[queue.first];
    queue.first = (queue.first + 1) % QUEUE_SIZE;
    queue.count--;
    pthread_cond_signal(&queue.not_full);
    pthread_mutex_unlock(&queue.lock);
    return c;
}

static void *work(void *unused)
{
    for (;;) {
        struct conn c = take();
        conn_serve(&c);
        if (hits(THREAD_STAYS, &c))
            hang();
    }
    return unused;
}

static void add_thread(void)
{
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    pthread_t thread;
    if (pthread_create(&thread, &small, work, NULL) != 0)
        die("pthread_create");
    pthread_attr_destroy(&small);
}

int main(int argc, char **argv)
{
    zoo_start(argc, argv, ANY_MODEL | SET(THREAD_STAYS) | SET(POOL_GROWTH));
    int threads = chosen(POOL_GROWTH) ? 1 : options.workers;
    for (int i = 0; i < threads; i++)
        add_thread();
    int listener = zoo_listen(0);
    zoo_ready(0);

    for (struct conn c;;)
        switch (zoo_accept(listener, &c, 0)) {
        case ACCEPTED:
            put(c);
            if (chosen(POOL_GROWTH) && c.number % GROWS_EACH == 0 && threads < GROWS_TO) {
                add_thread();
                threads++;
            }
            break;
        case NOT_NOW:
            break;
        case NEVER_AGAIN:
            hang();
        }
}
