"""Two servers that are not under test: one whose accept queue is always full, one that defers accept() and is reset.
Both move the counters of the whole network namespace (ListenOverflows; EmbryonicRsts and TCPDeferAcceptDrop)."""

import os
import socket
import struct
import time

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def listener(backlog, defer):
    server = socket.socket()
    if defer:
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
    server.bind(("127.0.0.1", 0))
    server.listen(backlog)
    return server


def knock(server):
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(server.getsockname())
    return client


def reset(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    client.close()


full = listener(0, False)
fillers = [knock(full) for _ in range(8)]
deferring = listener(64, True)
for client in [knock(deferring) for _ in range(40)]:
    reset(client)
print(f"ready {full.getsockname()[1]} {os.getpid()}", flush=True)
for _ in range(3000):
    knock(full).close()
    reset(knock(deferring))
    time.sleep(0.01)
