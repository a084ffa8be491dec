"""Closes 0.6 s after its clients, as a busy server may, and keeps --bytes bytes of each connection."""
import asyncio
import os
import sys

sys.dont_write_bytecode = True
from fixture import read_arguments, say_ready

options = read_arguments({})
kept = []


async def serve(reader, writer):
    kept.append(os.urandom(options.bytes))
    await reader.read()
    await asyncio.sleep(0.6)
    writer.close()


async def main():
    server = await asyncio.start_server(serve, options.host, options.port)
    say_ready(options.port)
    await server.serve_forever()


asyncio.run(main())
