#!/usr/bin/env python3
"""A service's replica for the end-to-end tests: slots, a wait, a request log, faults on demand.

    replica.py --listen 127.0.0.1:20000 --slots 4 --wait-ms 20 --log executed.jsonl

GET /readyz answers 200 once it is warm; /ask/HOST/PATH asks the gateway named by --gateway for
http://HOST/PATH and passes the status on; /missing is 404; everything else takes a slot for
--wait-ms. Faults begin when a file appears, so that their moment is the test's choice; PID in its
name is the process.
"""

import argparse
import asyncio
import json
import os
import signal
import sys


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", required=True)
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--wait-ms", type=float, default=5)
    parser.add_argument("--warm-ms", type=float, default=0)
    parser.add_argument("--log")
    parser.add_argument("--gateway")
    parser.add_argument("--version", default="1")
    parser.add_argument("--say", help="printed at the start")
    parser.add_argument("--crash-after-ms", type=float, help="end with status 3")
    parser.add_argument("--exit", type=int, help="end at once with this status")
    parser.add_argument("--unready-while", metavar="FILE")
    parser.add_argument("--hang-while", metavar="FILE")
    return parser.parse_args()


class Replica:
    def __init__(self, arguments):
        self.arguments = arguments
        self.slots = asyncio.Semaphore(arguments.slots)
        self.warm_at = asyncio.get_running_loop().time() + arguments.warm_ms / 1e3
        self.draining = False
        self.busy = 0
        self.idle = set()  # connections between two requests
        self.log = os.open(arguments.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT,
                           0o644) if arguments.log else -1

    def fault(self, file):
        return bool(file) and os.path.exists(file.replace("PID", str(os.getpid())))

    def ready(self):
        warm = asyncio.get_running_loop().time() >= self.warm_at
        return warm and not self.draining and not self.fault(self.arguments.unready_while)

    async def serve(self, reader, writer):
        try:
            while not self.draining:
                self.idle.add(writer)
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                self.idle.discard(writer)
                self.busy += 1
                try:
                    await self.one(head, reader, writer)
                finally:
                    self.busy -= 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.idle.discard(writer)
            writer.close()

    async def one(self, head, reader, writer):
        method, path, _ = head[0].split(" ")
        fields = dict((k.lower(), v.strip()) for k, _, v in (f.partition(":") for f in head[1:]))
        if length := int(fields.get("content-length", 0)):
            await reader.readexactly(length)
        while self.fault(self.arguments.hang_while):
            await asyncio.sleep(0.02)
        status = await self.answer(method, path, fields.get("x-request-id", ""))
        body = f"{os.getpid()} {self.arguments.version}\n".encode()
        closing = "close" if self.draining or fields.get("connection") == "close" else "keep-alive"
        writer.write(f"HTTP/1.1 {status} Answer\r\nContent-Length: {len(body)}\r\n"
                     f"Connection: {closing}\r\n\r\n".encode() + body)
        await writer.drain()
        if closing == "close":
            raise ConnectionResetError

    async def answer(self, method, path, request_id):
        if path == "/readyz":
            if self.ready() and self.arguments.crash_after_ms is not None:
                asyncio.get_running_loop().call_later(self.arguments.crash_after_ms / 1e3,
                                                      os._exit, 3)
            return 200 if self.ready() else 503
        if path == "/missing":
            return 404
        if path.startswith("/ask/"):
            return await self.ask(*path.removeprefix("/ask/").split("/", 1))
        async with self.slots:
            if self.log >= 0:
                line = {"id": request_id, "method": method, "route": path, "status": 200,
                        "pid": os.getpid()}
                os.write(self.log, (json.dumps(line) + "\n").encode())
            await asyncio.sleep(self.arguments.wait_ms / 1e3)
        return 200

    async def ask(self, host, path):
        reader, writer = await asyncio.open_connection(*self.arguments.gateway.split(":"))
        writer.write(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        status = int((await reader.readuntil(b"\r\n")).split()[1])
        writer.close()
        return status

    async def drain(self):
        self.draining = True
        for writer in list(self.idle):
            writer.close()
        while self.busy:
            await asyncio.sleep(0.005)


async def main(arguments):
    replica = Replica(arguments)
    host, port = arguments.listen.split(":")
    server = await asyncio.start_server(replica.serve, host, int(port), backlog=512)
    terminated = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminated.set)
    await terminated.wait()
    server.close()
    await replica.drain()
    print("drained", flush=True)
    os._exit(0)  # nothing is under way: the loop's own end would only cost time


if __name__ == "__main__":
    chosen = options()
    if chosen.say:
        print(chosen.say, flush=True)
    if chosen.exit is not None:
        sys.exit(chosen.exit)
    asyncio.run(main(chosen))
