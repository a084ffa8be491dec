/*
 * Runs a command and writes to descriptor 3 what it took: wall time in microseconds, and the most memory it ever
 * held in KiB. Ends with its exit status.
 *
 *     weigh COMMAND…
 *
 * A program of its own because a process inherits the peak of the one that started it, and that of Node is high.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RESULT = 3, NOT_FOUND = 127 };

static long long microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 64;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    fcntl(RESULT, F_SETFD, FD_CLOEXEC);

    long long begun = microseconds();
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(NOT_FOUND);
    }
    int status;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror("weigh");
        return 1;
    }
    dprintf(RESULT, "%lld %ld\n", microseconds() - begun, usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
