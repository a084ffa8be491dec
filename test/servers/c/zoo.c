#include "zoo.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_USAGE = 64 };

struct options options = {
    .host = "127.0.0.1", .backlog = 511, .fault = NO_FAULT, .every = 1, .at = 1,
    .bytes = 256, .delay_ms = 1500, .workers = 2,
};
int lifeline = -1;
int shut_on_leaving = -1;

static const struct { const char *name; bool innocent; } faults[] = {
#define GUILTY false
#define INNOCENT true
#define FAULT(id, name, verdict) [id] = {name, verdict},
    FAULTS(FAULT)
#undef FAULT
};

/* Lives in shared memory, so that "connection K" means the same to all workers. */
static struct {
    _Atomic unsigned long accepted;
    _Atomic bool stopped;       /* accept() has failed once, and is not called again */
    pthread_mutex_t gate;
    sem_t at_work;
} *shared;

static pid_t server_pid;
static int spare_fd = -1;
static int log_fd = -1;

/* ---- the command line ---------------------------------------------------------------- */

static _Noreturn void usage(const char *subject, const char *problem)
{
    fprintf(stderr, "%s: %s %s\n", program_invocation_short_name, subject, problem);
    exit(EXIT_USAGE);
}

static long number(const char *option, const char *text, long least, long most)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || end == text || *end || value < least || value > most)
        usage(option, "is not a number in range");
    return value;
}

static enum fault fault_named(const char *name, uint64_t supported)
{
    for (enum fault f = 0; f < NO_FAULT; f++)
        if (strcmp(faults[f].name, name) == 0) {
            if (!(supported & SET(f)))
                usage(name, "is a fault that this server cannot commit.");
            return f;
        }
    usage(name, "is no fault of the zoo; --faults lists those of this server.");
}

static _Noreturn void list_faults(uint64_t supported)
{
    for (enum fault f = 0; f < NO_FAULT; f++)
        if (supported & SET(f))
            printf("%s%s\n", faults[f].name, faults[f].innocent ? " innocent" : "");
    exit(0);
}

static void parse(int argc, char **argv, uint64_t supported)
{
    static const struct option table[] = {
        {"port", 1, 0, 'p'},    {"host", 1, 0, 'h'},     {"unix", 1, 0, 'u'},
        {"backlog", 1, 0, 'b'}, {"fault", 1, 0, 'f'},    {"every", 1, 0, 'e'},
        {"at", 1, 0, 'a'},      {"bytes", 1, 0, 'n'},    {"delay-ms", 1, 0, 'd'},
        {"workers", 1, 0, 'w'}, {"greet", 1, 0, 'g'},    {"frame", 0, 0, 'F'},
        {"threads", 0, 0, 'T'}, {"faults", 0, 0, 'l'},   {"defer-accept", 0, 0, 'D'},
        {"room", 1, 0, 'r'},    {0},
    };
    for (int c; (c = getopt_long(argc, argv, "", table, NULL)) != -1;)
        switch (c) {
        case 'p': options.port = number("--port", optarg, 0, 65535); break;
        case 'h': options.host = optarg; break;
        case 'u': options.unix_path = optarg; break;
        case 'b': options.backlog = number("--backlog", optarg, 0, 65535); break;
        case 'f': options.fault = fault_named(optarg, supported); break;
        case 'e': options.every = number("--every", optarg, 1, 1000000000); break;
        case 'a': options.at = number("--at", optarg, 1, 1000000000); break;
        case 'n': options.bytes = number("--bytes", optarg, 1, 1 << 30); break;
        case 'r': options.room = number("--room", optarg, 0, 1 << 30); break;
        case 'd': options.delay_ms = number("--delay-ms", optarg, 0, 3600000); break;
        case 'w': options.workers = number("--workers", optarg, 1, 64); break;
        case 'g': options.greet = optarg; break;
        case 'F': options.frame = true; break;
        case 'T': options.threads = true; break;
        case 'D': options.defer_accept = true; break;
        case 'l': list_faults(supported);
        default: exit(EXIT_USAGE);      /* getopt has said why */
        }
    if (optind < argc)
        usage(argv[optind], "is not an option.");
    if (options.frame && !(supported & OPTION_FRAME))
        usage("--frame", "is not an option of this server.");
    if (options.threads && !(supported & OPTION_THREADS))
        usage("--threads", "is not an option of this server.");
}

/* ---- start --------------------------------------------------------------------------- */

static int temp_file(void)
{
    int fd = open(P_tmpdir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {   /* not every file system can */
        char path[] = P_tmpdir "/zoo-XXXXXX";
        if ((fd = mkostemp(path, O_CLOEXEC)) >= 0)
            unlink(path);
    }
    return fd;
}

static void leave(int signal)
{
    (void)signal;
    if (getpid() == server_pid) {
        shutdown(shut_on_leaving, SHUT_RDWR);
        if (options.unix_path)
            unlink(options.unix_path);
    }
    _exit(0);                           /* workers and children follow by PR_SET_PDEATHSIG */
}

/* A block behind it keeps malloc from giving it back to the kernel. */
static void leave_room(void)
{
    enum { BLOCK = 4096 };
    static char *volatile behind;
    size_t blocks = options.room / BLOCK;
    char **taken = checked(calloc(blocks + 1, sizeof *taken));
    for (size_t i = 0; i < blocks; i++)
        memset(taken[i] = checked(malloc(BLOCK)), 'r', BLOCK);
    behind = checked(malloc(1));
    for (size_t i = 0; i < blocks; i++)
        free(taken[i]);
    free(taken);
}

void zoo_start(int argc, char **argv, uint64_t supported)
{
    parse(argc, argv, supported);
    syscall(SYS_close_range, 3, ~0U, 0);        /* what the starter left open would stand in the counts */
    server_pid = getpid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});     /* crashes are on purpose */

    signal(SIGPIPE, SIG_IGN);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = leave}, NULL);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = leave}, NULL);

    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        die("mmap");
    pthread_mutexattr_t across_processes;
    pthread_mutexattr_init(&across_processes);
    pthread_mutexattr_setpshared(&across_processes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->gate, &across_processes);
    sem_init(&shared->at_work, true, 0);

    if (options.room)
        leave_room();
    if (chosen(EMFILE_CLOSE))
        spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (chosen(LOG_ROTATION))
        log_fd = temp_file();
}

static int listen_at(const struct sockaddr *address, socklen_t size, int flags)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (fd < 0)
        die("socket");
    if (address->sa_family != AF_UNIX)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (address->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){0}, sizeof(int));
    if (options.defer_accept)
        setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &(int){30}, sizeof(int));
    if (options.reuseport)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &(int){1}, sizeof(int));
    if (bind(fd, address, size) == 0 && listen(fd, options.backlog) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int listen_on(int port, int flags)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, options.host, &in.sin_addr) == 1)
        return listen_at((struct sockaddr *)&in, sizeof in, flags);
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET6, options.host, &in6.sin6_addr) == 1)
        return listen_at((struct sockaddr *)&in6, sizeof in6, flags);
    usage(options.host, "is not an IP address.");
}

static int lowest_ephemeral_port(void)
{
    char text[32] = "";
    int fd = open("/proc/sys/net/ipv4/ip_local_port_range", O_RDONLY);
    if (fd < 0 || read(fd, text, sizeof text - 1) < 0)
        text[0] = 0;
    close(fd);
    int low = atoi(text);
    return low > 10100 ? low : 32768;
}

/* Below the ephemeral range: on a port inside it, a client can connect to itself. */
static int listen_anywhere(int flags)
{
    const bool reuseport = options.reuseport;
    const int low = 10000, high = lowest_ephemeral_port();
    for (int attempt = 0; attempt < 1000; attempt++) {
        unsigned dice;
        if (getrandom(&dice, sizeof dice, 0) != sizeof dice)
            die("getrandom");
        options.port = low + dice % (high - low);
        options.reuseport = false;      /* or it would join a stranger's group */
        int fd = listen_on(options.port, flags);
        options.reuseport = reuseport;
        if (fd >= 0 && reuseport) {
            close(fd);
            fd = listen_on(options.port, flags);
        }
        if (fd >= 0 || errno != EADDRINUSE)
            return fd;
    }
    return -1;
}

int zoo_listen(int flags)
{
    int fd;
    if (options.unix_path) {
        struct sockaddr_un un = {.sun_family = AF_UNIX};
        if (strlen(options.unix_path) >= sizeof un.sun_path)
            usage(options.unix_path, "is too long for a socket.");
        strcpy(un.sun_path, options.unix_path);
        fd = listen_at((struct sockaddr *)&un, sizeof un, flags);
    } else {
        fd = options.port ? listen_on(options.port, flags) : listen_anywhere(flags);
    }
    if (fd < 0)
        die("cannot listen");
    return fd;
}

static void *open_and_close_files(void *unused)
{
    for (unsigned seed = 1;;) {
        int fds[5], count = 1 + rand_r(&seed) % 5;
        for (int i = 0; i < count; i++)
            fds[i] = temp_file();
        nap(5 + rand_r(&seed) % 16);
        for (int i = 0; i < count; i++)
            close(fds[i]);
        nap(rand_r(&seed) % 20);
    }
    return unused;
}

void zoo_at_work(void)
{
    sem_post(&shared->at_work);
}

void zoo_ready(int workers)
{
    while (workers > 0)
        if (sem_wait(&shared->at_work) == 0)
            workers--;
    pthread_t thread;
    if (chosen(BACKGROUND_FILES) && pthread_create(&thread, NULL, open_and_close_files, NULL) != 0)
        die("pthread_create");
    /* dprintf, not printf: no buffer that children would inherit */
    if (options.unix_path)
        dprintf(STDOUT_FILENO, "ready %s %d\n", options.unix_path, server_pid);
    else
        dprintf(STDOUT_FILENO, "ready %d %d\n", options.port, server_pid);
}

/* ---- who is hit ---------------------------------------------------------------------- */

bool chosen(enum fault fault)
{
    return options.fault == fault;
}

bool hits(enum fault fault, const struct conn *c)
{
    return chosen(fault) && c->number % options.every == 0;
}

static bool strikes_once(enum fault fault, const struct conn *c)
{
    return chosen(fault) && c->number == options.at;
}

bool leaves_open(const struct conn *c)
{
    return hits(NO_CLOSE, c) || hits(EMFILE_SPIN, c) || hits(EMFILE_CLOSE, c);
}

/*
 * A client that only shut down for writing takes a farewell, one that closed answers it with a reset. Whoever counts on
 * that reset to close never closes the first.
 */
static bool takes_farewell(int fd)
{
    struct pollfd client = {.fd = fd, .events = 0};
    if (send(fd, "bye\n", 4, MSG_NOSIGNAL) < 0)
        return false;
    for (int unsent = 1;;) {            /* until it is acknowledged, or reset */
        if (poll(&client, 1, 0) > 0 && client.revents & POLLERR)
            return false;
        if (unsent == 0)
            return true;
        if (ioctl(fd, SIOCOUTQ, &unsent) < 0)
            return false;
        nap(unsent > 0);
    }
}

bool conn_forgotten(const struct conn *c, enum ending ending)
{
    return ending == BY_NEGLECT || leaves_open(c)
        || (ending == BY_EOF && hits(NO_CLOSE_EOF, c))
        || (ending == BY_RESET && hits(NO_CLOSE_RST, c))
        || (ending == BY_EOF && hits(NO_CLOSE_HALF, c) && takes_farewell(c->fd))
        || (c->heard && hits(NO_CLOSE_DATA, c))
        || (!c->heard && hits(NO_CLOSE_EMPTY, c));
}

/* ---- what a connection leaves behind ------------------------------------------------- */

static void keep_descriptor(const struct conn *c)
{
    int pair[2];
    switch (options.fault) {
    case DUP:       fcntl(c->fd, F_DUPFD_CLOEXEC, 0); break;
    case TEMP_FILE: temp_file(); break;
    case PIPE:      if (pipe2(pair, O_CLOEXEC) < 0) { /* at the limit, then */ } break;
    case EVENTFD:   eventfd(0, EFD_CLOEXEC); break;
    case TIMERFD:   timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC); break;
    case EPOLLFD:   epoll_create1(EPOLL_CLOEXEC); break;
    case UNIXSOCK:
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0)
            close(pair[1]);
        break;
    default: break;
    }
}

static void keep_client_entry(const struct conn *c)
{
    struct client { unsigned long number; struct timespec since; char name[80]; };
    static struct client **table;
    static size_t used, room;
    if (used == room) {
        room = room ? 2 * room : 256;
        table = checked(realloc(table, room * sizeof *table));
    }
    struct client *client = checked(calloc(1, sizeof *client));
    client->number = c->number;
    clock_gettime(CLOCK_MONOTONIC, &client->since);
    memset(client->name, 'c', sizeof client->name - 1);
    table[used++] = client;
}

/* A list of clients that have gone, searched from its beginning for each that comes. */
static void search_clients(const struct conn *c)
{
    struct entry { struct entry *next; unsigned long number; };
    static struct entry *first;
    struct entry **at = &first;
    while (*at && (*at)->number != c->number)
        at = &(*at)->next;
    *at = checked(calloc(1, sizeof **at));
    (*at)->number = c->number;
}

static void keep_memory(void)
{
    static char *volatile lost;         /* volatile: a store the compiler may not drop */
    lost = checked(malloc(options.bytes));
    memset(lost, 'm', options.bytes);
}

static void keep_mapping(void)
{
    /* Shared, for the kernel makes one mapping out of private neighbours that look alike. */
    mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void open_lazily(void)
{
    static bool opened;
    if (opened)
        return;
    opened = true;
    log_fd = temp_file();
    epoll_create1(EPOLL_CLOEXEC);
    eventfd(0, EFD_CLOEXEC);
    open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
}

static void cache_block(void)
{
    static char *cache[200];
    static size_t oldest;
    free(cache[oldest]);
    cache[oldest] = checked(malloc(4096));
    memset(cache[oldest], 'b', 4096);
    oldest = (oldest + 1) % 200;
}

static void rotate_log(void)
{
    static unsigned long lines;         /* of this process: each worker has its own log */
    dprintf(log_fd, "connection\n");
    if (++lines % 200)
        return;
    int next = temp_file();
    if (next >= 0) {
        close(log_fd);
        log_fd = next;
    }
}

static void allocate_noisily(void)
{
    static char *live[256];
    static unsigned seed = 1;
    char **slot = &live[rand_r(&seed) % 256];
    size_t size = 16 + rand_r(&seed) % (64 * 1024 - 15);
    free(*slot);
    *slot = checked(malloc(size));
    memset(*slot, 'n', size);
}

/* Counts the connection; the accepting process keeps what the fault makes it keep. */
void zoo_admit(struct conn *c, int fd)
{
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
    *c = (struct conn){.fd = fd, .number = ++shared->accepted};
    if (chosen(NO_FAULT))
        return;
    if (strikes_once(EXIT, c))
        exit(0);

    pthread_mutex_lock(&one_at_a_time);
    switch (options.fault) {
    case LAZY_OPEN:     open_lazily(); break;
    case BOUNDED_CACHE: cache_block(); break;
    case LOG_ROTATION:  rotate_log(); break;
    case NOISY_ALLOC:   allocate_noisily(); break;
    default: break;
    }
    if (hits(options.fault, c))
        switch (options.fault) {
        case STALE:  keep_client_entry(c); break;
        case STALE_SEARCH: search_clients(c); break;
        case MALLOC: keep_memory(); break;
        case MMAP:   keep_mapping(); break;
        default:     keep_descriptor(c); break;
        }
    pthread_mutex_unlock(&one_at_a_time);
}

/* ---- accept -------------------------------------------------------------------------- */

/* The trick with the spare descriptor: the client sees a connection that ends at once. */
static void turn_away(int listener)
{
    struct pollfd queue = {.fd = listener, .events = POLLIN};
    if (spare_fd < 0)
        nap(10);
    else if (poll(&queue, 1, 10) <= 0)  /* accept() says EMFILE even when nobody is waiting */
        return;
    close(spare_fd);
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0)
        close(fd);
    spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void zoo_accept_failed(int listener, int error)
{
    errno = error;
    switch (error) {
    case EMFILE: case ENFILE: case ENOBUFS: case ENOMEM:
        break;
    case EBADF: case EINVAL: case ENOTSOCK:
        die("accept");
    default:                            /* nobody there, or a client that left the queue */
        return;
    }
    if (chosen(EMFILE_EXIT))
        die("accept");
    if (chosen(EMFILE_STOP))
        shared->stopped = true;
    if (chosen(EMFILE_CLOSE))
        turn_away(listener);
    else if (!chosen(EMFILE_SPIN))
        nap(10);
}

bool zoo_accepts(void)
{
    return !chosen(NEVER_ACCEPT) && !shared->stopped
        && !(chosen(STOP_ACCEPTING) && shared->accepted >= options.at);
}

enum accepted zoo_accept(int listener, struct conn *c, int flags)
{
    /*
     * One at a time: a worker that already waits would take connection K + 1, and
     * another thread would take the descriptor that the spare one has just freed.
     */
    const bool gated = chosen(STOP_ACCEPTING) || (chosen(EMFILE_CLOSE) && options.threads);
    enum accepted outcome = NEVER_AGAIN;
    if (gated)
        pthread_mutex_lock(&shared->gate);
    if (zoo_accepts()) {
        int fd = accept4(listener, NULL, NULL, flags | SOCK_CLOEXEC);
        if (fd >= 0)
            zoo_admit(c, fd);
        else
            zoo_accept_failed(listener, errno);
        outcome = fd >= 0 ? ACCEPTED : NOT_NOW;
    }
    if (gated)
        pthread_mutex_unlock(&shared->gate);
    return outcome;
}

/* ---- one connection, blocking -------------------------------------------------------- */

static bool send_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        size -= n;
    }
    return true;
}

bool conn_begin(struct conn *c)
{
    if (strikes_once(CRASH, c) || hits(WORKER_CRASH, c))
        abort();
    if (strikes_once(CRASH_SEGV, c) || strikes_once(WORKER_LOST, c)) {
        volatile int *volatile nowhere = NULL;  /* twice, or the store is optimised away */
        *nowhere = 1;
    }
    bool forget = hits(GREET_FORGET, c);
    const char *greeting = options.greet ? options.greet : forget ? "hello\n" : "";
    /* A fresh socket has room for a greeting; if the client is gone, recv() will tell. */
    send_all(c->fd, greeting, strlen(greeting));
    return !forget;
}

static void await_client(int fd)
{
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = lifeline, .events = POLLIN}};
    while (lifeline >= 0 && fds[0].revents == 0) {
        if (fds[1].revents)
            _exit(0);
        poll(fds, 2, -1);
    }
}

static bool close_blocking(struct conn *c, enum ending ending)
{
    if (conn_forgotten(c, ending))
        return false;
    if (hits(SLOW_CLOSE, c))
        nap(options.delay_ms);
    close(c->fd);
    return true;
}

bool conn_serve(struct conn *c)
{
    char buffer[4096];
    if (!conn_begin(c))
        return false;
    for (;;) {
        await_client(c->fd);
        ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            return close_blocking(c, BY_EOF);
        c->heard |= n > 0;
        if (n < 0 || !send_all(c->fd, buffer, n))
            return close_blocking(c, BY_RESET);
        if (hits(ECHO_FORGET, c))
            return false;
    }
}

/* ---- one connection, in an event loop ------------------------------------------------ */

/* Closes that wait; each as long as the other, so the first in is the first due. */
static _Thread_local struct closing { int fd; long due_ms; struct closing *next; } *first, *last;

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void conn_end(const struct conn *c, enum ending ending)
{
    if (conn_forgotten(c, ending))
        return;
    if (!hits(SLOW_CLOSE, c)) {
        close(c->fd);
        return;
    }
    struct closing *closing = checked(malloc(sizeof *closing));
    *closing = (struct closing){.fd = c->fd, .due_ms = now_ms() + options.delay_ms};
    if (first)
        last->next = closing;
    else
        first = closing;
    last = closing;
}

int zoo_timeout(void)
{
    if (!first)
        return -1;
    long now = now_ms();
    while (first && first->due_ms <= now) {
        struct closing *due = first;
        first = due->next;
        close(due->fd);
        free(due);
    }
    return first ? (int)(first->due_ms - now) : -1;
}

/* One pool for each thread that runs a loop. */
static _Thread_local struct stream *idle;

void stream_reserve(void)
{
    const int count = 64;
    struct stream *streams = checked(malloc(count * sizeof *streams));
    for (int i = 0; i < count; i++)
        stream_free(&streams[i]);
}

struct stream *stream_new(void)
{
    if (!idle)
        stream_reserve();
    struct stream *s = idle;
    idle = s->next;
    s->events = POLLIN;
    s->sent = s->have = 0;
    return s;
}

void stream_free(struct stream *s)
{
    s->next = idle;
    idle = s;
}

enum accepted stream_accept(int listener, struct stream **out)
{
    struct stream *s = stream_new();
    enum accepted outcome = zoo_accept(listener, &s->conn, SOCK_NONBLOCK);
    if (outcome == ACCEPTED && !conn_begin(&s->conn))
        outcome = NOT_NOW;              /* greeted and forgotten: nobody to serve */
    if (outcome == ACCEPTED)
        *out = s;
    else
        stream_free(s);
    return outcome;
}

static short over(struct stream *s, enum ending ending)
{
    s->ending = ending;
    return 0;
}

static bool try_again(void)
{
    return errno == EAGAIN || errno == EINTR;
}

/* One read at most, so that no client keeps the others waiting. */
short stream_pump(struct stream *s)
{
    if (s->sent == s->have) {
        ssize_t n = recv(s->conn.fd, s->buffer, sizeof s->buffer, 0);
        if (n == 0)
            return hits(SPIN, &s->conn) ? POLLIN : over(s, BY_EOF);
        if (n < 0)
            return try_again() ? POLLIN : over(s, BY_RESET);
        s->conn.heard = true;
        s->sent = 0;
        s->have = n;
    }
    ssize_t n = send(s->conn.fd, s->buffer + s->sent, s->have - s->sent, MSG_NOSIGNAL);
    if (n < 0)
        return try_again() ? POLLOUT : over(s, BY_RESET);
    s->sent += n;
    if (s->sent < s->have)
        return POLLOUT;
    return hits(ECHO_FORGET, &s->conn) ? over(s, BY_NEGLECT) : POLLIN;
}

/* Only the descriptor is forgotten, never the memory: one fault at a time. */
void stream_end(struct stream *s)
{
    conn_end(&s->conn, s->ending);
    stream_free(s);
}

/* ---- processes ----------------------------------------------------------------------- */

pid_t zoo_fork(void)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)        /* it died before we asked */
            _exit(0);
    }
    return pid;
}

static void spawn(int listener, void (*work)(int listener), const sigset_t *unblocked)
{
    /* Listening before fork: a worker's own listener is there when "ready" is said. */
    int fd = listener >= 0 ? listener : zoo_listen(SOCK_NONBLOCK);
    pid_t pid = zoo_fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, unblocked, NULL);
        work(fd);
        _exit(0);
    }
    if (fd != listener)
        close(fd);
}

static int workers_wanted(void)
{
    if (!chosen(POOL_GROWTH))
        return options.workers;
    unsigned long wanted = 1 + shared->accepted / 50;
    return wanted < 4 ? (int)wanted : 4;
}

/* A worker that is gone is replaced, unless it is to be missed; SIGUSR1 asks for another look at how many are wanted. */
void zoo_supervise(int listener, void (*work)(int listener))
{
    sigset_t news, unblocked;
    sigemptyset(&news);
    sigaddset(&news, SIGCHLD);
    sigaddset(&news, SIGUSR1);
    sigprocmask(SIG_BLOCK, &news, &unblocked);

    for (int running = 0, said = 0;;) {
        for (; running < workers_wanted(); running++)
            spawn(listener, work, &unblocked);
        if (!said++)
            zoo_ready(running);
        sigwaitinfo(&news, NULL);
        while (waitpid(-1, NULL, WNOHANG) > 0)  /* one signal may stand for several */
            running -= !chosen(WORKER_LOST) && !chosen(WORKER_LEAVES);
    }
}

/* ---- the rest ------------------------------------------------------------------------ */

void *checked(void *memory)
{
    if (!memory)
        die("out of memory");
    return memory;
}

void nap(int ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

void hang(void)
{
    struct pollfd server = {.fd = lifeline, .events = POLLIN};
    while (poll(&server, 1, -1) <= 0) {}
    _exit(0);
}

void die(const char *what)
{
    perror(what);
    exit(1);
}
