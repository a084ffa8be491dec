"""Plays pid 1 with socket activation: listens, hands the socket to a child that serves, and keeps it open itself.

usage: unshare --pid --fork --mount-proc python3 init_holds_socket.py PORT COMMAND...
Runs COMMAND beside the server, in the same pid namespace, and exits with its status. With "unstarted" in the
environment variable SERVICE there is no child yet: the socket waits in pid 1 alone.
"""
import os
import signal
import socket
import subprocess
import sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=128)
child = 0
if os.environ.get("SERVICE") != "unstarted":
    child = os.fork()
    if child == 0:
        while True:
            connection, _ = listener.accept()
            connection.close()
status = subprocess.call(sys.argv[2:])
if child:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
sys.exit(status)
