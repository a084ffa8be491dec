/*
 * Makes system calls of one process fail, by LD_PRELOAD: from the Nth call of
 * SHIM_CALL on, or only that one (SHIM_ONCE), with the errno SHIM_ERRNO.
 * Children are left alone. The calls are counted from the moment the program
 * itself is loaded, which is the first open of a path that contains SHIM_SINCE:
 * what Node cannot do before that is Node's to tell.
 *
 *     cc -shared -fPIC -o shim.so shim.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Of a Worker. */
#define WORKER_STACK (4UL << 20)

static const char *call, *since;
static long nth, number;
static int once, is_active;
static long counted;

__attribute__((constructor)) static void arm(void)
{
    char own[16];
    const char *first = getenv("SHIM_PID");
    call = getenv("SHIM_CALL");
    since = getenv("SHIM_SINCE");
    if (call == NULL || since == NULL)
        return;
    snprintf(own, sizeof own, "%d", getpid());
    if (first != NULL && strcmp(first, own) != 0) {
        call = NULL;
        return;
    }
    setenv("SHIM_PID", own, 1);
    nth = atol(getenv("SHIM_NTH"));
    number = atol(getenv("SHIM_ERRNO"));
    once = getenv("SHIM_ONCE") != NULL;
}

static int fails(const char *name)
{
    if (!is_active || call == NULL || strcmp(call, name) != 0)
        return 0;
    long at = __sync_add_and_fetch(&counted, 1);
    if (once ? at != nth : at < nth)
        return 0;
    errno = (int)number;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int opens(const char *path)
{
    if (since != NULL && !is_active && strstr(path, since) != NULL)
        is_active = 1;
    return fails("open");
}

#define OPEN(name)                                                             \
    int name(const char *path, int flags, ...)                                 \
    {                                                                          \
        va_list more;                                                          \
        va_start(more, flags);                                                 \
        mode_t mode = va_arg(more, mode_t);                                    \
        va_end(more);                                                          \
        return opens(path) ? -1 : REAL(name)(path, flags, mode);               \
    }
OPEN(open)
OPEN(open64)

/*
 * Reports and stdout. A pipe or an eventfd of libuv's own that cannot be written is its end, and what cannot be said on
 * stderr can be said nowhere.
 */
static int is_output(int fd)
{
    struct stat stat;
    return fd == 1 || (fd > 2 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode));
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    return is_active && is_output(fd) && fails("write") ? -1 : REAL(write)(fd, bytes, size);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return is_active && is_output(fd) && fails("write") ? -1 : REAL(writev)(fd, parts, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
    return fails("write") ? -1 : REAL(pwrite64)(fd, bytes, size, at);
}

int rename(const char *from, const char *to) { return fails("rename") ? -1 : REAL(rename)(from, to); }
int socket(int domain, int type, int protocol)
{
    return fails("socket") ? -1 : REAL(socket)(domain, type, protocol);
}

/*
 * Node's own threads are made before; those of libuv, which have 8 MiB of stack, are its end where they cannot be made.
 */
int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *given)
{
    size_t stack = 0;
    if (attr != NULL)
        pthread_attr_getstacksize(attr, &stack);
    return stack == WORKER_STACK && fails("thread") ? (int)number : REAL(pthread_create)(thread, attr, run, given);
}

pid_t fork(void) { return fails("fork") ? -1 : REAL(fork)(); }
