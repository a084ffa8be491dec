"""An echo server on socketserver.ForkingTCPServer: a child for every connection.

python3 forking_server.py [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
"""
import os
import signal
import socketserver
import sys

sys.dont_write_bytecode = True
from fixture import Cycle, collect_now_and_then, crash, family_of, read_arguments, say_ready, taken_over

options = read_arguments({
    "no-close": "the parent forgets to close its copy of every Kth socket; closed by both sides it is in no table",
    "zombie": "the parent never waits for every Kth child",
    "zombie-coalesced": "the parent waits for one child per SIGCHLD, and children that exit together raise one",
    "child-stays": "every Kth child closes its connection and then waits for ever",
    "memory": "the parent keeps --bytes bytes for every Kth connection",
    "file": "the parent opens a file on every Kth connection and keeps it",
    "crash": "the parent aborts on connection --at K: SIGABRT",
    "finalizer": "innocent: the parent's sockets close only when the garbage collector finds them, every half second",
})
kept = []


class Server(socketserver.ForkingTCPServer):
    address_family = family_of(options.host)
    allow_reuse_address = True
    request_queue_size = 128
    connections = 0
    fault = None

    def process_request(self, request, client_address):
        self.connections += 1
        self.fault = options.fault if self.connections % options.every == 0 else None
        if self.fault == "memory":
            kept.append(os.urandom(options.bytes))
        elif self.fault == "file":
            kept.append(open(__file__))
        elif self.fault == "crash" and self.connections >= options.at:
            crash()
        before = set(self.active_children or ())
        super().process_request(request, client_address)
        if self.fault in ("zombie", "zombie-coalesced", "child-stays"):
            self.active_children &= before  # nobody here will wait for the new child

    def close_request(self, request):
        in_parent = os.getpid() == parent
        if in_parent and self.fault == "no-close":
            kept.append(taken_over(request))
        elif in_parent and self.fault == "finalizer":
            Cycle(taken_over(request))
        else:
            super().close_request(request)


def reap_one(signal_number, frame):
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        pass


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        os.close(parent_lives)
        try:
            while data := self.request.recv(65536):
                self.request.sendall(data)
        except ConnectionError:
            pass
        if self.server.fault == "child-stays":
            self.server.shutdown_request(self.request)
            os.read(until_parent_dies, 1)


parent = os.getpid()
until_parent_dies, parent_lives = os.pipe()  # only the parent keeps the writing end: no child outlives it
if options.fault == "zombie-coalesced":
    signal.signal(signal.SIGCHLD, reap_one)
if options.fault == "finalizer":
    collect_now_and_then()
with Server((options.host, options.port), Echo) as server:
    say_ready(options.port)
    server.serve_forever()
