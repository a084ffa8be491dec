"""A server that remembers each client for some seconds, 4 KB of it: clean, but its memory grows until then.

python3 time_to_live.py SECONDS [--leak]     with --leak the timer runs out and forgets nothing
"""
import asyncio
import sys

sys.dont_write_bytecode = True
from fixture import free_port, say_ready

seconds = float(sys.argv[1])
leaks = "--leak" in sys.argv
sessions = {}
clients = 0


async def serve(reader, writer):
    global clients
    clients += 1
    client = clients
    sessions[client] = bytearray(4096)
    asyncio.get_running_loop().call_later(seconds, forget, client)
    try:
        await reader.read()
    except ConnectionError:
        pass
    writer.close()


def forget(client):
    if not leaks:
        del sessions[client]


async def main():
    port = free_port("127.0.0.1")
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=512)
    say_ready(port)
    await server.serve_forever()


asyncio.run(main())
