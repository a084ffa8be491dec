"""Forgets each connection with a number that --every divides, and stands still for a second before it takes --at."""
import socket
import time

from fixture import read_arguments, say_ready

options = read_arguments({})
listener = socket.create_server((options.host, options.port), backlog=128)
say_ready(options.port)
forgotten = []
number = 0
while True:
    number += 1
    if number == options.at:
        time.sleep(1)
    connection, _ = listener.accept()
    if number % options.every:
        connection.recv(10)
        connection.close()
    else:
        forgotten.append(connection)
