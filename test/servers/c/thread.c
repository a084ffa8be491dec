/* A detached thread for each connection. */
#include "zoo.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * What a thread is told. Kept in a list of our own and never freed: a thread
 * that called free() would get a malloc arena of its own.
 */
struct task {
    struct conn conn;
    struct task *next;
};
static struct task *idle;
static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;

static struct task *task_new(void)
{
    pthread_mutex_lock(&idle_lock);
    struct task *task = idle;
    if (task)
        idle = task->next;
    pthread_mutex_unlock(&idle_lock);
    return task ? task : checked(malloc(sizeof *task));
}

static void task_free(struct task *task)
{
    pthread_mutex_lock(&idle_lock);
    task->next = idle;
    idle = task;
    pthread_mutex_unlock(&idle_lock);
}

static void *serve(void *argument)
{
    struct conn c = ((struct task *)argument)->conn;
    task_free(argument);
    conn_serve(&c);
    if (hits(THREAD_STAYS, &c))
        hang();
    return NULL;
}

/*
 * glibc keeps the stacks of threads that have ended, as many as ever ran at once:
 * the mappings of a clean server would grow with its busiest moment. The cache
 * can only be turned off from outside, so the program starts itself again.
 */
static void without_stack_cache(char **argv)
{
    const char *tunable = "glibc.pthread.stack_cache_size=0";
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (getenv("GLIBC_TUNABLES") || length < 0)
        return;
    path[length] = 0;
    setenv("GLIBC_TUNABLES", tunable, 1);
    execv(path, argv);
}

int main(int argc, char **argv)
{
    without_stack_cache(argv);
    zoo_start(argc, argv, ANY_MODEL | SET(THREAD_STAYS) | SET(THREAD_UNJOINED) | SET(SLOW_CLOSE));
    pthread_attr_t detached, joinable;
    pthread_attr_init(&detached);
    pthread_attr_setstacksize(&detached, 64 * 1024);
    joinable = detached;
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    int listener = zoo_listen(0);
    zoo_ready(0);

    for (struct conn c;;) {
        enum accepted accepted = zoo_accept(listener, &c, 0);
        if (accepted == NEVER_AGAIN)
            hang();
        if (accepted == NOT_NOW)
            continue;

        struct task *task = task_new();
        task->conn = c;
        pthread_attr_t *kind = hits(THREAD_UNJOINED, &c) ? &joinable : &detached;
        pthread_t thread;
        if (pthread_create(&thread, kind, serve, task) != 0) {
            close(c.fd);                /* too many threads: this client is turned away */
            task_free(task);
            nap(10);
        }
    }
}
