"""Opens many connections, asks once on each, and keeps them: holds.py COUNT. Then it makes the file MARKER."""
import os, resource, socket, sys, time

port = int(os.environ["PORTS"].split(",")[0])
count = int(sys.argv[1])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
kept = []
for _ in range(count):
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.recv(4096)
    kept.append(client)
if marker := os.environ.get("MARKER"):
    open(marker, "w").close()
time.sleep(float(os.environ.get("LINGER_MS", "0")) / 1000)
