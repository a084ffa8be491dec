"""Forgets sockets: an error is met, and nobody calls close()."""
import os, socket, sys, time

port = int(os.environ["PORTS"].split(",")[0])
requests = int(os.environ.get("REQUESTS", "20"))
gives_up = float(os.environ.get("GIVES_UP_MS", "5000")) / 1000
kept = []
for _ in range(requests):
    client = socket.create_connection(("127.0.0.1", port))
    client.settimeout(gives_up)
    kept.append(client)
    try:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while client.recv(4096):
            pass
    except OSError:
        pass
time.sleep(float(os.environ.get("LINGER_MS", "0")) / 1000)
