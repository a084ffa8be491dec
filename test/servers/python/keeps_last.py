"""The loop of a first lesson: a variable holds the last connection until the next one takes its place, which closes it."""
import socket

from fixture import read_arguments, say_ready

options = read_arguments({})
listener = socket.create_server((options.host, options.port), backlog=128)
say_ready(options.port)
while True:
    connection, _ = listener.accept()
    connection.recv(10)
