"""A server that gives its clients some seconds to register, and looks at nothing before: clean, but late.

python3 late_closer.py SECONDS [--leak]     with --leak it forgets them then
"""
import asyncio
import sys

sys.dont_write_bytecode = True
from fixture import free_port, say_ready

seconds = float(sys.argv[1])
leaks = "--leak" in sys.argv
kept = []


async def register(reader, writer):
    registered = asyncio.Event()
    try:
        await asyncio.wait_for(registered.wait(), seconds)
    except asyncio.TimeoutError:
        pass
    if leaks:
        kept.append((reader, writer))
        return
    writer.close()


async def main():
    port = free_port("127.0.0.1")
    server = await asyncio.start_server(register, "127.0.0.1", port, backlog=512)
    say_ready(port)
    await server.serve_forever()


asyncio.run(main())
