/*
 * One thread, io_uring by raw system calls: accept, recv, send and close are
 * entries of a ring, and each connection has one of them under way at a time.
 */
#include "zoo.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ENTRIES = 256, UNSUPPORTED = 77 };

/* ---- the ring ------------------------------------------------------------------------ */

static struct {
    int fd;
    unsigned *sq_head, *sq_tail, *cq_head, *cq_tail;
    unsigned sq_mask, cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
    unsigned to_submit;
} ring;

static _Noreturn void unsupported(const char *reason)
{
    printf("unsupported %s\n", reason);
    exit(UNSUPPORTED);
}

static void *map(size_t size, off_t what)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                        ring.fd, what);
    if (memory == MAP_FAILED)
        unsupported("mmap of the ring");
    return memory;
}

static void ring_open(void)
{
    struct io_uring_params p = {0};
    ring.fd = syscall(SYS_io_uring_setup, ENTRIES, &p);
    if (ring.fd < 0)
        unsupported(strerror(errno));
    if (!(p.features & IORING_FEAT_SINGLE_MMAP) || !(p.features & IORING_FEAT_FAST_POLL))
        unsupported("kernel older than 5.7");

    size_t sq_size = p.sq_off.array + p.sq_entries * sizeof(unsigned);
    size_t cq_size = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
    char *base = map(sq_size > cq_size ? sq_size : cq_size, IORING_OFF_SQ_RING);
    ring.sq_head = (unsigned *)(base + p.sq_off.head);
    ring.sq_tail = (unsigned *)(base + p.sq_off.tail);
    ring.sq_mask = p.sq_entries - 1;
    ring.cq_head = (unsigned *)(base + p.cq_off.head);
    ring.cq_tail = (unsigned *)(base + p.cq_off.tail);
    ring.cq_mask = p.cq_entries - 1;
    ring.cqes = (struct io_uring_cqe *)(base + p.cq_off.cqes);
    ring.sqes = map(p.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
    for (unsigned i = 0; i < p.sq_entries; i++)
        ((unsigned *)(base + p.sq_off.array))[i] = i;
}

/* Submits all that is queued and waits until at least `wanted` completions are there. */
static void ring_enter(unsigned wanted)
{
    int n = syscall(SYS_io_uring_enter, ring.fd, ring.to_submit, wanted,
                    wanted ? IORING_ENTER_GETEVENTS : 0, NULL, 0);
    if (n >= 0)
        ring.to_submit -= n;
    else if (errno != EINTR && errno != EAGAIN && errno != EBUSY)
        die("io_uring_enter");
}

static void submit(struct io_uring_sqe sqe)
{
    unsigned tail = *ring.sq_tail;
    while (tail - __atomic_load_n(ring.sq_head, __ATOMIC_ACQUIRE) > ring.sq_mask)
        ring_enter(0);          /* full */
    ring.sqes[tail & ring.sq_mask] = sqe;
    __atomic_store_n(ring.sq_tail, tail + 1, __ATOMIC_RELEASE);
    ring.to_submit++;
}

static bool ring_take(struct io_uring_cqe *cqe)
{
    unsigned head = *ring.cq_head;
    if (head == __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE))
        return false;
    *cqe = ring.cqes[head & ring.cq_mask];
    __atomic_store_n(ring.cq_head, head + 1, __ATOMIC_RELEASE);
    return true;
}

/* ---- the server ---------------------------------------------------------------------- */

struct client {
    enum { RECEIVING, SENDING, LINGERING, CLOSING } step;
    struct stream *stream;
    struct __kernel_timespec delay;
    struct client *next;
};
static struct client *idle;
static int listener;

static struct client *client_new(struct conn c)
{
    struct client *client = idle;
    if (client)
        idle = client->next;
    else
        client = checked(malloc(sizeof *client));
    client->stream = stream_new();
    client->stream->conn = c;
    return client;
}

static void client_free(struct client *client)
{
    stream_free(client->stream);
    client->next = idle;
    idle = client;
}

/* The completion of accept is the one that belongs to no client. */
static void accept_next(void)
{
    if (zoo_accepts())
        submit((struct io_uring_sqe){
            .opcode = IORING_OP_ACCEPT, .fd = listener, .accept_flags = SOCK_CLOEXEC});
}

static void receive(struct client *client)
{
    struct stream *s = client->stream;
    client->step = RECEIVING;
    submit((struct io_uring_sqe){
        .opcode = IORING_OP_RECV, .fd = s->conn.fd, .addr = (uintptr_t)s->buffer,
        .len = sizeof s->buffer, .user_data = (uintptr_t)client});
}

static void send_rest(struct client *client)
{
    struct stream *s = client->stream;
    client->step = SENDING;
    submit((struct io_uring_sqe){
        .opcode = IORING_OP_SEND, .fd = s->conn.fd, .addr = (uintptr_t)(s->buffer + s->sent),
        .len = s->have - s->sent, .msg_flags = MSG_NOSIGNAL, .user_data = (uintptr_t)client});
}

static void linger(struct client *client)
{
    client->step = LINGERING;
    client->delay = (struct __kernel_timespec){
        .tv_sec = options.delay_ms / 1000, .tv_nsec = options.delay_ms % 1000 * 1000000L};
    submit((struct io_uring_sqe){
        .opcode = IORING_OP_TIMEOUT, .fd = -1, .addr = (uintptr_t)&client->delay, .len = 1,
        .user_data = (uintptr_t)client});
}

static void close_connection(struct client *client)
{
    client->step = CLOSING;
    submit((struct io_uring_sqe){
        .opcode = IORING_OP_CLOSE, .fd = client->stream->conn.fd, .user_data = (uintptr_t)client});
}

static void end(struct client *client, enum ending ending)
{
    const struct conn *c = &client->stream->conn;
    if (conn_forgotten(c, ending))
        client_free(client);
    else if (hits(SLOW_CLOSE, c))
        linger(client);
    else
        close_connection(client);
}

static void accepted(int result)
{
    struct conn c;
    if (result < 0) {
        zoo_accept_failed(listener, -result);
    } else {
        zoo_admit(&c, result);
        if (conn_begin(&c))
            receive(client_new(c));
    }
    accept_next();
}

static void received(struct client *client, int result)
{
    struct stream *s = client->stream;
    if (result == -EINTR || result == -EAGAIN)
        return receive(client);
    if (result <= 0)
        return end(client, result == 0 ? BY_EOF : BY_RESET);
    s->conn.heard = true;
    s->sent = 0;
    s->have = result;
    send_rest(client);
}

static void sent(struct client *client, int result)
{
    struct stream *s = client->stream;
    if (result == -EINTR || result == -EAGAIN)
        return send_rest(client);
    if (result < 0)
        return end(client, BY_RESET);
    s->sent += result;
    if (s->sent < s->have)
        send_rest(client);
    else if (hits(ECHO_FORGET, &s->conn))
        end(client, BY_NEGLECT);
    else
        receive(client);
}

int main(int argc, char **argv)
{
    zoo_start(argc, argv, ANY_MODEL | SET(SLOW_CLOSE));
    ring_open();
    listener = shut_on_leaving = zoo_listen(0);     /* a ring is taken down only after the exit */
    stream_reserve();
    accept_next();
    ring_enter(0);
    zoo_ready(0);

    for (struct io_uring_cqe cqe;;) {
        ring_enter(1);
        while (ring_take(&cqe)) {
            struct client *client = (struct client *)(uintptr_t)cqe.user_data;
            if (!client)
                accepted(cqe.res);
            else switch (client->step) {
                case RECEIVING: received(client, cqe.res); break;
                case SENDING:   sent(client, cqe.res); break;
                case LINGERING: close_connection(client); break;
                case CLOSING:   client_free(client); break;
            }
        }
    }
}
