/*
 * The zoo: small echo servers, one file for each way of handling connections.
 * Each is clean until --fault NAME makes it commit exactly one named fault.
 *
 *     cc -std=gnu11 -O1 -g -Wall -Wextra -Werror -pthread -o poll zoo.c poll.c
 *
 * A model decides how connections are waited for and who serves them. What all
 * models have in common is here: the command line, the listening socket, and
 * what a fault does to a connection.
 */
#ifndef ZOO_H
#define ZOO_H

#define _GNU_SOURCE             /* hence the first header of every model */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* An innocent fault looks like a leak and is none. */
#define FAULTS(FAULT)                                    \
    FAULT(NO_CLOSE,         "no-close",         GUILTY)   \
    FAULT(NO_CLOSE_EOF,     "no-close-eof",     GUILTY)   \
    FAULT(NO_CLOSE_RST,     "no-close-rst",     GUILTY)   \
    FAULT(NO_CLOSE_HALF,    "no-close-half",    GUILTY)   \
    FAULT(NO_CLOSE_DATA,    "no-close-data",    GUILTY)   \
    FAULT(NO_CLOSE_EMPTY,   "no-close-empty",   GUILTY)   \
    FAULT(ECHO_FORGET,      "echo-forget",      GUILTY)   \
    FAULT(GREET_FORGET,     "greet-forget",     GUILTY)   \
    FAULT(DUP,              "dup",              GUILTY)   \
    FAULT(TEMP_FILE,        "file",             GUILTY)   \
    FAULT(PIPE,             "pipe",             GUILTY)   \
    FAULT(EVENTFD,          "eventfd",          GUILTY)   \
    FAULT(TIMERFD,          "timerfd",          GUILTY)   \
    FAULT(EPOLLFD,          "epollfd",          GUILTY)   \
    FAULT(UNIXSOCK,         "unixsock",         GUILTY)   \
    FAULT(STALE,            "stale",            GUILTY)   \
    FAULT(STALE_SLOT,       "stale-slot",       GUILTY)   \
    FAULT(STALE_NUMBER,     "stale-number",     GUILTY)   \
    FAULT(STALE_SEARCH,     "stale-search",     GUILTY)   \
    FAULT(MALLOC,           "malloc",           GUILTY)   \
    FAULT(MMAP,             "mmap",             GUILTY)   \
    FAULT(ZOMBIE,           "zombie",           GUILTY)   \
    FAULT(ZOMBIE_COALESCED, "zombie-coalesced", GUILTY)   \
    FAULT(CHILD_STAYS,      "child-stays",      GUILTY)   \
    FAULT(THREAD_STAYS,     "thread-stays",     GUILTY)   \
    FAULT(THREAD_UNJOINED,  "thread-unjoined",  GUILTY)   \
    FAULT(CRASH,            "crash",            GUILTY)   \
    FAULT(CRASH_SEGV,       "crash-segv",       GUILTY)   \
    FAULT(EXIT,             "exit",             GUILTY)   \
    FAULT(STOP_ACCEPTING,   "stop-accepting",   GUILTY)   \
    FAULT(NEVER_ACCEPT,     "never-accept",     GUILTY)   \
    FAULT(SPIN,             "spin",             GUILTY)   \
    FAULT(EMFILE_SPIN,      "emfile-spin",      GUILTY)   \
    FAULT(EMFILE_CLOSE,     "emfile-close",     GUILTY)   \
    FAULT(EMFILE_EXIT,      "emfile-exit",      GUILTY)   \
    FAULT(EMFILE_STOP,      "emfile-stop",      GUILTY)   \
    FAULT(WORKER_CRASH,     "worker-crash",     GUILTY)   \
    FAULT(WORKER_RETIRES,   "worker-retires",   INNOCENT) \
    FAULT(WORKER_LOST,      "worker-lost",      GUILTY)   \
    FAULT(WORKER_LEAVES,    "worker-leaves",    GUILTY)   \
    FAULT(LAZY_OPEN,        "lazy-open",        INNOCENT) \
    FAULT(BOUNDED_CACHE,    "bounded-cache",    INNOCENT) \
    FAULT(POOL_GROWTH,      "pool-growth",      INNOCENT) \
    FAULT(SLOW_CLOSE,       "slow-close",       INNOCENT) \
    FAULT(LOG_ROTATION,     "log-rotation",     INNOCENT) \
    FAULT(BACKGROUND_FILES, "background-files", INNOCENT) \
    FAULT(NOISY_ALLOC,      "noisy-alloc",      INNOCENT)

enum fault {
#define FAULT(id, name, verdict) id,
    FAULTS(FAULT)
#undef FAULT
    NO_FAULT,
};

/* What a model supports is a set of faults, and two options only one model has. */
#define SET(fault)     (UINT64_C(1) << (fault))
#define OPTION_FRAME   (UINT64_C(1) << 62)
#define OPTION_THREADS (UINT64_C(1) << 63)

#define ANY_MODEL                                                                          \
    (SET(NO_CLOSE) | SET(NO_CLOSE_EOF) | SET(NO_CLOSE_RST) | SET(NO_CLOSE_HALF) |          \
     SET(NO_CLOSE_DATA) | SET(NO_CLOSE_EMPTY) | SET(ECHO_FORGET) | SET(GREET_FORGET) | SET(DUP) |               \
     SET(TEMP_FILE) | SET(PIPE) | SET(EVENTFD) | SET(TIMERFD) | SET(EPOLLFD) |             \
     SET(UNIXSOCK) | SET(STALE) | SET(STALE_SEARCH) | SET(MALLOC) | SET(MMAP) | SET(CRASH) | SET(CRASH_SEGV) | \
     SET(EXIT) | SET(STOP_ACCEPTING) | SET(NEVER_ACCEPT) | SET(EMFILE_SPIN) |              \
     SET(EMFILE_CLOSE) | SET(EMFILE_EXIT) | SET(EMFILE_STOP) | SET(LAZY_OPEN) | SET(BOUNDED_CACHE) | SET(LOG_ROTATION) |         \
     SET(BACKGROUND_FILES) | SET(NOISY_ALLOC))

struct options {
    int port;
    const char *host;
    const char *unix_path;
    int backlog;
    enum fault fault;
    unsigned long every;
    unsigned long at;
    size_t bytes;
    size_t room;                /* of the heap, left by a crowd that has gone */
    int delay_ms;
    int workers;
    const char *greet;
    bool frame;
    bool threads;
    bool defer_accept;          /* TCP_DEFER_ACCEPT: accept() only what has sent something */
    bool reuseport;             /* set by the model, not by the command line */
};
extern struct options options;

/* Small enough to be handed to a thread, a queue or a child by value. */
struct conn {
    int fd;
    bool heard;                 /* the client has sent something */
    unsigned long number;       /* from 1, in the order of accept, over all processes */
};

enum ending { BY_EOF, BY_RESET, BY_NEGLECT };
enum accepted { ACCEPTED, NOT_NOW, NEVER_AGAIN };

void zoo_start(int argc, char **argv, uint64_t supported);
int zoo_listen(int flags);      /* SOCK_NONBLOCK or 0 */
extern int shut_on_leaving;     /* a listener that would outlive the process */
void zoo_ready(int workers);    /* says so, once that many are at work */
void zoo_at_work(void);

bool chosen(enum fault);                        /* --fault names it … */
bool hits(enum fault, const struct conn *);     /* … and it is this connection's turn (--every) */
bool leaves_open(const struct conn *);          /* never closed, whatever the client does */

enum accepted zoo_accept(int listener, struct conn *, int flags);
/* The parts of zoo_accept(), for a model whose kernel interface is not accept(2). */
bool zoo_accepts(void);
void zoo_admit(struct conn *, int fd);
void zoo_accept_failed(int listener, int error);

/* Connections served by blocking calls. False: the connection was forgotten, not closed. */
bool conn_serve(struct conn *);

/* Connections served by an event loop; conn_end() never blocks. */
bool conn_begin(struct conn *);                 /* false: greeted and forgotten */
bool conn_forgotten(const struct conn *, enum ending);
void conn_end(const struct conn *, enum ending);
int zoo_timeout(void);                          /* closes what is due; ms until the next, or -1 */

/* A connection with the bytes it is still owed, from a pool that only grows to the peak. */
struct stream {
    struct conn conn;
    enum ending ending;
    short events;               /* what the loop waits for */
    unsigned sent, have;
    struct stream *next;
    char buffer[4096];
};
void stream_reserve(void);
struct stream *stream_new(void);
void stream_free(struct stream *);
enum accepted stream_accept(int listener, struct stream **);
short stream_pump(struct stream *);             /* what to wait for; 0: over, now end it */
void stream_end(struct stream *);

/* Processes. Nothing that the zoo forks outlives the server. */
extern int lifeline;            /* readable once the server is gone: see double_fork.c */
pid_t zoo_fork(void);
/* The master of prefork models; never returns. Listener -1: one for each worker. */
_Noreturn void zoo_supervise(int listener, void (*work)(int listener));

void *checked(void *memory);
void nap(int ms);
_Noreturn void hang(void);
_Noreturn void die(const char *what);

#endif
