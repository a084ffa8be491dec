"""An echo server on socketserver.ThreadingTCPServer: a thread for every connection.

python3 threading_server.py [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
"""
import os
import socketserver
import sys
import threading

sys.dont_write_bytecode = True
from fixture import Cycle, collect_now_and_then, crash, family_of, read_arguments, say_ready, taken_over

options = read_arguments({
    "no-close": "after the client has closed, every Kth socket stays in CLOSE_WAIT",
    "no-close-rst": "after the client has reset, every Kth socket stays, in no table",
    "memory": "keeps --bytes bytes for every Kth connection",
    "thread-stays": "every Kth connection is closed, but its thread waits for ever",
    "file": "opens a file on every Kth connection and keeps it",
    "crash": "aborts on connection --at K: SIGABRT",
    "finalizer": "innocent: sockets close only when the garbage collector finds them, every half second",
})
kept = []


class Server(socketserver.ThreadingTCPServer):
    address_family = family_of(options.host)
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    connections = 0

    def process_request(self, request, client_address):  # in the main thread, before the new one
        self.connections += 1
        fault = options.fault if self.connections % options.every == 0 else None
        if fault == "memory":
            kept.append(os.urandom(options.bytes))
        elif fault == "file":
            kept.append(open(__file__))
        elif fault == "crash" and self.connections >= options.at:
            crash()
        super().process_request(request, fault)  # the handler has no use for the client's address


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        fault = self.client_address
        reset = self.echo()
        if (fault == "no-close" and not reset) or (fault == "no-close-rst" and reset):
            kept.append(taken_over(self.request))
        elif fault == "thread-stays":
            self.server.shutdown_request(self.request)
            threading.Event().wait()
        elif fault == "finalizer":
            Cycle(taken_over(self.request))

    def echo(self):
        try:
            while data := self.request.recv(65536):
                self.request.sendall(data)
            return False
        except ConnectionError:
            return True


if options.fault == "finalizer":
    collect_now_and_then()
with Server((options.host, options.port), Echo) as server:
    say_ready(options.port)
    server.serve_forever()
