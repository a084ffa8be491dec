"""What the servers of this folder share: their command line, a free port, the line that says ready."""
import argparse
import gc
import os
import random
import resource
import socket
import threading


def read_arguments(faults):
    """faults: the faults that a server can commit, with a sentence on each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--fault", choices=list(faults), help="; ".join(f"{name}: {text}" for name, text in faults.items()))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--bytes", type=int, default=1024)
    parser.add_argument("--at", type=int, default=1)
    parser.add_argument("--list-faults", action="store_true")
    options = parser.parse_args()
    if options.list_faults:
        print("\n".join(faults))
        raise SystemExit(0)
    options.port = options.port or free_port(options.host)
    return options


def free_port(host):
    """A free port below the ephemeral range, where no client's local port can collide with it."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        first_ephemeral = int(file.read().split()[0])
    for _ in range(100):
        port = random.randrange(10_000, first_ephemeral)
        with socket.socket(family_of(host)) as probe:
            try:
                probe.bind((host, port))
                return port
            except OSError:
                continue
    raise SystemExit("no free port found")


def family_of(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def say_ready(port):
    print(f"ready {port} {os.getpid()}", flush=True)


class Cycle:
    """Garbage that reference counting does not find: what it holds closes when the collector runs."""

    def __init__(self, held):
        self.held = held
        self.me = self


def taken_over(connection):
    """Moves the descriptor to a new object, so that socketserver's own close finds nothing to close."""
    return socket.socket(fileno=connection.detach())


def collect_now_and_then(seconds=0.5):
    def loop():
        while True:
            threading.Event().wait(seconds)
            gc.collect()

    threading.Thread(target=loop, daemon=True).start()


def crash():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.abort()
