"""The same, with a close on every path."""
import os, socket, time

port = int(os.environ["PORTS"].split(",")[0])
requests = int(os.environ.get("REQUESTS", "20"))
gives_up = float(os.environ.get("GIVES_UP_MS", "5000")) / 1000
for _ in range(requests):
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(gives_up)
        try:
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while client.recv(4096):
                pass
        except OSError:
            pass
time.sleep(float(os.environ.get("LINGER_MS", "0")) / 1000)
