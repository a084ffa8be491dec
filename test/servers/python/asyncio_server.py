"""An echo server on asyncio streams.

python3 asyncio_server.py [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
"""
import asyncio
import os
import sys

sys.dont_write_bytecode = True
from fixture import Cycle, collect_now_and_then, crash, read_arguments, say_ready

options = read_arguments({
    "no-close": "after the client has closed, every Kth socket stays in CLOSE_WAIT",
    "task-stays": "every Kth connection is closed, but its task waits for ever, with --bytes bytes",
    "memory": "keeps --bytes bytes for every Kth connection",
    "file": "opens a file on every Kth connection and keeps it",
    "crash": "aborts on connection --at K: SIGABRT",
    "finalizer": "innocent: sockets close only when the garbage collector finds them, every half second",
})
kept = []
connections = 0


async def serve(reader, writer):
    global connections
    connections += 1
    fault = options.fault if connections % options.every == 0 else None
    if fault == "memory":
        kept.append(os.urandom(options.bytes))
    elif fault == "file":
        kept.append(open(__file__))
    elif fault == "crash" and connections >= options.at:
        crash()

    await echo(reader, writer)

    if fault == "no-close":
        kept.append(writer)
    elif fault == "finalizer":
        Cycle(writer)
    else:
        await close(writer)
    if fault == "task-stays":
        kept.append((asyncio.current_task(), os.urandom(options.bytes)))
        await asyncio.Event().wait()


async def echo(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass


async def close(writer):
    writer.close()
    try:
        await writer.wait_closed()
    except ConnectionError:
        pass


async def main():
    server = await asyncio.start_server(serve, options.host, options.port)
    say_ready(options.port)
    await server.serve_forever()


if options.fault == "finalizer":
    collect_now_and_then()
try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
