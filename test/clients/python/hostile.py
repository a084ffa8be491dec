"""A client that means harm: hostile.py garbage|header|body|flood|slow"""
import os, socket, sys, time

port = int(os.environ["PORTS"].split(",")[0])
how = sys.argv[1]
size = int(os.environ.get("MIB", "1024"))
chunk = b"x" * (1 << 20)


def talk(first, endless, mib):
    client = socket.create_connection(("127.0.0.1", port))
    client.settimeout(10)
    try:
        client.sendall(first)
        for _ in range(mib):
            client.sendall(endless)
    except OSError:
        pass
    client.close()


if how == "garbage":
    for _ in range(50):
        talk(os.urandom(4096), b"", 0)
elif how == "header":
    for _ in range(20):
        talk(b"GET / HTTP/1.1\r\nX: ", chunk, 20)
elif how == "body":
    talk(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (size << 20), chunk, size)
elif how == "flood":
    client = socket.create_connection(("127.0.0.1", port))
    client.settimeout(2)
    try:
        for _ in range(200):
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 20000)
    except OSError:
        pass
    time.sleep(0.5)
