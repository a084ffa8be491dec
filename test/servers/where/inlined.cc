// A server of which an optimizing compiler makes one function: the handlers are inlined into the loop.
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

namespace {

struct Session {
    int fd;

    void drop() const { close(fd); /* marker: closed */ }

    // Every other one is forgotten.
    void ended(unsigned number) const
    {
        if (number % 2)
            drop();
    }

    bool heard() const
    {
        char buffer[64];
        return read(fd, buffer, sizeof buffer) > 0; /* marker: touched */
    }
};

Session admit(int listener)
{
    return Session{accept(listener, nullptr, nullptr)}; /* marker: made */
}

} // namespace

int main()
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener, reinterpret_cast<sockaddr *>(&address), size) || listen(listener, 511))
        return 1;
    getsockname(listener, reinterpret_cast<sockaddr *>(&address), &size);
    std::printf("ready %d %d\n", ntohs(address.sin_port), getpid());
    std::fflush(stdout);
    std::vector<Session> sessions;
    for (unsigned ended = 0;;) {
        std::vector<pollfd> fds{{listener, POLLIN, 0}};
        for (const Session &session : sessions)
            fds.push_back({session.fd, POLLIN, 0});
        if (poll(fds.data(), fds.size(), -1) < 0)
            continue;
        std::vector<Session> left;
        for (std::size_t i = 0; i < sessions.size(); i++) {
            if (fds[i + 1].revents == 0 || sessions[i].heard())
                left.push_back(sessions[i]);
            else
                sessions[i].ended(ended++);
        }
        sessions.swap(left);
        if (fds[0].revents)
            sessions.push_back(admit(listener));
    }
}
