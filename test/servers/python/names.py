"""Opens something with a name for each connection, or hands the connection itself to a program, and keeps it or not."""
import argparse
import socket
import subprocess

from fixture import free_port, say_ready

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--opens", choices=["tcp", "unix", "file", "program", "shutdown"])
parser.add_argument("--to", help="host:port or path of what is opened")
parser.add_argument("--keeps", type=int, choices=[0, 1])
options = parser.parse_args()
options.port = options.port or free_port("127.0.0.1")
kept = []


def open_one(connection):
    if options.opens == "tcp":
        host, port = options.to.split(":")
        return socket.create_connection((host, int(port)))
    if options.opens == "unix":
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(options.to)
        return peer
    if options.opens == "file":
        return open(options.to, "a")
    if options.opens == "program":
        connection.set_inheritable(True)
        program = subprocess.Popen(["sleep", "1000"], close_fds=not options.keeps, stdin=subprocess.DEVNULL)
        if options.keeps:
            return program
        program.kill()
        program.wait()
        return None
    return None


listener = socket.create_server(("127.0.0.1", options.port), backlog=128)
say_ready(options.port)
while True:
    connection, _ = listener.accept()
    opened = open_one(connection)
    try:
        while connection.recv(100):
            pass
    except OSError:
        pass
    if options.opens == "shutdown" and options.keeps:
        connection.shutdown(socket.SHUT_RDWR)
        kept.append(connection)
        continue
    connection.close()
    if options.keeps:
        kept.append(opened)
    elif opened:
        opened.close()
